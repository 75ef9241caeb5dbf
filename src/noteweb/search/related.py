"""Notes related to a note: what they say, how they are linked, and whose title stands in the text.

How much each signal finds, and what did not help, stands in ARCHITECTURE.md under "Related notes".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.index.lookup import find_edges, find_passages, find_places
from noteweb.index.vectors import cosines
from noteweb.model.hit import Hit, Reason
from noteweb.search.kinship import Ties, combine, make_ties
from noteweb.search.query import show_hit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.index.folder import Index
    from noteweb.index.lookup import Edge

    Floats = NDArray[np.float64]

#: What an edge counts for: a link was made on purpose, a feedback name was resolved.
EDGE_WEIGHT = {"links_to": 1.0, "feeds_back": 0.5}

#: Passages that share telling words with the note; each note counts by its best one.
_CANDIDATES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The notes of an index side by side, numbered in the order of `nids`.

    Attributes
    ----------
    vectors : float32, shape (n_notes, dim); None where a note has none
    """

    nids: NDArray[np.int64]
    vectors: NDArray[np.float32] | None
    edges: tuple[Edge, ...]
    ties: Ties

    def place(self, nid: int) -> int:
        """Give a note's number."""
        return int(np.searchsorted(self.nids, nid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """The notes (nids) whose title stands in the text asked from, and what that adds to each."""

    named: Collection[int] = ()
    weight: float = 0.0


def find_related(
    index: Index, nid: int, limit: int, titles: Titles | None = None
) -> tuple[Hit, ...]:
    """Find the notes nearest to a note in text and graph, best first.

    Raises
    ------
    IndexDamaged
    """
    shelf = load_shelf(index)
    here = shelf.place(nid)
    parts = weigh(index, shelf, here, titles or Titles())
    total = sum(parts.values(), np.zeros(len(shelf.nids)))
    total[here] = -np.inf
    order = np.lexsort((shelf.nids, -total))[:limit]
    vector = None if shelf.vectors is None else shelf.vectors[here]
    hits = []
    for i in (int(i) for i in order if total[i] > 0):
        reasons = _reasons(shelf, (here, i), {name: part[i] for name, part in parts.items()})
        hits.append(_hit(index, int(shelf.nids[i]), (float(total[i]), reasons), vector))
    return tuple(hits)


def load_shelf(index: Index) -> Shelf:
    """Load what notes are compared by."""
    rows = index.catalogue.rows("SELECT nid, vector FROM notes ORDER BY nid")
    nids = np.array([nid for nid, _ in rows], dtype=np.int64)
    vectors = None
    if rows and all(vector is not None for _, vector in rows):
        flat = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float32)
        vectors = flat.reshape(len(rows), -1)
    edges = find_edges(index.catalogue, *EDGE_WEIGHT)
    ends = np.searchsorted(nids, [(e.source, e.target) for e in edges]).reshape(-1, 2).tolist()
    weights = [EDGE_WEIGHT[e.kind] * e.weight for e in edges]
    ties = make_ties([(a, b, w) for (a, b), w in zip(ends, weights, strict=True)], len(nids))
    return Shelf(nids=nids, vectors=vectors, edges=edges, ties=ties)


def weigh(
    index: Index, shelf: Shelf, here: int, titles: Titles, ties: Ties | None = None
) -> dict[str, Floats]:
    """Give what each signal adds to the score of every note, seen from the note `here`.

    Parameters
    ----------
    ties : instead of the shelf's own
    """
    added = np.zeros(len(shelf.nids))
    for nid in titles.named:
        added[shelf.place(nid)] = titles.weight
    return combine(find_likeness(index, shelf, here), ties or shelf.ties, here, added)


def find_likeness(index: Index, shelf: Shelf, here: int) -> dict[str, Floats]:
    """Give how like every note's text is to that of `here`: by words and, with vectors, meaning."""
    likeness = {"words": _by_words(index, shelf, here)}
    if shelf.vectors is not None:
        likeness["meaning"] = (shelf.vectors @ shelf.vectors[here]).astype(np.float64)
    return likeness


def _by_words(index: Index, shelf: Shelf, here: int) -> Floats:
    rows = index.catalogue.rows(
        "SELECT text FROM passages WHERE nid = ? ORDER BY pid", (int(shelf.nids[here]),)
    )
    found = dict(index.text.find_like("\n".join(text for (text,) in rows), _CANDIDATES))
    scores = np.zeros(len(shelf.nids))
    for pid, nid, _, _ in find_places(index.catalogue, "pid", found):
        place = shelf.place(nid)
        scores[place] = max(scores[place], found[pid])
    # A note is most like itself, which would set the scale for all others.
    scores[here] = 0.0
    return scores


def _reasons(shelf: Shelf, pair: tuple[int, int], parts: Mapping[str, float]) -> tuple[Reason, ...]:
    here, there = (int(shelf.nids[i]) for i in pair)
    told = {"graph": _ways(shelf.edges, here, there)}
    return tuple(
        Reason(kind=name, detail=told.get(name, ""), value=round(float(value), 4))
        for name, value in parts.items()
        if name != "title" or value
    )


def _ways(edges: Sequence[Edge], here: int, there: int) -> str:
    ways = []
    for edge in edges:
        name = "feedback" if edge.kind == "feeds_back" else "link"
        if (edge.source, edge.target) == (here, there):
            ways.append(f"{name} from here, line {edge.line}")
        elif (edge.source, edge.target) == (there, here):
            ways.append(f"{name} to here, line {edge.line}")
    return "; ".join(dict.fromkeys(ways))


def _hit(
    index: Index,
    nid: int,
    why: tuple[float, tuple[Reason, ...]],
    vector: NDArray[np.float32] | None,
) -> Hit:
    """Show the passage of the note that lies nearest to the note asked from."""
    passages = find_passages(index.catalogue, "nid", [nid])
    best = passages[0]
    if vector is not None:
        rows = [p.row for p in passages if p.row is not None]
        with index.reading_vectors() as vectors:
            nearest = int(np.argmax(cosines(vectors[rows], vector)))
        best = next(p for p in passages if p.row == rows[nearest])
    return show_hit(index, best, frozenset(), *why)
