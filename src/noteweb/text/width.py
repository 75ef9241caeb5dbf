"""How many cells of a terminal a text takes."""

from __future__ import annotations

import unicodedata

_WIDE = frozenset("WF")


def measure(text: str) -> int:
    """Give how many cells of a terminal the text takes: two for a wide letter, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(map(_measure_one, text))


def _measure_one(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
