"""Candidates: the passages that either half finds, each with what both halves say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.index.lookup import find_owners, find_pids, find_rows, find_titles
from noteweb.model.hit import Mode
from noteweb.search.scope import find_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.folder import Index
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
    owners : the note (nid, path) of each
    coverage : the share of the query's words, by weight, that a passage holds: BM25 over the most
        that any passage could have; absent where none
    cosines : with the query; absent where the passage has no vector
    mean, deviation : of the cosines of the query with the vault's passages
    """

    owners: Mapping[int, tuple[int, str]]
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
    cosines, mean, deviation = _find_by_meaning(index, sought, scope, coverage)
    owners = find_owners(index.catalogue, coverage.keys() | cosines.keys())
    titles = find_titles(index.catalogue, owners)
    elsewhere = {nid for pid, (nid, _) in owners.items() if pid not in titles}
    return Candidates(
        owners={p: o for p, o in owners.items() if p not in titles or o[0] not in elsewhere},
        coverage=coverage,
        cosines=cosines,
        mean=mean,
        deviation=deviation,
    )


def _find_by_meaning(
    index: Index, sought: Sought, scope: Scope, coverage: Mapping[int, float]
) -> tuple[dict[int, float], float, float]:
    if sought.vector is None or not index.catalogue.n_rows:
        return {}, 0.0, 0.0
    from noteweb.index.nearest import find_nearest
    from noteweb.index.vectors import cosines

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
        near = {
            pid: by_row[row]
            for pid, row in find_pids(index.catalogue, by_row)
            if scope.pids is None or pid in scope.pids
        }
        # The candidates of the words have a meaning too, and it counts.
        lacking = find_rows(index.catalogue, coverage.keys() - near.keys())
        if lacking:
            exact = cosines(vectors[list(lacking.values())], sought.vector)
            near |= dict(zip(lacking, exact.tolist(), strict=True))
    return near, found.mean, found.deviation
