"""The reading order of a page: its columns, and the lines in each.

A page is cut at the gutter between its columns. What crosses the gutter (a title, a wide figure's
caption) parts the page into bands, and each band is read column by column; a column may have
columns of its own.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.documents.piece import Piece

_WIDE = 0.2  # of the text's width: a line of a column, not a cell of a table
_MIN_WIDE = 4  # lines on either side of a gutter
_SHARE = 0.15  # of the lines across it: a page may hold little but a wide table
_INNER_SHARE = 0.8  # within a column, where tables look like columns
_N_BINS = 400  # over the text's width: about a point each
_CENTRE = range(_N_BINS // 5, _N_BINS * 4 // 5)  # where a gutter may lie
_MIN_GUTTER_BINS = 5
_SAME_ROW_EM = 0.45  # above the lift of a superscript, below the tightest leading
_JOINED_EM = 0.12  # a narrower gap parts no words
_STRAY = 0.05  # of the lines: authors' names and the like may reach into the gutter
_NO_BLANK_BEFORE = ",.;:)"
_CELL_EM = 2.0  # a wider gap parts the cells of a table; loosely justified lines stay below
_MAX_DEPTH = 3


class Line(NamedTuple):
    """A line as it is read, in points.

    `column` numbers the stretches of columns on the page in reading order, `left` and `right` are
    the edges of that stretch, and wide gaps part the line into `n_cells`; the rest is as in
    `noteweb.documents.piece.Piece`.
    """

    x0: float
    x1: float
    y: float
    size: float
    font: str
    n_bold: int
    has_hyphen: bool
    text: str
    column: int
    left: float
    right: float
    n_cells: int


def order_lines(pieces: Sequence[Piece]) -> tuple[Line, ...]:
    """Put a page's pieces together to lines, in the order in which they are read."""
    lines: list[Line] = []
    for number, column in enumerate(_split(list(pieces), _SHARE, _MAX_DEPTH)):
        left, right = _edges(column)
        lines.extend(_join(row, number, left, right) for row in find_rows(column))
    return tuple(lines)


def find_rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Put pieces on one baseline together, from the top and from the left."""
    rows: list[list[Piece]] = []
    baseline, size = 0.0, 0.0
    for piece in sorted(pieces, key=lambda piece: (-piece.y, piece.x0)):
        if rows and baseline - piece.y < _SAME_ROW_EM * max(size, piece.size):
            rows[-1].append(piece)
            if piece.size > size:
                baseline, size = piece.y, piece.size
        else:
            rows.append([piece])
            baseline, size = piece.y, piece.size
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
    return rows


def _edges(pieces: Sequence[Piece]) -> tuple[float, float]:
    return min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)


def _split(pieces: list[Piece], share: float, depth: int) -> Iterator[list[Piece]]:
    """Cut pieces into columns, in reading order; all of them are one where there is no gutter."""
    gutter = _find_gutter(pieces, share) if depth else None
    if gutter is None:
        yield from [pieces] if pieces else []
        return
    for is_across, band in _find_bands(pieces, gutter):
        if is_across:
            yield band
            continue
        for is_right in (False, True):
            side = [piece for piece in band if (piece.x0 >= gutter) is is_right]
            yield from _split(side, _INNER_SHARE, depth - 1)


def _find_bands(pieces: list[Piece], gutter: float) -> Iterator[tuple[bool, list[Piece]]]:
    """Give what crosses the gutter and what does not, from the top; a row is never parted."""
    rows = find_rows(pieces)
    band: list[Piece] = []
    was_across = False
    for row in rows:
        is_across = any(piece.x0 < gutter < piece.x1 for piece in row)
        if is_across != was_across and band:
            yield was_across, band
            band = []
        was_across = is_across
        band.extend(row)
    if band:
        yield was_across, band


def _find_gutter(pieces: Sequence[Piece], share: float) -> float | None:
    """Find where a gutter runs: the widest gap, near the centre, that the fewest lines cross."""
    if len(pieces) < 2 * _MIN_WIDE:
        return None
    left, right = _edges(pieces)
    unit = (right - left) / _N_BINS or 1.0
    wide = [piece for piece in pieces if piece.x1 - piece.x0 >= _WIDE * (right - left)]
    begins, ends = [0] * (_N_BINS + 1), [0] * (_N_BINS + 1)
    for piece in wide:
        begins[min(int((piece.x0 - left) / unit), _N_BINS)] += 1
        ends[min(int((piece.x1 - left) / unit) + 1, _N_BINS)] += 1
    begun, ended = list(accumulate(begins)), list(accumulate(ends))
    crossing = [a - b for a, b in zip(begun, ended, strict=True)]
    open_bins = [
        at
        for at in _CENTRE
        if min(ended[at], len(wide) - begun[at]) >= max(_MIN_WIDE, share * crossing[at])
    ]
    if not open_bins:
        return None
    most = min(crossing[at] for at in open_bins) + _STRAY * len(wide)
    run = _longest_run([at for at in open_bins if crossing[at] <= most])
    return left + (run.start + run.stop) / 2 * unit if len(run) >= _MIN_GUTTER_BINS else None


def _longest_run(numbers: Sequence[int]) -> range:
    """Give the longest stretch of consecutive numbers, the first of equals."""
    best = run = range(numbers[0], numbers[0] + 1)
    for number in numbers[1:]:
        run = range(run.start if number == run.stop else number, number + 1)
        best = run if len(run) > len(best) else best
    return best


def _join(row: Sequence[Piece], column: int, left: float, right: float) -> Line:
    """Make one line of a row; its size and font are those of its longest piece."""
    main = max(row, key=lambda piece: len(piece.text))
    text, end, n_cells = "", row[0].x0, 1
    for piece in row:
        gap = (piece.x0 - end) / main.size if main.size else 0.0
        is_apart = gap > _JOINED_EM and piece.text[0] not in _NO_BLANK_BEFORE
        text += f" {piece.text}" if text and is_apart else piece.text
        n_cells += gap > _CELL_EM
        end = max(end, piece.x1)
    first = row[0]
    is_bold = all(piece.n_bold == len(piece.text) for piece in row)
    return Line(
        x0=first.x0,
        x1=end,
        y=main.y,
        size=main.size,
        font=main.font,
        n_bold=len(text) if is_bold else first.n_bold,
        has_hyphen=row[-1].has_hyphen,
        text=text,
        column=column,
        left=left,
        right=right,
        n_cells=n_cells,
    )
