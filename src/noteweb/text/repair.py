"""Encodings: bytes to text without loss, and the exact inverse of UTF-8 read wrongly.

Text that was UTF-8 and has been read as Mac Roman, Latin-1 or another one-byte encoding can be
brought back exactly: encode it in that encoding, decode it as UTF-8, both strictly.
ASCII never changes on that way, so everything is decided by the runs of other characters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from noteweb.text.damage import mend_runs, suspect_encodings, weigh

_RUN = re.compile(r"[^\x00-\x7f]+")
_ASCII_TO_BLANK = b" " * 0x80 + bytes(range(0x80, 0x100))
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_WHOLE_FILE_EVIDENCE = 1.0  # one sequence that no clean text holds
_LINE_EVIDENCE = 6.0  # stricter: here the rest of the file speaks against damage
_N_LINES = 3
_MAX_ROUNDS = 8  # damage upon damage: each round at least halves the runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A file's text, such that ``text.encode(encoding, "surrogateescape")`` is the file.

    Attributes
    ----------
    invalid : offset of the first byte that could not be decoded, None where all could
    """

    text: str
    encoding: str
    invalid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A text brought back exactly.

    Attributes
    ----------
    encoding : what the UTF-8 had been read as; joined by " + " where it happened twice
    n_lines : lines that changed
    """

    text: str
    encoding: str
    n_lines: int


def decode_bytes(data: bytes) -> Decoded:
    """Decode a file as UTF-8, or as UTF-16 where a byte order mark says so.

    A byte order mark stays in the text as U+FEFF, bytes that are no UTF-8 as lone surrogates.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            try:
                return Decoded(text=data.decode(encoding), encoding=encoding)
            except UnicodeDecodeError:
                break
    try:
        return Decoded(text=data.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError as error:
        invalid = len(data[: error.start].decode("utf-8"))
    text = data.decode("utf-8", "surrogateescape")
    return Decoded(text=text, encoding="utf-8", invalid=invalid)


def find_repair(text: str) -> Repair | None:
    """Find the exact inverse of an encoding error, None for a text that shows none.

    The whole file is tried first; single lines only where several of them repair exactly under
    one encoding with strong evidence, and never a line that also holds genuine text.
    Repairing a repaired text changes nothing. Linear time; a fast exit for clean text.
    """
    names: list[str] = []
    repaired = text
    while not repaired.isascii() and len(names) < _MAX_ROUNDS:
        step = _repair_once(repaired)
        if step is None:
            break
        names.append(step[0])
        repaired = step[1]
    if not names or repaired == text:
        return None
    changed = zip(text.split("\n"), repaired.split("\n"), strict=False)
    n_lines = sum(before != after for before, after in changed)
    return Repair(text=repaired, encoding=" + ".join(names), n_lines=n_lines)


def _repair_once(text: str) -> tuple[str, str] | None:
    encodings = suspect_encodings(text)
    if not encodings:
        return None
    runs = _list_runs(text)
    best: tuple[float, str, str] | None = None
    for encoding in encodings:
        mended = mend_runs(runs, encoding)
        evidence = sum(weigh(run, good, encoding) for run, good in mended.items())
        if best is not None and evidence <= best[0]:
            continue
        if len(mended) == len(runs) and evidence >= _WHOLE_FILE_EVIDENCE:
            best = evidence, encoding, _replace_runs(text, mended)
        elif evidence >= _LINE_EVIDENCE:
            lines = _repair_lines(text, mended, encoding)
            best = (evidence, encoding, lines) if lines is not None else best
    if best is None or (best[0] < _LINE_EVIDENCE and not _is_plausible(best[2], text)):
        return None
    return best[1], best[2]


def _list_runs(text: str) -> list[str]:
    """Give the runs of characters beyond ASCII, each once; ten times quicker than the pattern."""
    others = text.encode("utf-8", "surrogatepass").translate(_ASCII_TO_BLANK)
    return sorted({run.decode("utf-8", "surrogatepass") for run in others.split()})


def _repair_lines(text: str, mended: dict[str, str], encoding: str) -> str | None:
    """Repair the lines that repair exactly, None where too few of them bear witness."""
    n_repaired = 0
    out: list[str] = []
    for line in _LINE.findall(text):
        runs = _RUN.findall(line)
        is_damaged = bool(runs) and all(run in mended for run in runs)
        if is_damaged and sum(weigh(run, mended[run], encoding) for run in set(runs)) >= 1:
            n_repaired += 1
            out.append(_replace_runs(line, mended))
        else:
            out.append(line)
    return "".join(out) if n_repaired >= _N_LINES else None


def _replace_runs(text: str, mended: dict[str, str]) -> str:
    return _RUN.sub(lambda match: mended[match[0]], text)


def _is_plausible(repaired: str, text: str) -> bool:
    """Whether no unassigned or private character came up that was not there before."""
    fresh = set(repaired).difference(text)
    return not any(unicodedata.category(character) in ("Cn", "Co") for character in fresh)
