"""A person's words for a note find it, or say why not."""

from __future__ import annotations

import pytest

from cards import make_card
from noteweb.errors import NoteAmbiguous, NoteNotFound
from noteweb.links.names import build_names, find_note, find_twins

NOTES = build_names(
    (
        make_card("physics/entropy", title="What Entropy Means", aliases=("disorder", "S")),
        make_card("z-17", path="maths/groups.md", title="Groups"),
        make_card("maths/rings", title="Groups"),
        make_card("pages/a___b", title="a___b"),
        make_card("pages/why%3F", title="why%3F"),
        make_card("README.md", path="README.md.md"),
        make_card("README", path="README.md"),
        make_card("Café", title="Кофе"),
    )
)


def test_paths_that_are_one_file_elsewhere_are_told():
    """Capitals and split accents part files on Linux alone; the first of them is the other's."""
    paths = ["note.md", "a/note.md", "Note.md", "Cafe\u0301.md", "Café.md", "b.md"]
    told = {(p.path, p.code, p.message.rpartition("as ")[2]) for p in find_twins(paths)}
    assert told == {
        ("note.md", "path-twice", "'Note.md'"),
        ("Café.md", "path-twice", "'Cafe\u0301.md'"),
    }


@pytest.mark.parametrize("there", ["Café", "Cafe\u0301"])
def test_a_name_finds_its_own_spelling_first(there):
    """Where both spellings of an accent are notes, each is found by its own."""
    notes = build_names((make_card("Café"), make_card("Cafe\u0301")))
    assert find_note(notes, there) == there


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("physics/entropy", "physics/entropy"),
        ("physics/entropy.md", "physics/entropy"),
        ("./physics/entropy.md", "physics/entropy"),
        ("PHYSICS/Entropy.MD", "physics/entropy"),
        ("entropy", "physics/entropy"),
        ("entropy.md", "physics/entropy"),
        (" what entropy means ", "physics/entropy"),
        ("Disorder", "physics/entropy"),
        ("z-17", "z-17"),
        ("maths/groups.md", "z-17"),
        ("a/b", "pages/a___b"),
        ("why?", "pages/why%3F"),
        ("README.md.md", "README.md"),
        ("README.md", "README"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "Café"),
        ("КОФЕ", "Café"),
    ],
)
def test_every_name_of_a_note_finds_it(name, note):
    """Id, path, end of a path, title, alias and Logseq page name find the note in any case."""
    assert find_note(NOTES, name) == note


def test_a_shared_title_names_its_notes():
    """A title that two notes bear finds neither, and both ids are told."""
    table = build_names((make_card("x/one", title="Same"), make_card("y/two", title="same")))
    with pytest.raises(NoteAmbiguous) as caught:
        find_note(table, "SAME")
    assert caught.value.ids == ("x/one", "y/two")


def test_an_exact_id_decides_between_spellings():
    """Where ids differ by case alone, the spelling decides."""
    table = build_names((make_card("Note"), make_card("note")))
    assert find_note(table, "note") == "note"
    assert find_note(table, "Note") == "Note"
    assert find_note(table, "note.md") == "note"
    assert find_note(table, "Note.md") == "Note"


def test_a_wrong_name_gets_near_ones():
    """A misspelt title is answered with the titles most like it, as they are written."""
    with pytest.raises(NoteNotFound) as caught:
        find_note(NOTES, "what entropi means")
    assert caught.value.near[0] == "What Entropy Means"


def test_of_two_notes_with_one_id_the_first_counts():
    """A doubled id never makes a name ambiguous with itself."""
    table = build_names(
        (make_card("a", title="First"), make_card("a", path="b.md", title="Second"))
    )
    assert find_note(table, "a") == "a"
    assert table.titles["a"] == "First"
