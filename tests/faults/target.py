"""The readers of strangers' bytes, each with what it promises; for the fuzzer.

A target takes any bytes and raises where a promise is broken; an error that is the reader's own
word for input that it refuses is none.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.activation.label import LABELS, read_labels
from noteweb.config import FILE_NAME, read_config
from noteweb.documents.read import read_document
from noteweb.errors import NotewebError
from noteweb.evidence.declare import DeclarationInvalid, parse_source, read_declaration
from noteweb.ledger import read_ledger
from noteweb.library.read import parse_library
from noteweb.model.codec import card_from_json, card_to_json
from noteweb.model.note import Field
from noteweb.model.position import Position
from noteweb.parse.claims import read_claims
from noteweb.parse.feedback import find_feedback_name, find_feedback_names
from noteweb.parse.frontmatter import read_frontmatter
from noteweb.parse.notes import parse_card, parse_note
from noteweb.screening.criteria import read_criteria
from noteweb.screening.label import read_answers
from noteweb.search.syntax import read_query
from noteweb.text.assertion import read_assertion
from noteweb.text.repair import decode_bytes, find_repair
from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

_FOLDER = Path(tempfile.mkdtemp(prefix="noteweb-fuzz-"))


class Broken(AssertionError):
    """A promise was not kept."""


def _require(is_kept: bool, promise: str) -> None:  # noqa: FBT001 - what is told of it
    if not is_kept:
        raise Broken(promise)


def try_note(data: bytes) -> None:
    """Any bytes become a note; no byte is lost, and the card alone is the same card."""
    note = parse_note(data, path="a/b.md")
    _require(note.original.encode(note.encoding, "surrogateescape") == data, "bytes are lost")
    _require("".join(note.text[p.start : p.end] for p in note.parts) == note.text, "a gap")
    _require(parse_card(data, path="a/b.md") == note.card, "another card")
    _require(card_from_json(card_to_json(note.card)) == note.card, "the card does not read back")


def try_frontmatter(data: bytes) -> None:
    """Any text between fences is read, YAML or TOML, and its claims with it."""
    text = data.decode("utf-8", "surrogateescape")
    for mark in ("---", "+++"):
        front = read_frontmatter(f"{mark}\n{text}\n{mark}\n")
        for entry in front.entries:
            read_claims(entry.value, path="a.md", note_id="a", at=Position(line=1, column=1))


def try_markdown(data: bytes) -> None:
    """Any body is cut."""
    try_note(b"\n" + data)


def try_field(data: bytes) -> None:
    """Any text of any of the seven fields is read, on lines of its own and behind its key."""
    body = b"\n  ".join(data.splitlines())
    for key in Field:
        name = key.value.encode()
        parse_note(b"---\n" + name + b": |-\n  " + body + b"\n---\n", path="a.md")
        parse_note(b"---\n" + name + b": " + data + b"\n---\n", path="a.md")


def try_claims(data: bytes) -> None:
    """Any value of `claims` is read."""
    body = b"\n  ".join(data.splitlines())
    text = b"---\nclaims:\n  " + body + b"\n---\n"
    front = read_frontmatter(text.decode("utf-8", "surrogateescape"))
    for entry in front.entries:
        read_claims(entry.value, path="a.md", note_id="a", at=Position(line=1, column=1))


def try_repair(data: bytes) -> None:
    """Repairing what is repaired changes nothing."""
    decoded = decode_bytes(data)
    _require(decoded.text.encode(decoded.encoding, "surrogateescape") == data, "bytes are lost")
    repair = find_repair(decoded.text)
    _require(repair is None or find_repair(repair.text) is None, "a repair can be repaired")


def try_query(data: bytes) -> None:
    """Any text is a query, or refused."""
    with suppress(NotewebError):
        read_query(data.decode("utf-8", "surrogateescape"))


def try_sentences(data: bytes) -> None:
    """Any text is cut into sentences in order, held for claims, and searched for names."""
    text = data.decode("utf-8", "surrogateescape")
    end = 0
    for start, stop in split_sentences(text):
        _require(end <= start < stop <= len(text), "sentences out of order")
        end = stop
        read_assertion(text[start:stop])
    find_feedback_name(text)
    find_feedback_names(text)
    with suppress(NotewebError):
        read_criteria(text)


def _try_library(suffix: str, data: bytes) -> None:
    """Any bytes are a library, or refused, and its keys are unique."""
    with suppress(NotewebError):
        library = parse_library(data, f"a{suffix}", suffix=suffix)
        keys = [reference.key for reference in library.references]
        _require(len(set(keys)) == len(keys), "a key stands twice")


def _try_document(suffix: str, data: bytes) -> None:
    """Any bytes are a document, or refused."""
    with suppress(NotewebError):
        read_document(data, f"a{suffix}", suffix=suffix)


def try_ledger(data: bytes) -> None:
    """Any file of records is read; what is wrong in it are problems."""
    path = _FOLDER / "a.jsonl"
    path.write_bytes(data)
    ledger = read_ledger(path)
    ledger.latest()


def try_labels(data: bytes) -> None:
    """Any file of labels is read, of papers and of records in a review."""
    path = _FOLDER / LABELS
    path.write_bytes(data)
    read_labels(_FOLDER)
    with suppress(NotewebError):
        read_answers(path)


def try_config(data: bytes) -> None:
    """Any noteweb.toml is read, or refused."""
    (_FOLDER / FILE_NAME).write_bytes(data)
    with suppress(NotewebError):
        read_config(_FOLDER)


def try_experiment(data: bytes) -> None:
    """Any file of an experiment is read without running it, or refused."""
    with suppress(DeclarationInvalid):
        read_declaration(parse_source(data)).experiment.defects()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "note": try_note,
    "frontmatter": try_frontmatter,
    "markdown": try_markdown,
    "field": try_field,
    "claims": try_claims,
    "repair": try_repair,
    "query": try_query,
    "sentences": try_sentences,
    "bibtex": lambda data: _try_library(".bib", data),
    "ris": lambda data: _try_library(".ris", b"TY  - JOUR\n" + data),
    "csljson": lambda data: _try_library(".json", data),
    "csv": lambda data: _try_library(".csv", data),
    "html": lambda data: _try_document(".html", data),
    "text": lambda data: _try_document(".txt", data),
    "ledger": try_ledger,
    "labels": try_labels,
    "config": try_config,
    "experiment": try_experiment,
}
