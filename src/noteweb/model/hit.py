"""Answers: a hit with the reasons it is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: What a hit must score where nobody says: a tenth more than unrelated questions find. Chosen on 44
#: queries to the shipped notes.
MIN_SCORE = 1.1


class Mode(StrEnum):
    """Which halves of the index answer."""

    HYBRID = "hybrid"
    TEXT = "text"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of why something was chosen; `value` is what it counts for in the score."""

    kind: str  # words, meaning, neighbours, graph
    detail: str  # for a person
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A note found, with the place in it that matches best.

    `field` is None for the body. `text` is the matching unit of a field or sentence of the body.
    A score of 1 is what unrelated questions find, see `noteweb.search.background`.
    """

    note_id: str
    title: str
    path: str
    field: str | None
    line: int
    text: str
    score: float
    reasons: tuple[Reason, ...] = ()


class Key(StrEnum):
    """What a demand is about; the values are the operators of the query language."""

    FIELD = "field"
    TAG = "tag"
    PATH = "path"
    CATEGORY = "category"
    LANG = "lang"
    AFTER = "after"
    BEFORE = "before"
    HAS = "has"
    STANDING = "standing"
    TEXT = "text"  # no operator: words that stand side by side
    NOTE = "note"  # no operator: what a standing comes to, the ids of notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a query demands of a note: that it meets any of the values, or none of them.

    FIELD is about passages, as TEXT is where it is not excluded: a note counts by those of its
    passages that meet it. All else is about the note.
    """

    key: Key
    values: tuple[str, ...]
    is_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which notes and fields count; what is empty does not restrict.

    Attributes
    ----------
    fields : names of fields, "body" for the body; any of them
    tags : all of them, each with the tags below it
    category : the note's category
    path : a glob on the note's path, such as ``theory/*``, or a part of it
    demands : what a query's own text demands; all of them
    """

    fields: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    path: str = ""
    demands: tuple[Demand, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everything counts."""
        return not self.all_demands

    @property
    def all_demands(self) -> tuple[Demand, ...]:
        """Everything that is demanded, in one form."""
        singles = ((Key.CATEGORY, self.category), (Key.PATH, self.path))
        return (
            *([Demand(key=Key.FIELD, values=self.fields)] if self.fields else ()),
            *(Demand(key=Key.TAG, values=(tag,)) for tag in self.tags),
            *(Demand(key=key, values=(value,)) for key, value in singles if value),
            *self.demands,
        )
