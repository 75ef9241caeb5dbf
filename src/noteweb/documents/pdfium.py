"""The door of PDFium: pieces of text with their places, read in a process of its own.

``python -m noteweb.documents.pdfium`` reads a PDF from standard input and writes one JSON value a
line: the document, then each page. Whatever a hostile file does to PDFium ends with that process,
whose memory and time are bounded.

A piece is a stretch of one line: PDFium's own lines, cut again at wide gaps, so that two columns
come apart. The superscript marks of footnotes and citations are left out.
"""

from __future__ import annotations

import ctypes
import json
import math
import re
import sys
from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from noteweb.documents.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of address space, and four times the file: a common paper touches a twentieth of it.
_MEMORY_BYTES = 5 << 28
_CPU_S = 120  # a page takes milliseconds: only a file made to be slow comes here
_MAX_CHARACTERS = 20_000_000  # five thousand pages
_PIECE_COST = 40  # characters that a piece counts for beside its own
_MAX_POINTS = 1e5  # a page is a thousand; numbers beyond are damage
_MAX_PAGE_CHARACTERS = 200_000  # a page of a paper has five thousand
_MAX_OUTLINE = 5_000
_MAX_PICTURES = 200  # of a page, looked at; a scan is one or a few
_PICTURE_SHARE = 0.4  # of the page, from which on a picture may be a scan
_METADATA = ("Title", "Subject", "Keywords")
_HYPHEN = "\ufffe"  # PDFium's sign for a hyphen that a line ends in

_RUN = re.compile(rf"[^\r\n{_HYPHEN}]+")
_GAP_EM = 1.0  # a wider one is no blank between words
_MARK = re.compile(
    r"(?:(?<=[^\W\d_]{3})|(?<=[A-Z][a-z])|(?<=[.,;:!?)\"”’\]])|(?<=19\d\d)|(?<=20\d\d))"
    r"( ?[\d*∗†‡§¶](?:[\d,–\-*∗†‡§¶]{0,11}[\d*∗†‡§¶])?)(?=[\s.,;:)]|$)"
)
_BLANK_AND_STOP = frozenset((" ,", " .", " ;", " :", " )"))
_SMALLER, _RAISED = 0.82, 0.15  # a superscript's size and its lift, to the size of what it follows
# By its name: the weight that PDFium gives is guessed from the width of stems, and often wrong.
_BOLD = re.compile(
    r"bold|medi(?!c|u)|black|heavy|demi|bx\d|bxti|cmb\d|[a-z]TB\b|[-,]bd|ptmb|phvb|pplb",
    re.IGNORECASE,
)
_FORCE_BOLD = 1 << 18
_N_WORDS = 5  # of a piece, whose sizes are looked at
_TILT = 2.0  # degrees by which a line may be off
_ASKEW = -1


def main() -> None:
    """Read standard input and write the document and its pages."""
    data = sys.stdin.buffer.read()
    with suppress(ModuleNotFoundError):  # on Windows whoever started this bounds its time alone
        _bound(_MEMORY_BYTES + 4 * len(data))
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        _write({"refused": "encrypted" if is_locked else "damaged"})
        return
    _write(_describe(document))
    n_left = _MAX_CHARACTERS
    for number in range(len(document)):
        page = _read_page(document, number)
        n_left -= sum(len(piece.text) + _PIECE_COST for piece in page["pieces"])
        _write(page if n_left >= 0 else {"refused": "too-long"})
        if n_left < 0:
            return


