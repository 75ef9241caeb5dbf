"""Steps over the graph: the edges of a node in either direction, and who is near it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from noteweb.errors import NoteNotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from noteweb.graph.build import Graph


class Direction(StrEnum):
    """Which edges of a node to walk."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class Hop(NamedTuple):
    """One edge as walked; a tuple, for a search makes hundreds of thousands."""

    start: str
    end: str
    edge: Mapping[str, Any]
    is_forward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A node some steps away, and the last step to it."""

    node: str
    distance: int
    previous: str
    kind: str
    provenance: str


def neighbours(
    graph: Graph,
    node: str,
    depth: int = 1,
    kinds: Collection[str] | None = None,
    direction: Direction = Direction.BOTH,
) -> tuple[Neighbour, ...]:
    """Give the nodes within `depth` steps over edges of these kinds, by distance, then by name.

    A tag is a node of its own: two notes that share one are two steps apart.

    Raises
    ------
    NoteNotFound
        when `node` is no node of the graph
    """
    require_node(graph, node)
    found: dict[str, Neighbour] = {}
    waiting = deque([(node, 0)])
    while waiting:
        here, distance = waiting.popleft()
        if distance == depth:
            break
        for hop in sorted(walk_from(graph, here, kinds, direction), key=_rank):
            if hop.end != node and hop.end not in found:
                found[hop.end] = Neighbour(
                    node=hop.end,
                    distance=distance + 1,
                    previous=here,
                    kind=hop.edge["kind"],
                    provenance=hop.edge["provenance"],
                )
                waiting.append((hop.end, distance + 1))
    return tuple(sorted(found.values(), key=lambda one: (one.distance, one.node)))


def walk_from(
    graph: Graph, node: str, kinds: Collection[str] | None, direction: Direction
) -> Iterator[Hop]:
    """Give the edges of a node as steps away from it, those that lead out first."""
    if direction is not Direction.IN:
        for _, other, edge in graph.out_edges(node, data=True):
            if kinds is None or edge["kind"] in kinds:
                yield Hop(node, other, edge, is_forward=True)
    if direction is not Direction.OUT:
        for other, _, edge in graph.in_edges(node, data=True):
            if kinds is None or edge["kind"] in kinds:
                yield Hop(node, other, edge, is_forward=False)


def require_node(graph: Graph, node: str) -> None:
    """Raise NoteNotFound unless the graph holds the node."""
    if node not in graph:
        raise NoteNotFound(node)


def _rank(hop: Hop) -> tuple[str, str, str]:
    return hop.end, hop.edge["provenance"], hop.edge["kind"]
