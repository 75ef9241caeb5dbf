"""Paragraphs that a column, a page, a figure or a footnote parted, put together again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from noteweb.documents.block import Kind
from noteweb.documents.heading import match_item
from noteweb.documents.style import has_same_size, is_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.documents.style import Placed

_LOOK_AHEAD = 100  # blocks: the rows of a page's tables may stand between
_FIGURE_PAGES = 3  # that figures may fill between the halves of a word
_INDENT_EM = 0.8
_SHORT = 0.15  # of the column: a line that leaves more of it empty ends a paragraph
_MIN_WORDS = 4  # in the half before, so that labels in figures join nothing
_STOPS = tuple(".!?:;…。！？")
_CLOSERS = "\"'”’»)]"
_JOINABLE = frozenset({Kind.TEXT, Kind.CAPTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Lines that make one block."""

    kind: Kind
    lines: tuple[Placed, ...]


def ends_sentence(text: str) -> bool:
    """Whether a line ends where a sentence may end."""
    return text.rstrip(_CLOSERS).endswith(_STOPS)


def is_full(placed: Placed) -> bool:
    """Whether a line reaches about as far as its column does."""
    line = placed.line
    return line.x1 > line.right - _SHORT * (line.right - line.left)


def rejoin(runs: Sequence[Run]) -> list[Run]:
    """Join each paragraph that ends in mid-sentence with the block that goes on."""
    joined: list[Run] = []
    taken: set[int] = set()
    for at, run in enumerate(runs):
        if at in taken:
            continue
        lines, last = list(run.lines), at
        while run.kind in _JOINABLE and _is_unfinished(lines):
            rest = _find_rest(lines[-1], runs, last, taken)
            if rest is None:
                break
            taken.add(rest)
            last = rest
            lines.extend(runs[rest].lines)
        joined.append(replace(run, lines=tuple(lines)))
    return joined


def _find_rest(last: Placed, runs: Sequence[Run], at: int, taken: set[int]) -> int | None:
    """Find the block that goes on after a line: the next in its size, no heading between."""
    is_broken = last.line.has_hyphen  # half a word has its other half somewhere
    n_pages = _FIGURE_PAGES if is_broken else 1
    for index in range(at + 1, min(at + _LOOK_AHEAD, len(runs))):
        first = runs[index].lines[0]
        if runs[index].kind is Kind.HEADING or first.page > last.page + n_pages:
            return None
        if index in taken or runs[index].kind is not Kind.TEXT:
            continue
        if has_same_size(first.line, last.line):
            if _may_follow(last, first):
                return index
            if not is_broken:
                return None
    return None


def _is_unfinished(lines: Sequence[Placed]) -> bool:
    last = lines[-1].line
    if last.has_hyphen:
        return True
    words = (word for placed in lines for word in placed.line.text.split())
    has_enough = len(tuple(islice(words, _MIN_WORDS))) == _MIN_WORDS
    return has_enough and not ends_sentence(last.text)


def _may_follow(last: Placed, first: Placed) -> bool:
    """Whether a line may go on after another: in mid-sentence, or flush in the next column."""
    text = first.line.text
    if text[:1].islower():
        return True
    is_flush = first.line.x0 < first.line.left + _INDENT_EM * first.line.size
    return not is_below(last, first) and is_full(last) and is_flush and not match_item(text)
