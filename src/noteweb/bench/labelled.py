"""Labelled sets: documents, and which notes each should set off.

A set is a file of JSON lines, one document each::

    {"text": "...", "fires": ["a note", ...], "maybe": ["another", ...]}

`text` is the document, or `path` names its file, relative to the set. `fires` are the notes that it
should set off, `maybe` those that may fire or not and are not counted; both by id, path or title.
Other keys are the set's own. A note that no line names is not measured: nobody has said what it
should do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.documents.read import open_document, read_document
from noteweb.errors import BadRequest, DocumentUnreadable
from noteweb.intake import read_file, show_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from noteweb.model.document import Document
    from noteweb.model.note import Json

_LINE = 'a line is {"text": ..., "fires": [NOTE, ...], "maybe": [NOTE, ...]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A document and the notes (ids) that it should set off, or may."""

    document: Document
    fires: frozenset[str]
    maybe: frozenset[str]


def read_labelled_set(
    path: Path, find: Callable[[str], str], where: Mapping[str, str]
) -> tuple[tuple[Labelled, ...], frozenset[str]]:
    """Read a set: its lines that have the facts of `where`, and the notes that it names anywhere.

    Parameters
    ----------
    find : gives a note's id by any of its names, or raises

    Raises
    ------
    DocumentUnreadable
        for a line that is none, and for a document that cannot be read
    BadRequest
        where no line has the facts
    NoteNotFound, NoteAmbiguous
    """
    name = show_path(path)
    found: list[Labelled] = []
    notes: set[str] = set()
    for number, raw in _read_lines(path, name):
        at = f"{name}:{number}"
        fires, maybe = (frozenset(map(find, _list(raw, key, at))) for key in ("fires", "maybe"))
        notes |= fires | maybe
        if all(str(raw.get(key)) == value for key, value in where.items()):
            document = _read_document(path, at, raw)
            found.append(Labelled(document=document, fires=fires, maybe=maybe))
    if not found:
        told = " and ".join(f"{key}={value}" for key, value in where.items())
        message = f"no line of {name} has {told}" if told else f"{name} holds no line"
        raise BadRequest(message, _LINE)
    return tuple(found), frozenset(notes)


def _read_lines(path: Path, name: str) -> Iterator[tuple[int, dict[str, Json]]]:
    for number, line in enumerate(read_file(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise DocumentUnreadable(f"{name}:{number}", "is no JSON", _LINE) from error
        if not isinstance(raw, dict):
            raise DocumentUnreadable(f"{name}:{number}", "is no map", _LINE)
        yield number, raw


def _list(raw: Mapping[str, Json], key: str, at: str) -> list[str]:
    listed = raw.get(key, [])
    notes = [note for note in listed if isinstance(note, str)] if isinstance(listed, list) else []
    if not isinstance(listed, list) or len(notes) < len(listed):
        raise DocumentUnreadable(at, f"has a {key!r} that is no list of notes", _LINE)
    return notes


def _read_document(path: Path, name: str, raw: Mapping[str, Json]) -> Document:
    text, file = raw.get("text"), raw.get("path")
    if isinstance(text, str):
        return read_document(text.encode("utf-8", "replace"), name, suffix=".txt")
    if isinstance(file, str):
        return open_document(path.parent / file)
    raise DocumentUnreadable(name, "has neither text nor path", _LINE)
