"""Elements JSON, as cytoscape.js takes it and Cytoscape reads it (.cyjs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from noteweb.export.json_text import write_json
from noteweb.export.meta import count_kinds
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.export.material import Material
    from noteweb.model.note import Json

#: Data that cytoscape.js would take for its own: what an element is, and what box it lies in.
_ITS_OWN = frozenset({"id", "parent", "source", "target", "__proto__"})

_SCALE = 15.0  # pixels of a node's radius


def write(material: Material, stream: BinaryIO) -> None:
    """Write the graph, lists and maps as they are, each node where the layout has it.

    A frontmatter key that cytoscape.js would act on is written with ``frontmatter_`` before it.
    """
    graph = material.graph
    spots = material.layout().spots
    data = {
        "format_version": "1.0",
        "generated_by": f"noteweb {__version__}",
        "data": {"name": material.title, **count_kinds(graph)},
        "elements": {
            "nodes": [
                {
                    "data": {**_own(about), "id": node},
                    "position": {"x": _SCALE * spots[node].x, "y": _SCALE * spots[node].y},
                }
                for node, about in graph.nodes(data=True)
            ],
            "edges": [
                {"data": {**_own(edge), "id": f"e{number}", "source": start, "target": end}}
                for number, (start, end, edge) in enumerate(graph.edges(data=True))
            ],
        },
    }
    stream.write(write_json(data))


def _own(about: Mapping[str, Json]) -> dict[str, Any]:
    return {
        f"frontmatter_{name}" if name in _ITS_OWN else name: value for name, value in about.items()
    }
