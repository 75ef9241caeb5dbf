"""JSON Canvas 1.0, as Obsidian opens it: notes as their files, the rest as cards.

Source: https://jsoncanvas.org/spec/1.0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

from noteweb.export.json_text import write_json
from noteweb.export.palette import KIND_COLOURS
from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.export.material import Material, Positions
    from noteweb.model.note import Json

# In pixels, as Obsidian makes cards.
_WIDTH, _HEIGHT = 260, 80
_NOTE_HEIGHT = 320
_COLUMN, _ROW = 1.3 * _WIDTH, 1.2 * _NOTE_HEIGHT  # room for one card

_EDGE_COLOURS = {
    Provenance.EXPLICIT: "#666666",
    Provenance.INFERRED: "#e69f00",
    Provenance.SIMILARITY: "#56b4e9",
    Provenance.MEASURED: "#d55e00",
}

#: What Markdown may act on: all ASCII punctuation can be escaped.
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_LINE_ENDS = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph as a canvas, each node where the layout has it.

    Paths of notes are those from the vault's root, so the file belongs into the vault. A note
    carries its frontmatter in its file; of other nodes the label is written, as Markdown that
    shows it and does nothing.
    """
    graph = material.graph
    places = _places(material)
    nodes = [
        {
            "id": node,
            "x": places[node][0],
            "y": places[node][1],
            "width": _WIDTH,
            "color": KIND_COLOURS.get(about["kind"], "#999999"),
            **_content(about),
        }
        for node, about in graph.nodes(data=True)
    ]
    edges = [
        {
            "id": f"e{number}",
            "fromNode": start,
            "toNode": end,
            "toEnd": "none" if edge["provenance"] == Provenance.SIMILARITY else "arrow",
            "color": _EDGE_COLOURS.get(edge["provenance"], "#999999"),
            "label": str(edge["kind"]),
        }
        for number, (start, end, edge) in enumerate(graph.edges(data=True))
    ]
    stream.write(write_json({"nodes": nodes, "edges": edges}))


def _content(about: Mapping[str, Json]) -> dict[str, Any]:
    if about["kind"] == NodeKind.NOTE:
        return {"type": "file", "file": about["path"], "height": _NOTE_HEIGHT}
    text = _MARKS.sub(r"\\\1", _LINE_ENDS.sub(" ", str(about["label"])))
    return {"type": "text", "text": text, "height": _HEIGHT}


def _places(material: Material) -> dict[str, tuple[int, int]]:
    """Give each node's place in pixels, spread so that neighbours on the map do not overlap."""
    found = material.positions()
    scale = _find_scale(found)
    return {
        node: (round(scale * found[node][0]), round(scale * found[node][1]))
        for node in material.graph
    }


def _find_scale(found: Positions) -> float:
    """Give how much a map has to grow for its cards to have room on the whole."""
    if not found:
        return 1.0
    xs, ys = zip(*found.values(), strict=True)
    area = max(max(xs) - min(xs), 1e-9) * max(max(ys) - min(ys), 1e-9)
    return float((len(found) * _COLUMN * _ROW / area) ** 0.5)
