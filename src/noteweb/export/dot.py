"""DOT, as Graphviz draws it."""

from __future__ import annotations

import re
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

_ESCAPED = ("label", "tooltip")  # in these alone Graphviz reads two backslashes as one

#: Backslashes that would take away the meaning of what follows, if their number is odd.
_BEFORE_END = re.compile(r'(?<!\\)\\+(?=["\r\n]|\Z)')

_KIND_SHAPES = {"claim": "note", "experiment": "component", "tag": "plain", "ghost": "box"}


def write(material: Material, stream: BinaryIO) -> None:
    r"""Write the graph as DOT, to be laid out by whichever engine is asked for, else by sfdp.

    A long label is shortened, and stands whole in the tooltip. Every attribute is there with
    ``data_`` before its name, so that none means anything to Graphviz, and reads back as it was;
    but DOT cannot write an odd number of backslashes before a quote, a line's end or the end of a
    text: one more stands there; and Graphviz passes over a line's end alone between such signs.
    What XML cannot hold is shown, see `noteweb.export.xml`.
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
    shown = [
        f"{name}={_quote(_double(value) if name in _ESCAPED else value)}"
        for name, value in look.items()
    ]
    told = [
        f"{_quote(f'data_{name}')}={_quote(write_scalar(flatten(value)))}"
        for name, value in about.items()
        if value is not None
    ]
    return ", ".join([*shown, *told])


def _quote(text: str) -> str:
    """Give text between quotes, in several pieces where Graphviz would stop reading."""
    legal = make_legal(text)
    pieces: list[str] = []
    start = 0
    while start < len(legal) or not pieces:
        end = start + _LONGEST
        if end < len(legal) and _is_odd(legal[start:end]):
            end -= 1  # a piece that goes on ends in no half pair
        pieces.append(f'"{_escape(legal[start:end])}"')
        start = end
    return " + ".join(pieces)


def _is_odd(text: str) -> bool:
    """Whether a text ends in an odd number of backslashes."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _escape(text: str) -> str:
    r"""Give text as it stands between quotes, where ``\"`` is a quote and ``\\`` both of them."""
    even = _BEFORE_END.sub(lambda run: run[0] + "\\" * (len(run[0]) % 2), text)
    return even.replace('"', '\\"')


def _double(text: str) -> str:
    return text.replace("\\", "\\\\")


def _label(text: str) -> str:
    """Give text that Graphviz shows as it is: in labels it also reads HTML's entities."""
    return text.replace("&", "&amp;")
