"""Letters in pictures: how wide they run, how a label is broken, and where none covers another."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from noteweb.export.xml import make_legal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Widths in ems of DejaVu Sans, the widest of the usual faces, so that a narrower one fits too.
_WIDTHS = {
    **dict.fromkeys("ijl|.,:;'!I()[]ft ", 0.37),
    **dict.fromkeys("mwMWЖШЩЮФжшщюфм@%", 0.93),
}
_WIDE, _CAPITAL, _USUAL = 1.02, 0.74, 0.62
_CELL = 40.0
_ELLIPSIS = "…"
_LONGEST = 400  # characters of a label that can matter
#: What turns the order of what follows around, and what has no room of its own.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Box(NamedTuple):
    """A rectangle on the picture."""

    left: float
    top: float
    right: float
    bottom: float


def clean(text: str) -> str:
    """Give a label on one line, with all that can be seen of it."""
    legal = make_legal(" ".join(text.split()))
    return "".join(char for char in legal if unicodedata.category(char) not in _UNSEEN)


def measure(text: str, size: float) -> float:
    """Give about how wide a text runs at a font size; rather too much than too little."""
    return size * sum(map(_width, text))


def break_label(text: str, size: float, width: float, n_lines: int) -> tuple[str, ...]:
    """Break a label into at most so many lines of this width; what is cut shows as an ellipsis."""
    lines: list[str] = []
    words = text[:_LONGEST].split()
    if len(text) > _LONGEST:
        words[-1:] = [words[-1] + _ELLIPSIS] if words else []
    while words and len(lines) < n_lines:
        line = words.pop(0)
        while words and measure(f"{line} {words[0]}", size) <= width:
            line += " " + words.pop(0)
        lines.append(line)
    if words:
        lines[-1] += " " + words[0]
    return tuple(
        _cut(line, size, width, is_cut=bool(words) and line is lines[-1]) for line in lines
    )


class Placer:
    """Keeps boxes apart: a new one is placed where it meets none before it."""

    def __init__(self, frame: Box) -> None:
        self._frame = frame
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def block(self, box: Box) -> None:
        """Take a place, whatever is there."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def place(self, box: Box) -> bool:
        """Take a place where it is free and inside the frame; tell whether it was."""
        frame = self._frame
        if box.left < frame.left or box.top < frame.top:
            return False
        if box.right > frame.right or box.bottom > frame.bottom:
            return False
        if any(_meet(box, other) for cell in _cells(box) for other in self._cells[cell]):
            return False
        self.block(box)
        return True


def _width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return _WIDE
    if unicodedata.combining(char):
        return 0.0
    return _WIDTHS.get(char, _CAPITAL if char.isupper() else _USUAL)


def _cut(line: str, size: float, width: float, *, is_cut: bool) -> str:
    if not is_cut and measure(line, size) <= width:
        return line
    left = width - measure(_ELLIPSIS, size)
    n_kept = 0
    for char in line:
        left -= measure(char, size)
        if left < 0:
            break
        n_kept += 1
    return line[:n_kept].rstrip() + _ELLIPSIS


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(floor(box.left / _CELL), ceil(box.right / _CELL)):
        for row in range(floor(box.top / _CELL), ceil(box.bottom / _CELL)):
            yield column, row


def _meet(one: Box, other: Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )
