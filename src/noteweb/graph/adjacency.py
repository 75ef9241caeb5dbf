"""The notes of a graph alone: who leads to whom, in which parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from noteweb.graph.build import Graph

#: What somebody wrote, as a link or in prose.
WRITTEN = frozenset({Provenance.EXPLICIT, Provenance.INFERRED})


def nodes_of_kind(graph: Graph, kind: NodeKind) -> list[str]:
    """Give the nodes of one kind, in order of name."""
    return sorted(node for node, about in graph.nodes(data=True) if about["kind"] == kind)


def find_leads(graph: Graph, provenances: Collection[str]) -> Mapping[str, dict[str, float]]:
    """Give for each note the notes it leads to, with the weight."""
    found: dict[str, dict[str, float]] = {note: {} for note in nodes_of_kind(graph, NodeKind.NOTE)}
    for start, end, edge in graph.edges(data=True):
        if start in found and end in found and edge["provenance"] in provenances:
            found[start][end] = found[start].get(end, 0.0) + edge["weight"]
    return found


def join_both_ways(leads: Mapping[str, Mapping[str, float]]) -> Mapping[str, Sequence[str]]:
    """Give for each note its neighbours in either direction, in order of name."""
    found: dict[str, set[str]] = {note: set() for note in leads}
    for start, ends in leads.items():
        for end in ends:
            found[start].add(end)
            found[end].add(start)
    return {note: sorted(others) for note, others in found.items()}


def find_components(web: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Give the notes in parts that no relation joins, in order of each part's least note."""
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
