"""Parts of a graph: a graph in, a smaller one out, in the same order; the first stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from noteweb.graph.walk import neighbours
from noteweb.links.names import fold_name
from noteweb.model.relation import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from noteweb.graph.build import Graph
    from noteweb.model.note import Json
    from noteweb.model.view import Filter

    IsKept = Callable[[str, str, Mapping[str, Json]], bool]

_LAYER_EDGES = {
    NodeKind.TAG: frozenset({EdgeKind.TAGGED, EdgeKind.PART_OF}),
    NodeKind.DOMAIN: frozenset({EdgeKind.SPEAKS_TO}),
    NodeKind.TOOL: frozenset({EdgeKind.DOCKS_TO}),
}
_OF_CLAIMS = frozenset({NodeKind.CLAIM, NodeKind.EXPERIMENT})


def cut(graph: Graph, only: Filter, always: Collection[str] = ()) -> Graph:
    """Give what a filter leaves, and the nodes that stay `always`; the graph itself where all is.

    Where notes are chosen (by tag, time, verdict), of the other nodes those stay that a chosen
    note or claim leads to: its tags and what they are part of, its tools, its ghosts.
    """
    if only.is_open:
        return graph
    provenances, relations = frozenset(only.provenances), frozenset(only.relations)

    def is_kept(_start: str, _end: str, edge: Mapping[str, Json]) -> bool:
        return (not relations or edge["kind"] in relations) and (
            not provenances or edge["provenance"] in provenances
        )

    kinds = frozenset(only.kinds)
    chosen = (n for n in _choose(graph, only) if not kinds or graph.nodes[n]["kind"] in kinds)
    return pick(graph, [*chosen, *always], is_kept)


def pick(graph: Graph, nodes: Iterable[str], is_kept: IsKept | None = None) -> Graph:
    """Give these nodes with the edges between them, or those of the edges that `is_kept`."""
    wanted = frozenset(nodes)
    part: Graph = nx.MultiDiGraph()
    part.add_nodes_from((node, about) for node, about in graph.nodes(data=True) if node in wanted)
    for start in part:
        for end, edges in graph.succ[start].items():
            if end in wanted:
                for key, edge in edges.items():
                    if is_kept is None or is_kept(start, end, edge):
                        part.add_edge(start, end, key, **edge)
    return part


def ego(graph: Graph, node: str, depth: int) -> Graph:
    """Give a node and all within `depth` steps of it, over edges in either direction."""
    return pick(graph, [node, *(near.node for near in neighbours(graph, node, depth))])


def layer(graph: Graph, kind: NodeKind) -> Graph:
    """Give the tags, domains or tools with the notes that name them, and only that naming."""
    edges = _LAYER_EDGES[kind]
    nodes = {
        node
        for start, end, edge in graph.edges(data=True)
        if edge["kind"] in edges
        for node in (start, end)
    }
    return pick(graph, nodes, lambda _start, _end, edge: edge["kind"] in edges)


def claims(graph: Graph) -> Graph:
    """Give the claims, the notes that state them and their experiments; no links of the notes."""
    own = {node for node, about in graph.nodes(data=True) if about["kind"] in _OF_CLAIMS}
    notes = (end for claim in own for end in graph.succ[claim])
    return pick(graph, [*own, *notes], lambda start, end, _edge: start in own or end in own)


def surroundings(graph: Graph, nodes: Collection[str]) -> Graph:
    """Give nodes with what they lead to that is no note: tags, tools, claims stated in them."""
    return pick(graph, _led_to(graph, [*nodes, *_stated_in(graph, nodes)]))


def _choose(graph: Graph, only: Filter) -> Iterable[str]:
    """Give the nodes that the choice of notes and claims leaves."""
    if not (only.tags or only.created or only.updated or only.is_about_claims):
        return graph
    claims = [n for n, a in graph.nodes(data=True) if a["kind"] == NodeKind.CLAIM]
    if only.is_about_claims:
        claims = [claim for claim in claims if _is_judged(graph.nodes[claim], only)]
    stated = {end for claim in claims for end in graph.succ[claim]}
    wanted = [_fold_tag(tag) for tag in only.tags]
    notes = {
        node
        for node, about in graph.nodes(data=True)
        if about["kind"] == NodeKind.NOTE
        and (not only.is_about_claims or node in stated)
        and about.get("created", "") in only.created
        and about.get("updated", "") in only.updated
        and all(_has_tag(about, tag) for tag in wanted)
    }
    return _led_to(graph, [*notes, *(c for c in claims if _home(graph, c) in notes)])


def _is_judged(claim: Mapping[str, Json], only: Filter) -> bool:
    return (not only.verdicts or claim.get("verdict") in only.verdicts) and (
        not only.standings or claim.get("standing") in only.standings
    )


def _has_tag(note: Mapping[str, Json], wanted: str) -> bool:
    tags = note.get("tags")
    folded = (fold_name(str(tag)) for tag in tags) if isinstance(tags, list) else ()
    return any(tag == wanted or tag.startswith(f"{wanted}/") for tag in folded)


def _fold_tag(tag: str) -> str:
    return fold_name(tag.lstrip("#"))


def _home(graph: Graph, claim: str) -> str:
    return f"note:{graph.nodes[claim]['note']}"


def _stated_in(graph: Graph, notes: Iterable[str]) -> list[str]:
    return [
        start
        for note in notes
        for start, edges in graph.pred[note].items()
        if any(edge["kind"] == EdgeKind.STATED_IN for edge in edges.values())
    ]


def _led_to(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """Give the nodes and what they lead to, through what is neither note nor claim."""
    found = set(nodes)
    waiting = list(found)
    while waiting:
        for end in graph.succ[waiting.pop()]:
            if end not in found and graph.nodes[end]["kind"] not in {NodeKind.NOTE, NodeKind.CLAIM}:
                found.add(end)
                waiting.append(end)
    return found
