"""Passages hold what is worth finding, say where it stands, and fit the encoder."""

from __future__ import annotations

import dataclasses
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_note import count_lines, make_note
from noteweb.model.note import Field, PartKind
from noteweb.parse.notes import parse_note
from noteweb.passage import WordTokenizer, content_key, cut_passages

WORDS = WordTokenizer()
ROOMY = 200


def body_of(note, max_tokens=ROOMY):
    """Cut a note and leave out its card."""
    return [p for p in cut_passages(note, WORDS, max_tokens=max_tokens) if p.ordinal > 0]


def make_text(n_sentences: int, start: int = 0) -> str:
    """Make sentences of six tokens."""
    return " ".join(f"Sentence {i} has six words." for i in range(start, start + n_sentences))


def test_each_unit_is_a_passage_that_names_its_field():
    """A unit becomes one passage with its field, its ordinal and a readable prefix."""
    raw = "When a lattice melts.\n\nWhen a gas cools."
    note = make_note(
        [(PartKind.FRONTMATTER, raw)],
        units=[
            (Field.RECEPTOR, "When a lattice melts."),
            (Field.SIGNAL_TRANSDUCTION, "When a gas cools."),
        ],
        title="Order",
    )
    _, first, second = cut_passages(note, WORDS, max_tokens=ROOMY)
    assert (first.field, first.ordinal, first.line) == (Field.RECEPTOR, 0, 1)
    assert (first.prefix, first.text) == ("Order. Receptor: ", "When a lattice melts.")
    assert (second.field, second.ordinal, second.line) == (Field.SIGNAL_TRANSDUCTION, 1, 3)
    assert second.prefix == "Order. Signal transduction: "
    assert note.text[second.start : second.end] == "When a gas cools."


def test_a_long_unit_is_cut_at_sentences_and_each_piece_knows_its_place():
    """Pieces of a long unit share its ordinal, end with a sentence and point into the file."""
    raw = "Sentence 0 has six words.\n  " + make_text(11, 1).replace("7 has", "7\n  has")
    note = make_note(
        [(PartKind.FRONTMATTER, f"Receptor: |-\n  {raw}\n")], units=[(Field.RECEPTOR, raw)]
    )
    _, *pieces = cut_passages(note, WORDS, max_tokens=24)
    assert len(pieces) > 2
    assert {p.ordinal for p in pieces} == {0}
    assert " ".join(p.text for p in pieces) == note.units[0].text
    for piece in pieces:
        assert piece.text.endswith(".")
        assert " ".join(note.text[piece.start : piece.end].split()) == piece.text
        assert piece.line == count_lines(note.text, piece.start)
    assert pieces[-1].line == 4


def test_a_piece_of_an_escaped_unit_has_the_place_of_the_unit():
    """Where YAML's escapes hide the words, a piece still points at its whole unit."""
    raw = make_text(6).replace("six words", "six w\\u006Frds")
    note = make_note([(PartKind.FRONTMATTER, f"\n{raw}")], units=[(Field.RECEPTOR, raw)])
    unit = note.units[0]._replace(text=make_text(6))
    note = dataclasses.replace(note, units=(unit,))
    _, *pieces = cut_passages(note, WORDS, max_tokens=24)
    assert len(pieces) > 1
    assert {(p.line, p.start, p.end) for p in pieces} == {(2, unit.start, unit.end)}


def test_short_neighbours_go_together_and_sections_never():
    """Short paragraphs of one section share a passage; the next section opens another."""
    note = make_note(
        [
            (PartKind.TEXT, "Before all.\n\n"),
            (PartKind.HEADING, "# Heat\n"),
            (PartKind.TEXT, "\nOne.\n\nTwo\nlines.\n\n"),
            (PartKind.HEADING, "## Cold\n"),
            (PartKind.TEXT, "Three.\n"),
        ]
    )
    passages = body_of(note)
    assert [(p.ordinal, p.heading, p.text, p.line) for p in passages] == [
        (1, "", "Before all.", 1),
        (2, "Heat", "One. Two lines.", 5),
        (3, "Cold", "Three.", 11),
    ]
    assert [p.prefix for p in passages] == ["A title: ", "A title. Heat: ", "A title. Cold: "]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_paragraph_that_fits_is_not_torn(end):
    """A paragraph of two lines goes whole into the next passage, whatever ends its lines."""
    text = end.join(["one two three four", "", "five six seven", "eight nine ten"])
    texts = [p.text for p in body_of(make_note([(PartKind.TEXT, text)], title=""), max_tokens=8)]
    assert texts == ["one two three four", "five six seven eight nine ten"]


