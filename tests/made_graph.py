"""A made graph with communities, of any size: the same arguments give the same graph."""

from __future__ import annotations

import random

import networkx as nx

_WORDS = (
    "attention gradient kernel margin entropy sparsity width prior likelihood schedule noise "
    "feature circuit neuron manifold spectrum landscape memory context reward policy critic "
    "planner verifier theorem baseline cohort instrument protein ligand membrane pathway enzyme "
    "synapse"
).split()
_NEAR = 0.85  # the share of edges that stay in their community


def make_graph(n_nodes, n_edges, *, n_groups=40, seed=0):
    """Give a graph of notes and what they name, with `n_edges` edges where they find room."""
    rng = random.Random(seed)
    graph = nx.MultiDiGraph()
    groups = [[] for _ in range(n_groups)]
    for number in range(n_nodes):
        kind = rng.choices(["note", "tag", "domain", "tool", "ghost"], [80, 8, 5, 5, 2])[0]
        title = f"{rng.choice(_WORDS).title()} and {rng.choice(_WORDS)} {number}"
        about = {"kind": kind, "label": title}
        if kind == "note":
            when = f"20{rng.randint(20, 26)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
            about |= {"note": title, "path": f"{title}.md", "title": title, "created": when}
        node = f"{kind}:{title.casefold()}"
        graph.add_node(node, **about)
        groups[int(n_groups * rng.random() ** 1.5)].append(node)
    notes = [[node for node in group if node.startswith("note:")] for group in groups]
    n_left = n_edges
    for _ in range(100 * n_edges + 1000):  # few nodes may have no room for so many edges
        if not n_left:
            break
        number = int(n_groups * rng.random() ** 1.5)
        if not notes[number]:
            continue
        start = rng.choice(notes[number])
        far = rng.randrange(n_groups) if rng.random() > _NEAR else number
        if not groups[far]:
            continue
        end = groups[far][int(len(groups[far]) * rng.random() ** 3)]
        if start != end:
            kind, provenance, weight = _relate(rng, end)
            edge = {"kind": kind, "provenance": provenance, "weight": weight}
            key = f"{kind}/{provenance}"
            n_left -= not graph.has_edge(start, end, key)
            graph.add_edge(start, end, key=key, **edge)
    return graph


def _relate(rng, end):
    kind = end.partition(":")[0]
    if kind in {"tag", "domain", "tool"}:
        word = {"tag": "tagged", "domain": "speaks_to", "tool": "docks_to"}[kind]
        return word, "explicit" if kind == "tag" else "inferred", 1.0
    return rng.choices(
        [
            ("links_to", "explicit", 1.0),
            ("feeds_back", "inferred", 0.9),
            ("similar", "similarity", 0.7),
            ("supports", "explicit", 1.0),
        ],
        [50, 25, 20, 5],
    )[0]
