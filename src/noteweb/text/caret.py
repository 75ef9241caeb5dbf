"""A stretch of a text pointed at, as compilers do, in the cells of a terminal."""

from __future__ import annotations

from noteweb.text.visible import visible
from noteweb.text.width import measure

_ROOM = 72  # cells for the text; the line that shows it is indented
_BEFORE = 24  # of them before the place, where the text is cut
_CUT = "…"


def point_at(text: str, start: int, end: int) -> tuple[str, str]:
    r"""Give one line of the text and one with a caret under each cell of ``text[start:end]``.

    Line ends and tabs become blanks, a long text is cut around the place.

    Examples
    --------
    >>> print(*point_at("信号 feild:x", 3, 8), sep="\n")
    信号 feild:x
         ^^^^^
    """
    flat = visible("".join(" " if char.isspace() else char for char in text))
    before, place, after = flat[:start], flat[start:end], flat[end:]
    if measure(flat) > _ROOM:
        before = before if measure(before) <= _BEFORE else _CUT + _fit_end(before, _BEFORE - 1)
        room = _ROOM - measure(before)
        place = _fit(place, room)
        after = _fit(after, room - measure(place))
    line = before + place + after
    return line.rstrip(), " " * measure(before) + "^" * max(measure(place), 1)


def _fit(text: str, room: int) -> str:
    """Give as much of a text's beginning as finds room, with a mark where it is cut."""
    if measure(text) <= room:
        return text
    kept = 0
    while kept < len(text) and measure(text[: kept + 1]) < room:
        kept += 1
    return text[:kept] + _CUT if room > 0 else ""


def _fit_end(text: str, room: int) -> str:
    kept = len(text)
    while kept > 0 and measure(text[kept - 1 :]) <= room:
        kept -= 1
    return text[kept:]
