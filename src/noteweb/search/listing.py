"""The notes that a filter alone leaves, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.index.lookup import find_firsts, find_passages
from noteweb.model.hit import Hit
from noteweb.search.query import show_hit
from noteweb.search.scope import DAY, find_scope

if TYPE_CHECKING:
    from noteweb.index.folder import Index
    from noteweb.search.query import Request


def list_notes(index: Index, request: Request) -> tuple[Hit, ...]:
    """List the notes that meet the demands, by their day, newest first, then by path.

    The day is when a note was made, else changed; those without one come last. Each is shown by
    the first of its passages that counts, and a note without any by its title; all score nought.

    Raises
    ------
    IndexDamaged
    """
    scope = find_scope(index, request.only)
    firsts = find_firsts(index.catalogue, scope.pids)
    rows = index.catalogue.rows(f"SELECT nid, id, title, path, {DAY} AS day FROM notes")
    # Sorting keeps the order of what is equal, and so does its reverse.
    found = sorted(rows, key=lambda row: row[3])
    found.sort(key=lambda row: row[4], reverse=True)
    kept = [
        row
        for row in found
        if (scope.nids is None or row[0] in scope.nids)
        and (row[0] in firsts or not scope.is_by_passage)
    ][: request.limit]
    shown = [firsts[row[0]] for row in kept if row[0] in firsts]
    passages = {p.nid: p for p in find_passages(index.catalogue, "pid", shown)}
    return tuple(
        show_hit(index, passages[nid], frozenset(), 0.0, ())
        if nid in passages
        else _bare(note, title, path)
        for nid, note, title, path, _ in kept
    )


def _bare(note: str, title: str, path: str) -> Hit:
    return Hit(note_id=note, title=title, path=path, field=None, line=1, text="", score=0.0)
