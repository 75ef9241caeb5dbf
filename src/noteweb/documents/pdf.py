"""PDF to a document: PDFium in a process of its own, its pieces put in order here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from noteweb.documents.column import find_rows
from noteweb.documents.compose import About, compose
from noteweb.documents.glyph import clean_glyphs
from noteweb.documents.identifier import find_identifiers, find_own, read_arxiv_id, unique
from noteweb.documents.piece import Page, Piece
from noteweb.documents.reflow import build_blocks
from noteweb.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.model.document import Document

_BOOT = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]);"
    " from noteweb.documents.pdfium import main; main()"
)
_WALL_S = 600  # the process ends itself before, by the time it may compute
_TAIL = 65_536  # bytes at the end, among which a whole PDF says that it ends
_LENGTH = re.compile(rb"/Linearized\b.{0,200}?/L (\d{1,15})", re.DOTALL)
_LETTERS_A_PAGE = 60  # fewer beside a picture of the page: a stamp on a scan
_READABLE = 0.3  # of the characters that are letters or digits, in any script and formula
_SHORTEST_TITLE = 4  # characters
_AGAIN = "download it again"
_NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)|\S+\.(?:docx?|tex|dvi|pdf|indd|ps|rtf|odt|qxd)\b"
    r"|(?:paper|manuscript|article|title|main|draft|document|doi|arxiv|pii)\b[\s:\d./-]*\Z",
    re.IGNORECASE,
)


def read_pdf(data: bytes, name: str) -> Document:
    """Read a PDF.

    The title is that of the metadata where the first page shows it too, else the first page's
    largest words, else the metadata's.

    Raises
    ------
    DocumentUnreadable
        where it is encrypted, damaged, truncated, too long, or holds no text
    """
    answers = _ask_pdfium(data, name)
    head, pages = answers[0], tuple(_make_page(answer) for answer in answers[1:])
    _refuse_pictures(pages, name)
    blocks = build_blocks(pages, map(clean_glyphs, head["outline"]))
    metadata = {key: clean_glyphs(value) for key, value in head["metadata"].items()}
    title = metadata["Title"] if _is_title(metadata["Title"]) else ""
    about = About(
        name=name,
        title=title if _is_shown(title, pages) else "",
        spare_title=title,
        identifiers=_find_identifiers(name, metadata, pages),
        n_pages=head["n_pages"],
    )
    return compose(blocks, about)


def _ask_pdfium(data: bytes, name: str) -> list[dict[str, Any]]:
    """Give the document and each of its pages as the process hands them over."""
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOT, json.dumps(sys.path)]
    try:
        done = subprocess.run(  # noqa: S603  # the command is put together here
            command, input=data, capture_output=True, timeout=_WALL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise _gave_up(name) from None
    answers = [json.loads(line) for line in done.stdout.splitlines()] if not done.returncode else []
    if not answers:
        raise _gave_up(name)
    for answer in (answers[0], answers[-1]):
        if "refused" in answer:
            raise _refusal(answer["refused"], data, name)
    if is_truncated(data):
        raise _refusal("damaged", data, name)
    return answers


def is_truncated(data: bytes) -> bool:
    """Whether a PDF ends before its end, as a broken download does."""
    promised = _LENGTH.search(data, 0, 2048)
    if promised and len(data) < int(promised[1]):
        return True
    return b"%%EOF" not in data[-_TAIL:]


def _refusal(reason: str, data: bytes, name: str) -> DocumentUnreadable:
    if reason == "encrypted":
        return DocumentUnreadable(
            name,
            "is encrypted, and opens with a password only",
            "save a copy without one: qpdf --decrypt --password=... IN.pdf OUT.pdf",
        )
    if reason == "too-long":
        return DocumentUnreadable(name, "holds more text than a book", "give a part of it")
    if is_truncated(data):
        return DocumentUnreadable(name, "is truncated: it breaks off in the middle", _AGAIN)
    return DocumentUnreadable(name, "is damaged, and cannot be opened", _AGAIN)


def _gave_up(name: str) -> DocumentUnreadable:
    return DocumentUnreadable(
        name,
        "makes the PDF reader fail, or run out of memory or time",
        "print it to a new PDF, or give its text",
    )


def _make_page(answer: dict[str, Any]) -> Page:
    return Page(
        width=answer["width"],
        height=answer["height"],
        has_scan=answer["has_scan"],
        pieces=tuple(Piece(*piece) for piece in answer["pieces"]),
        margin=tuple(answer["margin"]),
    )


def _refuse_pictures(pages: Sequence[Page], name: str) -> None:
    """Refuse scans without text, and text that no reader can make out."""
    texts = ["".join(piece.text for piece in page.pieces) for page in pages]
    n_letters = [sum(map(str.isalnum, text)) for text in texts]
    n_scans = sum(page.has_scan for page in pages)
    is_scan = 2 * n_scans >= len(pages) and sum(n_letters) < _LETTERS_A_PAGE * len(pages)
    if not any(n_letters) or is_scan:
        what = "pictures of its pages" if n_scans else "no text"
        raise DocumentUnreadable(
            name,
            f"holds {what}, and no text to read" if n_scans else f"holds {what}",
            "recognise its text first: ocrmypdf IN.pdf OUT.pdf",
        )
    if sum(n_letters) < _READABLE * sum(len(text.replace(" ", "")) for text in texts):
        raise DocumentUnreadable(
            name,
            "holds text in fonts that do not say which letters they show",
            "recognise its text anew: ocrmypdf --force-ocr IN.pdf OUT.pdf",
        )


def _find_identifiers(
    name: str, metadata: dict[str, str], pages: Sequence[Page]
) -> tuple[str, ...]:
    """Give arXiv's stamp first, then the file's name, the metadata, what page one says."""
    first = pages[0]
    rows = (" ".join(piece.text for piece in row) for row in find_rows(first.pieces))
    return unique(
        (
            *find_identifiers("\n".join(first.margin)),
            *read_arxiv_id(PurePath(name).stem),
            *find_identifiers("\n".join(metadata.values())),
            *find_own(rows),
        )
    )


def _is_title(text: str) -> bool:
    return len(text) > _SHORTEST_TITLE and not _NO_TITLE.match(text)


def _is_shown(title: str, pages: Iterable[Page]) -> bool:
    """Whether the first page shows a title, however it is set."""
    first = next(iter(pages))
    shown = _letters("".join(piece.text for piece in first.pieces))
    return bool(title) and _letters(title) in shown


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, clean_glyphs(text))).casefold()
