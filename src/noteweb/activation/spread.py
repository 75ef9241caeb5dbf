"""Second-hand activation: what fired notes wake up along the edges of the graph.

Spreading activation after Collins and Loftus 1975 (doi:10.1037/0033-295X.82.6.407), with the two
usual restraints on it: what arrives fades with every edge, and a note with many edges hands on
less over each (Crestani 1997, doi:10.1023/A:1006569829653, section 3.2).
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.index.lookup import Edge

#: What passes over an edge, times its own weight: a link was made on purpose, a feedback name was
#: resolved, likeness is only measured.
_PASSES = {"links_to": 0.6, "feeds_back": 0.45, "similar": 0.3}

#: A note hands on in full over this many edges; over more, each gets its share.
_FULL_FAN = 6

#: Fainter than this share of the strongest fired note nothing arrives: about two links away.
_FAINTEST = 0.15


class Step(NamedTuple):
    """One edge that activation went over, from `source` to `target` (nids)."""

    source: int
    target: int
    kind: str
    is_forward: bool  # whether the edge points the way that activation went


class Arrival(NamedTuple):
    """A note (nid) that did not fire itself, how strongly it is woken, and by which way."""

    nid: int
    score: float
    steps: tuple[Step, ...]


def spread(fired: Mapping[int, float], edges: Iterable[Edge]) -> tuple[Arrival, ...]:
    """Give the notes that fired ones wake up, strongest first, ties by nid.

    Each counts by its strongest way alone, so that a way can be shown for every score. Edges pass
    in both directions.

    Parameters
    ----------
    fired : scores above 0 by nid

    Notes
    -----
    Dijkstra's algorithm on products, O(edges log edges).
    """
    if not fired:
        return ()
    ways = _both_ways(edges)
    floor = _FAINTEST * max(fired.values())
    best: dict[int, float] = {}
    came: dict[int, Step] = {}
    waiting: list[tuple[float, int, Step | None]] = [
        (-score, nid, None) for nid, score in fired.items()
    ]
    heapify(waiting)
    while waiting:
        score, here, step = heappop(waiting)
        if here in best:
            continue
        best[here] = -score
        if step is not None:
            came[here] = step
        for there, passed, onward in _onward(here, -score, ways):
            if passed >= floor and there not in best and there not in fired:
                heappush(waiting, (-passed, there, onward))
    arrived = [Arrival(nid, best[nid], _trace(nid, came)) for nid in came]
    return tuple(sorted(arrived, key=lambda a: (-a.score, a.nid)))


def _both_ways(edges: Iterable[Edge]) -> dict[int, list[tuple[float, Step]]]:
    ways: dict[int, list[tuple[float, Step]]] = {}
    for edge in edges:
        if edge.kind in _PASSES and edge.source != edge.target:
            passes = _PASSES[edge.kind] * edge.weight
            there = Step(edge.source, edge.target, edge.kind, is_forward=True)
            back = Step(edge.target, edge.source, edge.kind, is_forward=False)
            ways.setdefault(edge.source, []).append((passes, there))
            ways.setdefault(edge.target, []).append((passes, back))
    return ways


def _onward(
    here: int, score: float, ways: Mapping[int, list[tuple[float, Step]]]
) -> Iterable[tuple[int, float, Step]]:
    out = ways.get(here, [])
    fan = min(1.0, _FULL_FAN / len({step.target for _, step in out})) if out else 1.0
    for passes, step in out:
        yield step.target, score * passes * fan, step


def _trace(nid: int, came: Mapping[int, Step]) -> tuple[Step, ...]:
    steps: list[Step] = []
    while nid in came:
        steps.append(came[nid])
        nid = came[nid].source
    return tuple(reversed(steps))
