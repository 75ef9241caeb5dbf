"""Two tables in a zip, for pandas, R, spreadsheets, SQLite and Gephi: nodes.csv and edges.csv."""

from __future__ import annotations

import csv
from io import TextIOWrapper
from typing import TYPE_CHECKING
from zipfile import ZipFile

from noteweb.export.archive import open_member
from noteweb.export.columns import Columns, unique
from noteweb.export.xml import make_legal
from noteweb.library.table import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from noteweb.export.material import Material
    from noteweb.model.note import Json


def write(material: Material, stream: BinaryIO) -> None:
    """Write the tables in UTF-8, one row a node and one an edge, every column of one type.

    No cell can be run as a formula: one that begins like one gets an apostrophe before it
    (`noteweb.library.table.unguard` takes it off). Characters that XML cannot hold are shown as
    there, since most readers of tables stop at them too.
    """
    graph = material.graph
    nodes = (((node,), about) for node, about in graph.nodes(data=True))
    edges = (((start, end), edge) for start, end, edge in graph.edges(data=True))
    told = Columns(about for _, about in graph.nodes(data=True))
    said = Columns(edge for *_, edge in graph.edges(data=True))
    with ZipFile(stream, "w") as packed:
        _write_table(packed, "nodes.csv", _rows(("id",), told, nodes))
        _write_table(packed, "edges.csv", _rows(("source", "target"), said, edges))


def _rows(
    lead: tuple[str, ...],
    columns: Columns,
    rows: Iterable[tuple[tuple[str, ...], Mapping[str, Json]]],
) -> Iterator[list[str]]:
    yield list(unique([*lead, *columns.types], make_legal).values())
    for names, row in rows:
        cells = [""] * len(columns.types)
        for number, text in columns.cells(row):
            cells[number] = text
        yield [*names, *cells]


def _write_table(packed: ZipFile, name: str, rows: Iterable[Sequence[str]]) -> None:
    with (
        open_member(packed, name) as raw,
        TextIOWrapper(raw, encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerows([guard(make_legal(cell)) for cell in row] for row in rows)
