"""DOT, as Graphviz draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.export.columns import flatten, write_scalar
from noteweb.export.palette import KIND_COLOURS, LINES, caption
from noteweb.export.xml import make_legal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.model.note import Json

_HEAD = """digraph {
graph [layout=sfdp, overlap=prism, splines=line, outputorder=edgesfirst, charset="UTF-8"]
node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=10, margin=0.06, height=0]
edge [color="#00000060", fontname="sans-serif", fontsize=8, arrowsize=0.5]
"""

_LONGEST = 4000  # Graphviz 2.43 reads 16,384 bytes between quotes; a character has up to four

_KIND_SHAPES = {"claim": "note", "experiment": "component", "tag": "plain", "ghost": "box"}


def write(material: Material, stream: BinaryIO) -> None:
    r"""Write the graph as DOT, to be laid out by whichever engine is asked for, else by sfdp.

    A long label is shortened, and stands whole in the tooltip. Every attribute is there with
    ``data_`` before its name, so that none means anything to Graphviz; a backslash is written
    twice, as in labels. What XML cannot hold is shown, see `noteweb.export.xml`.
    """
    stream.writelines(piece.encode() for piece in _pieces(material))


def _pieces(material: Material) -> Iterator[str]:
    graph = material.graph
    numbers = {node: number for number, node in enumerate(graph)}
    yield _HEAD
    for node, about in graph.nodes(data=True):
        kind = str(about["kind"])
        look = {
            "label": _label(caption(about)),
            "tooltip": _label(str(about["label"])),
            "fillcolor": KIND_COLOURS.get(kind, "#ffffff"),
            "shape": _KIND_SHAPES.get(kind, "box"),
        }
        yield f"n{numbers[node]} [{_write(look, {'id': node, **about})}]\n"
    for start, end, edge in graph.edges(data=True):
        kind = _label(str(edge["kind"]))
        look = {"tooltip": kind, "style": LINES.get(edge["provenance"], "solid")}
        yield f"n{numbers[start]} -> n{numbers[end]} [{_write(look, edge)}]\n"
    yield "}\n"


def _write(look: Mapping[str, str], about: Mapping[str, Json]) -> str:
    shown = [f"{name}={_quote(value)}" for name, value in look.items()]
    told = [
        f"{_quote(f'data_{name}')}={_quote(write_scalar(flatten(value)))}"
        for name, value in about.items()
        if value is not None
    ]
    return ", ".join([*shown, *told])


def _quote(text: str) -> str:
    """Give text between quotes, in several pieces where Graphviz would stop reading."""
    legal = make_legal(text)
    pieces = [legal[start : start + _LONGEST] for start in range(0, len(legal), _LONGEST)]
    return " + ".join(f'"{_escape(piece)}"' for piece in pieces or [""])


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _label(text: str) -> str:
    """Give text that Graphviz shows as it is: in labels it also reads HTML's entities."""
    return text.replace("&", "&amp;")
