"""Pieces of text on a page come into the order in which a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.documents.block import Kind
from noteweb.documents.column import order_lines
from noteweb.documents.furniture import drop_furniture, is_imprint
from noteweb.documents.piece import Page, Piece
from noteweb.documents.reflow import build_blocks

ORDINARY = "Times"


def piece(text, x0, y, x1=None, **facts):
    """Make a piece of a line; five points a character unless its end is given."""
    values = {"size": 10.0, "font": ORDINARY, "n_bold": 0, "has_hyphen": False} | facts
    return Piece(x0=x0, x1=x0 + 5 * len(text) if x1 is None else x1, y=y, text=text, **values)


def page(pieces):
    """Make a page of them."""
    return Page(width=612, height=792, has_scan=False, pieces=tuple(pieces))


def column(name, x0, width, *, top=700, n_lines=12):
    """Make the full lines of one column."""
    return [
        piece(f"{name} line {number}", x0, top - 12 * number, x0 + width)
        for number in range(n_lines)
    ]


def read_order(pieces):
    """Give the texts of the lines in reading order."""
    return [line.text for line in order_lines(pieces)]


@pytest.mark.parametrize("n_columns", [1, 2, 3, 4])
def test_columns_are_read_from_the_left(n_columns):
    """One to four columns, each to its end."""
    width = 480 / n_columns - 15
    columns = [column(f"c{n}", 60 + n * 480 / n_columns, width) for n in range(n_columns)]
    woven = [each for row in zip(*columns, strict=True) for each in row]
    assert read_order(woven) == [each.text for lines in columns for each in lines]


def test_cells_of_a_table_stay_in_their_row():
    """Short cells beside each other are a table's row and no columns."""
    rows = [[piece(f"a{n}", 72, 700 - 12 * n), piece("0.5", 300, 700 - 12 * n)] for n in range(9)]
    lines = order_lines([each for row in rows for each in row])
    assert [line.text for line in lines] == [f"a{n} 0.5" for n in range(9)]
    assert {line.n_cells for line in lines} == {2}


def test_a_raised_piece_belongs_to_its_line():
    """What is a little above the line it stands in goes where it stands."""
    pieces = [
        piece("as ICLR", 72, 700),
        piece("2", 108, 703.6, size=6.0),
        piece(", too", 112, 700),
        piece("next line", 72, 688),
    ]
    assert read_order(pieces) == ["as ICLR2, too", "next line"]


coordinates = st.floats(-1e5, 1e5).map(lambda number: round(number, 1))
pieces = st.builds(
    Piece,
    x0=coordinates,
    x1=coordinates,
    y=coordinates,
    size=st.sampled_from([0.0, 6.0, 10.0, 14.0, 1e4]),
    font=st.sampled_from(["A", "B-Bold"]),
    n_bold=st.integers(0, 3),
    has_hyphen=st.booleans(),
    text=st.sampled_from(
        [
            "word",
            "a",
            "1 Introduction",
            "References",
            "Figure 1: x",
            "12",
            "• item",
            "x = y",
            "So. We",
        ]
    ),
)


@given(st.lists(pieces, max_size=40))
def test_no_piece_is_lost(made):
    """Wherever pieces stand, each is in exactly one line."""
    found = "".join(line.text for line in order_lines(made)).replace(" ", "")
    assert sorted(found) == sorted("".join(each.text for each in made).replace(" ", ""))


@given(
    st.lists(st.lists(pieces, max_size=15), max_size=4), st.lists(st.text(max_size=9), max_size=7)
)
def test_any_pieces_become_blocks(made, outline):
    """Pages of any pieces and any bookmarks give blocks, each with a line and a page."""
    blocks = build_blocks([page(each) for each in made], outline)
    for block in blocks:
        assert block.fragments
        assert all(1 <= each.page <= len(made) and each.line >= 1 for each in block.fragments)


def heading(text, y, **facts):
    """Make a line in bold."""
    return piece(text, 72, y, n_bold=len(text), font="Times-Bold", **facts)


