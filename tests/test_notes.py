"""Whole notes: nothing raises, nothing is lost, every problem has its place."""

import re

import pytest
from hypothesis import given, settings

from noteweb.model.note import PartKind
from noteweb.parse.code import CODES
from noteweb.parse.notes import parse_note
from strategies import note_bytes


def parse(text: str, path: str = "dir/n.md"):
    """Parse a text that may hold lone surrogates."""
    return parse_note(text.encode("utf-8", "surrogateescape"), path=path)


def check(note, data: bytes) -> None:
    """Assert what holds for every note."""
    text = note.text
    assert note.original.encode(note.encoding, "surrogateescape") == data
    assert "".join(text[part.start : part.end] for part in note.parts) == text
    n_lines = len(re.split(r"\r\n|\r|\n", text))
    for problem in note.problems:
        assert 1 <= problem.line <= n_lines
        assert problem.column >= 1
        assert problem.code in CODES
    placed = (*note.units, *note.card.links, *note.properties, *note.blocks, *note.footnotes)
    for each in placed:
        assert 0 <= each.start < each.end <= len(text)
        assert 1 <= each.line <= n_lines


@settings(max_examples=300)
@given(note_bytes)
def test_any_bytes_become_a_note(data):
    """The parser never raises and loses nothing, and all places lie in the file."""
    check(parse_note(data, path="n.md"), data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf---\n---\n",
        b"---",
        b"---\n---",
        b"\0\0\0",
        b"---\na: \xff\n---\n\xfe",
        "\ufeff---\na: б\n---\nв".encode("utf-16-le"),
        b"---\r\na: |-\r\n  x\r\n\r\n  y\r\n---\r\nb\r",
    ],
)
def test_odd_files_are_notes_too(data):
    """Empty files, lone marks, UTF-16 and bytes of no encoding are kept whole."""
    check(parse_note(data, path="n.md"), data)


def test_the_card_of_a_plain_note():
    """Title, id and language come from the file where the frontmatter says nothing."""
    card = parse("text first\n# The *first* `title` of [[x|the]] note\n# Second", "a/b c.md").card
    assert (card.id, card.path, card.title) == (
        "a/b c",
        "a/b c.md",
        "The *first* title of the note",
    )
    assert parse("no heading", "a/README.md.md").card.title == "README.md"
    assert parse("no heading", "a/README.md.md").card.id == "a/README.md"


def test_the_card_of_a_full_note():
    """Attributes are read as in Obsidian, and every other key is kept."""
    card = parse(
        "---\nid: my-id\nTitle: A  title\naliases: [One, Two]\nalias: Three\ntags: [a, '#b']\n"
        "category: Cat\ndescription: >-\n  Some\n  words\ndate created: 13-07-2024\n"
        "modified: 2025-01-02 03:04:05\nrating: 5\nclaims:\n  - id: c1\nReceptor: [x]\n---\n#c\n"
    ).card
    assert (card.id, card.title, card.aliases) == ("my-id", "A title", ("One", "Two", "Three"))
    assert (card.tags, card.category, card.description) == (("a", "b", "c"), "Cat", "Some words")
    assert (card.created, card.updated) == ("2024-07-13", "2025-01-02T03:04:05")
    assert card.attributes["rating"] == 5
    assert card.attributes["claims"] == [{"id": "c1"}]
    assert "Receptor" not in card.attributes


@pytest.mark.parametrize("value", ["12", "[a]", "''", ""])
def test_an_id_that_is_no_text_is_reported(value):
    """The path stands in, so that no two notes collide in silence."""
    note = parse(f"---\nid: {value}\n---\n")
    assert note.card.id == "dir/n"
    assert [problem.code for problem in note.problems] == ["id-not-text"]


def test_logseq_pages_say_what_they_are_in_their_first_lines():
    """Properties at the top of a page are its attributes; later ones are not."""
    card = parse("title:: My page\nalias:: One, Two\ntags:: [[a b]], #c\n\n- title:: no\n").card
    assert (card.title, card.aliases) == ("My page", ("One", "Two"))
    assert set(card.tags) == {"a b", "c"}


def test_damage_is_repaired_before_yaml_is_read():
    """Latin-1 damage holds characters that YAML forbids; the note is read all the same."""
    text = (
        "---\ntitle: „Größe“ – Maß\nReceptor: |-\n  1) wenn „x“ wächst\n  2) – fällt\n---\n[[Ö]]\n"
    )
    damaged = text.encode().decode("latin-1").encode()
    note = parse_note(damaged, path="n.md")
    check(note, damaged)
    assert note.text == text
    assert note.card.repaired == "latin-1"
    assert note.card.title == "„Größe“ – Maß"
    assert note.card.links[0].target == "Ö"
    (problem,) = note.problems
    assert (problem.code, problem.line, problem.column) == ("encoding-damaged", 2, 8)
    assert "latin-1" in problem.message


def test_lossy_damage_is_reported_and_left():
    """A guess is named, never applied."""
    note = parse("a \u0e42 b")
    assert note.text == "a \u0e42 b"
    assert note.card.repaired is None
    (problem,) = note.problems
    assert (problem.code, problem.column) == ("encoding-guess", 3)


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"a\nb\xff", "encoding-invalid", 2, 2),
        (b"a\n\0", "character-nul", 2, 1),
        ("\ufffd".encode(), "character-replaced", 1, 1),
        (b"---\na: 1\n", "frontmatter-unclosed", 1, 1),
        (b"---\na: [\n---\n", "yaml-syntax", 3, 1),
        (b"\n---\nb: 1\nb: 2\n---\n", "yaml-key-twice", 4, 1),
        (b"---\ntags:\n- #x\n---\n", "tag-comment", 3, 2),
        (b"a\r```\rb", "code-unclosed", 2, 1),
        (b"a\n%%\nb", "comment-unclosed", 2, 1),
        (b"+++\na = \n+++\n", "toml-syntax", 2, 1),
    ],
)
def test_problems_have_codes_and_places(data, code, line, column):
    """Each problem is one value with a stable code and the line and column in the file."""
    (problem,) = parse_note(data, path="d/n.md").problems
    assert (problem.path, problem.code, problem.line, problem.column) == (
        "d/n.md",
        code,
        line,
        column,
    )


def test_parts_name_the_frontmatter():
    """Mark, blank lines, fences and frontmatter are parts of their own."""
    note = parse("\ufeff\n---\na: 1\n---\n# H\n")
    assert [part.kind for part in note.parts] == [
        PartKind.PREFIX,
        PartKind.FENCE,
        PartKind.FRONTMATTER,
        PartKind.FENCE,
        PartKind.HEADING,
    ]


def test_language_is_that_of_the_prose():
    """Fields and body are looked at together."""
    assert (
        parse("---\ntitle: x\n---\nЭто и не то, что было на полке, как все знают.").card.language
        == "ru"
    )
    assert parse("a b c").card.language == ""


@pytest.mark.parametrize(
    ("statement", "tools"),
    [
        ("ArviZ or a simple fan chart that draws the interval.", ["ArviZ"]),
        ("Fifth, use ArviZ or a fan chart.", []),
        ("Weights or a model of them are kept.", []),
    ],
)
def test_a_tool_beside_a_thing_is_named(statement, tools):
    """A capital inside a word makes it a name, also where what it may be replaced by is none."""
    note = parse_note(f"---\nAcceptor: {statement}\n---\n".encode(), path="n.md")
    assert [mention.name for mention in note.card.tools] == tools
