"""Lexical search: stems in two scripts, scripts without spaces, filters, replacement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.errors import IndexDamaged
from noteweb.index.stem import STEMMERS, common_analyzer, list_alternatives, list_words, stem_for
from noteweb.index.textindex import TextIndex, TextRow


def row(pid, text, nid=None, field="body", language=""):
    """Make a passage's row; each passage is a note of its own unless said."""
    nid = pid if nid is None else nid
    return TextRow(pid=pid, nid=nid, field=field, text=text, language=language)


@pytest.fixture
def index(tmp_path):
    """Give an empty text index."""
    return TextIndex(tmp_path / "text")


def put(index, rows):
    """Add passages to a text index."""
    with index.writing() as writer:
        writer.add(rows)


def found(index, query):
    """Name the pids a query finds, best first."""
    return [pid for pid, _ in index.search(query, 10)]


def test_an_inflected_form_finds_the_next_in_english_and_russian(index):
    """One field serves both stemmers, in one passage too."""
    put(index, [row(1, "Скрытые гипотезы измеряли and networks were trained")])
    assert found(index, "измерения гипотезой") == [1]
    assert found(index, "training a network") == [1]
    assert found(index, "протоколом") == []


@pytest.mark.parametrize(
    ("language", "text", "queries"),
    [
        ("en", "The networks were trained", ["training a network", "trains"]),
        ("ru", "Скрытые гипотезы измеряли", ["измерения гипотезой", "скрытая гипотеза"]),
        ("de", "Die Häuser und die Modelle der Netze", ["Haus", "des Modells", "im Netz"]),
        ("fr", "Les chevaux et une généralisation", ["cheval", "des généralisations"]),
        ("es", "Las redes generalizan los errores", ["la generalización", "un error de red"]),
    ],
)
def test_an_inflected_form_finds_the_next_in_each_language(index, language, text, queries):
    """A passage is stemmed by its own language, and a query need not say which one it is in."""
    others = [row(2, "Comb and honey"), row(3, "Мёд"), row(4, "Honig", language="de")]
    put(index, [row(1, text, language=language), *others])
    for query in queries:
        assert found(index, query) == [1], query
        assert index.stems(query) & index.stems(text)


def test_a_query_may_mix_languages(index):
    """Each word finds the passage in its own language."""
    rows = [
        row(1, "Die Häuser", language="de"),
        row(2, "las redes", language="es"),
        row(3, "измерения"),
    ]
    put(index, rows)
    assert set(found(index, "Haus red измерение")) == {1, 2, 3}


def test_function_words_of_the_querys_language_do_not_match(index):
    """Articles tell nothing where a query is plainly in their language, and are words elsewhere."""
    rows = [row(1, "die mit der und", language="de"), row(2, "das Netz", language="de")]
    put(index, [*rows, row(3, "cells die")])
    assert found(index, "die Wirkung der Netze und das Netz") == [2]
    assert 3 in found(index, "die cells")
    assert found(index, "die der und") == [1, 3]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3), st.sampled_from(["", *STEMMERS]))
def test_a_word_finds_itself_whatever_its_passage_was_taken_for(words, language):
    """A wrong guess at a language costs inflections, never the word as it stands."""
    text = " ".join(words)
    forms = set(common_analyzer(stop=False).analyze(stem_for(language, text)))
    for word in list_words(text):
        assert forms & set(list_alternatives(word, tuple(STEMMERS)))


def test_scripts_without_spaces_are_found_by_parts(index):
    """A word within a Chinese, Japanese or Thai run finds it, a single character too."""
    put(
        index,
        [row(1, "我们研究双下降现象的原因"), row(2, "ニューラルネットワーク"), row(3, "การเรียนรู้")],
    )
    assert found(index, "双下降") == [1]
    assert found(index, "因") == [1]
    assert found(index, "ネットワーク") == [2]
    assert found(index, "เรียน") == found(index, "เรียนรู้") == [3]
    assert index.find_held("เรียนรู้").pids == {3}
    assert index.find_held("รู้เรียน").pids == set()


def test_words_that_tell_nothing_do_not_match(index):
    """Stop words count only in a query that has nothing else."""
    put(index, [row(1, "the of and that"), row(2, "entropy of the source")])
    assert found(index, "the entropy of that") == [2]
    assert found(index, "the") == [1, 2]


def test_nothing_is_found_for_nothing(index):
    """Punctuation and words that stand nowhere match no passage."""
    put(index, [row(1, "entropy")])
    assert found(index, "?!") == []
    assert found(index, "zyx") == []


def test_fields_and_notes_restrict_without_touching_the_score(index):
    """A filter drops passages; what is left keeps its order and score."""
    rows = [row(1, "gradient noise", field="Receptor"), row(2, "gradient"), row(3, "gradient flow")]
    put(index, rows)
    whole = dict(index.search("gradient", 10))
    assert dict(index.search("gradient", 10, {"field": ("Receptor",)})) == {1: whole[1]}
    assert dict(index.search("gradient", 10, {"nid": (2, 3)})) == {2: whole[2], 3: whole[3]}
    assert index.search("gradient", 10, {"nid": ()}) == ()


def test_words_side_by_side_are_found_in_any_inflection(index):
    """A phrase is its words in their order with nothing between them, scripts mixed or not."""
    rows = [
        row(1, "the height of the label noise", field="Receptor"),
        row(2, "noise of the labels, then noise labelled"),
        row(3, "Размеченные данные, GAN 模型的双下降 loss"),
    ]
    put(index, rows)
    assert index.find_held("label noises").pids == {1}
    assert index.find_held("noise label").pids == {2}
    assert index.find_held("height of the label").nids == {1}
    assert index.find_held("размеченных данных").pids == {3}
    assert index.find_held("双下降").pids == index.find_held("gan 模型的双下降 loss").pids == {3}
    assert index.find_held("label noise", ["body"]).pids == set()
    assert {*index.find_held("双降").pids, *index.find_held("gan loss").pids} == set()
    assert index.find_held("?!").pids == set()


def test_what_a_note_says_by_now_comes_before_the_old_goes(index, tmp_path):
    """Whoever reads in between finds both; afterwards the old is gone and other notes stay."""
    put(index, [row(1, "old words", nid=7), row(2, "old times", nid=8)])
    with index.writing() as writer:
        writer.add([row(3, "new words", nid=7)])
        assert set(found(TextIndex(tmp_path / "text"), "old words")) == {1, 2, 3}
        writer.remove([1])
    assert found(index, "old") == [2]
    assert found(index, "words") == [3]
    assert index.n_passages == 2


def test_what_was_committed_is_there_after_opening_again(tmp_path):
    """The index is on disk, stemmers and all."""
    put(TextIndex(tmp_path), [row(1, "модели")])
    assert found(TextIndex(tmp_path), "моделью") == [1]


def test_a_damaged_folder_is_told(tmp_path):
    """A folder with broken files is refused with the folder's name."""
    put(TextIndex(tmp_path), [row(1, "x")])
    (tmp_path / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamaged) as caught:
        TextIndex(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "\n" not in caught.value.message


def test_text_outside_the_basic_plane_is_kept(index):
    """Emoji and rare letters neither break the index nor match by chance."""
    put(index, [row(1, "😀 𝒜lpha \x00 beta")])
    assert found(index, "beta") == [1]
