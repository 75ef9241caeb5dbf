"""GraphML, as Gephi, yEd, Cytoscape and R read it; written element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.export.columns import Columns, unique
from noteweb.export.xml import TYPES, make_attribute, make_legal, make_text
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.graph.build import Graph
    from noteweb.model.note import Json

_HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns
 http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph as GraphML in UTF-8, every attribute with one type.

    What XML cannot hold is shown, see `noteweb.export.xml`. Where two names become one by that,
    the later gets a number. Memory beyond the graph's own: a name for each node.
    """
    stream.writelines(piece.encode() for piece in _pieces(material.graph))


def _pieces(graph: Graph) -> Iterator[str]:
    nodes = Columns(about for _, about in graph.nodes(data=True))
    edges = Columns(edge for *_, edge in graph.edges(data=True))
    names = unique(graph, make_legal)
    yield _HEAD
    yield from _declare(nodes, "node")
    yield from _declare(edges, "edge")
    yield f'<graph edgedefault="directed"><desc>noteweb {__version__}</desc>\n'
    for node, about in graph.nodes(data=True):
        data = _data(nodes, about, "node")
        yield f'<node id="{make_attribute(names[node])}">{data}</node>\n'
    for number, (start, end, edge) in enumerate(graph.edges(data=True)):
        ends = f'source="{make_attribute(names[start])}" target="{make_attribute(names[end])}"'
        yield f'<edge id="e{number}" {ends}>{_data(edges, edge, "edge")}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _declare(columns: Columns, owner: str) -> Iterator[str]:
    for number, name, kind in columns.declare(make_legal):
        yield (
            f'<key id="{owner}{number}" for="{owner}" attr.name="{make_attribute(name)}"'
            f' attr.type="{TYPES[kind]}"/>\n'
        )


def _data(columns: Columns, row: Mapping[str, Json], owner: str) -> str:
    return "".join(
        f'<data key="{owner}{number}">{make_text(text)}</data>'
        for number, text in columns.cells(row)
    )
