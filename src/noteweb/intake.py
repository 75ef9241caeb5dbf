"""Files that were handed in: read within bounds, known by what they hold, or refused.

Every refusal is one line that says what the file is and what to do instead.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path, PurePath
from typing import IO

from noteweb.errors import DocumentUnreadable


class Format(StrEnum):
    """The kinds of document that can be read."""

    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    LIBRARY = "library"  # of references: BibTeX, CSL-JSON, RIS, a table


SUFFIXES = {
    ".pdf": Format.PDF,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".bib": Format.LIBRARY,
    ".bibtex": Format.LIBRARY,
    ".ris": Format.LIBRARY,
    ".json": Format.LIBRARY,
    ".csv": Format.LIBRARY,
    ".tsv": Format.LIBRARY,
}

_MAX_MB = 256  # a library of a hundred thousand abstracts, a book of scans
_HEAD = 1024  # bytes, within which a PDF and a page show what they are
_SAMPLE = 65_536  # bytes, looked at for control characters
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Word, Excel or PowerPoint file",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"AT&TFORM": "a DjVu file",
    b"%!PS": "a PostScript file",
    b"{\\rtf": "a Rich Text file",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
}
_PACKED = {
    ".docx": "a Word document",
    ".odt": "an OpenDocument text",
    ".epub": "an EPUB book",
    ".pptx": "a PowerPoint file",
    ".xlsx": "an Excel file",
}
_PAGE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,200}>\s*|<!--.{0,400}?-->\s*)*"
    rb"<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_LIBRARY = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:"
    rb"\s*TY {1,3}- ?[A-Z]"
    rb"|(?:\s|%[^\n]{0,500}\n)*@[a-z]{2,20}\s*[{(]\s*[^\s{}(),]{0,100}\s*[,=}]"
    rb"|\s*[\[{]\s*(?:[\[{]\s*)?\"(?:id|type|title|items|DOI|abstract|author|issued)\"\s*:"
    rb")",
    re.IGNORECASE,
)
_FRONTMATTER = re.compile(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n[^\n]{0,200}:")
_MARKDOWN = re.compile(rb"^(?:#{1,6} \S|```)|\]\((?:https?:|\.{0,2}/|#)", re.MULTILINE)
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\f\x1b\x0b")
_MAX_CONTROLS = 0.01  # of the bytes
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder by this name; a name that no file can have names none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_file(path: Path) -> bytes:
    """Read a file, a pipe too, whole.

    Raises
    ------
    DocumentUnreadable
        where there is none, it may not be read, or it is larger than any document
    """
    name = show_path(path)
    try:
        with path.open("rb") as stream:
            return read_stream(stream, name)
    except FileNotFoundError:
        near = path.parent if path.parent.is_dir() else Path()
        raise DocumentUnreadable(
            name, "does not exist", f"see the names there: ls {show_path(near)}"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        hint = "check its permissions" if isinstance(error, PermissionError) else "give a file"
        raise DocumentUnreadable(name, f"cannot be read: {reason}", hint) from None


def read_stream(stream: IO[bytes], name: str) -> bytes:
    """Read a stream to its end, refuse one that has none in sight."""
    limit = _MAX_MB * 2**20
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise DocumentUnreadable(name, f"is larger than {_MAX_MB} MB", "give a part of it")
    return data


def show_path(path: Path) -> str:
    r"""Give a path that can be printed: bytes that are no UTF-8 stand as ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def sniff(data: bytes, name: str, *, suffix: str = "") -> Format:
    """Tell the format of a document.

    Parameters
    ----------
    suffix : of its file, with the dot; empty for standard input

    Raises
    ------
    DocumentUnreadable
        where it is nothing that can be read, or not what its name promises
    """
    suffix = suffix.lower()
    if not data.strip(b" \t\r\n\x00"):
        size = f"({len(data)} bytes)"
        raise DocumentUnreadable(name, f"is empty {size}", "get the file again")
    _refuse_others(data, name, suffix)
    if b"%PDF-" in data[:_HEAD]:
        return Format.PDF
    if suffix == ".pdf":
        raise _no_pdf(data, name)
    if _is_binary(data):
        raise DocumentUnreadable(
            name, "is a binary file", "give a PDF, a web page, Markdown, text or a library"
        )
    return _sniff_text(data, suffix)


def is_page(data: bytes) -> bool:
    """Whether bytes begin as a web page."""
    return _PAGE.match(data[: 4 * _HEAD]) is not None


def _sniff_text(data: bytes, suffix: str) -> Format:
    known = SUFFIXES.get(suffix)
    if known is not None and known is not Format.TEXT:
        return known
    if is_page(data):
        return Format.HTML
    if _LIBRARY.match(data[: 8 * _HEAD]):
        return Format.LIBRARY
    if _FRONTMATTER.match(data[:_HEAD]):
        return Format.MARKDOWN
    is_marked = known is None and _MARKDOWN.search(data, 0, _SAMPLE) is not None
    return Format.MARKDOWN if is_marked else Format.TEXT


def _refuse_others(data: bytes, name: str, suffix: str) -> None:
    """Refuse what is known to be something else."""
    for mark, what in _ARCHIVES.items():
        if data.startswith(mark):
            if suffix in _PACKED:
                raise DocumentUnreadable(name, f"is {_PACKED[suffix]}", "save it as PDF or text")
            instead = ", not a PDF" if suffix == ".pdf" else ""
            raise DocumentUnreadable(
                name, f"is {what}{instead}", "unpack it and give what is inside"
            )
    for mark, what in _OTHERS.items():
        if data.startswith(mark):
            raise DocumentUnreadable(name, f"is {what}", "save it as PDF or text, and give that")


def _no_pdf(data: bytes, name: str) -> DocumentUnreadable:
    if is_page(data):
        return DocumentUnreadable(
            name,
            "is a web page (HTML), not a PDF: perhaps a login or an error page",
            "download the PDF again, or name the file .html to read it as a page",
        )
    what = "a binary file" if _is_binary(data) else "plain text"
    return DocumentUnreadable(name, f"is {what}, not a PDF", "download it again, or name it right")


def _is_binary(data: bytes) -> bool:
    if data.startswith(_WIDE_MARKS):
        return False
    sample = data[:_SAMPLE]
    n_controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return n_controls > _MAX_CONTROLS * len(sample)


def suffix_of(name: str) -> str:
    """Give a file name's suffix in small letters; that of ``2501.10120v1`` is none."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix[1:].isalpha() else ""
