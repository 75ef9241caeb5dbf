"""A new note's text and its file."""

import pytest

from noteweb.draft import draft_from_gap, draft_note, write_draft
from noteweb.errors import AlreadyThere, BadRequest, WriteFailed
from noteweb.model.firing import FoundPassage, Gap, Report
from noteweb.model.note import Field
from noteweb.parse.fields import match_field
from noteweb.parse.frontmatter import read_frontmatter

ODD = 'Odd: "title" #1 [x]'


def test_an_empty_note_has_the_seven_fields():
    """The skeleton reads back with its title and a key for each field."""
    entries = {entry.key: entry.value for entry in read_frontmatter(draft_note(ODD)).entries}
    assert entries["title"] == ODD
    assert {match_field(key) for key in entries} >= set(Field)


def test_a_gap_becomes_a_note_with_its_source_and_places():
    """What a paper says is quoted with page and line, its identifiers stand under sources."""
    passage = FoundPassage(3, 14, "A bee dances.", "A bee dances. Others follow.")
    gap = Gap(title="Dances", tags=("bee", "sun compass"), passages=(passage,))
    report = Report(
        document="bee.pdf",
        title="How: bees dance",
        identifiers=("arxiv:2601.00001",),
        n_windows=1,
        fired=(),
        near=(),
    )
    text = draft_from_gap(gap, report)
    entries = {entry.key: entry.value for entry in read_frontmatter(text).entries}
    assert entries["title"] == "Dances"
    assert entries["tags"] == ["bee", "sun compass"]
    assert entries["sources"] == ["How: bees dance arxiv:2601.00001"]
    assert "> A bee dances. Others follow.\n>\n> (How: bees dance, p. 3, l. 14)" in text
    own = read_frontmatter(draft_from_gap(gap, report, "Mine")).entries
    assert next(e.value for e in own if e.key == "title") == "Mine"


def test_a_note_that_is_there_is_never_touched(tmp_path):
    """A second note of the same name is refused, and the first stays as it is."""
    path = write_draft(tmp_path, "a/b: c", "one")
    assert path.name == "a b c.md"
    with pytest.raises(AlreadyThere):
        write_draft(tmp_path, "a/b: c", "two")
    assert path.read_text(encoding="utf-8") == "one"


@pytest.mark.parametrize("title", ["", " / ", "..."])
def test_a_title_that_names_no_file_is_refused(tmp_path, title):
    """Nothing is written where a title leaves no name."""
    with pytest.raises(BadRequest):
        write_draft(tmp_path, title, "")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_one_line(tmp_path):
    """A vault that cannot be written says so."""
    with pytest.raises(WriteFailed):
        write_draft(tmp_path / "gone", "a", "")
