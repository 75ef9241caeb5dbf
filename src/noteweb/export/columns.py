"""Attributes as columns: one type each, for formats that know no lists and no mixtures."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from noteweb.model.note import Json

Scalar = bool | int | float | str

_LONG = 2**63  # what GraphML, GEXF and most tables call a long


class Columns:
    """The attributes of many rows but for some, each of one type: bool, int, float or str.

    None is left out. A list of plain values is joined by "; ", other lists and maps are JSON text.
    Whole and broken numbers together become float, any other mixture text, and so do a number that
    is not finite and one beyond 64 bits.

    Attributes
    ----------
    types : the type of each attribute, in the order in which they first appear
    """

    def __init__(self, rows: Iterable[Mapping[str, Json]], skip: Collection[str] = ()) -> None:
        seen: dict[str, set[type]] = {}
        for row in rows:
            for name, value in row.items():
                if value is not None and name not in skip:
                    seen.setdefault(name, set()).add(type(flatten(value)))
        self.types = {name: _join_types(kinds) for name, kinds in seen.items()}

        self.numbers = {name: number for number, name in enumerate(self.types)}

    def settle(self, row: Mapping[str, Json]) -> dict[str, Scalar]:
        """Give a row as these columns hold it; what is no column of theirs is left out."""
        return {
            name: _convert(flatten(value), self.types[name])
            for name, value in row.items()
            if value is not None and name in self.types
        }

    def cells(self, row: Mapping[str, Json]) -> Iterator[tuple[int, str]]:
        """Give a row's values as text, each with the number of its column."""
        for name, value in self.settle(row).items():
            yield self.numbers[name], write_scalar(value)

    def declare(self, spell: Callable[[str], str]) -> Iterator[tuple[int, str, type[Scalar]]]:
        """Give each column's number, its name as a format can spell it, and its type."""
        spellings = unique(self.types, spell)
        for name, kind in self.types.items():
            yield self.numbers[name], spellings[name], kind


def unique(names: Iterable[str], spell: Callable[[str], str]) -> dict[str, str]:
    """Give each name as a format can spell it; where two become one, the later gets a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        legal = base = spell(name)
        number = 1
        while legal in taken:
            number += 1
            legal = f"{base} ({number})"
        taken.add(legal)
        found[name] = legal
    return found


def flatten(value: Json) -> Scalar:
    """Give a value that is no container and that 64 bits hold."""
    if isinstance(value, list):
        if all(isinstance(one, str | int | float) for one in value):
            return "; ".join(str(one) for one in value)
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict) or value is None:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return str(value)  # an enum's member too
    is_held = isfinite(value) if isinstance(value, float) else -_LONG <= value < _LONG
    return value if is_held else str(value)


def write_scalar(value: Scalar) -> str:
    """Give a value as text: true and false in small letters, numbers so that they read back."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _join_types(kinds: Iterable[type]) -> type[Scalar]:
    found = set(kinds)
    for whole in (bool, int, float):
        if found == {whole}:
            return whole
    return float if found == {int, float} else str


def _convert(value: Scalar, kind: type[Scalar]) -> Scalar:
    if type(value) is kind:
        return value
    return write_scalar(value) if kind is str else kind(value)
