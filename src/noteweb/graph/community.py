"""Communities: notes that hang together more than with the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from noteweb.graph.adjacency import nodes_of_kind
from noteweb.graph.tie import find_ties, join_ties
from noteweb.model.relation import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from noteweb.graph.build import Graph
    from noteweb.graph.tie import Ties, Web

_SEED = 0
_N_LABELS = 3
_N_TELLING = 50  # a tag of more notes says little about which belong together, and costs most
_N_ROUNDS = 5
_GAIN = 1e-9  # of modularity times twice the weight, below which nobody moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Notes that hang together, and up to three tags that set them apart."""

    nodes: tuple[str, ...]
    tags: tuple[str, ...]


def communities(graph: Graph) -> tuple[Community, ...]:
    """Give the notes in groups that hang together, the largest first; each note is in one.

    Louvain's method with a fixed seed over links, names in prose, relations of claims, and shared
    tags, tools and domains; one of these shared by n notes counts 1/n for each, so that a link
    outweighs it, and nothing beyond 50 notes. Cost: about 1 CPU second for 1,000 notes of 40
    relations.

    Source: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008.
    """
    found = find_groups(graph, find_ties(graph))
    groups = (tuple(filter(partial(_is_note, graph), group)) for group in found)
    ordered = sorted((group for group in groups if group), key=lambda group: (-len(group), group))
    return tuple(Community(nodes=group, tags=find_telling_tags(graph, group)) for group in ordered)


def find_groups(graph: Graph, ties: Ties) -> list[list[str]]:
    """Give the nodes in groups that hang together, each in order of name; each node is in one."""
    counting = {
        (one, other): weight
        for (one, other), weight in ties.items()
        if _counts(graph, one) and _counts(graph, other)
    }
    found = part(counting, nodes_of_kind(graph, NodeKind.NOTE))
    homes = {node: number for number, group in enumerate(found) for node in group}
    house_strangers(join_ties(ties, graph), homes)
    return gather_groups(homes)


def part(ties: Ties, nodes: Collection[str]) -> list[set[str]]:
    """Give the ends of the ties, and the nodes that have none, in groups by Louvain's method."""
    import networkx as nx

    weighted: nx.Graph[str] = nx.Graph()
    weighted.add_nodes_from(sorted(nodes))
    weighted.add_weighted_edges_from((*ends, ties[ends]) for ends in sorted(ties))
    return list(nx.community.louvain_communities(weighted, weight="weight", seed=_SEED))


def gather_groups(homes: Mapping[str, int]) -> list[list[str]]:
    """Give the nodes of each group in order of name, the group of the least number first."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for node in sorted(homes):
        groups[homes[node]].append(node)
    return [groups[number] for number in sorted(groups)]


def house_strangers(web: Web, homes: dict[str, int]) -> None:
    """Give each node without a group that of its strongest neighbours; what is left, one a part."""
    waiting = sorted(node for node in web if node not in homes)
    while chosen := {node: home for node in waiting if (home := _vote(web[node], homes)) >= 0}:
        homes.update(chosen)
        waiting = [node for node in waiting if node not in chosen]
    for node in waiting:
        if node not in homes:
            fresh = max(homes.values(), default=-1) + 1
            homes[node] = fresh
            component = [node]
            for here in component:
                more = [other for other in web[here] if other not in homes]
                homes.update(dict.fromkeys(more, fresh))
                component.extend(more)


def improve(web: Web, homes: dict[str, int]) -> None:
    """Move single nodes to a neighbour's group while that raises the modularity.

    In order of name, five rounds at most; groups that change little come out as they were.
    """
    degrees = {node: sum(others.values()) for node, others in web.items()}
    twice = sum(degrees.values())
    totals: defaultdict[int, float] = defaultdict(float)
    for node, home in homes.items():
        totals[home] += degrees[node]
    n_moved = twice
    for _ in range(_N_ROUNDS):
        n_moved = 0
        for node in sorted(web):
            old, degree = homes[node], degrees[node]
            if not degree:
                continue
            totals[old] -= degree
            inside = {old: 0.0}
            for other, weight in web[node].items():
                inside[homes[other]] = inside.get(homes[other], 0.0) + weight
            gains = {home: inside[home] - degree * totals[home] / twice for home in inside}
            best = max(gains, key=lambda home: (gains[home], -home))
            new = best if gains[best] > gains[old] + _GAIN else old
            totals[new] += degree
            n_moved += new != old
            homes[node] = new
        if not n_moved:
            break


def find_telling_tags(graph: Graph, group: Sequence[str], least: int = 2) -> tuple[str, ...]:
    """Give up to three tags that `least` notes of the group have and others lack, best first."""
    inside = Counter(
        end
        for note in group
        for _, end, edge in graph.out_edges(note, data=True)
        if edge["kind"] == EdgeKind.TAGGED
    )
    scores = {tag: n * n / len(graph.pred[tag]) for tag, n in inside.items() if n >= least}
    best = sorted(scores, key=lambda tag: (-scores[tag], tag))[:_N_LABELS]
    return tuple(str(graph.nodes[tag]["label"]) for tag in best)


def _is_note(graph: Graph, node: str) -> bool:
    return bool(graph.nodes[node]["kind"] == NodeKind.NOTE)


def _counts(graph: Graph, node: str) -> bool:
    return _is_note(graph, node) or 1 < len(graph.pred[node]) <= _N_TELLING


def _vote(neighbours: Mapping[str, float], homes: Mapping[str, int]) -> int:
    votes: defaultdict[int, float] = defaultdict(float)
    for other, weight in neighbours.items():
        if other in homes:
            votes[homes[other]] += weight
    return max(votes, key=lambda home: (votes[home], -home), default=-1)
