"""The graph as one HTML page that needs nothing else: no network, no library, no server.

The viewer is `viewer/`: `page.html` is the frame, `view.css` the look, the scripts the rest, put
together as one in the order of `_SCRIPTS`, each using what stands before it. The page may load
nothing (`Content-Security-Policy`) and runs exactly this script; all that comes from notes is data
in JSON, which the script shows as text.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noteweb.export.dossier import read_dossiers
from noteweb.export.json_text import make_finite
from noteweb.graph import route
from noteweb.graph.layout import lay_out
from noteweb.model.relation import NodeKind, Provenance
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.graph.build import Graph
    from noteweb.model.layout import Layout
    from noteweb.model.note import Json

_VIEWER = Path(__file__).parent / "viewer"
_SCRIPTS = (
    "graph",
    "state",
    "camera",
    "layer",
    "paint",
    "title",
    "element",
    "legend",
    "search",
    "panel",
    "evidence",
    "way",
    "address",
    "hand",
    "start",
)
#: What could end or confuse a script element, or a line of JavaScript.
_ESCAPES = str.maketrans({c: f"\\u{ord(c):04x}" for c in "&<>\u2028\u2029"})


def write(material: Material, stream: BinaryIO) -> None:
    """Write the page; the same material gives the same bytes.

    Cost: about 1 CPU second for 10,000 nodes and 50,000 edges, layout and reading notes apart.
    """
    script = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)
    style = _read("view.css")
    details = "\n".join(map(dump_safely, read_dossiers(material)))
    values = {
        "title": escape(_clean(material.title)),
        "policy": f"default-src 'none'; img-src data:; script-src '{_hash(script)}'; "
        f"style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'",
        "generator": f"noteweb {__version__}",
        "style": style,
        "script": script,
        "graph": dump_safely(describe(material)),
        "details": details,
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], _read("page.html"))
    stream.write(page.encode("utf-8", "backslashreplace"))


def describe(material: Material) -> dict[str, Any]:
    """Give the graph in columns, as the viewer reads it; nodes and edges go by their numbers."""
    graph, layout = material.graph, material.layout()
    if layout.spots.keys() != set(graph):
        layout = lay_out(graph)
    number = {node: row for row, node in enumerate(graph)}
    return {
        "title": material.title,
        "nodes": _describe_nodes(graph, layout),
        "edges": _describe_edges(graph, number),
        "areas": [
            {
                "name": area.name,
                "hub": number[area.hub],
                "x": area.x,
                "y": area.y,
                "radius": area.radius,
                "n": area.n_nodes,
            }
            for area in layout.areas
        ],
        "phrases": dict(route.PHRASES),
        "costs": {
            "link": route.LINK_COST,
            "feedback": route.FEEDBACK_COST,
            "part": route.PART_COST,
            "shared": route.SHARED_COST,
            "crowd": route.CROWD_COST,
            "similar": route.SIMILAR_COST,
        },
    }


def dump_safely(value: Json) -> str:
    """Give a value as JSON on one line that is safe inside a script element.

    An infinite or undefined number, which JSON does not have, becomes its name.
    """
    text = json.dumps(make_finite(value), ensure_ascii=False, separators=(",", ":"), default=str)
    return text.translate(_ESCAPES)


def _describe_nodes(graph: Graph, layout: Layout) -> dict[str, Any]:
    abouts = [about for _, about in graph.nodes(data=True)]
    spots = [layout.spots[node] for node in graph]
    return {
        "key": list(graph),
        "label": [about["label"] for about in abouts],
        "kinds": [kind.value for kind in NodeKind],
        "kind": [list(NodeKind).index(NodeKind(about["kind"])) for about in abouts],
        "x": [spot.x for spot in spots],
        "y": [spot.y for spot in spots],
        "radius": [spot.radius for spot in spots],
        "area": [spot.area for spot in spots],
        "also": _number(_names(about) for about in abouts),
        "month": _number(_month(about) for about in abouts),
        "verdict": _number(str(about.get("verdict", "")) for about in abouts),
        "standing": _number(str(about.get("standing", "")) for about in abouts),
    }


def _describe_edges(graph: Graph, number: Mapping[str, int]) -> dict[str, Any]:
    edges = list(graph.edges(data=True))
    kinds = sorted({str(edge["kind"]) for *_, edge in edges})
    provenances = [provenance.value for provenance in Provenance]
    of_kind = {kind: row for row, kind in enumerate(kinds)}
    return {
        "start": [number[start] for start, _, _ in edges],
        "end": [number[end] for _, end, _ in edges],
        "kinds": kinds,
        "kind": [of_kind[str(edge["kind"])] for *_, edge in edges],
        "provenances": provenances,
        "provenance": [provenances.index(edge["provenance"]) for *_, edge in edges],
        "weight": [round(float(edge["weight"]), 3) for *_, edge in edges],
        "line": [edge.get("line") or 0 for *_, edge in edges],
    }


def _number(texts: Iterable[str]) -> dict[int, str]:
    """Give the texts that are not empty, by their number."""
    return {number: text for number, text in enumerate(texts) if text}


def _names(about: Mapping[str, Any]) -> str:
    """Give what else a node is found by."""
    lists = (about.get("aliases"), about.get("tags"))
    many = [str(one) for each in lists if isinstance(each, list) for one in each]
    return " · ".join([*many, *([about["path"]] if "path" in about else [])])


def _month(about: Mapping[str, Any]) -> str:
    """Give the month a note is from, empty where it does not say so."""
    found = re.match(r"\d{4}-(?:0[1-9]|1[0-2])", str(about.get("created") or about.get("updated")))
    return found[0] if found else ""


def _read(name: str) -> str:
    return (_VIEWER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
