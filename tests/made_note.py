"""Notes built by hand, part by part, so that tests need no parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.model.note import Card, Field, Note, Part, PartKind, Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable


def count_lines(text: str, offset: int) -> int:
    """Count the line of an offset the slow way, character by character."""
    line = 1
    for index, character in enumerate(text[:offset]):
        is_crlf = character == "\r" and text[index + 1 : index + 2] == "\n"
        line += character in "\r\n" and not is_crlf
    return line


def make_note(
    pieces: Iterable[tuple[PartKind, str]],
    *,
    units: Iterable[tuple[Field, str]] = (),
    title: str = "A title",
    description: str = "",
) -> Note:
    """Build a note from its parts; a heading part (its own line) opens a section.

    A unit's raw text must stand in the parts; its own text is that, white space collapsed.
    """
    text, parts, sections = "", [], []
    opened = (0, "", 0, 0)
    for kind, piece in pieces:
        start, text = len(text), text + piece
        parts.append(Part(kind=kind, start=start, end=len(text)))
        if kind is PartKind.HEADING:
            sections.append(_close(opened, start, text))
            opened = (piece.count("#"), piece.strip("# \r\n"), start, len(text))
    sections.append(_close(opened, len(text), text))
    return Note(
        card=Card(id="a/note", path="a/note.md", title=title, description=description),
        text=text,
        original=text,
        encoding="utf-8",
        parts=tuple(parts),
        sections=tuple(sections),
        units=tuple(_unit(text, i, *unit) for i, unit in enumerate(units)),
    )


def _close(opened: tuple[int, str, int, int], end: int, text: str) -> Section:
    level, title, start, body_start = opened
    line = count_lines(text, start)
    return Section(level=level, title=title, line=line, start=start, body_start=body_start, end=end)


def _unit(text: str, ordinal: int, field: Field, raw: str) -> Unit:
    start = text.index(raw)
    return Unit(
        field=field,
        ordinal=ordinal,
        text=" ".join(raw.split()),
        line=count_lines(text, start),
        start=start,
        end=start + len(raw),
    )
