"""Lines of a text, which end at LF, CR LF or CR and nowhere else.

`str.splitlines` also breaks at U+2028, NEL, VT and FF, which spoils every number after them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

_END_OF_LINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where the lines of a text begin.

    Attributes
    ----------
    starts : the offset of each line's first character; never empty
    """

    starts: tuple[int, ...]

    def line(self, offset: int) -> int:
        """Line of an offset, from 1."""
        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def split_lines(text: str) -> list[str]:
    """Give the lines of a text without what ends them."""
    return _END_OF_LINE.split(text)


def index_lines(text: str) -> Lines:
    r"""Index the lines of a text, in linear time.

    A text that ends in a line end has an empty last line, as editors show it.

    Examples
    --------
    >>> index_lines("a\r\nb\rc").position(5)
    (3, 1)
    """
    if "\r" in text:
        return Lines(starts=(0, *(m.end() for m in _END_OF_LINE.finditer(text))))
    lengths = [len(line) + 1 for line in text.split("\n")]
    lengths.pop()
    return Lines(starts=(0, *accumulate(lengths)))
