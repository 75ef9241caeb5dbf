"""Answers: a hit with the reasons it is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Which halves of the index answer."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of why something was chosen; `value` is what it counts for in the score."""

    kind: str  # words, meaning, link, feedback, ...
    detail: str  # for a person
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A note found, with the place in it that matches best.

    `field` is None for the body. `text` is the matching unit of a field or sentence of the body.
    Scores order the hits of one answer; they do not compare between queries.
    """

    note_id: str
    title: str
    path: str
    field: str | None
    line: int
    text: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which notes and fields count; what is empty does not restrict.

    Attributes
    ----------
    fields : names of fields, "body" for the body; any of them
    tags : all of them, each with the tags below it
    category : the note's category
    path : a glob on the note's path, such as ``theory/*``
    """

    fields: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    path: str = ""

    @property
    def is_open(self) -> bool:
        """Whether everything counts."""
        return not (self.fields or self.tags or self.category or self.path)
