"""The state of one pass over a body's lines, and what it has found so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from noteweb.model.note import Anchor, Callout, Part, PartKind, Section
from noteweb.parse.code import Finding

if TYPE_CHECKING:
    from noteweb.parse.codefence import Fencing

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of a note's body.

    Attributes
    ----------
    breaks : offsets at which an inline block begins
    holes : spans of code, comments, formulas and definitions, in order
    definitions : destinations of reference links by label in lower case
    """

    parts: list[Part] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    callouts: list[Callout] = field(default_factory=list)
    footnotes: list[Anchor] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    holes: list[tuple[int, int]] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class Scan:
    """Lines, parts and sections of a body while they are read.

    The open paragraph, the open list items and the unfinished stretch of text are what a line's
    meaning depends on.
    """

    def __init__(self, text: str, start: int, first_line: int) -> None:
        self.text, self.start, self.first_line = text, start, first_line
        self.lines, self.starts = _split_lines(text, start)
        self.fencing: Fencing | None = None
        self.body = Body()
        self.heads: list[tuple[int, str, int, int, int]] = []  # level, title, line, start, end
        self.paragraph = -1  # the line on which the open top-level paragraph began
        self.columns: list[int] = []  # where the text of each open list item begins
        self.item_paragraph = -1  # the line on which that item's open paragraph began
        self.is_lazy = False  # whether a line at the margin would go on the item's paragraph
        self.quote_end = -1  # the line that would go on the paragraph of a quotation
        self.lost: set[str] = set()  # closing marks that stand nowhere further on
        self.text_from = -1

    def finish(self) -> Body:
        """Close the last part and cut the sections."""
        self._end_text(len(self.text))
        end = len(self.text)
        heads = self.heads
        first = heads[0][3] if heads else end
        if self.text[self.start : first].strip():
            self.body.sections.append(
                Section(
                    level=0,
                    title="",
                    line=self.first_line,
                    start=self.start,
                    body_start=self.start,
                    end=first,
                )
            )
        for number, (level, title, line, start, body_start) in enumerate(heads):
            stop = heads[number + 1][3] if number + 1 < len(heads) else end
            self.body.sections.append(
                Section(
                    level=level,
                    title=title,
                    line=self.first_line + line,
                    start=start,
                    body_start=body_start,
                    end=stop,
                )
            )
        return self.body

    def add_hole(self, kind: PartKind, index: int, after: int) -> None:
        """Keep whole lines as a part that holds no links."""
        start, end = self.starts[index], self.starts[after]
        self.add_part(kind, start, end)
        self.body.holes.append((start, end))
        self.body.breaks.extend((start, end))
        self.paragraph, self.is_lazy = -1, False

    def add_part(self, kind: PartKind, start: int, end: int) -> None:
        """End the stretch of text before, and keep a part of its own."""
        self._end_text(start)
        self.body.parts.append(Part(kind=kind, start=start, end=end))

    def keep_text(self, index: int) -> None:
        """Let a line belong to the stretch of plain text."""
        if self.text_from < 0:
            self.text_from = self.starts[index]

    def _end_text(self, end: int) -> None:
        if 0 <= self.text_from < end:
            self.body.parts.append(Part(kind=PartKind.TEXT, start=self.text_from, end=end))
        self.text_from = -1

    def report(self, code: str, offset: int, message: str) -> None:
        """Keep something that is wrong, by its offset."""
        self.body.findings.append(Finding(code=code, offset=offset, message=message))


def _split_lines(text: str, start: int) -> tuple[list[str], list[int]]:
    """Give the lines without their ends, and their starts with the end of the text after them."""
    starts = [start]
    if "\r" not in text:
        lines = text[start:].split("\n")
        at = start
        for line in lines:
            at += len(line) + 1
            starts.append(at)
    else:
        lines = []
        for match in _LINE_END.finditer(text, start):
            lines.append(text[starts[-1] : match.start()])
            starts.append(match.end())
        lines.append(text[starts[-1] :])
        starts.append(0)
    starts[-1] = len(text)
    if not lines[-1]:
        lines.pop()
        starts.pop()
    return lines, starts
