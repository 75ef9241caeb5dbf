"""Graphs as files for other programs, one module per family of formats.

Each module of `EXPORTERS` has ``write(material, stream)`` and is loaded when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest
from noteweb.export.material import Material
from noteweb.model.view import hint_near

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from noteweb.graph.build import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """A format: the module that writes it, the end of its files' names, who reads it.

    Attributes
    ----------
    is_text : else it is not written to a terminal
    has_fields : a note's seven fields are written too, so its file has to be read
    """

    module: str
    suffix: str
    description: str
    is_text: bool = True
    has_fields: bool = False


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        "graphml": Exporter(
            module="graphml",
            suffix=".graphml",
            description="Gephi, yEd, Cytoscape, igraph, R",
            has_fields=True,
        ),
        "gexf": Exporter(
            module="gexf", suffix=".gexf", description="Gephi, networkx", has_fields=True
        ),
        "html": Exporter(
            module="page",
            suffix=".html",
            description="any browser: one page to explore, that needs nothing else",
            is_text=False,  # it is, but nobody reads it in a terminal
            has_fields=True,
        ),
        "json": Exporter(
            module="node_link",
            suffix=".json",
            description="networkx, D3, your own scripts",
            has_fields=True,
        ),
        "cytoscape": Exporter(
            module="cytoscape",
            suffix=".cyjs",
            description="cytoscape.js, Cytoscape",
            has_fields=True,
        ),
        "csv": Exporter(
            module="table",
            suffix=".zip",
            description="pandas, R, spreadsheets, SQLite, Gephi: nodes.csv and edges.csv in a zip",
            is_text=False,
            has_fields=True,
        ),
        "cypher": Exporter(
            module="cypher", suffix=".cypher", description="Neo4j, Memgraph", has_fields=True
        ),
        "turtle": Exporter(
            module="turtle",
            suffix=".ttl",
            description="RDF stores, Protégé, rdflib",
            has_fields=True,
        ),
        "jsonld": Exporter(
            module="jsonld", suffix=".jsonld", description="RDF stores, the web", has_fields=True
        ),
        "rocrate": Exporter(
            module="rocrate",
            suffix=".zip",
            description="repositories such as Zenodo: claims, experiments and runs as an RO-Crate",
            is_text=False,
        ),
        "canvas": Exporter(module="canvas", suffix=".canvas", description="Obsidian"),
        "svg": Exporter(
            module="svg", suffix=".svg", description="papers, slides, browsers, Inkscape"
        ),
        "png": Exporter(module="png", suffix=".png", description="anywhere", is_text=False),
        "dot": Exporter(module="dot", suffix=".dot", description="Graphviz"),
        "mermaid": Exporter(
            module="mermaid", suffix=".mmd", description="GitHub, GitLab, Obsidian, in Markdown"
        ),
    }
)


def find_exporter(file_format: str) -> Exporter:
    """Give a format by its name.

    Raises
    ------
    BadRequest
        when there is no such format, with near names
    """
    exporter = EXPORTERS.get(file_format)
    if exporter is None:
        known = f"the formats are: {', '.join(EXPORTERS)}"
        raise BadRequest(
            f"no export format {file_format!r}", hint_near(file_format, EXPORTERS, known)
        )
    return exporter


def write_export(material: Material, file_format: str, stream: BinaryIO) -> None:
    """Write the material in a format; the same material gives the same bytes.

    Raises
    ------
    BadRequest
        when there is no such format
    NotewebError
        as what the format asks of the material does
    """
    exporter = find_exporter(file_format)
    import_module(f"noteweb.export.{exporter.module}").write(material, stream)


def export_graph(graph: Graph, file_format: str) -> bytes:
    """Give a graph alone, without notes and evidence, as the bytes of a file.

    Raises
    ------
    BadRequest
        when there is no such format
    """
    from noteweb.graph.layout import lay_out

    stream = BytesIO()
    write_export(Material(graph=graph, layout=lambda: lay_out(graph)), file_format, stream)
    return stream.getvalue()
