"""Properties in the body (``key:: value``) and block ids (``^3df057``)."""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from noteweb.model.note import Anchor, Property

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.text.lines import Lines

_KEY = r"[^\s:*`~\[\](){}<>#|\"'!?.,;/\\=+-][^:*`\[\](){}<>#|\"\r\n]{0,60}?"
_LINE = re.compile(
    rf"[ \t>]*+(?:[-*+][ \t]++|\d{{1,9}}[.)][ \t]++)?[*_]{{0,2}}(?P<key>{_KEY})[*_]{{0,2}}[ \t]*::"
    r"[*_]{0,2}(?:[ \t]++(?P<value>[^\r\n]*)|(?=[\r\n]|\Z))"
)
_INLINE = re.compile(
    rf"[\[(](?P<key>{_KEY})::[ \t]*+"
    r"(?P<value>(?:\[\[[^\[\]\r\n]{0,300}\]\]|[^\[\]()\r\n]){0,500}+)[\])]"
)
_BLOCK_ID = re.compile(
    r"(?:(?<=[ \t])|(?<![^\r\n]))\^([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*+(?=[\r\n]|\Z)"
)


def find_properties(
    text: str, start: int, holes: Sequence[tuple[int, int]], lines: Lines
) -> tuple[Property, ...]:
    """Find ``key:: value`` lines and ``[key:: value]`` or ``(key:: value)`` inside lines."""
    found: dict[int, Property] = {}
    seen_line = -1
    at = text.find("::", start)
    while at >= 0:
        line = lines.line(at)
        if line != seen_line:
            seen_line = line
            _read_line(text, max(start, lines.starts[line - 1]), lines, found)
            _read_inline(text, line, lines, found)
        at = text.find("::", at + 2)
    kept = (found[key] for key in sorted(found) if not is_inside(key, holes))
    return tuple(kept)


def _read_line(text: str, at: int, lines: Lines, found: dict[int, Property]) -> None:
    match = _LINE.match(text, at)
    if match is not None:
        found[match.start("key")] = _property(match, lines, match.start("key"), match.end())


def _read_inline(text: str, line: int, lines: Lines, found: dict[int, Property]) -> None:
    start = lines.starts[line - 1]
    end = lines.starts[line] if line < len(lines.starts) else len(text)
    for match in _INLINE.finditer(text, start, end):
        found.setdefault(match.start("key"), _property(match, lines, match.start(), match.end()))


def _property(match: re.Match[str], lines: Lines, start: int, end: int) -> Property:
    return Property(
        key=match["key"].strip(),
        value=(match["value"] or "").strip(),
        line=lines.line(start),
        start=start,
        end=end,
    )


def find_block_ids(
    text: str, start: int, holes: Sequence[tuple[int, int]], lines: Lines
) -> tuple[Anchor, ...]:
    """Find the block ids that end lines."""
    if text.find("^", start) < 0:
        return ()
    return tuple(
        Anchor(name=m[1], line=lines.line(m.start()), start=m.start(), end=m.end(1))
        for m in _BLOCK_ID.finditer(text, start)
        if not is_inside(m.start(), holes)
    )


def is_inside(offset: int, holes: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset lies in one of sorted spans that do not overlap."""
    index = bisect_right(holes, offset, key=itemgetter(0)) - 1
    return index >= 0 and offset < holes[index][1]
