"""Evidence of a claim: an experiment's name, its parameters, what is expected of its metrics."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.model.claim import Estimand, EvidenceRef, Expectation, Op
from noteweb.parse.value import list_members, name_type, quote, read_member, read_number, read_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noteweb.model.note import Json

EVIDENCE_KEYS = frozenset({"experiment", "params", "expect"})
EXPECTATION_KEYS = frozenset(
    {"metric", "op", "threshold", "low", "high", "margin", "estimand", "pass_share"}
)

#: Other ways in which people write the operators.
_OP_SIGNS: dict[str, Json] = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "==": "eq"}
#: What each operator cannot do without.
_NEEDS = {Op.BETWEEN: ("low", "high"), Op.EQUIV: ("threshold", "margin")}
_NUMBER_KEYS = ("threshold", "low", "high", "margin", "pass_share")


def read_evidence(raw: Json) -> tuple[EvidenceRef, ...]:
    """Give every entry, also those that cannot be used: these have `defects`.

    One entry alone is taken for a list of one, text for the name of an experiment.
    """
    entries = raw if isinstance(raw, list) else [] if raw is None else [raw]
    return tuple(map(_read_entry, entries))


def _read_entry(raw: Json) -> EvidenceRef:
    if isinstance(raw, str):
        raw = {"experiment": raw}
    if not isinstance(raw, dict):
        defect = f"evidence is a {name_type(raw)}, not a map"
        return EvidenceRef(experiment="", defects=(defect,))
    params = raw.get("params") or {}
    expect, defects = _read_expectations(raw.get("expect"))
    return EvidenceRef(
        experiment=read_word(raw.get("experiment")),
        params=MappingProxyType(params if isinstance(params, dict) else {}),
        expect=expect,
        defects=(*_entry_defects(raw, params), *defects),
    )


def _entry_defects(raw: dict[str, Json], params: Json) -> Iterator[str]:
    if not read_word(raw.get("experiment")):
        yield "no experiment is named"
    if not isinstance(params, dict):
        yield f"params is a {name_type(params)}, not a map"
    elif not _is_plain(params):
        yield "params holds a number that is not finite, or is nested too deep"
    # A misspelt `expect` would leave nothing to be judged.
    yield from (f"unknown key {key!r}" for key in raw if key not in EVIDENCE_KEYS)


def _is_plain(raw: Json, depth: int = 20) -> bool:
    if isinstance(raw, dict | list):
        values = raw.values() if isinstance(raw, dict) else raw
        return depth > 0 and all(_is_plain(value, depth - 1) for value in values)
    return not isinstance(raw, float) or math.isfinite(raw)


def _read_expectations(raw: Json) -> tuple[tuple[Expectation, ...], list[str]]:
    entries = raw if isinstance(raw, list) else [] if raw is None else [raw]
    expectations, defects = [], []
    for number, entry in enumerate(entries, start=1):
        found = list(_expectation_defects(entry))
        if found:
            defects += [f"expectation {number}: {defect}" for defect in found]
        elif isinstance(entry, dict):
            expectations.append(_read_expectation(entry))
    return tuple(expectations), defects


def _read_expectation(raw: dict[str, Json]) -> Expectation:
    """Read what `_expectation_defects` has passed."""
    return Expectation(
        metric=read_word(raw["metric"]),
        op=_read_op(raw) or Op.EQ,
        estimand=_read_estimand(raw) or Estimand.MEAN,
        **_read_numbers(raw),
    )


def _read_op(raw: dict[str, Json]) -> Op | None:
    op = raw.get("op")
    return read_member(Op, _OP_SIGNS.get(op, op) if isinstance(op, str) else op)


def _read_estimand(raw: dict[str, Json]) -> Estimand | None:
    return read_member(Estimand, raw.get("estimand", Estimand.MEAN.value))


def _read_numbers(raw: dict[str, Json]) -> dict[str, float | None]:
    return {key: read_number(raw[key]) for key in _NUMBER_KEYS if raw.get(key) is not None}


def _expectation_defects(raw: Json) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield f"a {name_type(raw)}, not a map"
        return
    yield from (f"unknown key {key!r}" for key in raw if key not in EXPECTATION_KEYS)
    if not read_word(raw.get("metric")):
        yield "no metric is named"
    if _read_estimand(raw) is None:
        yield f"estimand {quote(raw.get('estimand'))} is none of {list_members(Estimand)}"
    numbers = _read_numbers(raw)
    yield from (f"{key} is no finite number" for key in numbers if numbers[key] is None)
    op = _read_op(raw)
    if op is None:
        yield f"op {quote(raw.get('op'))} is none of {list_members(Op)}"
    elif None not in numbers.values():
        yield from _number_defects(op, {key: value or 0.0 for key, value in numbers.items()})


def _number_defects(op: Op, numbers: Mapping[str, float]) -> Iterator[str]:
    needs = _NEEDS.get(op, ("threshold",))
    missing = [key for key in needs if key not in numbers]
    yield from (f"{op} needs {key}" for key in missing)
    idle = [key for key in numbers if key not in {*needs, "pass_share"}]
    yield from (f"{op} has no use for {key}" for key in idle)
    if op is Op.BETWEEN and not missing and numbers["low"] > numbers["high"]:
        yield "low lies above high"
    if op is Op.EQUIV and not missing and numbers["margin"] <= 0:
        yield "margin must be above 0"
    if not 0 < numbers.get("pass_share", 1.0) <= 1:
        yield "pass_share must be above 0 and at most 1"