def test_a_heading_that_repeats_the_title_stands_once_in_the_prefix():
    """The level-1 heading that is the title is not embedded twice; a question keeps its mark."""
    repeated = make_note([(PartKind.HEADING, "# A title\n"), (PartKind.TEXT, "Text.")])
    assert body_of(repeated)[0].prefix == "A title: "
    asked = make_note([(PartKind.HEADING, "# B\n"), (PartKind.TEXT, "Text.")], title="Why?")
    assert body_of(asked)[0].prefix == "Why? B: "


def test_comments_and_encoded_data_are_no_passage_and_are_not_spanned():
    """Neither a comment nor Base64 is embedded, alone or in the middle of a passage."""
    blob = "aGVsbG8gd29ybGQh" * 40
    note = make_note(
        [
            (PartKind.TEXT, "One.\n\n"),
            (PartKind.COMMENT, "%%\nhidden\n%%\n"),
            (PartKind.TEXT, f"Two ![](data:image/png;base64,{blob}) three.\n\n---\n\n"),
        ]
    )
    texts = [p.text for p in body_of(note)]
    assert texts == ["One.", "Two ![](data:image/png;base64,", ") three."]


def test_a_section_without_text_makes_no_passage():
    """Empty sections, rules and blank lines leave nothing to find."""
    note = make_note(
        [(PartKind.HEADING, "# Links\n"), (PartKind.TEXT, "\n---\n\n"), (PartKind.HEADING, "# B\n")]
    )
    assert body_of(note) == []


def test_code_is_kept_and_cut_at_lines():
    """Every line of a long code block is found, and none is torn."""
    lines = [f"value_{i} = compute(value_{i}, {i})" for i in range(40)]
    note = make_note([(PartKind.CODE, "```python\n" + "\n".join(lines) + "\n```\n")])
    passages = body_of(note, max_tokens=64)
    assert len(passages) > 3
    for line in lines:
        assert sum(line in p.text for p in passages) == 1


@pytest.mark.parametrize("text", ["".join(f"{i % 10}," for i in range(300)), "一二三かな" * 90])
def test_the_last_resort_is_a_cut_between_tokens(text):
    """A text without sentence, line or blank is still cut to the budget, and nothing is lost."""
    passages = body_of(make_note([(PartKind.TEXT, text)]), max_tokens=50)
    assert "".join(p.text for p in passages) == text
    assert len(passages) > 8
    assert all(len(WORDS.offsets(p.prefix + p.text)) <= 50 for p in passages)


def test_a_long_sentence_is_cut_at_a_blank():
    """A sentence beyond the budget is cut between words."""
    text = " ".join(f"w{i}.x" for i in range(200))
    for passage in body_of(make_note([(PartKind.TEXT, text)]), max_tokens=40):
        assert passage.text.startswith("w")
        assert passage.text.endswith(".x")


@pytest.mark.parametrize(
    ("description", "expected"),
    [("", ("", "Order")), ("How\n it ends.", ("Order: ", "How it ends."))],
)
def test_a_note_without_a_body_is_found_by_its_card(description, expected):
    """Title and description make a passage of field None and ordinal 0."""
    note = make_note(
        [(PartKind.FRONTMATTER, "x: 1\nd: How it ends.\n")], title="Order", description=description
    )
    (card,) = cut_passages(note, WORDS, max_tokens=ROOMY)
    assert (card.field, card.ordinal) == (None, 0)
    assert (card.prefix, card.text) == expected
    assert card.line == (2 if description else 1)


def test_a_prefix_takes_at_most_a_third():
    """A title of a hundred words leaves two thirds of the budget to the text."""
    title = " ".join(f"word{i}" for i in range(100))
    heading = " ".join(f"head{i}" for i in range(100))
    note = make_note(
        [(PartKind.HEADING, f"# {heading}\n"), (PartKind.TEXT, make_text(20))], title=title
    )
    for passage in body_of(note, max_tokens=60):
        assert len(WORDS.offsets(passage.prefix)) <= 20
        assert passage.prefix.startswith("word0 word1 ")
        assert "head0" in passage.prefix
        assert passage.heading == heading


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_right_whatever_ends_them(end):
    """LF, CR LF and CR alone all end one line; two of them make a paragraph."""
    text = end.join(
        ["First 1.", "still first.", "", f"Second {make_text(2)}", "", "\u2028Third one two."]
    )
    passages = body_of(make_note([(PartKind.TEXT, text)]), max_tokens=10)
    assert [(p.text.split()[0], p.line) for p in passages] == [
        ("First", 1),
        ("Second", 4),
        ("Sentence", 4),
        ("Third", 6),
    ]


