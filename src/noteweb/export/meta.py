"""What an exported file says about itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.graph.build import Graph


def count_kinds(graph: Graph) -> dict[str, dict[str, int]]:
    """Give how many nodes and edges there are of each kind, in order of name."""
    nodes = Counter(node["kind"] for _, node in graph.nodes(data=True))
    edges = Counter(edge["kind"] for *_, edge in graph.edges(data=True))
    return {"nodes": dict(sorted(nodes.items())), "edges": dict(sorted(edges.items()))}
