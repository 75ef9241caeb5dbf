"""Tables and lines as wide as the terminal: what finds no room is wrapped or set below, never cut.

Without rich, which costs a start-up its time. Where nobody watches (a pipe, a file) lines are as
long as they are, so that one row stays one line for ``grep``; ``COLUMNS`` sets a width there too.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import typer

from noteweb.text.visible import visible, visible_line
from noteweb.text.width import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_GAP = "  "
_INDENT = "    "
#: The least room in which a text can be read when it is wrapped inside its column.
_LEAST = 24
_NARROWEST = 10


class Painted(str):
    """A text of ours with the style that `typer.style` gives it; what it says is plain."""

    __slots__ = ("style",)
    style: Mapping[str, Any]

    def __new__(cls, text: str, **style: object) -> Self:
        """Give the text with its style."""
        made = super().__new__(cls, text)
        made.style = style
        return made


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows in columns; columns that find no room stand below their row, with their name."""
    if not rows:
        return
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(measure, column)) for column in zip(head, *cells, strict=True)]
    room = find_width()
    n_columns = _count_fitting(widths, room)
    is_last_narrow = n_columns == len(widths) and sum(widths) + _gaps(n_columns) > room
    names: list[str] = [Painted(name, dim=True) for name in head[:n_columns]]
    for row in [names, *cells]:
        if n_columns == 1 and widths[0] > room:
            write_line(row[0])
        else:
            _write_row(row[:n_columns], widths, room if is_last_narrow else 0)
        below = "; ".join(
            f"{name}: {cell}"
            for name, cell in zip(head[n_columns:], row[n_columns:], strict=False)
            if cell not in {"", "-"}
        )
        if below:
            write_line(f"{_INDENT}{below}")


def write_line(*words: str) -> None:
    """Write words in one line, or in several, each further one set in deeper than the first.

    Whatever they hold of a note's, the terminal sees no line end or control in it.
    """
    kept = [_calm(word) for word in words if word]
    text = " ".join(kept)
    indent = len(text) - len(text.lstrip(" "))
    room = find_width()
    if measure(text) <= room:
        typer.echo(" ".join(map(paint, kept)), file=sys.stdout)
        return
    hang = " " * min(indent + len(_INDENT), room - _NARROWEST)
    for number, line in enumerate(wrap(text.strip(" "), room - indent, room - len(hang))):
        typer.echo(f"{hang if number else ' ' * indent}{line}", file=sys.stdout)


def find_width() -> int:
    """Give how many cells a line may take; more than any text where nobody watches."""
    with suppress(ValueError):
        if (told := int(os.environ.get("COLUMNS", "0"))) > 0:
            return max(told, _NARROWEST * 2)
    with suppress(OSError, ValueError):
        if sys.stdout.isatty():
            return max(os.get_terminal_size(sys.stdout.fileno()).columns, _NARROWEST * 2)
    return sys.maxsize


def find_height() -> int:
    """Give how many lines a screen has; more than any text where nobody watches."""
    with suppress(ValueError):
        if (told := int(os.environ.get("LINES", "0"))) > 0:
            return told
    with suppress(OSError, ValueError):
        if sys.stdout.isatty():
            return os.get_terminal_size(sys.stdout.fileno()).lines or sys.maxsize
    return sys.maxsize


def wrap(text: str, first: int, rest: int) -> Iterator[str]:
    """Give the text in lines of at most this many cells; a word that is too long goes over."""
    line, room = "", first
    parts: list[str]
    for word in text.split(" "):
        joint = f"{line} {word}" if line else word
        if measure(joint) <= room:
            line = joint
            continue
        if line:
            yield line
            room = rest
        *parts, line = _split(word, room, rest)
        if parts:
            room = rest
        yield from parts
    yield line


def cut(text: str, room: int, mark: str = "…") -> str:
    """Give the text in at most this many cells; what is cut off shows as the mark."""
    if measure(text) <= room:
        return text
    kept, width = "", measure(mark)
    for char in text:
        width += measure(char)
        if width > room:
            break
        kept += char
    return f"{kept.rstrip()}{mark}"


def clean(text: str) -> str:
    """Give what notes, experiments and records say on one line, without sway over a terminal."""
    return text if isinstance(text, Painted) else visible(" ".join(text.split()))


def _calm(text: str) -> str:
    if isinstance(text, Painted):
        return Painted(visible_line(text), **text.style)
    return visible_line(text)


def paint(text: str) -> str:
    """Give the text with the codes of its style, if it has one."""
    return typer.style(str(text), **text.style) if isinstance(text, Painted) else text


def _write_row(row: Sequence[str], widths: Sequence[int], room: int) -> None:
    """Write one row; with `room`, the last cell is wrapped inside its column."""
    *first, last = row
    padded = [
        paint(cell) + " " * (width - measure(cell))
        for cell, width in zip(first, widths, strict=False)
    ]
    lead = _GAP.join([*padded, ""])
    start = sum(widths[: len(first)]) + _gaps(len(row))
    if not room or start + measure(last) <= room:
        typer.echo((lead + paint(last)).rstrip(), file=sys.stdout)
        return
    for number, line in enumerate(wrap(last, room - start, room - start)):
        typer.echo((lead if number == 0 else " " * start) + line, file=sys.stdout)


def _count_fitting(widths: Sequence[int], room: int) -> int:
    """Give how many columns stand side by side: all, or those that fit, and at least one."""
    *first, last = widths
    if sum(first) + _gaps(len(widths)) + min(last, _LEAST) <= room:
        return len(widths)
    n_columns = 1
    while sum(widths[: n_columns + 1]) + _gaps(n_columns + 1) <= room:
        n_columns += 1
    return n_columns


def _gaps(n_columns: int) -> int:
    return len(_GAP) * (n_columns - 1)


def _split(word: str, first: int, rest: int) -> list[str]:
    """Cut a word that is longer than a line, as filenames and paths can be."""
    parts, part, room = [], "", first
    for char in word:
        if part and measure(part + char) > room:
            parts.append(part)
            part, room = "", rest
        part += char
    return [*parts, part]
