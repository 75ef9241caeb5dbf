"""What is written reads back to the same references."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from noteweb.library.read import parse_library
from noteweb.library.record import clean, read_doi, split_keywords
from noteweb.library.table import guard, unguard
from noteweb.library.write import write_csv, write_ris
from noteweb.model.reference import Reference

RIS = """TY  - JOUR
TI  - On Glass
AU  - Doe, J.
XX  - a tag of its own
N1  - a note
N1  - ASReview_irrelevant
SP  - 7
ER  -

"""
words = st.text(
    alphabet=st.sampled_from("abcdéЖ字 =+-@'\"\t,.:|{}[]%#&<>0129＝"), max_size=24
) | st.text(max_size=12)
texts = words.map(clean)
titles = texts.filter(bool)
keywords = texts.map(split_keywords)
references = st.lists(
    st.builds(
        Reference,
        key=titles,
        title=titles,
        abstract=texts,
        authors=st.lists(titles, max_size=3).map(tuple),
        year=st.none() | st.integers(1400, 2099),
        journal=texts,
        keywords=keywords,
        doi=words.map(read_doi).map(read_doi),
        url=texts,
        included=st.none() | st.booleans(),
        source=st.sampled_from(["", RIS, '{"extra": "x"}', "@a{b}", "{", '{"a": [1]}']),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda reference: reference.key,
)


def bare(made):
    """Leave out what belongs to the file: the record as it stands, and its line."""
    return [replace(reference, source="", line=1) for reference in made]


def read(text, suffix):
    """Read a library that was written."""
    library = parse_library(text.encode(), "x", suffix=suffix)
    assert library.problems == ()
    return library.references


@given(references)
def test_csv_reads_back(made):
    """Every value comes back, whatever stands in it."""
    assert bare(read(write_csv(made), ".csv")) == bare(made)


@given(references)
def test_ris_reads_back(made):
    """Every value comes back, whatever stands in it."""
    assert bare(read(write_ris(made), ".ris")) == bare(made)


@given(references)
def test_no_cell_is_a_formula(made):
    """A spreadsheet that opens the file runs nothing of it."""
    for row in csv.reader(io.StringIO(write_csv(made))):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@given(words)
def test_a_guard_is_taken_off_again(cell):
    """Whatever a cell holds, the guard is exactly undone."""
    assert unguard(guard(cell)) == cell


def test_a_record_of_ris_keeps_its_tags():
    """Tags that noteweb has no name for are written as they stood; label and key are new."""
    (reference,) = read(RIS, ".ris")
    assert (reference.key, reference.included) == ("1", False)
    written = write_ris([replace(reference, included=True)])
    assert "XX  - a tag of its own\nN1  - a note\nSP  - 7\n" in written
    assert "ASReview_irrelevant" not in written
    (back,) = read(written, ".ris")
    assert back.included is True
    assert write_ris([replace(reference, included=None)]).count("ASReview") == 0


def test_a_changed_value_goes_before_the_old_record():
    """Where a value is not that of the record any more, the record is written anew."""
    (reference,) = read(RIS, ".ris")
    assert "On Sand" in write_ris([replace(reference, title="On Sand")])


def test_a_table_keeps_its_columns():
    """Columns that noteweb has no name for come back in the export."""
    (reference,) = read("record_id,title,stage,=evil\n7,On Glass,=1+1,x\n", ".csv")
    written = write_csv([replace(reference, included=False)])
    rows = list(csv.DictReader(io.StringIO(written)))
    assert rows[0]["stage"] == "'=1+1"
    assert rows[0]["'=evil"] == "x"
    assert (rows[0]["key"], rows[0]["included"]) == ("7", "0")
    (back,) = read(written, ".csv")
    assert '"stage": "=1+1"' in back.source
