"""What stands out in a graph: hubs, orphans, dead ends, ghosts, and its figures.

All questions about notes look at edges between notes; likeness of vectors never counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.graph.adjacency import (
    WRITTEN,
    find_components,
    find_leads,
    join_both_ways,
    nodes_of_kind,
)
from noteweb.graph.bridge import find_bridges
from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.graph.build import Graph

_DAMPING = 0.85  # Brin and Page 1998, section 2.1.1
_TOLERANCE = 1e-10
_MAX_ROUNDS = 200
_N_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A note by its PageRank; `n_linking` notes link to it."""

    node: str
    score: float
    n_linking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """A note that `n_notes` want and nobody has written; `n_linking` of them by a link."""

    node: str
    label: str
    n_notes: int
    n_linking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCount:
    """The edges of one kind and provenance."""

    kind: str
    provenance: str
    n_edges: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSummary:
    """A graph in figures; `hubs` and `ghosts` are the first ten.

    `n_components`, `n_in_largest` and `density` (of all ordered pairs of notes, the share that is
    joined) are about notes and what is written between them.
    """

    n_nodes: tuple[tuple[str, int], ...]
    n_edges: tuple[EdgeCount, ...]
    n_components: int
    n_in_largest: int
    density: float
    n_orphans: int
    n_dead_ends: int
    n_bridges: int
    hubs: tuple[Hub, ...]
    ghosts: tuple[Ghost, ...]


def summary(graph: Graph) -> GraphSummary:
    """Give the graph in figures."""
    kinds = Counter(attributes["kind"] for _, attributes in graph.nodes(data=True))
    edges = Counter((edge["kind"], edge["provenance"]) for *_, edge in graph.edges(data=True))
    leads = find_leads(graph, WRITTEN)
    web = join_both_ways(leads)
    parts = find_components(web)
    n_pairs = len(web) * (len(web) - 1)
    return GraphSummary(
        n_nodes=tuple(sorted(kinds.items())),
        n_edges=tuple(
            EdgeCount(kind=kind, provenance=provenance, n_edges=n_edges)
            for (kind, provenance), n_edges in sorted(edges.items())
        ),
        n_components=len(parts),
        n_in_largest=max(map(len, parts), default=0),
        density=sum(map(len, leads.values())) / n_pairs if n_pairs else 0.0,
        n_orphans=len(_find_orphans(web)),
        n_dead_ends=len(_find_dead_ends(leads)),
        n_bridges=len(find_bridges(web)),
        hubs=hubs(graph, _N_SHOWN),
        ghosts=ghosts(graph)[:_N_SHOWN],
    )


def hubs(graph: Graph, limit: int | None = None) -> tuple[Hub, ...]:
    """Give the notes by PageRank over the links between notes, the greatest first.

    Empty where no note links to another. Scores sum to 1 over all notes.

    Source: Brin and Page 1998, "The anatomy of a large-scale hypertextual web search engine";
    the rank of notes without links is spread evenly.
    """
    leads = find_leads(graph, {Provenance.EXPLICIT})
    if not any(leads.values()):
        return ()
    n_linking = Counter(end for ends in leads.values() for end in ends)
    scores = _page_rank(leads)
    ranked = sorted(scores, key=lambda note: (-round(scores[note], 12), note))
    return tuple(
        Hub(node=note, score=scores[note], n_linking=n_linking[note]) for note in ranked[:limit]
    )


def orphans(graph: Graph) -> tuple[str, ...]:
    """Give the notes with no written relation to or from any other note, in order of name."""
    return _find_orphans(join_both_ways(find_leads(graph, WRITTEN)))


def dead_ends(graph: Graph) -> tuple[str, ...]:
    """Give the notes that others lead to and that lead to no note, in order of name."""
    return _find_dead_ends(find_leads(graph, WRITTEN))


def ghosts(graph: Graph) -> tuple[Ghost, ...]:
    """Give the notes that are wanted and not written, the most wanted first."""
    found = [_ghost(graph, node) for node in nodes_of_kind(graph, NodeKind.GHOST)]
    return tuple(sorted(found, key=lambda ghost: (-ghost.n_notes, -ghost.n_linking, ghost.node)))


def _ghost(graph: Graph, node: str) -> Ghost:
    wanting = [(start, edge["provenance"]) for start, _, edge in graph.in_edges(node, data=True)]
    return Ghost(
        node=node,
        label=graph.nodes[node]["label"],
        n_notes=len({start for start, _ in wanting}),
        n_linking=len({start for start, origin in wanting if origin == Provenance.EXPLICIT}),
    )


def _find_orphans(web: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted(note for note, others in web.items() if not others))


def _find_dead_ends(leads: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    reached = {end for ends in leads.values() for end in ends}
    return tuple(sorted(note for note in reached if not leads[note]))


def _page_rank(leads: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    import numpy as np

    notes = list(leads)
    row = {note: number for number, note in enumerate(notes)}
    links = [(row[start], row[end], w) for start in notes for end, w in leads[start].items()]
    starts, ends, weights = (np.array(column) for column in zip(*links, strict=True))
    out = np.bincount(starts, weights, len(notes))
    share = weights / out[starts]
    rank = np.full(len(notes), 1 / len(notes))
    for _ in range(_MAX_ROUNDS):
        flow = np.bincount(ends, share * rank[starts], len(notes))
        lost = rank[out == 0].sum() / len(notes)
        fresh = (1 - _DAMPING) / len(notes) + _DAMPING * (flow + lost)
        change = np.abs(fresh - rank).sum()
        rank = fresh
        if change < _TOLERANCE:
            break
    return dict(zip(notes, rank.tolist(), strict=True))
