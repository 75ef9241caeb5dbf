"""Ties: how strongly any two nodes hang together, whatever joins them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.graph.build import Graph

    #: Two nodes, the lesser name first, and a weight above 0.
    Ties = Mapping[tuple[str, str], float]
    #: For each node its neighbours with the weight of the tie.
    Web = Mapping[str, Mapping[str, float]]

#: What stands for itself; anything else is shared by those who name it.
_OWN = frozenset({NodeKind.NOTE, NodeKind.CLAIM})
_LEAST = 0.01  # a name that nobody has written has no weight, and still belongs to who names it


def find_ties(graph: Graph) -> Ties:
    """Give the ties of all written relations, in the order of the edges.

    What n nodes share counts 1/n for each, so that a link outweighs it. Likeness of vectors ties
    nothing.
    """
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for start, end, edge in graph.edges(data=True):
        if edge["provenance"] != Provenance.SIMILARITY:
            n_sharing = 1 if graph.nodes[end]["kind"] in _OWN else len(graph.pred[end])
            weight = max(edge["weight"], _LEAST)
            found[min(start, end), max(start, end)] += weight / n_sharing
    return dict(found)


def join_ties(ties: Ties, nodes: Iterable[str]) -> Web:
    """Give for each node its neighbours in either direction."""
    web: dict[str, dict[str, float]] = {node: {} for node in nodes}
    for (one, other), weight in ties.items():
        web[one][other] = web[other][one] = weight
    return web