def test_the_key_follows_what_is_embedded():
    """Text or prefix change the key; place, note and ordinal do not."""
    (passage,) = body_of(make_note([(PartKind.TEXT, "Text.\udcff")]))
    moved = dataclasses.replace(passage, note_id="b", ordinal=7, line=9, start=3, end=8)
    assert content_key(moved) == content_key(passage)
    assert len(content_key(passage)) == 16
    for change in ({"text": "Other."}, {"prefix": "Other: "}):
        assert content_key(dataclasses.replace(passage, **change)) != content_key(passage)


LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n \n", " "])
CHUNKS = st.sampled_from(
    ["one", "two.", "Three!", "四。", "é\u0301", "ёж", "🙂", "***", "a,b;c", "\xa0", "x" * 30]
)
PROSE = st.lists(st.tuples(CHUNKS, LINE_ENDS), min_size=1, max_size=30).map(
    lambda pairs: "".join(chunk + end for chunk, end in pairs) + "\n\n"
)
KINDS = st.sampled_from([PartKind.TEXT, PartKind.CODE, PartKind.CALLOUT, PartKind.COMMENT])
PIECES = st.lists(
    st.one_of(st.tuples(KINDS, PROSE), st.just((PartKind.HEADING, "# Head\r\n"))), max_size=6
)


@given(pieces=PIECES, max_tokens=st.integers(9, 40), longest=st.sampled_from([20, 100, 200_000]))
def test_body_passages_cover_the_prose_once_and_say_where(pieces, max_tokens, longest):
    """Any body: spans in order, the text they claim, right lines, the budget kept, no word lost.

    However many characters are tokenized at once.
    """
    note = make_note(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("noteweb.text.cutting._LONGEST", longest)
        passages = body_of(note, max_tokens)
    covered = set()
    end = 0
    for ordinal, passage in enumerate(passages, start=1):
        assert passage.ordinal == ordinal
        assert end <= passage.start < passage.end
        end = passage.end
        assert passage.text == " ".join(note.text[passage.start : end].split()) != ""
        assert passage.line == count_lines(note.text, passage.start)
        assert len(WORDS.offsets(passage.prefix + passage.text)) <= max_tokens
        assert any(s.body_start <= passage.start and end <= s.end for s in note.sections)
        covered.update(range(passage.start, end))
    for part in note.parts:
        is_hidden = part.kind in {PartKind.COMMENT, PartKind.HEADING}
        letters = {i for i in range(part.start, part.end) if note.text[i].isalnum()}
        assert not letters & covered if is_hidden else letters <= covered


FOLDED = st.tuples(
    st.sampled_from(["a", "so.", "Bees", "мёд", "1.5"]),
    st.sampled_from([" ", "  ", "\n  ", "\n\n  "]),
)


@given(words=st.lists(FOLDED, min_size=2, max_size=40), max_tokens=st.integers(9, 16))
def test_pieces_of_a_folded_unit_stand_where_they_say(words, max_tokens):
    """However a unit is folded over lines, each piece of it points at its own words."""
    raw = "".join(map("".join, words)).rstrip()
    note = make_note(
        [(PartKind.FRONTMATTER, f"Receptor: >-\n  {raw}\n")], units=[(Field.RECEPTOR, raw)]
    )
    _, *pieces = cut_passages(note, WORDS, max_tokens=max_tokens)
    assert " ".join(piece.text for piece in pieces) == note.units[0].text
    for piece in pieces:
        assert " ".join(note.text[piece.start : piece.end].split()) == piece.text
        assert piece.line == count_lines(note.text, piece.start)


LONG = {
    "words on one line": lambda n: "Receptor: " + "word " * n,
    "sentences on one line": lambda n: "Receptor: " + "So it is with bees. " * (n // 4),
    "folded lines": lambda n: "Receptor: >-\n" + "  a word of bees\n" * (n // 4),
    "escapes": lambda n: 'Receptor: "' + "word\\u00e9 " * n + '"',
    "repeated keys": lambda n: "Receptor: a b c d e f.\n" * (n // 6),
    "a title": lambda n: "Receptor: a word\ntitle: " + "word " * n,
    "a title over headings": lambda n: f"title: {'word ' * n}\n---\n" + "# a\n\nb\n\n" * (n // 8),
}


@pytest.mark.parametrize("make", LONG.values(), ids=LONG.keys())
def test_cutting_a_note_takes_linear_time(make):
    """Eight times a field, or a title, takes at most some twenty times as long to cut."""

    def measure(n):
        note = parse_note(f"---\n{make(n)}\n---\nbody\n".encode(), path="a.md")
        begun = time.process_time()
        cut_passages(note, WORDS, max_tokens=ROOMY)
        return time.process_time() - begun

    # A busy machine can slow any one cutting down, but not the best of five.
    bound = 20 * max(measure(5_000), 0.005)
    assert any(measure(40_000) < bound for _ in range(5))
