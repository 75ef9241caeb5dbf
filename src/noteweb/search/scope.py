"""What a filter leaves of the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.catalogue import Catalogue
    from noteweb.model.hit import Only


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The notes, passages and vector rows that count; None means all of them."""

    nids: tuple[int, ...] | None = None
    pids: frozenset[int] | None = None
    rows: NDArray[np.int64] | None = None


def find_scope(catalogue: Catalogue, only: Only) -> Scope:
    """Find what a filter leaves."""
    if only.is_open:
        return Scope()
    import numpy as np

    notes, note_values = _notes_where(only)
    nids = catalogue.rows(f"SELECT nid FROM notes WHERE {notes}", note_values)
    marks = ",".join("?" * len(only.fields))
    fields = f"AND field IN ({marks})" if only.fields else ""
    passages = catalogue.rows(
        "SELECT pid, row FROM passages WHERE nid IN"
        f" (SELECT nid FROM notes WHERE {notes}) {fields}",
        [*note_values, *only.fields],
    )
    rows = sorted({row for _, row in passages if row is not None})
    return Scope(
        nids=tuple(nid for (nid,) in nids),
        pids=frozenset(pid for pid, _ in passages),
        rows=np.array(rows, dtype=np.int64),
    )


def _notes_where(only: Only) -> tuple[str, list[str]]:
    """Give the condition on notes and the values of its question marks."""
    clauses, values = ["1"], []
    for tag in only.tags:
        clauses.append("nid IN (SELECT nid FROM tags WHERE tag = ?)")
        values.append(tag.lstrip("#").casefold())
    if only.category:
        clauses.append("category = ?")
        values.append(only.category.casefold())
    if only.path:
        clauses.append("path GLOB ?")
        values.append(only.path)
    return " AND ".join(clauses), values
