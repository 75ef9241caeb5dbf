"""Lexical search: stems in two scripts, scripts without spaces, filters, replacement."""

from __future__ import annotations

import pytest

from noteweb.errors import IndexDamaged
from noteweb.index.textindex import TextIndex, TextRow


def row(pid, text, nid=None, field="body"):
    """Make a passage's row; each passage is a note of its own unless said."""
    return TextRow(pid=pid, nid=pid if nid is None else nid, field=field, text=text)


@pytest.fixture
def index(tmp_path):
    """Give an empty text index."""
    return TextIndex(tmp_path / "text")


def found(index, query, **only):
    """Name the pids a query finds, best first."""
    return [pid for pid, _ in index.search(query, 10, **only)]


def test_an_inflected_form_finds_the_next_in_english_and_russian(index):
    """One field serves both stemmers, in one passage too."""
    index.replace((), [row(1, "Скрытые гипотезы измеряли and networks were trained")])
    assert found(index, "измерения гипотезой") == [1]
    assert found(index, "training a network") == [1]
    assert found(index, "протоколом") == []


def test_scripts_without_spaces_are_found_by_parts(index):
    """A word within a Chinese, Japanese or Thai run finds it, a single character too."""
    index.replace(
        (),
        [row(1, "我们研究双下降现象的原因"), row(2, "ニューラルネットワーク"), row(3, "การเรียนรู้")],
    )
    assert found(index, "双下降") == [1]
    assert found(index, "因") == [1]
    assert found(index, "ネットワーク") == [2]
    assert found(index, "เรียน") == [3]


def test_words_that_tell_nothing_do_not_match(index):
    """Stop words count only in a query that has nothing else."""
    index.replace((), [row(1, "the of and that"), row(2, "entropy of the source")])
    assert found(index, "the entropy of that") == [2]
    assert found(index, "the") == [1, 2]


def test_nothing_is_found_for_nothing(index):
    """Punctuation and words that stand nowhere match no passage."""
    index.replace((), [row(1, "entropy")])
    assert found(index, "?!") == []
    assert found(index, "zyx") == []


def test_fields_and_notes_restrict_without_touching_the_score(index):
    """A filter drops passages; what is left keeps its order and score."""
    rows = [row(1, "gradient noise", field="Receptor"), row(2, "gradient"), row(3, "gradient flow")]
    index.replace((), rows)
    whole = dict(index.search("gradient", 10))
    assert dict(index.search("gradient", 10, fields=("Receptor",))) == {1: whole[1]}
    assert dict(index.search("gradient", 10, nids=(2, 3))) == {2: whole[2], 3: whole[3]}
    assert index.search("gradient", 10, nids=()) == ()


def test_a_notes_passages_are_replaced_in_one_step(index):
    """What a note said before is gone, other notes stay."""
    index.replace((), [row(1, "old words", nid=7), row(2, "old times", nid=8)])
    index.replace([7], [row(3, "new words", nid=7)])
    assert found(index, "old") == [2]
    assert found(index, "words") == [3]
    assert index.n_passages == 2


def test_what_was_committed_is_there_after_opening_again(tmp_path):
    """The index is on disk, stemmers and all."""
    TextIndex(tmp_path).replace((), [row(1, "модели")])
    assert found(TextIndex(tmp_path), "моделью") == [1]


def test_a_damaged_folder_is_told(tmp_path):
    """A folder with broken files is refused with the folder's name."""
    TextIndex(tmp_path).replace((), [row(1, "x")])
    (tmp_path / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamaged) as caught:
        TextIndex(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "\n" not in caught.value.message


def test_text_outside_the_basic_plane_is_kept(index):
    """Emoji and rare letters neither break the index nor match by chance."""
    index.replace((), [row(1, "😀 𝒜lpha \x00 beta")])
    assert found(index, "beta") == [1]
