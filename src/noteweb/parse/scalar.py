"""From a place in a YAML scalar's value to its place in the file.

A value differs from its source: indentation goes, lines fold, escapes become characters.
So the value is rebuilt from its source in pieces that each know where they came from; where the
rebuilt text is not the value (a form not foreseen here), the whole scalar stands for each part.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from sys import maxsize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

    from noteweb.parse.node import Source

_BREAK = re.compile(r"\r\n?|\n")
_BLOCK_HEADER = re.compile(r"(?:[&!][^\s]*[ \t]+)*[|>](?:[-+]?([1-9])?[-+]?)[ \t]*(?:#[^\r\n]*)?")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)*")
_FOLD = r"(?P<fold>[ \t]*+(?:\r\n?|\n)\s*+)"
_PLAIN = re.compile(_FOLD + r"|[ \t]++|[^\r\n \t]++")
_SINGLE = re.compile(_FOLD + r"|(?P<escape>'')|[ \t]++|[^\r\n \t']++")
_DOUBLE = re.compile(
    r"(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?:\r\n?|\n)[ \t]*|[\s\S]))|"
    + _FOLD
    + r"|[ \t]++|[^\\\r\n \t]++"
)
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceMap:
    """Pieces of a scalar's value with their places in the file.

    Attributes
    ----------
    value_starts, file_starts : where each piece begins, in the value and in the file
    file_ends : where each piece ends in the file
    is_exact : False where every part of the value maps to the whole scalar
    """

    value_starts: tuple[int, ...]
    file_starts: tuple[int, ...]
    file_ends: tuple[int, ...]
    is_exact: bool = True

    def locate(self, spans: Iterable[Span]) -> list[Span]:
        """Give the places in the file of stretches of the value, none of them empty."""
        return [self._span(start, end) for start, end in spans]

    def _span(self, start: int, end: int) -> Span:
        if not self.is_exact:
            return self.file_starts[0], self.file_ends[-1]
        first = bisect_right(self.value_starts, start) - 1
        last = bisect_right(self.value_starts, end - 1) - 1
        begin = self.file_starts[first] + start - self.value_starts[first]
        stop = self.file_starts[last] + end - self.value_starts[last]
        is_last_of_piece = last + 1 < len(self.value_starts) and end == self.value_starts[last + 1]
        return begin, (self.file_ends[last] if is_last_of_piece else stop)


class LiteralMap(NamedTuple):
    """Where the lines of a literal block begin in its value, and how much further in the file.

    A last start that no offset reaches spares `locate` a comparison.
    """

    starts: list[int]
    shifts: list[int]

    def locate(self, spans: Iterable[Span]) -> list[Span]:
        """Give the places in the file of stretches of the value, none of them empty."""
        starts, shifts = self
        places = []
        for start, end in spans:
            first = last = bisect_right(starts, start)
            if end > starts[first]:
                last = bisect_right(starts, end - 1, first)
            places.append((start + shifts[first - 1], end + shifts[last - 1]))
        return places


ScalarMap = PieceMap | LiteralMap
_Piece = tuple[str, int, int]  # a stretch of the value, and its start and end in the source


def map_span(start: int, end: int) -> ScalarMap:
    """Map a value that stands in the file character for character."""
    return PieceMap(value_starts=(0,), file_starts=(start,), file_ends=(end,))


def map_whole(start: int, end: int) -> ScalarMap:
    """Map every part of a value to one stretch of the file."""
    return PieceMap(value_starts=(0,), file_starts=(start,), file_ends=(end,), is_exact=False)


def map_scalar(node: yaml.ScalarNode, source: Source) -> ScalarMap:
    """Map a scalar's value to the file; linear in its length."""
    start, end = node.start_mark.index, node.end_mark.index
    if source.text.startswith(node.value, start) and not node.style:
        return map_span(source.offset + start, source.offset + start + len(node.value))
    if node.style == "|" and (literal := _map_literal(node, source)) is not None:
        return literal
    pieces = _PIECES.get(node.style or "", _plain_pieces)(source.text[start:end])
    rebuilt = "".join([piece[0] for piece in pieces])
    offset = source.offset + start
    if not pieces or not rebuilt.startswith(node.value.rstrip("\n")):
        return map_whole(offset, offset + len(source.text[start:end].rstrip()))
    value_starts, at = [], 0
    for text, _, _ in pieces:
        value_starts.append(at)
        at += len(text)
    return PieceMap(
        value_starts=tuple(value_starts),
        file_starts=tuple([offset + piece[1] for piece in pieces]),
        file_ends=tuple([offset + piece[2] for piece in pieces]),
    )