def _bound(memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _describe(document: pdfium.PdfDocument) -> dict[str, Any]:
    metadata = {key: _read_metadata(document, key) for key in _METADATA}
    return {"n_pages": len(document), "metadata": metadata, "outline": _read_outline(document)}


def _read_metadata(document: pdfium.PdfDocument, key: str) -> str:
    try:
        return str(document.get_metadata_value(key))
    except UnicodeDecodeError:
        return ""


def _read_outline(document: pdfium.PdfDocument) -> list[str]:
    """Give the titles of the bookmarks, which most papers keep for their headings."""
    try:
        return [mark.get_title()[:500] for mark in islice(document.get_toc(), _MAX_OUTLINE)]
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return []


def _tame(number: float) -> float:
    """Give a place on the page that can be reckoned with: damaged files hold NaN and 1e30."""
    return round(number, 1) if -_MAX_POINTS < number < _MAX_POINTS else 0.0


def _read_page(document: pdfium.PdfDocument, number: int) -> dict[str, Any]:
    try:
        page = document[number]
        return _Reader(page, page.get_textpage()).read()
    except pdfium.PdfiumError:
        return {"width": 0.0, "height": 0.0, "has_scan": False, "pieces": [], "margin": []}


class _Reader:
    """One page's characters, asked for by their index.

    Places are those of the page as it is read: a page that is turned, or whose text is, is turned
    back, and what runs across it is kept apart as its margin.
    """

    def __init__(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> None:
        self.page, self.text_page = page, text_page
        self.raw = text_page.raw
        self.left, self.bottom, self.right, self.top = map(float, page.get_mediabox())
        self.numbers = tuple(ctypes.c_double() for _ in range(4))
        self.targets = tuple(ctypes.byref(number) for number in self.numbers)
        self.text = self._read_text()
        self.turn = 0

    def read(self) -> dict[str, Any]:
        """Give what `noteweb.documents.piece.Page` holds."""
        runs = [match.span() for match in _RUN.finditer(self.text)]
        turns = [self._find_turn(start) for start, _ in runs]
        counts: Counter[int] = Counter()
        for (start, end), turn in zip(runs, turns, strict=True):
            counts[turn] += end - start
        counts.pop(_ASKEW, None)
        self.turn = max(counts, key=lambda turn: counts[turn], default=0)
        width, height = _tame(self.right - self.left), _tame(self.top - self.bottom)
        spans = list(zip(runs, turns, strict=True))
        return {
            "width": height if self.turn % 180 else width,
            "height": width if self.turn % 180 else height,
            "has_scan": self._has_scan(),
            "pieces": [
                piece for run, turn in spans if turn == self.turn for piece in self._cut(*run)
            ],
            "margin": [self.text[slice(*run)] for run, turn in spans if turn != self.turn],
        }

    def _read_text(self) -> str:
        """Give one character for each of PDFium's, so that an offset is PDFium's index."""
        count = min(raw.FPDFText_CountChars(self.raw), _MAX_PAGE_CHARACTERS)
        buffer = (ctypes.c_ushort * (count + 1))()
        n_units = raw.FPDFText_GetText(self.raw, 0, count, buffer) - 1
        text = bytes(buffer)[: 2 * n_units].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
        codes = (raw.FPDFText_GetUnicode(self.raw, index) for index in range(count))
        return "".join(chr(code) if 0 < code <= sys.maxunicode else " " for code in codes)

    def _find_turn(self, index: int) -> int:
        """Give the degrees that a run is turned by, clockwise: 0, 90, 180, 270 or `_ASKEW`."""
        degrees = math.degrees(raw.FPDFText_GetCharAngle(self.raw, index))
        turn = round(degrees / 90) * 90
        return turn % 360 if abs(degrees - turn) < _TILT else _ASKEW

    def _cut(self, start: int, end: int) -> Iterator[Piece]:
        """Cut a run at its wide gaps; the hyphen at its end belongs to the last piece."""
        widest = _GAP_EM * self._size(start)
        first, blank = start, self.text.find(" ", start + 1, end - 1)
        while blank > 0:
            gap = self._left(blank + 1) - self._right(blank - 1)
            if not -widest <= gap <= widest:
                yield from self._piece(first, blank, has_hyphen=False)
                first = blank + 1
            blank = self.text.find(" ", blank + 1, end - 1)
        yield from self._piece(first, end, has_hyphen=self.text[end : end + 1] == _HYPHEN)

    def _piece(self, start: int, end: int, *, has_hyphen: bool) -> Iterator[Piece]:
        bare = self.text[start:end]
        start, end = end - len(bare.lstrip()), start + len(bare.rstrip())
        if start >= end:
            return
        usual = self._usual(start, end)
        n_bold = self._end_of_bold(start, end) - start if self._font(start)[1] else 0
        text = self._unmarked(start, end)
        yield Piece(
            x0=_tame(self._left(start)),
            x1=_tame(self._right(end - 1)),
            y=_tame(self._baseline(usual)),
            size=abs(_tame(self._size(usual))),
            font=self._font(usual)[0],
            n_bold=min(n_bold, len(text)),
            has_hyphen=has_hyphen,
            text=text,
        )

    def _usual(self, start: int, end: int) -> int:
        """Give the character that stands for its piece: the middle in size of five words' first."""
        words = [start]
        while len(words) < _N_WORDS and (blank := self.text.find(" ", words[-1], end - 1)) > 0:
            words.append(blank + 1)
        return sorted(words, key=self._size)[len(words) // 2]

    def _unmarked(self, start: int, end: int) -> str:
        """Give a piece's text without the raised marks of footnotes and citations."""
        text = self.text[start:end]
        kept, at = "", 0
        for match in _MARK.finditer(text):
            mark = start + match.start(1) + (match[1][0] == " ")
            if self._is_raised(mark, start + match.start(1) - 1):
                kept += text[at : match.start(1)]
                at = match.end(1)
                at += text[at : at + 2] in _BLANK_AND_STOP
        return kept + text[at:]

    def _is_raised(self, index: int, before: int) -> bool:
        size = self._size(before)
        lift = self._baseline(index) - self._baseline(before)
        return self._size(index) < _SMALLER * size and lift > _RAISED * size

    def _end_of_bold(self, start: int, end: int) -> int:
        """Find where the bold words that a piece begins with end."""
        blank = start if self._font(end - 1)[1] else self.text.find(" ", start, end)
        while start < blank and self._font(blank + 1)[1]:
            blank = self.text.find(" ", blank + 1, end)
        return blank if blank > start else end

    def _font(self, index: int) -> tuple[str, bool]:
        name, flags = ctypes.create_string_buffer(64), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.raw, index, name, len(name), ctypes.byref(flags))
        shown = name.raw.split(b"\0", 1)[0].decode("utf-8", "replace")
        return shown, bool(flags.value & _FORCE_BOLD) or _BOLD.search(shown) is not None

    def _size(self, index: int) -> float:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self.raw, index, ctypes.byref(matrix))
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        return float(raw.FPDFText_GetFontSize(self.raw, index)) * scale

    def _baseline(self, index: int) -> float:
        x, y = self.numbers[:2]
        raw.FPDFText_GetCharOrigin(self.raw, index, ctypes.byref(x), ctypes.byref(y))
        across = {0: y.value - self.bottom, 180: self.top - y.value, 90: x.value - self.left}
        return across.get(self.turn, self.right - x.value)

    def _left(self, index: int) -> float:
        """Give where a character begins, in reading direction."""
        left, right, bottom, top = self._box(index)
        along = {0: left - self.left, 180: self.right - right, 90: self.top - top}
        return along.get(self.turn, bottom - self.bottom)

    def _right(self, index: int) -> float:
        """Give where a character ends, in reading direction."""
        left, right, bottom, top = self._box(index)
        along = {0: right - self.left, 180: self.right - left, 90: self.top - bottom}
        return along.get(self.turn, top - self.bottom)

    def _box(self, index: int) -> tuple[float, ...]:
        raw.FPDFText_GetCharBox(self.raw, index, *self.targets)
        return tuple(number.value for number in self.numbers)

    def _has_scan(self) -> bool:
        """Whether pictures cover a good part of the page."""
        share, area = 0.0, self.page.get_width() * self.page.get_height()
        pictures = self.page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)
        for picture in islice(pictures, _MAX_PICTURES):
            left, bottom, right, top = picture.get_bounds()
            share += (right - left) * (top - bottom) / area if area else 0.0
        return share > _PICTURE_SHARE


if __name__ == "__main__":
    main()
