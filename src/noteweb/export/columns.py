"""Attributes as columns: one type each, for formats that know no lists and no mixtures."""

from __future__ import annotations

import json
from collections import defaultdict
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noteweb.model.note import Json

Scalar = bool | int | float | str

_LONG = 2**63  # what GraphML, GEXF and most tables call a long


def settle_columns(rows: Sequence[Mapping[str, Json]]) -> list[dict[str, Scalar]]:
    """Give the rows with every attribute of one type: bool, int, float or str.

    None is left out. A list of plain values is joined by "; ", other lists and maps are JSON text.
    Whole and broken numbers together become float, any other mixture text, and so do a number that
    is not finite and one beyond 64 bits.
    """
    flat = [
        {name: flatten(value) for name, value in row.items() if value is not None} for row in rows
    ]
    seen: defaultdict[str, set[type]] = defaultdict(set)
    for row in flat:
        for name, value in row.items():
            seen[name].add(type(value))
    types = {name: _join_types(kinds) for name, kinds in seen.items()}
    return [{name: _convert(value, types[name]) for name, value in row.items()} for row in flat]


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


def _join_types(kinds: Iterable[type]) -> type[Scalar]:
    found = set(kinds)
    for whole in (bool, int, float):
        if found == {whole}:
            return whole
    return float if found == {int, float} else str


def _convert(value: Scalar, kind: type[Scalar]) -> Scalar:
    if kind is str and isinstance(value, bool):
        return str(value).lower()
    return value if type(value) is kind else kind(value)
