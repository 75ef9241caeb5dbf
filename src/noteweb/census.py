"""What stands out in a graph: hubs, communities, bridges, orphans, dead ends, ghosts, counts.

All questions about notes look at edges between notes; likeness of vectors never counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.graph import EdgeKind, NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from noteweb.graph import Graph

#: What somebody wrote, as a link or in prose.
WRITTEN = frozenset({Provenance.EXPLICIT, Provenance.INFERRED})

_DAMPING = 0.85  # Brin and Page 1998, section 2.1.1
_TOLERANCE = 1e-10
_MAX_ROUNDS = 200
_SEED = 0
_N_SHOWN = 10
_N_LABELS = 3
_N_TELLING = 50  # a tag of more notes says little about which belong together, and costs most


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A note by its PageRank; `n_linking` notes link to it."""

    node: str
    score: float
    n_linking: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Notes that hang together, and up to three tags that set them apart."""

    nodes: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A note without which `n_cut` notes would lose the rest; it holds `n_parts` parts together."""

    node: str
    n_cut: int
    n_parts: int


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
    notes = _nodes(graph, NodeKind.NOTE)
    parts = _components(_mutual(graph, notes))
    n_pairs = len(notes) * (len(notes) - 1)
    n_joined = sum(map(len, _outgoing(graph, WRITTEN).values()))
    return GraphSummary(
        n_nodes=tuple(sorted(kinds.items())),
        n_edges=tuple(
            EdgeCount(kind=kind, provenance=provenance, n_edges=n_edges)
            for (kind, provenance), n_edges in sorted(edges.items())
        ),
        n_components=len(parts),
        n_in_largest=max(map(len, parts), default=0),
        density=n_joined / n_pairs if n_pairs else 0.0,
        n_orphans=len(orphans(graph)),
        n_dead_ends=len(dead_ends(graph)),
        n_bridges=len(bridges(graph)),
        hubs=hubs(graph, _N_SHOWN),
        ghosts=ghosts(graph)[:_N_SHOWN],
    )


def hubs(graph: Graph, limit: int | None = None) -> tuple[Hub, ...]:
    """Give the notes by PageRank over the links between notes, the greatest first.

    Empty where no note links to another. Scores sum to 1 over all notes.

    Source: Brin and Page 1998, "The anatomy of a large-scale hypertextual web search engine";
    the rank of notes without links is spread evenly.
    """
    outgoing = _outgoing(graph, {Provenance.EXPLICIT})
    notes = _nodes(graph, NodeKind.NOTE)
    if not any(outgoing.values()):
        return ()
    n_linking = Counter(end for ends in outgoing.values() for end in ends)
    scores = _page_rank(notes, outgoing)
    ranked = sorted(notes, key=lambda note: (-round(scores[note], 12), note))
    return tuple(
        Hub(node=note, score=scores[note], n_linking=n_linking[note]) for note in ranked[:limit]
    )


def communities(graph: Graph) -> tuple[Community, ...]:
    """Give the notes in groups that hang together, the largest first; each note is in one.

    Louvain's method with a fixed seed over links, names in prose, and shared tags, tools and
    domains; one of these shared by n notes counts 1/n for each, so that a link outweighs it, and
    nothing beyond 50 notes. Cost: about 1 CPU second for 1,000 notes of 40 relations.

    Source: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008.
    """
    import networkx as nx

    weighted: nx.Graph[str] = nx.Graph()
    weighted.add_nodes_from(_nodes(graph, NodeKind.NOTE))
    for (one, other), weight in sorted(_ties(graph).items()):
        weighted.add_edge(one, other, weight=weight)
    found = nx.community.louvain_communities(weighted, weight="weight", seed=_SEED)
    groups = (tuple(sorted(node for node in group if _is_note(graph, node))) for group in found)
    ordered = sorted((group for group in groups if group), key=lambda group: (-len(group), group))
    return tuple(Community(nodes=group, tags=_telling_tags(graph, group)) for group in ordered)


def bridges(graph: Graph) -> tuple[Bridge, ...]:
    """Give the notes whose loss would part the written web, those that cut off most first.

    These are the articulation points, found exactly in linear time; betweenness takes minutes at
    10,000 notes and mostly repeats the hubs.

    Source: Hopcroft and Tarjan 1973, doi:10.1145/362248.362272.
    """
    web = _mutual(graph, _nodes(graph, NodeKind.NOTE))
    found: list[Bridge] = []
    for component in _components(web):
        for node, sizes in _cut_parts(web, component[0]).items():
            parts = [*sizes, len(component) - 1 - sum(sizes)]
            left = [size for size in parts if size]
            if len(left) > 1:
                n_cut = sum(left) - max(left)
                found.append(Bridge(node=node, n_cut=n_cut, n_parts=len(left)))
    return tuple(sorted(found, key=lambda bridge: (-bridge.n_cut, bridge.node)))


def orphans(graph: Graph) -> tuple[str, ...]:
    """Give the notes with no written relation to or from any other note, in order of name."""
    web = _mutual(graph, _nodes(graph, NodeKind.NOTE))
    return tuple(sorted(note for note, others in web.items() if not others))


def dead_ends(graph: Graph) -> tuple[str, ...]:
    """Give the notes that others lead to and that lead to no note, in order of name."""
    outgoing = _outgoing(graph, WRITTEN)
    reached = {end for ends in outgoing.values() for end in ends}
    return tuple(sorted(note for note in reached if not outgoing[note]))


