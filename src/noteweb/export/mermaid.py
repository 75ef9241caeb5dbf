"""Mermaid's flow charts, as GitHub, Obsidian and many wikis draw them inside Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.export.palette import KIND_COLOURS, caption, shorten
from noteweb.export.xml import make_legal
from noteweb.model.relation import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from noteweb.export.material import Material

_ARROWS = {
    Provenance.EXPLICIT: "-->",
    Provenance.INFERRED: "-.->",
    Provenance.SIMILARITY: "-.-",
    Provenance.MEASURED: "==>",
}

#: What Mermaid might read as its own words, as Markdown or as HTML.
_MARKS = re.compile(r"[^\w ,.()/\u2026]|_|[ﬂ°¶ß]")


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph as a flow chart: labels and kinds; the format has no place for more.

    Long labels are shortened. The line of an edge is its provenance, its word the kind. Programs
    that draw Mermaid stop at 500 edges by default, so this is for views, not for whole vaults.
    """
    stream.writelines(f"{line}\n".encode() for line in _lines(material))


def _lines(material: Material) -> Iterator[str]:
    graph = material.graph
    numbers = {node: number for number, node in enumerate(graph)}
    yield "flowchart LR"
    for node, about in graph.nodes(data=True):
        kind = str(about["kind"])
        yield f'n{numbers[node]}["{_text(caption(about))}"]:::{kind}'
    for start, end, edge in graph.edges(data=True):
        arrow = _ARROWS.get(edge["provenance"], "-->")
        word = _text(shorten(str(edge["kind"])))
        yield f'n{numbers[start]} {arrow}|"{word}"| n{numbers[end]}'
    for kind, colour in KIND_COLOURS.items():
        yield f"classDef {kind} fill:{colour},stroke:#333333,color:#000000"


def _text(text: str) -> str:
    """Give text for a place between quotes; no quotes around nothing, which Mermaid cannot read."""
    shown = make_legal(text) or " "
    return _MARKS.sub(lambda mark: f"#{ord(mark.group())};", shown)
