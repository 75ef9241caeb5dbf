"""What a filter leaves of the index."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from noteweb.index.catalogue import BODY, clean
from noteweb.index.lookup import find_among
from noteweb.model.codec import (
    ALIASES,
    CLAIMS_AT,
    CREATED,
    DESCRIPTION,
    DOMAINS,
    LANGUAGE,
    LINKS,
    TOOLS,
    UPDATED,
)
from noteweb.model.hit import Demand, Key
from noteweb.model.note import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.folder import Index
    from noteweb.model.hit import Only

_ALL_FIELDS = (*map(str, Field), BODY)

_A_DATE = "[0-9][0-9][0-9][0-9]*"
_MADE, _CHANGED = (f"json_extract(card, '{place}')" for place in (CREATED, UPDATED))

#: A note's day in SQL: when it was made, else changed; empty where neither is a date.
DAY = (
    f"CASE WHEN {_MADE} GLOB '{_A_DATE}' THEN {_MADE}"
    f" WHEN {_CHANGED} GLOB '{_A_DATE}' THEN {_CHANGED} ELSE '' END"
)
_ITS_DAY = f"substr({DAY}, 1, length(?))"

_CONDITIONS = {
    Key.TAG: "nid IN (SELECT nid FROM tags WHERE tag = ?)",
    Key.CATEGORY: "category = ?",
    Key.LANG: f"json_extract(card, '{LANGUAGE}') = ?",
    Key.AFTER: f"{_ITS_DAY} >= ?",
    Key.BEFORE: f"({_ITS_DAY} < ? AND {DAY} <> '')",
}
_HAS = {
    "claims": f"json_array_length(card, '{CLAIMS_AT}') > 0",
    "description": f"json_extract(card, '{DESCRIPTION}') <> ''",
    "tags": "nid IN (SELECT nid FROM tags)",
    "aliases": f"json_array_length(card, '{ALIASES}') > 0",
    "domains": f"json_array_length(card, '{DOMAINS}') > 0",
    "links": f"json_array_length(card, '{LINKS}') > 0",
    "tools": f"json_array_length(card, '{TOOLS}') > 0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The notes, passages and vector rows that count; None means all of them.

    `words` says the same to the text index, in as few values as it takes.
    """

    nids: frozenset[int] | None = None
    pids: frozenset[int] | None = None
    rows: NDArray[np.int64] | None = None
    words: Mapping[str, Sequence[str] | Sequence[int]] | None = None

    @property
    def is_by_passage(self) -> bool:
        """Whether a note counts only by some of its passages."""
        return self.words is not None and self.words.keys() != {"nid"}


def find_scope(index: Index, only: Only) -> Scope:
    """Find what a filter leaves.

    Raises
    ------
    IndexDamaged
    """
    if only.is_open:
        return Scope()
    import numpy as np

    demands = only.all_demands
    fields = _find_fields(demands)
    nids, phrased = find_notes(index, demands, fields)
    passages = find_among(index.catalogue, nids, fields)
    if phrased is not None:
        passages = [(pid, row) for pid, row in passages if pid in phrased]
    pids = [pid for pid, _ in passages]
    rows = sorted({row for _, row in passages if row is not None})
    words: dict[str, Sequence[str] | Sequence[int]] = {"nid": sorted(nids)}
    if len(fields) < len(_ALL_FIELDS):
        words["field"] = fields
    return Scope(
        nids=nids,
        pids=frozenset(pids),
        rows=np.array(rows, dtype=np.int64),
        words=words if phrased is None else {"pid": pids},
    )


def find_notes(
    index: Index, demands: Iterable[Demand], fields: Sequence[str] = _ALL_FIELDS
) -> tuple[frozenset[int], frozenset[int] | None]:
    """Find the notes (nid) that meet all demands, and the passages (pid) that hold a phrase.

    Phrases are looked for in `fields`; where none is demanded, the passages are None.
    """
    clauses, values = ["1"], []
    for demand in demands:
        clause, its_values = _clause(demand)
        clauses.append(clause)
        values += its_values
    where = " AND ".join(clauses)
    rows = index.catalogue.rows(f"SELECT nid, id, path FROM notes WHERE {where}", values)
    found = {nid for nid, note, path in rows if all(_meets(d, note, path) for d in demands)}
    phrased: set[int] | None = None
    for demand in demands:
        if demand.key is not Key.TEXT:
            continue
        within = () if demand.is_excluded or len(fields) == len(_ALL_FIELDS) else fields
        held = [index.text.find_held(phrase, within) for phrase in demand.values]
        nids = frozenset[int]().union(*(each.nids for each in held))
        found = found - nids if demand.is_excluded else found & nids
        if not demand.is_excluded:
            phrased = (phrased or set()).union(*(each.pids for each in held))
    return frozenset(found), None if phrased is None else frozenset(phrased)


def _find_fields(demands: Iterable[Demand]) -> tuple[str, ...]:
    kept = list(_ALL_FIELDS)
    for demand in demands:
        if demand.key is Key.FIELD:
            kept = [name for name in kept if (name in demand.values) != demand.is_excluded]
    return tuple(kept)


def _clause(demand: Demand) -> tuple[str, list[str]]:
    """Give the condition on the rows of notes, and the values of its question marks."""
    each = [(_condition(demand.key, value), _fold(demand.key, value)) for value in demand.values]
    if not all(clause for clause, _ in each):
        return "1", []
    either = " OR ".join(clause for clause, _ in each) or "0"
    values = [value for clause, value in each for _ in range(clause.count("?"))]
    return f"{'NOT ' * demand.is_excluded}coalesce({either}, 0)", values


def _condition(key: Key, value: str) -> str:
    """Give the condition of one value, empty where SQL has no say."""
    if key is Key.HAS:
        return _HAS.get(value, "nid IN (SELECT nid FROM passages WHERE field = ?)")
    return _CONDITIONS.get(key, "")


def _fold(key: Key, value: str) -> str:
    return clean(value.lstrip("#").casefold()) if key in {Key.TAG, Key.CATEGORY} else clean(value)


def _meets(demand: Demand, note: str, path: str) -> bool:
    if demand.key is Key.PATH:
        return any(_is_like(path, value) for value in demand.values) != demand.is_excluded
    if demand.key is Key.NOTE:
        return (note in demand.values) != demand.is_excluded
    return True


def _is_like(path: str, wanted: str) -> bool:
    """Whether a path is like a glob, or has a part that is the text as it stands."""
    folded, wanted = path.casefold(), wanted.casefold()
    return wanted in folded or (any(c in "*?[" for c in wanted) and fnmatchcase(folded, wanted))
