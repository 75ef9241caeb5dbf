"""Questions to the catalogue: notes, passages, edges, counts."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from noteweb.errors import Problem, Severity
from noteweb.index.catalogue import BODY
from noteweb.model.codec import LANGUAGE, card_from_json, problems_from_json
from noteweb.model.note import Card
from noteweb.vault import NoteFile

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable

    from noteweb.index.catalogue import Catalogue

#: SQLite's own limit on variables is 32,766; chunks keep the statements cacheable.
_CHUNK = 500


#: A passage: its pid, nid and vector row, and whether it comes before all else of the body. Tuples
#: as they are read, for a search looks at thousands.
Place = tuple[int, int, int | None, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow:
    """A passage as the catalogue keeps it, with the note it belongs to."""

    pid: int
    nid: int
    note: str  # the note's id
    title: str
    path: str
    field: str | None  # None for the body
    heading: str
    text: str
    line: int
    start: int
    end: int
    row: int | None  # of its vector, None while it waits for one


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge between two notes, by nid."""

    source: int
    target: int
    kind: str
    how: str
    weight: float
    line: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much the index holds."""

    n_notes: int
    n_passages: int
    n_waiting: int  # passages without a vector
    n_vectors: int  # rows of the vector file, those no passage uses any more included


def find_files(catalogue: Catalogue) -> dict[str, tuple[NoteFile, bytes]]:
    """Give every note's file as it was when it was read, with its digest, by path."""
    rows = catalogue.rows("SELECT path, file, size, mtime_ns, digest FROM notes")
    return {
        path: (NoteFile(path=path, file=file, size=size, mtime_ns=mtime), digest)
        for path, file, size, mtime, digest in rows
    }


def find_file(catalogue: Catalogue, path: str) -> NoteFile | None:
    """Give a note's file as it was when it was read; None where the index has no such note."""
    rows = catalogue.rows("SELECT file, size, mtime_ns FROM notes WHERE path = ?", (path,))
    return next((NoteFile(path=path, file=f, size=s, mtime_ns=m) for f, s, m in rows), None)


def find_cards(catalogue: Catalogue) -> tuple[Card, ...]:
    """Give every note's card with its settled id, in the order of the paths."""
    return tuple(card for _, card in find_numbered_cards(catalogue))


def find_cards_with(catalogue: Catalogue, key: str) -> tuple[Card, ...]:
    """Give the cards that may have this frontmatter key, in the order of the paths.

    Only these are read, so that a question to few notes does not pay for all.
    """
    rows = catalogue.rows(
        "SELECT id, own_id, card FROM notes WHERE instr(card, ?) ORDER BY path", (f'"{key}"',)
    )
    return tuple(
        card if note == own else replace(card, id=note)
        for note, own, text in rows
        for card in (card_from_json(text),)
    )


def find_numbered_cards(catalogue: Catalogue) -> tuple[tuple[int, Card], ...]:
    """Give (nid, card) of every note, in the order of the paths."""
    rows = catalogue.rows("SELECT nid, id, own_id, card FROM notes ORDER BY path")
    return tuple(
        (nid, card if note == own else replace(card, id=note))
        for nid, note, own, text in rows
        for card in (card_from_json(text),)
    )


def find_language(catalogue: Catalogue, nid: int) -> str:
    """Give the main language of a note, empty where it is unsure."""
    rows = catalogue.rows("SELECT json_extract(card, ?) FROM notes WHERE nid = ?", (LANGUAGE, nid))
    return str(rows[0][0]) if rows else ""


def find_some_cards(catalogue: Catalogue, nids: Iterable[int]) -> tuple[tuple[int, Card], ...]:
    """Give (nid, card) of these notes, in the order of the paths."""
    sql = "SELECT path, nid, id, own_id, card FROM notes WHERE nid IN ({})"
    return tuple(
        (nid, card if note == own else replace(card, id=note))
        for _, nid, note, own, text in sorted(_in_chunks(catalogue, sql, nids))
        for card in (card_from_json(text),)
    )


def find_name_cards(catalogue: Catalogue) -> tuple[tuple[int, Card], ...]:
    """Give (nid, card) of every note with nothing on the card but what the note may be called."""
    rows = catalogue.rows(
        "SELECT nid, id, path, title, json_extract(card, '$[3]') FROM notes ORDER BY path"
    )
    return tuple(
        (nid, Card(id=note, path=path, title=title, aliases=tuple(json.loads(aliases))))
        for nid, note, path, title, aliases in rows
    )


def find_names(
    catalogue: Catalogue, paths: Iterable[str]
) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Give the id that each of these notes asks for, its title and aliases, by path."""
    sql = "SELECT own_id, title, json_extract(card, '$[3]') FROM notes WHERE path = ?"
    return {path: tuple(catalogue.rows(sql, (path,))) for path in paths}


def find_problems(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Give what was wrong in the files when they were read, in the order of the paths."""
    unread = [
        Problem(path=path, line=1, column=1, code=code, severity=Severity(rank), message=message)
        for path, code, rank, message in catalogue.rows(
            "SELECT path, code, severity, message FROM unread ORDER BY path, code"
        )
    ]
    parsed = [
        problem
        for path, text in catalogue.rows(
            "SELECT path, problems FROM notes WHERE problems <> '[]' ORDER BY path"
        )
        for problem in problems_from_json(text, path)
    ]
    return tuple(sorted([*unread, *parsed], key=lambda p: (p.path, p.line, p.column, p.code)))


