"""Fenced code: which fence closes which, without searching the same lines twice."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

_OPENING = re.compile(r"(?P<ticks>```+)[^`]*\Z|(?P<waves>~~~+)")
_CLOSING = re.compile(r"(```+|~~~+)[ \t]*\Z")
_MAX_INDENT = 3  # of a closing fence at the margin


class Fence(NamedTuple):
    """An opening fence: its character and its length."""

    character: str
    length: int

    def is_closed_by(self, bare: str) -> bool:
        """Whether a line without its indentation closes this fence."""
        match = _CLOSING.match(bare)
        return match is not None and bare[0] == self.character and len(match[1]) >= self.length


def match_fence(content: str) -> Fence | None:
    """Give the fence that opens at the beginning of a line's content."""
    if content[:1] not in ("`", "~"):
        return None
    match = _OPENING.match(content)
    if match is None:
        return None
    mark = match["ticks"] or match["waves"]
    return Fence(mark[0], len(mark))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closings:
    """Lines that can close a fence of one character, with the longest still to come."""

    lines: tuple[int, ...]
    lengths: tuple[int, ...]
    longest_from: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fencing:
    """All closing fences of a body."""

    at_margin: dict[str, _Closings]
    anywhere: dict[str, _Closings]

    def find_closing(self, index: int, fence: Fence, *, is_nested: bool) -> int | None:
        """Give the line after the one that closes a fence opened on line `index`.

        A fence inside a list item may be closed at any indentation. Cost: what is skipped over.
        """
        closings = (self.anywhere if is_nested else self.at_margin)[fence.character]
        at = bisect_right(closings.lines, index)
        if at == len(closings.lines) or closings.longest_from[at] < fence.length:
            return None
        while closings.lengths[at] < fence.length:
            at += 1
        return closings.lines[at] + 1


def index_fences(lines: list[str]) -> Fencing:
    """Index the lines that can close a fence."""
    found: list[tuple[int, str, int, bool]] = []
    for index, line in enumerate(lines):
        bare = line.lstrip(" \t")
        if bare[:3] in ("```", "~~~"):
            match = _CLOSING.match(bare)
            if match is not None:
                indent = line[: len(line) - len(bare)]
                is_margin = len(indent) <= _MAX_INDENT and "\t" not in indent
                found.append((index, bare[0], len(match[1]), is_margin))
    return Fencing(
        at_margin={c: _collect(found, c, is_margin=True) for c in "`~"},
        anywhere={c: _collect(found, c, is_margin=False) for c in "`~"},
    )


def _collect(
    found: list[tuple[int, str, int, bool]], character: str, *, is_margin: bool
) -> _Closings:
    chosen = [each for each in found if each[1] == character and (each[3] or not is_margin)]
    longest, suffix = 0, []
    for each in reversed(chosen):
        longest = max(longest, each[2])
        suffix.append(longest)
    return _Closings(
        lines=tuple(each[0] for each in chosen),
        lengths=tuple(each[2] for each in chosen),
        longest_from=tuple(reversed(suffix)),
    )
