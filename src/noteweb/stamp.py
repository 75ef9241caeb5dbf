"""A block in a note's body that says where its claims stand: put in, refreshed, taken out.

No other byte of the file is touched, and taking the block out gives the bytes from before. The
block is a comment to noteweb, so the note keeps its passages, links and sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed
from noteweb.mend import splice
from noteweb.model.note import PartKind
from noteweb.parse.markdown import STAMP_CLOSE, STAMP_OPEN
from noteweb.parse.notes import parse_note
from noteweb.passage import WordTokenizer, cut_passages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.note import Note

_LINE_END = re.compile(r"\r\n|\r|\n")
_LAST_END = re.compile(r"(?:\r\n|\r|\n)?\Z")
_N_LEADING = 2  # line ends before a block that belong to it: it starts a paragraph of its own
_MAX_TOKENS = 256
_DATE = 10  # characters of an ISO time


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a block says of one claim; `previous` and `ended` are empty where there is none."""

    claim: str
    verdict: str
    previous: str
    standing: str
    ended: str


def put_stamp(data: bytes, path: str, lines: Sequence[Line]) -> bytes:
    """Give a note's bytes with the block, in the place of an older one, else at the end.

    Raises
    ------
    WriteFailed
        where a block would change what the note says, or an older one cannot be told from the rest
    """
    note = _read(data, path)
    span = _find_block(note)
    if span is None:
        at = _LAST_END.search(note.text)
        start = stop = at.start() if at else len(note.text)
    else:
        start, stop = span
    ends = _LINE_END.search(note.text, *(span or (0,)))
    end = ends[0] if ends else "\n"
    block = _render(lines, end)
    after = splice(data, note, [(start, stop, block if span else end * _N_LEADING + block)])
    _check(note, after)
    return after


def take_stamp(data: bytes, path: str) -> bytes:
    """Give a note's bytes without its block; the same bytes where it has none.

    Raises
    ------
    WriteFailed
        as `put_stamp`
    """
    note = _read(data, path)
    span = _find_block(note)
    if span is None:
        return data
    start, stop = span
    found = _LINE_END.search(note.text, start, stop)
    for _ in range(_N_LEADING if found else 0):
        if found and note.text.endswith(found[0], 0, start):
            start -= len(found[0])
    return splice(data, note, [(start, stop, "")])


def _read(data: bytes, path: str) -> Note:
    note = parse_note(data, path=path)
    if note.card.repaired:
        hint = "restore it first: noteweb repair --write"
        raise WriteFailed(Path(path), "its encoding is damaged", hint)
    return note


def _find_block(note: Note) -> tuple[int, int] | None:
    """Find where the block stands, its marks included."""
    found = [
        note.text.index(STAMP_OPEN, part.start)
        for part in note.parts
        if part.kind is PartKind.COMMENT
        and note.text[part.start : part.end].lstrip().startswith(STAMP_OPEN)
    ]
    if not found:
        return None
    stop = note.text.find(STAMP_CLOSE, found[0])
    if len(found) > 1 or stop < 0:
        reason = "has two blocks of claims" if len(found) > 1 else "has a block that never ends"
        hint = f"delete what stands between {STAMP_OPEN} and {STAMP_CLOSE}, and both"
        raise WriteFailed(Path(note.card.path), f"it {reason}", hint)
    return found[0], stop + len(STAMP_CLOSE)


def _render(lines: Sequence[Line], end: str) -> str:
    told = [_tell(line) for line in lines]
    return end.join([STAMP_OPEN, "", *told, "", STAMP_CLOSE])


def _tell(line: Line) -> str:
    was = f" (was {line.previous})" if line.previous else ""
    runs = f"runs of {line.ended[:_DATE]}" if line.ended else "no runs"
    name = " ".join(line.claim.split()).replace("`", "'")
    name = name.replace("<!--", "<! --").replace("-->", "-- >")
    return f"- `{name}`: {line.verdict}{was}, standing {line.standing}, {runs}"


def _check(before: Note, data: bytes) -> None:
    """Refuse a block that is none to a reader of the note, such as one in an open code fence."""
    after = parse_note(data, path=before.card.path)
    if _find_block(after) is None or _say(before) != _say(after):
        reason = "it ends inside code, a formula or a comment, which a block would change"
        raise WriteFailed(Path(before.card.path), reason, "close that first: noteweb check")


def _say(note: Note) -> tuple[object, ...]:
    """Give what a note says, without where."""
    passages = cut_passages(note, WordTokenizer(), max_tokens=_MAX_TOKENS)
    card = note.card
    return (
        (card.id, card.title, card.aliases, card.tags, card.attributes, card.language),
        [(each.prefix, each.text, each.field, each.group) for each in passages],
        [(each.kind, each.target, each.heading, each.label, each.relation) for each in card.links],
        [(each.level, each.title) for each in note.sections if each.level],
        [(each.key, each.value) for each in note.properties],
        [each.name for each in (*note.blocks, *note.footnotes)],
        [each.code for each in note.problems],
    )