def find_passages(catalogue: Catalogue, column: str, values: Iterable[int]) -> list[PassageRow]:
    """Give the passages whose `column` ("pid", "nid" or "row") is among `values`, by pid."""
    sql = (
        "SELECT p.pid, p.nid, n.id, n.title, n.path, p.field, p.heading, p.text, p.line, p.start,"
        " p.end, p.row FROM passages p JOIN notes n USING (nid) WHERE p.{column} IN ({})"
    ).replace("{column}", column)
    return [_passage(row) for row in sorted(_in_chunks(catalogue, sql, values))]


def find_places(catalogue: Catalogue, column: str, values: Iterable[int]) -> list[Place]:
    """Give where passages stand whose `column` ("pid" or "row") is among `values`."""
    sql = (
        f"SELECT pid, nid, row, ordinal = 0 AND field = '{BODY}' FROM passages"
        f" WHERE {column} IN ({{}})"
    )
    return _in_chunks(catalogue, sql, values)


def find_paths(catalogue: Catalogue, nids: Iterable[int]) -> dict[int, str]:
    """Give the path of each note, by nid."""
    return dict(_in_chunks(catalogue, "SELECT nid, path FROM notes WHERE nid IN ({})", nids))


def find_titles(catalogue: Catalogue, pids: Iterable[int]) -> frozenset[int]:
    """Give those of the passages that are their note's title and nothing else."""
    sql = (
        "SELECT p.pid FROM passages p JOIN notes n USING (nid)"
        f" WHERE p.ordinal = 0 AND p.field = '{BODY}' AND p.text = n.title AND p.pid IN ({{}})"
    )
    return frozenset(pid for (pid,) in _in_chunks(catalogue, sql, pids))


def find_in_fields(
    catalogue: Catalogue, pids: Iterable[int], fields: Collection[str]
) -> frozenset[int]:
    """Give those of the passages that stand in one of the fields."""
    rows = _in_chunks(catalogue, "SELECT pid, field FROM passages WHERE pid IN ({})", pids)
    return frozenset(pid for pid, field in rows if field in fields)


def find_among(
    catalogue: Catalogue, nids: Iterable[int], fields: Collection[str]
) -> list[tuple[int, int | None]]:
    """Give (pid, vector row) of the passages of these notes that stand in one of the fields."""
    rows = _in_chunks(catalogue, "SELECT pid, row, field FROM passages WHERE nid IN ({})", nids)
    return [(pid, row) for pid, row, field in rows if field in fields]


def find_firsts(catalogue: Catalogue, pids: Container[int] | None = None) -> dict[int, int]:
    """Give the first passage (pid) of each note, by nid; of those among `pids` where given."""
    rows = catalogue.rows("SELECT nid, pid FROM passages ORDER BY pid DESC")
    return {nid: pid for nid, pid in rows if pids is None or pid in pids}


def count(catalogue: Catalogue) -> Counts:
    """Count what the index holds."""
    notes = catalogue.rows("SELECT count(*) FROM notes")[0][0]
    # Apart, each is read off an index; together they would go through all passages.
    passages = catalogue.rows("SELECT count(*) FROM passages")[0][0]
    waiting = catalogue.rows("SELECT count(*) FROM passages WHERE row IS NULL")[0][0]
    return Counts(n_notes=notes, n_passages=passages, n_waiting=waiting, n_vectors=catalogue.n_rows)


def find_pids_at(catalogue: Catalogue, paths: Iterable[str]) -> list[int]:
    """Give the passages (pid) of the notes at these paths."""
    sql = "SELECT pid FROM passages WHERE nid = (SELECT nid FROM notes WHERE path = ?)"
    return [pid for path in paths for (pid,) in catalogue.rows(sql, (path,))]


def find_edges(catalogue: Catalogue, *kinds: str) -> tuple[Edge, ...]:
    """Give the edges of these kinds, or of all, in a fixed order."""
    marks = ",".join("?" * len(kinds))
    where = f"WHERE kind IN ({marks})" if kinds else ""
    rows = catalogue.rows(
        f"SELECT source, target, kind, how, weight, line, name FROM edges {where}"
        " ORDER BY source, target, kind, how, line",
        kinds,
    )
    return tuple(
        Edge(source=a, target=b, kind=kind, how=how, weight=weight, line=line, name=name)
        for a, b, kind, how, weight, line, name in rows
    )


def _passage(row: tuple[Any, ...]) -> PassageRow:
    pid, nid, note, title, path, field, heading, text, line, start, end, vector = row
    return PassageRow(
        pid=pid,
        nid=nid,
        note=note,
        title=title,
        path=path,
        field=None if field == BODY else field,
        heading=heading,
        text=text,
        line=line,
        start=start,
        end=end,
        row=vector,
    )


def _in_chunks(catalogue: Catalogue, sql: str, values: Iterable[int]) -> list[tuple[Any, ...]]:
    """Run `sql`, whose ``{}`` takes the values, on chunks of them."""
    ordered = sorted(set(values))
    found = []
    for first in range(0, len(ordered), _CHUNK):
        chunk = ordered[first : first + _CHUNK]
        found += catalogue.rows(sql.format(",".join("?" * len(chunk))), chunk)
    return found
