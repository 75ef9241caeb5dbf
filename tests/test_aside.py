"""Prose of a field that is no unit stays findable."""

from __future__ import annotations

from noteweb.aside import find_asides
from noteweb.parse.notes import parse_note
from noteweb.passage import WordTokenizer, cut_passages
from noteweb.web import NoteWeb

NOTE = """---
title: Kiln
Activation: |-
  Two precise triggers make this note come up in a review of glazes.

  First, when the cooling curve is reported.

  Second, when two clays crack apart.

  Note that zanzibar is the crucial condition in all of these cases.
Receptor:
- A potter compares glazes.
---

Body.
"""


def test_what_opens_and_closes_a_list_is_found(tmp_path):
    """A word that stands outside the units of a field still finds the note, at its line."""
    (tmp_path / "kiln.md").write_text(NOTE, encoding="utf-8")
    with NoteWeb.open(tmp_path, model="none") as web:
        (hit,) = web.search("zanzibar", mode="text")
    assert (hit.field, hit.line) == ("Activation", 10)
    assert hit.text == "Note that zanzibar is the crucial condition in all of these cases."


def test_units_and_asides_cover_the_prose_once():
    """No word of a field is in no passage, and none is in two."""
    note = parse_note(NOTE.encode(), path="kiln.md")
    texts = [p.text for p in cut_passages(note, WordTokenizer(), max_tokens=100) if p.field]
    assert texts == [
        "when the cooling curve is reported.",
        "when two clays crack apart.",
        "A potter compares glazes.",
        "Two precise triggers make this note come up in a review of glazes.",
        "Note that zanzibar is the crucial condition in all of these cases.",
    ]
    for field, start, end in find_asides(note):
        assert all(u.end <= start or u.start >= end for u in note.units if u.field is field)
