"""Graphs as files for other programs, one module per family of formats.

Each module of `EXPORTERS` has ``write(graph) -> bytes`` and is loaded when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.graph.build import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """A format: the module that writes it, the end of its files' names, who reads it."""

    module: str
    suffix: str
    description: str


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        "graphml": Exporter(
            module="graphml", suffix=".graphml", description="GraphML, for Gephi, yEd, Cytoscape, R"
        ),
        "json": Exporter(
            module="node_link", suffix=".json", description="node-link JSON, for networkx and D3"
        ),
    }
)


def export_graph(graph: Graph, file_format: str) -> bytes:
    """Give the graph as the bytes of a file; the same graph gives the same bytes.

    Raises
    ------
    BadRequest
        when there is no such format
    """
    exporter = EXPORTERS.get(file_format)
    if exporter is None:
        message = f"no export format {file_format!r}"
        raise BadRequest(message, f"the formats are: {', '.join(EXPORTERS)}")
    written: bytes = import_module(f"noteweb.export.{exporter.module}").write(graph)
    return written
