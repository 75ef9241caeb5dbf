"""GEXF 1.2, as Gephi reads it, with dynamic filters on every attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.export.columns import Columns, unique
from noteweb.export.xml import TYPES, make_attribute, make_legal
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.model.note import Json

# What stands on the element itself.
_ON_NODES = frozenset({"label"})
_ON_EDGES = frozenset({"weight"})

_SCALE = 10.0  # Gephi units of a node's radius


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph as GEXF in UTF-8: every attribute with one type, each node in its place.

    What XML cannot hold is shown, see `noteweb.export.xml`. Where two names become one by that,
    the later gets a number.
    """
    stream.writelines(piece.encode() for piece in _pieces(material))


def _pieces(material: Material) -> Iterator[str]:
    graph = material.graph
    spots = material.layout().spots
    nodes = Columns((about for _, about in graph.nodes(data=True)), _ON_NODES)
    edges = Columns((edge for *_, edge in graph.edges(data=True)), _ON_EDGES)
    names = unique(graph, make_legal)
    yield "<?xml version='1.0' encoding='utf-8'?>\n"
    yield '<gexf version="1.2" xmlns="http://www.gexf.net/1.2draft"\n'
    yield ' xmlns:viz="http://www.gexf.net/1.2draft/viz">\n'
    yield f"<meta><creator>noteweb {__version__}</creator></meta>\n"
    yield '<graph defaultedgetype="directed" mode="static">\n'
    yield from _declare(nodes, "node")
    yield from _declare(edges, "edge")
    yield "<nodes>\n"
    for node, about in graph.nodes(data=True):
        own = f'id="{make_attribute(names[node])}" label="{make_attribute(str(about["label"]))}"'
        spot = spots[node]
        place = f'<viz:position x="{_SCALE * spot.x}" y="{-_SCALE * spot.y}" z="0"/>'
        size = f'<viz:size value="{_SCALE * spot.radius}"/>'
        yield f"<node {own}>{_data(nodes, about)}{place}{size}</node>\n"
    yield "</nodes>\n<edges>\n"
    for number, (start, end, edge) in enumerate(graph.edges(data=True)):
        yield (
            f'<edge id="e{number}" source="{make_attribute(names[start])}"'
            f' target="{make_attribute(names[end])}" weight="{edge["weight"]}"'
            f' label="{make_attribute(str(edge["kind"]))}">{_data(edges, edge)}</edge>\n'
        )
    yield "</edges>\n</graph>\n</gexf>\n"


def _declare(columns: Columns, owner: str) -> Iterator[str]:
    yield f'<attributes class="{owner}">\n'
    for number, name, kind in columns.declare(make_legal):
        title = make_attribute(name)
        yield f'<attribute id="{number}" title="{title}" type="{TYPES[kind]}"/>\n'
    yield "</attributes>\n"


def _data(columns: Columns, row: Mapping[str, Json]) -> str:
    values = "".join(
        f'<attvalue for="{number}" value="{make_attribute(text)}"/>'
        for number, text in columns.cells(row)
    )
    return f"<attvalues>{values}</attvalues>"
