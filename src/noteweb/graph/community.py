"""Communities: notes that hang together more than with the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.graph.adjacency import WRITTEN, nodes_of_kind
from noteweb.model.relation import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.graph.build import Graph

_SEED = 0
_N_LABELS = 3
_N_TELLING = 50  # a tag of more notes says little about which belong together, and costs most


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Notes that hang together, and up to three tags that set them apart."""

    nodes: tuple[str, ...]
    tags: tuple[str, ...]


def communities(graph: Graph) -> tuple[Community, ...]:
    """Give the notes in groups that hang together, the largest first; each note is in one.

    Louvain's method with a fixed seed over links, names in prose, and shared tags, tools and
    domains; one of these shared by n notes counts 1/n for each, so that a link outweighs it, and
    nothing beyond 50 notes. Cost: about 1 CPU second for 1,000 notes of 40 relations.

    Source: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008.
    """
    import networkx as nx

    weighted: nx.Graph[str] = nx.Graph()
    weighted.add_nodes_from(nodes_of_kind(graph, NodeKind.NOTE))
    for (one, other), weight in sorted(_ties(graph).items()):
        weighted.add_edge(one, other, weight=weight)
    found = nx.community.louvain_communities(weighted, weight="weight", seed=_SEED)
    groups = (tuple(sorted(node for node in group if _is_note(graph, node))) for group in found)
    ordered = sorted((group for group in groups if group), key=lambda group: (-len(group), group))
    return tuple(Community(nodes=group, tags=_telling_tags(graph, group)) for group in ordered)


def _is_note(graph: Graph, node: str) -> bool:
    return bool(graph.nodes[node]["kind"] == NodeKind.NOTE)


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
