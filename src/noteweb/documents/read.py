"""Whatever is handed in, read: files, folders, libraries, standard input."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from noteweb.documents.entry import make_document
from noteweb.errors import DocumentUnreadable, Problem, Severity
from noteweb.intake import (
    SUFFIXES,
    Format,
    is_folder,
    read_file,
    read_stream,
    show_path,
    sniff,
    suffix_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.model.document import Document

STANDARD_INPUT = "-"
_MAX_TEXT_MB = 32  # a library of novels; a PDF's text has a bound of its own
_KNOWN = "PDF, HTML, Markdown, text, BibTeX, CSL-JSON, RIS and CSV are read"
#: Files in a folder that may be a library, and are passed over where they are none.
_PERHAPS = frozenset({".json", ".csv", ".tsv"})


def read_documents(
    paths: Sequence[Path | str], stdin: IO[bytes] | None = None
) -> Iterator[Document | Problem]:
    """Read documents one after the other, in the order they were named, folders by path.

    A folder gives every known file below it, hidden ones and links to folders apart; a library
    gives a document for each of its references; ``-`` is standard input. What cannot be read
    among others is a `Problem`.

    Raises
    ------
    DocumentUnreadable
        where the only file named cannot be read, or nothing at all could be
    """
    n_documents = 0
    for path in paths:
        try:
            for found in _read_any(Path(path), stdin):
                n_documents += not isinstance(found, Problem)
                yield found
        except DocumentUnreadable as error:
            if len(paths) == 1:
                raise
            yield _make_problem(error)
    if paths and not n_documents:
        raise DocumentUnreadable(
            f"none of the {len(paths)} names given", "could be read", "see what is said of each"
        )


def read_document(data: bytes, name: str, *, suffix: str = "") -> Document:
    """Read the bytes of one document that is no library.

    Parameters
    ----------
    suffix : of its file, with the dot; what the bytes are goes before

    Raises
    ------
    DocumentUnreadable
        and nothing else, on any bytes
    """
    return _read_as(sniff(data, name, suffix=suffix), data, name)


def open_document(path: str | os.PathLike[str]) -> Document:
    """Read the one document that a file holds.

    Raises
    ------
    DocumentUnreadable
        also where it is a folder or a library
    """
    path = Path(path)
    name = show_path(path)
    if is_folder(path):
        raise DocumentUnreadable(name, "is a folder", "name a file in it")
    return read_document(read_file(path), name, suffix=suffix_of(path.name))


def _read_any(path: Path, stdin: IO[bytes] | None) -> Iterator[Document | Problem]:
    if str(path) == STANDARD_INPUT:
        if stdin is None:
            raise DocumentUnreadable("standard input", "is closed", "name a file instead")
        yield from _read_bytes(read_stream(stdin, STANDARD_INPUT), STANDARD_INPUT, "")
    elif is_folder(path):
        yield from _read_folder(path)
    else:
        yield from _read_bytes(read_file(path), show_path(path), suffix_of(path.name))


def _read_folder(folder: Path) -> Iterator[Document | Problem]:
    n_documents = 0
    for path in _walk(folder):
        try:
            for found in _read_bytes(read_file(path), show_path(path), suffix_of(path.name)):
                n_documents += not isinstance(found, Problem)
                yield found
        except DocumentUnreadable as error:
            if suffix_of(path.name) not in _PERHAPS:
                yield _make_problem(error)
    if not n_documents:
        raise DocumentUnreadable(
            show_path(folder), "holds no document that can be read", f"{_KNOWN}, in it and below"
        )


def _walk(folder: Path) -> Iterator[Path]:
    """Give the files below a folder whose names promise a document, by their paths."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        known = (name for name in names if suffix_of(name) in SUFFIXES and name[0] != ".")
        found.extend(path for path in (Path(root, name) for name in known) if path.is_file())
    yield from sorted(found)


def _read_bytes(data: bytes, name: str, suffix: str) -> Iterator[Document | Problem]:
    kind = sniff(data, name, suffix=suffix)
    if kind is not Format.LIBRARY:
        yield _read_as(kind, data, name)
        return
    from noteweb.library.read import parse_library

    library = parse_library(data, name, suffix=suffix)
    yield from library.problems
    for reference in library.references:
        yield make_document(reference, name)


def _read_as(kind: Format, data: bytes, name: str) -> Document:
    """Read with the reader of a format; each is loaded only where it is needed."""
    if kind is Format.PDF:
        from noteweb.documents.pdf import read_pdf as read
    elif kind is Format.HTML:
        from noteweb.documents.webpage import read_page as read
    elif kind is Format.MARKDOWN:
        from noteweb.documents.markdown import read_markdown as read
    else:
        from noteweb.documents.plain import read_text as read
    if kind is not Format.PDF and len(data) > _MAX_TEXT_MB * 2**20:
        raise DocumentUnreadable(
            name, f"holds more than {_MAX_TEXT_MB} MB of text", "give a part of it"
        )
    document = read(data, name)
    if not document.sentences:
        raise DocumentUnreadable(name, "holds no text", _KNOWN)
    return document


def _make_problem(error: DocumentUnreadable) -> Problem:
    return Problem(
        path=error.name,
        line=1,
        column=1,
        code="document-unreadable",
        severity=Severity.ERROR,
        message=f"{error.message.removeprefix(error.name).strip()}; {error.hint}",
    )