def ghosts(graph: Graph) -> tuple[Ghost, ...]:
    """Give the notes that are wanted and not written, the most wanted first."""
    found = [_ghost(graph, node) for node in _nodes(graph, NodeKind.GHOST)]
    return tuple(sorted(found, key=lambda ghost: (-ghost.n_notes, -ghost.n_linking, ghost.node)))


def _ghost(graph: Graph, node: str) -> Ghost:
    wanting = [(start, edge["provenance"]) for start, _, edge in graph.in_edges(node, data=True)]
    return Ghost(
        node=node,
        label=graph.nodes[node]["label"],
        n_notes=len({start for start, _ in wanting}),
        n_linking=len({start for start, origin in wanting if origin == Provenance.EXPLICIT}),
    )


def _is_note(graph: Graph, node: str) -> bool:
    return bool(graph.nodes[node]["kind"] == NodeKind.NOTE)


def _nodes(graph: Graph, kind: NodeKind) -> list[str]:
    return sorted(node for node, about in graph.nodes(data=True) if about["kind"] == kind)


def _outgoing(graph: Graph, provenances: Collection[str]) -> Mapping[str, dict[str, float]]:
    """Give for each note the notes it leads to, with the weight."""
    found: dict[str, dict[str, float]] = {note: {} for note in _nodes(graph, NodeKind.NOTE)}
    for start, end, edge in graph.edges(data=True):
        if start in found and end in found and edge["provenance"] in provenances:
            found[start][end] = found[start].get(end, 0.0) + edge["weight"]
    return found


def _mutual(graph: Graph, notes: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Give for each note its written neighbours in either direction, in order of name."""
    found: dict[str, set[str]] = {note: set() for note in notes}
    for start, ends in _outgoing(graph, WRITTEN).items():
        for end in ends:
            found[start].add(end)
            found[end].add(start)
    return {note: sorted(others) for note, others in found.items()}


def _components(web: Mapping[str, Sequence[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    seen: set[str] = set()
    for note in web:
        if note not in seen:
            seen.add(note)
            part = [note]
            for here in part:
                fresh = [other for other in web[here] if other not in seen]
                seen.update(fresh)
                part.extend(fresh)
            found.append(part)
    return found


def _page_rank(
    notes: Sequence[str], outgoing: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    import numpy as np

    row = {note: number for number, note in enumerate(notes)}
    links = [(row[start], row[end], w) for start in notes for end, w in outgoing[start].items()]
    starts, ends, weights = (np.array(column) for column in zip(*links, strict=True))
    out = np.bincount(starts, weights, len(notes))
    share = weights / out[starts]
    rank = np.full(len(notes), 1 / len(notes))
    for _ in range(_MAX_ROUNDS):
        flow = np.bincount(ends, share * rank[starts], len(notes)) + rank[out == 0].sum() / len(
            notes
        )
        fresh = (1 - _DAMPING) / len(notes) + _DAMPING * flow
        change = np.abs(fresh - rank).sum()
        rank = fresh
        if change < _TOLERANCE:
            break
    return dict(zip(notes, rank.tolist(), strict=True))


def _ties(graph: Graph) -> dict[tuple[str, str], float]:
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for start, end, edge in graph.edges(data=True):
        if not _is_note(graph, start) or edge["provenance"] not in WRITTEN:
            continue
        n_sharing = 1 if _is_note(graph, end) else len(graph.pred[end])
        if _is_note(graph, end) or 1 < n_sharing <= _N_TELLING:
            found[min(start, end), max(start, end)] += edge["weight"] / n_sharing
    return {ends: weight for ends, weight in found.items() if weight > 0}


def _telling_tags(graph: Graph, group: Sequence[str]) -> tuple[str, ...]:
    inside = Counter(
        end
        for note in group
        for _, end, edge in graph.out_edges(note, data=True)
        if edge["kind"] == EdgeKind.TAGGED
    )
    scores = {tag: n * n / len(graph.pred[tag]) for tag, n in inside.items() if n > 1}
    best = sorted(scores, key=lambda tag: (-scores[tag], tag))[:_N_LABELS]
    return tuple(str(graph.nodes[tag]["label"]) for tag in best)


def _cut_parts(web: Mapping[str, Sequence[str]], root: str) -> dict[str, list[int]]:
    """Give for each note the sizes of the parts below it that only it joins to the root."""
    order, parent = _depth_first(web, root)
    entered = {node: number for number, node in enumerate(order)}
    low = dict(entered)
    size = dict.fromkeys(order, 1)
    cut: defaultdict[str, list[int]] = defaultdict(list)
    for node in reversed(order):
        above = parent.get(node)
        low[node] = min([low[node], *(entered[other] for other in web[node] if other != above)])
        low[node] = min([low[node], *(low[o] for o in web[node] if parent.get(o) == node)])
        for other in web[node]:
            if parent.get(other) == node:
                size[node] += size[other]
                if low[other] >= entered[node]:
                    cut[node].append(size[other])
    return dict(cut)


def _depth_first(web: Mapping[str, Sequence[str]], root: str) -> tuple[list[str], dict[str, str]]:
    """Give the notes in the order in which a depth-first walk enters them, and who led there."""
    order: list[str] = []
    parent: dict[str, str] = {}
    seen: set[str] = set()
    waiting: list[tuple[str, str | None]] = [(root, None)]
    while waiting:
        node, above = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        order.append(node)
        if above is not None:
            parent[node] = above
        waiting.extend((other, node) for other in reversed(web[node]) if other not in seen)
    return order, parent