def list_headings(made, outline=()):
    """Give the headings that are found, with their rank."""
    blocks = build_blocks([page(made)], outline)
    return [(block.text, block.level) for block in blocks if block.kind is Kind.HEADING]


def test_headings_are_told_by_their_type_and_ranked_by_it():
    """Larger or bold lines with room above are headings, ranked by size and number."""
    made = [
        heading("1 Introduction", 700, size=12.0),
        *column("a", 72, 400, top=680, n_lines=5),
        heading("1.1 Aims", 600, size=10.0),
        *column("b", 72, 400, top=580, n_lines=5),
        piece("2 Methods", 72, 500, size=12.0),
        *column("c", 72, 400, top=480, n_lines=5),
        heading("in mid-sentence", 420),
    ]
    assert list_headings(made) == [("1 Introduction", 1), ("1.1 Aims", 2), ("2 Methods", 1)]


def test_bookmarks_tell_headings_from_bold_words_in_figures():
    """Where a paper has bookmarks, only they and the usual names are headings."""
    made = [
        heading("Abstract", 730),
        heading("Encoder", 700),
        *column("a", 72, 400, top=670, n_lines=4),
        heading("1 Slow Relaxation", 600),
        heading("and Some Words More", 588),
        *column("b", 72, 400, top=560, n_lines=4),
    ]
    outline = ["Slow Relaxation and Some Words More", "Methods", "Results", "Data", "End"]
    assert [text for text, _ in list_headings(made, outline)] == [
        "Abstract",
        "1 Slow Relaxation and Some Words More",
    ]


def test_items_of_a_list_are_paragraphs_of_their_own():
    """A bullet or number begins an item, a number in mid-sentence does not."""
    made = [
        piece("We have two aims, of which the second one is, by ten to", 72, 700, 472),
        piece("1. the more important one, as is easily seen from them.", 72, 688, 472),
        piece("• to measure", 82, 676),
        piece("with care", 92, 664),
        piece("• to explain", 82, 652),
    ]
    texts = [block.text for block in build_blocks([page(made)], ())]
    assert texts == [
        (
            "We have two aims, of which the second one is, by ten to 1. the more important one, as"
            " is easily seen from them."
        ),
        "• to measure with care",
        "• to explain",
    ]


def test_a_reference_to_a_figure_is_no_caption():
    """A line that happens to begin with Fig. 2. goes on with its sentence."""
    made = [
        piece("The slope is the same for every rate that we tried, see", 72, 700, 472),
        piece("Fig. 2. The scatter is within the error of measurement.", 72, 688, 472),
        piece("Figure 2: Slopes.", 72, 640),
    ]
    kinds = [block.kind for block in build_blocks([page(made)], ())]
    assert kinds == [Kind.TEXT, Kind.CAPTION]


def test_a_figure_parts_no_sentence():
    """A sentence that a figure interrupts in one column is whole, the caption stands after it."""
    made = [
        *column("So", 72, 400, top=736, n_lines=3),
        piece("and the slope is the same for every rate that we tried, and", 72, 700, 472),
        piece("Figure 2: Slopes.", 72, 640),
        piece("so is the scatter of it.", 72, 600),
    ]
    texts = [block.text for block in build_blocks([page(made)], ())]
    assert texts[0].endswith("every rate that we tried, and so is the scatter of it.")
    assert texts[1:] == ["Figure 2: Slopes."]


def test_only_what_repeats_at_the_edges_is_a_running_head():
    """A line that repeats within the text stays; a number alone at the foot is the page's."""
    pages = [
        page(
            [
                piece(f"Journal of Glass {number}", 72, 770),
                piece("we repeat this", 72, 400),
                piece(f"- {number} -", 300, 20),
            ]
        )
        for number in range(1, 5)
    ]
    kept = [each.text for bare in drop_furniture(pages) for each in bare.pieces]
    assert kept == ["we repeat this"] * 4


def test_imprints_are_known_by_their_first_words():
    """Permissions and licences are no part of a paper's text."""
    assert is_imprint("Permission to make digital or hard copies of all or part")
    assert is_imprint("© 2024 The Authors")
    assert not is_imprint("We make permission a variable")
