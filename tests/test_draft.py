"""A new note's text and its file."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.config import NewNote
from noteweb.draft import draft_from_gap, draft_note, name_file, write_draft
from noteweb.errors import AlreadyThere, BadRequest, ConfigInvalid, WriteFailed
from noteweb.evidence.skeleton import write_skeleton
from noteweb.model.firing import FoundPassage, Gap, Report
from noteweb.model.note import Field
from noteweb.parse.fields import match_field
from noteweb.parse.frontmatter import read_frontmatter

ODD = 'Odd: "title" #1 [x]'


def test_an_empty_note_has_the_seven_fields(tmp_path):
    """The skeleton reads back with its title and a key for each field."""
    text = draft_note(tmp_path, NewNote(), ODD)
    entries = {entry.key: entry.value for entry in read_frontmatter(text).entries}
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


@pytest.mark.parametrize(
    ("there", "title"), [("Note", "note"), ("STRASSE", "Straße"), ("Cafe\u0301", "Café")]
)
def test_a_name_that_is_anothers_elsewhere_is_refused(tmp_path, there, title):
    """What macOS or Windows takes for one file is one file to us where we name it."""
    (tmp_path / f"{there}.md").write_text("one", encoding="utf-8")
    with pytest.raises(AlreadyThere, match=there):
        write_draft(tmp_path, title, "two")
    assert [path.stem for path in tmp_path.iterdir()] == [there]


@pytest.mark.parametrize("name", ["aux", "CON", "com1"])
def test_no_experiment_has_a_devices_name(tmp_path, name):
    """Windows could not hold the file of such an experiment, nor that of its records."""
    with pytest.raises(BadRequest, match="device"):
        write_skeleton(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_experiments_are_told_apart_by_more_than_capitals(tmp_path):
    """Their files, and those of their records, would be the same elsewhere."""
    write_skeleton(tmp_path, "Coins")
    with pytest.raises(AlreadyThere, match=r"Coins\.py"):
        write_skeleton(tmp_path, "coins")


@pytest.mark.parametrize("title", ["", " / ", "..."])
def test_a_title_that_names_no_file_is_refused(tmp_path, title):
    """Nothing is written where a title leaves no name."""
    with pytest.raises(BadRequest):
        write_draft(tmp_path, title, "")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    """A vault that cannot be written says so."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(WriteFailed):
        write_draft(tmp_path / "file", "a", "")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Plain title", "Plain title"),
        ("a/b\\c: d?", "a b c d"),
        ("[[link]] #tag ^block | alias", "link tag block alias"),
        ("\u202edne eht\u202c \u200fמילה", "dne eht מילה"),
        ("e\u0301te\u0301", "été"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("constant", "constant"),
        (".hidden.", "hidden"),
        ("\ud800half\0", "half"),
        ("я" * 300, "я" * 100),
    ],
)
def test_any_title_gives_a_safe_name(title, name):
    """Signs no system takes go, marks that nobody sees too, and a long title is cut by bytes."""
    assert name_file(title) == name


@given(st.text())
def test_a_name_is_one_file_of_the_folder(title):
    """Whatever the title: one visible name of bounded length, the same when named again."""
    try:
        name = name_file(title)
    except BadRequest:
        return
    assert not set(name) & set('/\\\0<>:"|?*#^[]')
    assert name[0] != "."
    assert len(name.encode()) <= 201
    assert name_file(name) == name


def test_a_template_is_filled_in(tmp_path):
    """Title, date and time take their places; as the value of a key the title stays one string."""
    (tmp_path / "own.md").write_text(
        "---\ntitle: {{title}}\nmade: {{date}}\n---\n# {{ title }}\n{{time}} {{other}}\n"
    )
    text = draft_note(tmp_path, NewNote(template="own.md"), ODD)
    entries = {entry.key: entry.value for entry in read_frontmatter(text).entries}
    assert entries["title"] == ODD
    assert f"title: {json.dumps(ODD)}\n" in text
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(entries["made"]))
    assert re.search(rf"^# {re.escape(ODD)}\n\d\d:\d\d \{{\{{other", text, re.MULTILINE)


@pytest.mark.parametrize("data", [None, b"\xff\xfe\xff"])
def test_a_template_that_cannot_be_read_is_told(tmp_path, data):
    """The settings are named, for there it stands."""
    if data is not None:
        (tmp_path / "own.md").write_bytes(data)
    with pytest.raises(ConfigInvalid, match=r"noteweb\.toml: the template own\.md cannot be read"):
        draft_note(tmp_path, NewNote(template="own.md"), "a")
