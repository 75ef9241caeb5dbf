"""Blocks become one text, with every sentence's place in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.compose import About, compose

fragments = st.builds(
    Fragment,
    text=st.sampled_from(["One two", "so", "One. Two", "coo", "", "See Fig. 2", "• an item", "…"]),
    line=st.integers(1, 99),
    page=st.none() | st.integers(1, 9),
    has_hyphen=st.booleans(),
)
blocks = st.builds(
    Block,
    kind=st.sampled_from(Kind),
    fragments=st.lists(fragments, min_size=1, max_size=4).map(tuple),
    level=st.integers(1, 3),
)


@given(st.lists(blocks, max_size=8))
def test_every_sentence_is_a_stretch_of_the_text(made):
    """Every sentence is a stretch of the text, they are in order, and each has words."""
    document = compose(made, About(name="x"))
    at = 0
    for each in document.sentences:
        assert at <= each.start < each.end <= len(document.text)
        assert " ".join(document.text[each.start : each.end].split()) == each.text
        assert any(map(str.isalnum, each.text))
        at = each.end


def make(kind, *texts, level=0, line=1):
    """Make a block of lines that follow each other."""
    lines = (Fragment(text=text, line=line + at) for at, text in enumerate(texts))
    return Block(kind=kind, fragments=tuple(lines), level=level)


def test_headings_rows_and_items_are_sentences_of_their_own():
    """A heading with a full stop, a row of a table and an item stand each alone."""
    document = compose(
        [
            make(Kind.HEADING, "2. Data. And more", level=1),
            make(Kind.ROW, "a. 1. 2"),
            make(Kind.TEXT, "• Weigh it.", "Then heat it."),
        ],
        About(name="x"),
    )
    assert [(each.text, each.line) for each in document.sentences] == [
        ("2. Data. And more", 1),
        ("a. 1. 2", 1),
        ("Weigh it.", 1),
        ("Then heat it.", 2),
    ]
    assert {each.section for each in document.sentences} == {"2. Data. And more"}


def test_a_section_about_references_is_no_list_of_them():
    """What stands under such a heading is cut only where it names years and addresses."""
    about = [
        make(Kind.HEADING, "References", level=2),
        make(Kind.TEXT, "A reference is set with the command."),
        make(Kind.TEXT, "Another way is this."),
    ]
    assert "the command" in compose(about, About(name="x")).text
    entries = [make(Kind.HEADING, "References", level=2), make(Kind.TEXT, "A. Author, 1999.")]
    assert compose(entries, About(name="x")).text == ""


def test_a_heading_below_does_not_end_the_references():
    """A heading of lower rank among references is cut with them, an appendix is not."""
    made = [
        make(Kind.HEADING, "Bibliography", level=1),
        make(Kind.TEXT, "A. Author, 1999."),
        make(Kind.HEADING, "Online sources", level=2),
        make(Kind.TEXT, "B. Other, 2001."),
        make(Kind.HEADING, "Appendix A", level=2),
        make(Kind.TEXT, "Proofs."),
    ]
    assert compose(made, About(name="x")).text == "Appendix A\n\nProofs."
