"""Node-link JSON: what `networkx.node_link_graph(data, edges="edges")` reads, and D3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import networkx as nx

from noteweb.export.json_text import write_json
from noteweb.export.meta import count_kinds
from noteweb.version import __version__

if TYPE_CHECKING:
    from noteweb.export.material import Material


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph with `meta`: who wrote it, and how many of what it holds.

    Lists and maps of the frontmatter stay what they are; see `noteweb.export.json_text`.
    """
    data: dict[str, Any] = nx.node_link_data(material.graph, edges="edges")
    data["meta"] = {"generator": f"noteweb {__version__}", **count_kinds(material.graph)}
    stream.write(write_json(data))