def _map_literal(node: yaml.ScalarNode, source: Source) -> LiteralMap | None:
    """Map the usual literal block, with LF and no explicit indentation, mostly in C."""
    start, end = node.start_mark.index, node.end_mark.index
    first = source.text.find("\n", start, end) + 1
    if source.text[start : first - 1].rstrip(" ") not in ("|", "|-", "|+"):
        return None
    raw = source.text[first:end]
    blank = len(raw) - len(raw.lstrip(" \n"))
    indent = blank - 1 - raw.rfind("\n", 0, blank)
    margin = " " * indent
    lines = node.value.rstrip("\n").split("\n")
    if not raw.startswith("\n".join([line and margin + line for line in lines])):
        return None
    starts = [0, *accumulate([len(line) + 1 for line in lines]), maxsize]
    steps = [*(indent if line else 0 for line in lines), 0]  # 0: line ends after the last line
    return LiteralMap(starts, list(accumulate(steps, initial=source.offset + first))[1:])


def _block_lines(raw: str) -> tuple[list[tuple[str, int]], int]:
    """Give a block scalar's lines with their starts, and its indentation."""
    header = _BLOCK_HEADER.match(raw)
    first = _BREAK.search(raw, header.end() if header else 0)
    if header is None or first is None:
        return [], 0
    lines: list[tuple[str, int]] = []
    at = first.end()
    if "\r" in raw:
        for match in _BREAK.finditer(raw, at):
            lines.append((raw[at : match.start()], at))
            at = match.end()
        lines.append((raw[at:], at))
    else:
        for line in raw[at:].split("\n"):
            lines.append((line, at))
            at += len(line) + 1
    filled = next((line for line, _ in lines if line.strip(" ")), "")
    return lines, len(filled) - len(filled.lstrip(" "))


def _literal_pieces(raw: str) -> list[_Piece]:
    lines, indent = _block_lines(raw)
    header = _BLOCK_HEADER.match(raw)
    if header is not None and header[1]:
        return []  # an explicit indentation counts from the parent's, which is not known here
    return [
        (line[indent:] + "\n", at + min(indent, len(line)), at + max(indent, len(line)))
        for line, at in lines
    ]


def _folded_pieces(raw: str) -> list[_Piece]:
    lines, indent = _block_lines(raw)
    pieces: list[_Piece] = []
    n_blank, was_more = 0, True
    for line, at in lines:
        text = line[indent:]
        if not text:
            n_blank += 1
            continue
        is_more = text[0] in " \t"
        joint = "\n" * (n_blank + 1) if is_more or was_more else "\n" * n_blank or " "
        if pieces:
            pieces.append((joint, pieces[-1][2], pieces[-1][2]))
        pieces.append((text, at + indent, at + len(line)))
        n_blank, was_more = 0, is_more
    return pieces


def _flow_pieces(raw: str, start: int, end: int, pattern: re.Pattern[str]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for match in pattern.finditer(raw, start, end):
        kind = match.lastgroup
        text = match[0]
        if kind == "fold":
            text = "\n" * (len(_BREAK.findall(text)) - 1) or " "
        elif kind == "escape":
            text = _unescape(text)
        if text:
            pieces.append((text, match.start(), match.end()))
    return pieces


def _unescape(text: str) -> str:
    mark = text[1]
    if mark in "\r\n":
        return ""
    if mark in "xuU" and len(text) > len("\\x"):
        code = int.from_bytes(bytes.fromhex(text[2:]), "big")
        return chr(code) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004 - Unicode's last
    return _ESCAPES.get(mark, mark)


def _plain_pieces(raw: str) -> list[_Piece]:
    start = _after_properties(raw)
    return _flow_pieces(raw, start, len(raw), _PLAIN)


def _single_pieces(raw: str) -> list[_Piece]:
    return _flow_pieces(raw, _after_properties(raw) + 1, len(raw) - 1, _SINGLE)


def _double_pieces(raw: str) -> list[_Piece]:
    return _flow_pieces(raw, _after_properties(raw) + 1, len(raw) - 1, _DOUBLE)


def _after_properties(raw: str) -> int:
    match = _PROPERTIES.match(raw)
    return match.end() if match else 0


_PIECES = {
    "|": _literal_pieces,
    ">": _folded_pieces,
    "'": _single_pieces,
    '"': _double_pieces,
}
