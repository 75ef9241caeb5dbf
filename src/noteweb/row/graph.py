"""Answers of the graph as rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noteweb.graph.build import Graph
    from noteweb.graph.outline import Branch, Group
    from noteweb.graph.walk import Neighbour
    from noteweb.row import Row


def answer_row(graph: Graph, found: Any) -> Row:  # noqa: ANN401 - one of the graph's answers
    """Give one answer of the graph with its label in front."""
    if isinstance(found, str):
        return {"label": graph.nodes[found]["label"], "node": found}
    row = asdict(found)
    if "nodes" in row:
        labels = [graph.nodes[node]["label"] for node in row["nodes"]]
        return {"label": ", ".join(labels), "tags": row["tags"], "nodes": row["nodes"]}
    return {"label": graph.nodes[row["node"]]["label"], **row}


def neighbour_rows(graph: Graph, found: Iterable[Neighbour]) -> list[Row]:
    """Give nodes some steps away, the step before each by its label."""
    labels = graph.nodes(data="label")
    return [answer_row(graph, one) | {"previous": labels[one.previous]} for one in found]


def outline_rows(graph: Graph, groups: Iterable[Group]) -> list[Row]:
    """Give the tree of ``noteweb graph plot`` as JSON: groups, in them nodes, in these nodes."""
    return [
        {
            "text": group.text,
            "way": group.way.value,
            "provenance": group.provenance,
            "nodes": [_branch_row(graph, branch) for branch in group.branches],
        }
        for group in groups
    ]


def _branch_row(graph: Graph, branch: Branch) -> Row:
    about = graph.nodes[branch.node]
    found: Row = {name: about[name] for name in ("verdict", "standing") if name in about}
    branches = [_branch_row(graph, each) for each in branch.branches]
    return {"label": about["label"], **asdict(branch), **found, "branches": branches}
