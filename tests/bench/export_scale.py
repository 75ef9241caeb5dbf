"""CPU time and memory of exporting a graph of 100,000 nodes and 1,000,000 edges.

Run it as ``python tests/bench/export_scale.py [N_NODES N_EDGES]``. Each format is written to a file
in a process of its own, so that its peak is its own; networkx's writer of GraphML is the peer.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx

from noteweb.export import write_export
from noteweb.export.material import Material

N_NODES, N_EDGES = 100_000, 1_000_000
FORMATS = ("graphml", "csv", "networkx")
KINDS = ("links_to", "tagged", "docks_to", "feeds_back", "similar")


def make_graph(n_nodes: int, n_edges: int) -> nx.MultiDiGraph[str]:
    """Give a graph whose nodes and edges have the attributes that a vault's have."""
    rng = random.Random(0)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names = [f"note:topic-{number % 50:02}/a note named {number}" for number in range(n_nodes)]
    for number, name in enumerate(names):
        graph.add_node(
            name,
            kind="note",
            label=f"A note named {number}",
            note=name[5:],
            path=f"{name[5:]}.md",
            title=f"A note named {number}",
            tags=["one", "two", f"tag {number % 1000}"],
            created="2025-01-31",
            novelty=number % 10,
        )
    for number in range(n_edges):
        kind = KINDS[number % len(KINDS)]
        edge = {"kind": kind, "provenance": "explicit", "weight": 1.0, "line": number % 500}
        start, end = rng.choice(names), rng.choice(names)
        graph.add_edge(start, end, key=f"{kind}/{number}", **edge)
    return graph


def measure(form: str, n_nodes: int, n_edges: int) -> None:
    """Write the graph in one format and print what that took."""
    graph = make_graph(n_nodes, n_edges)
    before_mb, start = peak_mb(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph"
        with path.open("wb") as stream:
            if form == "networkx":
                for _, about in graph.nodes(data=True):
                    about["tags"] = "; ".join(about["tags"])  # it knows no lists
                nx.write_graphml_xml(graph, stream)
            else:
                write_export(Material(graph=graph), form, stream)
        size_mb = path.stat().st_size / 1e6
    cpu_s = time.process_time() - start
    print(f"{form:10} {cpu_s:8.1f} {before_mb:9.0f} {peak_mb() - before_mb:9.0f} {size_mb:9.0f}")


def peak_mb() -> float:
    """Give the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each format in its own process."""
    if len(sys.argv) > 3:
        measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        return
    sizes = [str(size) for size in (sys.argv[1:3] or (N_NODES, N_EDGES))]
    print(
        f"{' nodes, '.join(sizes)} edges\n{'':10}    CPU s  graph MB  more MB   file MB", flush=True
    )
    for form in FORMATS:
        subprocess.run([sys.executable, __file__, form, *sizes], check=True)


if __name__ == "__main__":
    main()
