"""Blocks: the paragraphs, headings and rows that a reader of any format makes of a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a block is to the reader."""

    TITLE = "title"
    HEADING = "heading"
    LEAD = "lead"  # the bold words that a paragraph begins with
    TEXT = "text"
    CAPTION = "caption"
    ROW = "row"  # of a table or a figure


class Fragment(NamedTuple):
    """One line of a block; a hyphen at its end is left out of `text` and told apart."""

    text: str
    line: int
    page: int | None = None
    has_hyphen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together; `level` ranks headings, 1 the highest."""

    kind: Kind
    fragments: tuple[Fragment, ...]
    level: int = 0

    @property
    def text(self) -> str:
        """The lines as one, with each hyphen where it stood."""
        lines = (f"{each.text}-" if each.has_hyphen else each.text for each in self.fragments)
        return " ".join(lines)
