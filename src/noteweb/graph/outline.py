"""A node's surroundings as a tree: its neighbours by kind of tie, and what joins them besides."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.graph.route import find_phrases
from noteweb.graph.walk import Direction, Hop, neighbours, walk_from
from noteweb.model.relation import EdgeKind, NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noteweb.graph.build import Graph

#: What a reader looks for first.
_KINDS = [*map(NodeKind, ("note", "claim", "ghost", "experiment", "tag", "domain", "tool"))]
_PROVENANCES = [*map(Provenance, ("explicit", "inferred", "measured", "similarity"))]
_WAYS = [Direction.OUT, Direction.BOTH, Direction.IN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node of the tree with its strongest tie, as seen from the node that it hangs on.

    `also` tells the other ties between the two, `joined` the nodes of the tree that it has a tie
    with besides, `branches` what stands one step further.
    """

    node: str
    kind: str
    text: str
    way: Direction
    provenance: str
    also: tuple[str, ...]
    joined: tuple[str, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The neighbours that one kind of tie leads to."""

    text: str
    way: Direction
    provenance: str
    branches: tuple[Branch, ...]


def outline(graph: Graph, node: str, depth: int = 1) -> tuple[Group, ...]:
    """Give what stands within `depth` steps of a node, each once, on the node it is reached from.

    Groups come by what they hold (notes, claims, then what notes name), then by provenance, then
    by direction; nodes that are joined to more of the others come first.

    Raises
    ------
    NoteNotFound
        when `node` is no node of the graph
    """
    near = neighbours(graph, node, depth)
    above = {one.node: one.previous for one in near}
    below: defaultdict[str, list[Branch]] = defaultdict(list)
    ties: dict[str, Mapping[str, Sequence[Hop]]] = {}
    for one in reversed(near):  # the furthest first: a branch needs its own branches
        if one.previous not in ties:
            ties[one.previous] = _find_ties(graph, one.previous)
        joined = tuple(
            other
            for other in _find_ties(graph, one.node)
            if other in above and one.node not in (other, above[other]) and above[one.node] != other
        )
        branches = tuple(sorted(below.pop(one.node, ()), key=_rank))
        told = _tell(ties[one.previous][one.node])
        (text, way, provenance), also = told[0], tuple(text for text, *_ in told[1:])
        below[one.previous].append(
            Branch(
                node=one.node,
                kind=graph.nodes[one.node]["kind"],
                text=text,
                way=way,
                provenance=provenance,
                also=also,
                joined=joined,
                branches=branches,
            )
        )
    return _group(below[node])


def _group(branches: Iterable[Branch]) -> tuple[Group, ...]:
    found: defaultdict[tuple[str, Direction, str], list[Branch]] = defaultdict(list)
    for branch in sorted(branches, key=_rank):
        found[branch.text, branch.way, branch.provenance].append(branch)
    return tuple(
        Group(text=text, way=way, provenance=provenance, branches=tuple(members))
        for (text, way, provenance), members in found.items()
    )


def _find_ties(graph: Graph, node: str) -> Mapping[str, Sequence[Hop]]:
    """Give the other ends of a node's edges, each with all edges between the two."""
    found: defaultdict[str, list[Hop]] = defaultdict(list)
    for hop in walk_from(graph, node, None, Direction.BOTH):
        found[hop.end].append(hop)
    return found


def _tell(hops: Iterable[Hop]) -> list[tuple[str, Direction, str]]:
    """Give the ties between two nodes in words, the surest first; one both ways is one.

    A relation with a name of its own says more than a link, and comes before it.
    """
    ways: defaultdict[tuple[int, bool, str], set[bool]] = defaultdict(set)
    for hop in hops:
        rank = _PROVENANCES.index(Provenance(hop.edge["provenance"]))
        kind = hop.edge["kind"]
        ways[rank, kind == EdgeKind.LINKS_TO, kind].add(hop.is_forward)
    told = []
    for (rank, _, kind), directions in sorted(ways.items()):
        way = Direction.OUT if True in directions else Direction.IN
        if len(directions) > 1 or kind == EdgeKind.SIMILAR:
            way = Direction.BOTH
        out, back = find_phrases(kind)
        told.append((back if way is Direction.IN else out, way, _PROVENANCES[rank].value))
    return told


def _rank(branch: Branch) -> tuple[int, int, int, str, int, str]:
    return (
        _KINDS.index(NodeKind(branch.kind)),
        _PROVENANCES.index(Provenance(branch.provenance)),
        _WAYS.index(branch.way),
        branch.text,
        -len(branch.joined),
        branch.node,
    )
