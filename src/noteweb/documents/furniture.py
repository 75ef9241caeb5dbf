"""What stands on a page beside its text: running heads, page numbers, line numbers, imprints."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from noteweb.documents.column import find_rows
from noteweb.documents.style import LARGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.documents.piece import Page, Piece

_ZONE = 0.12  # of the page's height, at its top and at its foot
_N_ROWS = 3  # of a zone, counted from the page's edge
_MIN_REPEATS = 3  # pages that carry a running head
_SHORT = 4  # pages of a document in which two are enough
_MIN_LINE_NUMBERS = 6
_LINE_NUMBER = re.compile(r"\d{1,4}")
_STEPS = frozenset({1, 5, 10})  # between the numbers of neighbouring numbered lines
_NUMBER = re.compile(
    r"\W*(?:page |p\. ?|стр\. ?|seite )?(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|из|von)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"(?:proceedings of|findings of|©|\(c\) \d|copyright|permission to|preprint|under review"
    r"|submitted to|published as|to appear in|this work is licensed|licensed under|arxiv:\d"
    r"|downloaded from|authorized licensed use|acm reference format|acm isbn)",
    re.IGNORECASE,
)


def drop_furniture(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Leave out what a reader's eye leaves out; the rest of every page is kept as it is."""
    bare = [_drop_line_numbers(page) for page in pages]
    zones = [_list_zone_rows(page) for page in bare]
    heads = Counter(key for rows in zones for key in {_key(row) for row in rows})
    enough = 2 if len(pages) <= _SHORT else _MIN_REPEATS
    repeated = frozenset(key for key, count in heads.items() if count >= enough and key)
    sizes = Counter[float]()
    for page in bare:
        for piece in page.pieces:
            sizes[piece.size] += len(piece.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    kept = []
    for number, (page, rows) in enumerate(zip(bare, zones, strict=True)):
        dropped = {
            piece
            for row in rows
            if _is_furniture(row, repeated) and (number or not _is_large(row, usual))
            for piece in row
        }
        pieces = tuple(piece for piece in page.pieces if piece not in dropped)
        kept.append(replace(page, pieces=pieces))
    return tuple(kept)


def is_imprint(text: str) -> bool:
    """Whether a paragraph begins as permissions, licences and lines of proceedings do."""
    return _IMPRINT.match(text) is not None


def _list_zone_rows(page: Page) -> list[list[Piece]]:
    """Give the first and last rows where they stand near the edges of the page."""
    rows = find_rows(page.pieces)
    top = [row for row in rows[:_N_ROWS] if row[0].y > (1 - _ZONE) * page.height]
    foot = [row for row in rows[-_N_ROWS:] if row[0].y < _ZONE * page.height]
    return top + [row for row in foot if row not in top]


def _is_furniture(row: Sequence[Piece], repeated: frozenset[str]) -> bool:
    text = _text(row)
    return bool(_NUMBER.fullmatch(text) or _IMPRINT.match(text) or _key(row) in repeated)


def _is_large(row: Iterable[Piece], usual: float) -> bool:
    """Whether a row may be the title, which later pages repeat at their head."""
    return max(piece.size for piece in row) > LARGER * usual


def _text(row: Iterable[Piece]) -> str:
    return " ".join(piece.text for piece in row)


def _key(row: Iterable[Piece]) -> str:
    """Give what a running head has in common on every page."""
    return re.sub(r"[\d\W]+", " ", _text(row)).strip().casefold()


def _drop_line_numbers(page: Page) -> Page:
    """Leave out the numbers that a manuscript's margin counts its lines by."""
    numbers = [piece for piece in page.pieces if _LINE_NUMBER.fullmatch(piece.text)]
    if len(numbers) < _MIN_LINE_NUMBERS:
        return page
    others = [piece for piece in page.pieces if not piece.text.isdecimal()]
    left = min((piece.x0 for piece in others), default=0.0)
    right = max((piece.x1 for piece in others), default=0.0)
    dropped: set[Piece] = set()
    for margin in (
        [piece for piece in numbers if piece.x1 <= left],
        [piece for piece in numbers if piece.x0 >= right],
    ):
        dropped.update(margin if _is_count(margin) else ())
    return replace(page, pieces=tuple(piece for piece in page.pieces if piece not in dropped))


def _is_count(margin: Sequence[Piece]) -> bool:
    """Whether the numbers go up by the same step down the page, a few strays apart."""
    values = [int(piece.text) for piece in sorted(margin, key=lambda piece: -piece.y)]
    if len(values) < _MIN_LINE_NUMBERS:
        return False
    steps = Counter(after - before for before, after in pairwise(values))
    step, count = steps.most_common(1)[0]
    return step in _STEPS and count >= 0.8 * (len(values) - 1)
