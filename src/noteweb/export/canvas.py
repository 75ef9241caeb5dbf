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

    from noteweb.export.material import Material
    from noteweb.model.layout import Spot
    from noteweb.model.note import Json

# In pixels, as Obsidian makes cards.
_WIDTH, _HEIGHT = 260, 80
_NOTE_HEIGHT = 320
_SCALE = 150  # of the map, whose notes have a radius of 1.4 at least: a card fits into its circle

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
    spots = material.layout().spots
    nodes = [_write_card(node, about, spots[node]) for node, about in graph.nodes(data=True)]
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


def _write_card(node: str, about: Mapping[str, Json], spot: Spot) -> dict[str, Any]:
    is_note = about["kind"] == NodeKind.NOTE
    height = _NOTE_HEIGHT if is_note else _HEIGHT
    label = _MARKS.sub(r"\\\1", _LINE_ENDS.sub(" ", str(about["label"])))
    content = (
        {"type": "file", "file": about["path"]} if is_note else {"type": "text", "text": label}
    )
    return {
        "id": node,
        **content,
        "x": round(_SCALE * spot.x - _WIDTH / 2),
        "y": round(_SCALE * spot.y - height / 2),
        "width": _WIDTH,
        "height": height,
        "color": KIND_COLOURS.get(str(about["kind"]), "#999999"),
    }
