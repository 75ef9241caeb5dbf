"""Cypher statements that build the graph in Neo4j, Memgraph and their like.

They can be run twice: what is there is updated, nothing is doubled.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from noteweb.export.columns import flatten, unique, write_scalar
from noteweb.export.xml import make_legal
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from noteweb.export.columns import Scalar
    from noteweb.export.material import Material
    from noteweb.graph.build import Graph
    from noteweb.model.note import Json

T = TypeVar("T")

_BATCH = 200  # rows of one statement

_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_SPECIAL = re.compile(r"[\\'\n\r\t]")
_NOT_IN_NAMES = str.maketrans("\\\n\r\t", "\uff3c\u240a\u240d\u2409")
_BEFORE_U = re.compile(r"(?<=\\)(?=[uU])")


def write(material: Material, stream: BinaryIO) -> None:
    r"""Write the statements: labels are `Noteweb` and a node's kind, types an edge's kind.

    Older servers read ``\u0027`` anywhere as the character it names, before anything else, so
    ``\u`` never stands in the file: where a text holds it, it is put together from two strings, and
    in names a backslash becomes U+FF3C, a line end or tab its picture. Maps and mixed lists are
    JSON text. Control characters are shown as in XML, see `noteweb.export.xml`.
    """
    stream.writelines(f"{line}\n".encode() for line in _lines(material.graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield f"// noteweb {__version__}"
    yield (
        "CREATE CONSTRAINT noteweb_id IF NOT EXISTS FOR (node:Noteweb) REQUIRE node.id IS UNIQUE;"
    )
    names = unique(_keys(graph), _spell)
    nodes = [(str(about["kind"]), node) for node, about in graph.nodes(data=True)]
    for kind, some in _batches(nodes):
        rows = (f"{{id: {_text(node)}, own: {_map(graph.nodes[node], names)}}}" for node in some)
        yield (
            f"UNWIND [\n{_join(rows)}\n] AS row MERGE (node:Noteweb {{id: row.id}})"
            f" SET node:{_quote(_spell(kind.title()))}, node += row.own;"
        )
    edges = [(str(edge["kind"]), (start, end, edge)) for start, end, edge in graph.edges(data=True)]
    for kind, links in _batches(edges):
        rows = (
            f"{{start: {_text(start)}, end: {_text(end)},"
            f" provenance: {_text(str(edge['provenance']))}, own: {_map(edge, names)}}}"
            for start, end, edge in links
        )
        yield (
            f"UNWIND [\n{_join(rows)}\n] AS row MATCH (start:Noteweb {{id: row.start}})"
            " MATCH (end:Noteweb {id: row.end}) MERGE"
            f" (start)-[link:{_quote(_spell(kind.upper()))} {{provenance: row.provenance}}]->(end)"
            " SET link += row.own;"
        )


def _keys(graph: Graph) -> dict[str, None]:
    rows = chain(
        (about for _, about in graph.nodes(data=True)),
        (edge for *_, edge in graph.edges(data=True)),
    )
    return dict.fromkeys(name for row in rows for name in row)


def _batches(items: Iterable[tuple[str, T]]) -> Iterator[tuple[str, Sequence[T]]]:
    """Give the items by their kind, each kind in pieces of a size that a server takes at once."""
    kinds: dict[str, list[T]] = {}
    for kind, item in items:
        kinds.setdefault(kind, []).append(item)
    for kind, some in kinds.items():
        for first in range(0, len(some), _BATCH):
            yield kind, some[first : first + _BATCH]


def _join(rows: Iterable[str]) -> str:
    return ",\n".join(rows)


def _map(about: Mapping[str, Json], names: Mapping[str, str]) -> str:
    told = (
        f"{_quote(names[name])}: {_value(value)}"
        for name, value in about.items()
        if value is not None
    )
    return f"{{{', '.join(told)}}}"


def _value(value: Json) -> str:
    if isinstance(value, list) and (items := _alike(value)) is not None:
        return f"[{', '.join(_scalar(item) for item in items)}]"
    return _scalar(flatten(value))


def _alike(values: Sequence[Json]) -> list[Scalar] | None:
    """Give the items where they are of one type, whole numbers as broken ones where both occur."""
    flat = [flatten(value) for value in values]
    kinds = {type(item) for item in flat}
    if any(isinstance(value, list | dict | None) for value in values):
        return None
    if kinds == {int, float}:
        return [float(item) for item in flat]
    return flat if len(kinds) <= 1 else None


def _scalar(value: Scalar) -> str:
    if isinstance(value, str):
        return _text(value)
    return write_scalar(value).replace("e+", "e")  # Cypher knows no plus there


def _text(text: str) -> str:
    pieces = _BEFORE_U.split(make_legal(text))
    return " + ".join(f"'{_SPECIAL.sub(lambda one: _ESCAPES[one.group()], p)}'" for p in pieces)


def _spell(name: str) -> str:
    return make_legal(name).translate(_NOT_IN_NAMES) or "_"


def _quote(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
