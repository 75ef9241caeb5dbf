"""What is usual in a PDF, and what stands out: its title."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from noteweb.documents.column import order_lines
from noteweb.documents.heading import strip_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.documents.column import Line
    from noteweb.documents.piece import Page

LARGER = 1.07  # than the text: a heading
_SAME_SIZE = 0.04  # of a font's size
_TITLE_WORDS = 3  # fewer may be a journal's name
_TITLE_LETTERS = 15  # in place of words, for scripts without blanks
_TITLE_LINES = 5
_USUAL_SIZE, _USUAL_LEADING = 10.0, 1.2
_PART_LETTERS = 7  # of a heading's line, so that "Data" is no part of "Database systems"
_WORDS = re.compile(r"[^\W\d_]{3,}")


class Placed(NamedTuple):
    """A line with its page and its number there, both from 1."""

    line: Line
    page: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What is usual in a document.

    Attributes
    ----------
    size : of the font that most letters are set in
    leading : from one line to the next, in sizes
    outline : the letters of the bookmarks (see `list_letters`), sorted
    endings : the same backwards, sorted
    """

    size: float
    leading: float
    outline: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    def is_in_outline(self, text: str) -> bool:
        """Whether a line is a bookmark's title, or begins or ends one that takes two lines."""
        letters = list_letters(text)
        at = bisect_left(self.outline, letters)
        if self.outline[at : at + 1] == (letters,):
            return True
        if len(letters) < _PART_LETTERS:
            return False
        backwards = letters[::-1]
        end = bisect_left(self.endings, backwards)
        first, last = self.outline[at : at + 1], self.endings[end : end + 1]
        return any(title.startswith(letters) for title in first) or any(
            title.startswith(backwards) for title in last
        )


def place_lines(pages: Iterable[Page]) -> tuple[Placed, ...]:
    """Give all lines in reading order."""
    return tuple(
        Placed(line, page, number)
        for page, each in enumerate(pages, 1)
        for number, line in enumerate(order_lines(each.pieces), 1)
    )


def find_style(lines: Sequence[Placed], outline: Iterable[str]) -> Style:
    """Find what size most letters have, and how far apart their lines stand."""
    sizes: Counter[float] = Counter()
    for placed in lines:
        sizes[placed.line.size] += len(placed.line.text)
    size = max(sizes, key=lambda each: (sizes[each], each), default=0.0) or _USUAL_SIZE
    gaps: Counter[float] = Counter()
    for above, below in pairwise(lines):
        if is_below(above, below) and above.line.size == below.line.size == size:
            gaps[round((above.line.y - below.line.y) / size, 1)] += 1
    leading = gaps.most_common(1)[0][0] if gaps else _USUAL_LEADING
    letters = {list_letters(title) for title in outline} - {""}
    return Style(
        size=size,
        leading=leading,
        outline=tuple(sorted(letters)),
        endings=tuple(sorted(title[::-1] for title in letters)),
    )


def is_below(above: Placed, below: Placed) -> bool:
    """Whether a line stands in the same stretch of a column as the one before it."""
    return above.page == below.page and above.line.column == below.line.column


def has_same_size(one: Line, other: Line) -> bool:
    """Whether two lines are set in about the same size."""
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def has_same_font(one: Line, other: Line) -> bool:
    """Whether two lines are set in the same font and size."""
    return one.font == other.font and has_same_size(one, other)


def list_letters(heading: str) -> str:
    """Give a heading's letters alone, without its number, to know it again by."""
    return "".join(filter(str.isalpha, strip_number(heading))).casefold()


def find_title(lines: Sequence[Placed], style: Style) -> tuple[int, int]:
    """Find where the title's lines begin and end: the first page's largest, if long enough.

    An empty span where nothing on the page is larger than the text.
    """
    best, best_size = (0, 0), LARGER * style.size
    start = 0
    for at, placed in enumerate(lines):
        if placed.page > 1:
            break
        is_new = at - start == _TITLE_LINES or not has_same_font(lines[start].line, placed.line)
        start = at if is_new else start
        is_larger = placed.line.size > best_size or (best == (start, at) and at > start)
        if is_larger and _is_long(lines[start : at + 1]):
            best, best_size = (start, at + 1), placed.line.size
    return best


def _is_long(lines: Iterable[Placed]) -> bool:
    words = _WORDS.findall(" ".join(placed.line.text for placed in lines))
    return len(words) >= _TITLE_WORDS or sum(map(len, words)) >= _TITLE_LETTERS
