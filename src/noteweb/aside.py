"""Prose of a field that is no unit: what opens or closes a list of conditions.

It says nothing that fires the note, but a reader wrote it and must find it again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from noteweb.model.note import PartKind
from noteweb.parse.fields import match_field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.model.note import Field, Note

#: A top-level key; what is indented, listed or inside a block scalar does not begin a line so.
_KEY = re.compile(
    r"^(?P<quote>[\"']?)(?P<key>[^\W\d][\w -]*+)(?P=quote)[ \t]*+:(?:[ \t]*[|>][-+\d]*[ \t]*$)?",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*")
_WORD = re.compile(r"\w+")

#: Fewer words are the mark of a unit ("Scenario 12:", "And third,"), not prose.
_FEWEST_WORDS = 6


def find_asides(note: Note) -> Iterator[tuple[Field, int, int]]:
    """Give the (field, start, end) of each paragraph of a field that no unit covers, in order."""
    spans: defaultdict[Field, list[tuple[int, int]]] = defaultdict(list)
    for start, stop, of_field in sorted((u.start, u.end, u.field) for u in note.units):
        spans[of_field].append((start, stop))
    for part in note.parts:
        if part.kind is not PartKind.FRONTMATTER:
            continue
        keys = list(_KEY.finditer(note.text, part.start, part.end))
        for key, following in zip_longest(keys, keys[1:]):
            end = following.start() if following else part.end
            field = match_field(key["key"])
            if field is not None:
                for gap in _gaps(spans[field], key.end(), end):
                    for start, stop in _paragraphs(note.text, *gap):
                        yield field, start, stop


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _PARAGRAPH.finditer(text, start, end):
        words = islice(_WORD.finditer(text, *match.span()), _FEWEST_WORDS)
        if sum(1 for _ in words) == _FEWEST_WORDS:
            yield match.start(), match.start() + len(match[0].rstrip())


def _gaps(units: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the stretches between the units (start, end) of one field, which are in order."""
    first, last = (bisect_left(units, (bound, 0)) for bound in (start, end))
    for unit_start, unit_end in islice(units, first, last):
        if unit_start > start:
            yield start, unit_start
        start = max(start, unit_end)
    if start < end:
        yield start, end
