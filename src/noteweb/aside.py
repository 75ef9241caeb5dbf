"""Prose of a field that is no unit: what opens or closes a list of conditions.

It says nothing that fires the note, but a reader wrote it and must find it again.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from noteweb.model.note import PartKind
from noteweb.parse.fields import match_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.model.note import Field, Note

#: A top-level key; what is indented, listed or inside a block scalar does not begin a line so.
_KEY = re.compile(
    r"^(?P<quote>[\"']?)(?P<key>[^\W\d][\w -]*)(?P=quote)[ \t]*:(?:[ \t]*[|>][-+\d]*[ \t]*$)?",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\S(?:.|\n(?![ \t]*\n))*")
_WORD = re.compile(r"\w+")

#: Fewer words are the mark of a unit ("Scenario 12:", "And third,"), not prose.
_FEWEST_WORDS = 6


def find_asides(note: Note) -> Iterator[tuple[Field, int, int]]:
    """Give the (field, start, end) of each paragraph of a field that no unit covers, in order."""
    for part in note.parts:
        if part.kind is not PartKind.FRONTMATTER:
            continue
        keys = list(_KEY.finditer(note.text, part.start, part.end))
        for key, following in zip_longest(keys, keys[1:]):
            end = following.start() if following else part.end
            field = match_field(key["key"])
            if field is not None:
                for start, stop in _paragraphs(note, field, key.end(), end):
                    yield field, start, stop


def _paragraphs(note: Note, field: Field, start: int, end: int) -> Iterator[tuple[int, int]]:
    for gap_start, gap_end in _gaps(note, field, start, end):
        for match in _PARAGRAPH.finditer(note.text, gap_start, gap_end):
            if len(_WORD.findall(match[0])) >= _FEWEST_WORDS:
                yield match.start(), match.start() + len(match[0].rstrip())


def _gaps(note: Note, field: Field, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the stretches between the units of one field."""
    spans = sorted((u.start, u.end) for u in note.units if u.field is field and u.start >= start)
    for unit_start, unit_end in spans:
        if unit_start >= end:
            break
        if unit_start > start:
            yield start, unit_start
        start = max(start, unit_end)
    if start < end:
        yield start, end
