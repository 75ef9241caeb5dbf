"""CPU seconds of links, names in prose, the graph and questions about it, on made cards.

usage: PYTHONPATH=src:tests python tests/bench/bench_graph.py [N_NOTES]

Each note has 20 tags, 8 links, 5 tools, 4 domains and 5 names in prose. Medians of five runs.
The import of networkx is told apart.
"""

from __future__ import annotations

import sys
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from cards import make_vault

if TYPE_CHECKING:
    from collections.abc import Callable

N_RUNS = 5


def measure(name: str, work: Callable[[], object], n_runs: int = N_RUNS) -> object:
    """Print the median CPU seconds of the work, and give its last result."""
    seconds = []
    for _ in range(n_runs):
        start = process_time()
        result = work()
        seconds.append(process_time() - start)
    print(f"{name:34} {median(seconds):8.3f} s")
    return result


def main(n_notes: int) -> None:
    """Measure everything once over."""
    cards = make_vault(n_notes)
    start = process_time()
    import networkx as nx

    print(f"{'import networkx':34} {process_time() - start:8.3f} s")
    from noteweb.export import EXPORTERS, export_graph
    from noteweb.graph.bridge import bridges
    from noteweb.graph.build import build_graph
    from noteweb.graph.census import hubs, summary
    from noteweb.graph.community import communities
    from noteweb.graph.route import shortest_route
    from noteweb.links.feedback import resolve_feedback
    from noteweb.links.resolve import resolve_links

    resolution = measure("resolve links", lambda: resolve_links(cards))
    feedback = measure("resolve names in prose", lambda: resolve_feedback(cards))
    graph = measure("build graph", lambda: build_graph(cards, resolution, feedback))
    measure(
        "all three",
        lambda: build_graph(cards, resolve_links(cards), resolve_feedback(cards)),
    )
    print(f"{'':34} {len(graph)} nodes, {graph.number_of_edges()} edges")

    def add_edges() -> None:
        slow = nx.MultiDiGraph()
        slow.add_nodes_from(graph.nodes(data=True))
        for start, end, key, edge in graph.edges(keys=True, data=True):
            slow.add_edge(start, end, key=key, **edge)

    measure("the same edges with add_edge", add_edges)
    ends = (f"note:{cards[0].id}", f"note:{cards[-1].id}")
    measure("shortest route", lambda: shortest_route(graph, *ends))
    measure("hubs", lambda: hubs(graph))
    measure("bridges", lambda: bridges(graph))
    measure("summary", lambda: summary(graph))
    measure("communities", lambda: communities(graph), 1)
    for name in EXPORTERS:
        measure(f"export {name}", lambda name=name: export_graph(graph, name), 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
