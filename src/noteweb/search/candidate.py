"""Candidates: the passages that either half finds, each with what both halves say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.index.lookup import find_places, find_titles
from noteweb.model.hit import Mode
from noteweb.search.scope import find_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.folder import Index
    from noteweb.index.lookup import Place
    from noteweb.index.nearest import Found
    from noteweb.model.hit import Only
    from noteweb.search.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What candidates are looked for.

    Attributes
    ----------
    vector : of the text; None where only words answer
    n_candidates : of each half
    near : what the vault has nearest to the vector, where that is known
    """

    text: str
    mode: Mode
    only: Only
    vector: NDArray[np.float32] | None
    n_candidates: int
    near: Found | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Passages by pid; no candidate of one half lacks what the other says of it.

    Attributes
    ----------
    owners : the note (nid) of each, in the order of the pids
    rows : of their vectors; absent where a passage has none
    coverage : the share of the query's words, by weight, that a passage holds: BM25 over the most
        that any passage could have; absent where none
    cosines : with the query; absent where the passage has no vector
    mean, deviation : of the cosines of the query with the vault's passages
    """

    owners: Mapping[int, int]
    rows: Mapping[int, int]
    coverage: Mapping[int, float]
    cosines: Mapping[int, float]
    mean: float = 0.0
    deviation: float = 0.0


def gather(index: Index, sought: Sought) -> Candidates:
    """Find the candidates of both halves.

    A passage that is a title alone counts only where its note has no other among them: every other
    passage is embedded and found with the title in front.

    Raises
    ------
    IndexDamaged
    """
    scope = find_scope(index, sought.only)
    coverage: dict[int, float] = {}
    if sought.mode is not Mode.SEMANTIC:
        most = index.text.find_most(sought.text)
        hits = index.text.search(sought.text, sought.n_candidates, scope.words)
        coverage = {pid: score / most for pid, score in hits}
    near, places, usual = _find_near(index, sought, scope)
    places += find_places(index.catalogue, "pid", coverage.keys() - near.keys())
    places.sort()
    rows = {pid: row for pid, _, row, _ in places if row is not None}
    lacking = {pid: row for pid, row in rows.items() if pid not in near}
    titles = find_titles(index.catalogue, [pid for pid, _, _, is_first in places if is_first])
    elsewhere = {nid for pid, nid, _, _ in places if pid not in titles}
    return Candidates(
        owners={p: nid for p, nid, _, _ in places if p not in titles or nid not in elsewhere},
        rows=rows,
        coverage=coverage,
        cosines=near | _find_cosines(index, sought, lacking),
        mean=usual[0],
        deviation=usual[1],
    )


def _find_near(
    index: Index, sought: Sought, scope: Scope
) -> tuple[dict[int, float], list[Place], tuple[float, float]]:
    """Give the passages nearest to the query: cosines by pid, places, usual mean and deviation."""
    if sought.vector is None or not index.catalogue.n_rows:
        return {}, [], (0.0, 0.0)
    from noteweb.index.nearest import find_nearest

    with index.reading_vectors() as vectors:
        if scope.rows is None:
            found = sought.near or find_nearest(
                vectors, sought.vector, sought.n_candidates, index.ann_path
            )
            rows = found.rows
        else:
            found = find_nearest(vectors[scope.rows], sought.vector, sought.n_candidates)
            rows = scope.rows[found.rows]
    by_row = dict(zip(rows.tolist(), found.scores.tolist(), strict=True))
    places = [
        place
        for place in find_places(index.catalogue, "row", by_row)
        if scope.pids is None or place[0] in scope.pids
    ]
    near = {pid: by_row[row] for pid, _, row, _ in places if row is not None}
    return near, places, (found.mean, found.deviation)


def _find_cosines(index: Index, sought: Sought, rows: Mapping[int, int]) -> dict[int, float]:
    """Give the cosine of these passages, by pid: those that words found have a meaning too."""
    if sought.vector is None or not rows:
        return {}
    from noteweb.index.vectors import cosines

    with index.reading_vectors() as vectors:
        exact = cosines(vectors[list(rows.values())], sought.vector)
    return dict(zip(rows, exact.tolist(), strict=True))
