"""GraphML, as Gephi, yEd, Cytoscape and R read it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import networkx as nx

from noteweb.export.columns import settle_columns
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.export.columns import Scalar
    from noteweb.graph.build import Graph
    from noteweb.model.note import Json

#: What XML 1.0, section 2.2, does not allow in a document.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL_PICTURES = 0x2400
_N_CONTROLS = 0x20


def write(graph: Graph) -> bytes:
    """Give the graph as GraphML in UTF-8, every attribute with one type.

    What XML cannot hold is shown: a control character by its picture (U+2400 for NUL), a lone
    surrogate as U+FFFD. Where two names become one by that, the later gets a number.
    Cost: about 50 microseconds an edge.
    """
    legal: nx.MultiDiGraph[str] = nx.MultiDiGraph(generator=f"noteweb {__version__}")
    names = _unique(graph)
    rows = _settle([dict(node) for _, node in graph.nodes(data=True)])
    for node, row in zip(graph, rows, strict=True):
        legal.add_node(names[node], **row)
    edges = list(graph.edges(data=True))
    rows = _settle([dict(edge) for *_, edge in edges])
    for number, ((start, end, _), row) in enumerate(zip(edges, rows, strict=True)):
        key = legal.add_edge(names[start], names[end], key=f"e{number}")
        legal.edges[names[start], names[end], key].update(row)
    file = BytesIO()
    nx.write_graphml_xml(legal, file)
    return file.getvalue()


def make_legal(text: str) -> str:
    """Give the text with what XML cannot hold replaced by what shows that it stood there."""
    return _ILLEGAL.sub(_show, text.replace("\r\n", "\n").replace("\r", "\n"))


def _show(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(_CONTROL_PICTURES + code) if code < _N_CONTROLS else "\ufffd"


def _settle(rows: Sequence[dict[str, Json]]) -> list[dict[str, Scalar]]:
    names = _unique(dict.fromkeys(name for row in rows for name in row))
    return [
        {
            names[name]: make_legal(value) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in settle_columns(rows)
    ]


def _unique(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        legal = base = make_legal(name)
        number = 1
        while legal in taken:
            number += 1
            legal = f"{base} ({number})"
        taken.add(legal)
        found[name] = legal
    return found
