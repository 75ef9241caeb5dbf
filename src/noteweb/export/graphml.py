"""GraphML, as Gephi, yEd, Cytoscape and R read it; written element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.export.columns import Columns, unique, write_scalar
from noteweb.export.xml import make_attribute, make_legal, make_text
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
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
_TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph as GraphML in UTF-8, every attribute with one type.

    What XML cannot hold is shown, see `noteweb.export.xml`. Where two names become one by that,
    the later gets a number. Memory beyond the graph's own: a name for each node.
    """
    stream.writelines(piece.encode() for piece in _pieces(material.graph))


def _pieces(graph: Graph) -> Iterator[str]:
    nodes = _Table(about for _, about in graph.nodes(data=True))
    edges = _Table(edge for *_, edge in graph.edges(data=True))
    names = unique(graph, make_legal)
    yield _HEAD
    yield from nodes.keys("node")
    yield from edges.keys("edge")
    yield f'<graph edgedefault="directed"><desc>noteweb {__version__}</desc>\n'
    for node, about in graph.nodes(data=True):
        yield f'<node id="{make_attribute(names[node])}">{nodes.data(about)}</node>\n'
    for number, (start, end, edge) in enumerate(graph.edges(data=True)):
        ends = f'source="{make_attribute(names[start])}" target="{make_attribute(names[end])}"'
        yield f'<edge id="e{number}" {ends}>{edges.data(edge)}</edge>\n'
    yield "</graph>\n</graphml>\n"


class _Table:
    """The attributes of nodes or edges, each with its key."""

    def __init__(self, rows: Iterable[Mapping[str, Json]]) -> None:
        self.columns = Columns(rows)
        self.spellings = unique(self.columns.types, make_legal)
        self.ids: dict[str, str] = {}

    def keys(self, owner: str) -> Iterator[str]:
        for number, (name, kind) in enumerate(self.columns.types.items()):
            self.ids[name] = f"{owner[0]}{number}"
            spelling = make_attribute(self.spellings[name])
            yield (
                f'<key id="{self.ids[name]}" for="{owner}" attr.name="{spelling}"'
                f' attr.type="{_TYPES[kind]}"/>\n'
            )

    def data(self, row: Mapping[str, Json]) -> str:
        return "".join(
            f'<data key="{self.ids[name]}">{make_text(write_scalar(value))}</data>'
            for name, value in self.columns.settle(row).items()
        )
