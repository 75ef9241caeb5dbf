"""What a document sets off: fired notes with their reasons, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class MetCondition(NamedTuple):
    """A condition of a note; `line` is that of the note's file."""

    field: str
    text: str
    line: int


class FoundPassage(NamedTuple):
    """Where a document meets it: the sentence that shows it, in the window that was compared."""

    page: int | None
    line: int
    text: str
    window: str
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One window of a document with the condition that it meets best.

    `score` is in deviations of the vault's quiet pairs; `words` are the stems that both share.
    """

    condition: MetCondition
    passage: FoundPassage
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A note held against a document.

    Attributes
    ----------
    score : the mean of the document's best windows, see `noteweb.activation.null.strength`
    false_fire_rate : how often a note that has nothing to do with a document scores as well
    probability : that it fires, where the reader's labels calibrate it; else None
    matches : best first, at least one
    rate_without : the rate without the best window
    rank : by strength among all notes, from 1
    learned : how much of the score is by labels on other documents
    """

    note: str
    title: str
    path: str
    score: float
    false_fire_rate: float
    probability: float | None
    matches: tuple[Match, ...]
    score_without: float
    rate_without: float
    rank: int
    learned: float

    @property
    def is_calibrated(self) -> bool:
        """Whether labels say how much the score means."""
        return self.probability is not None


class Via(NamedTuple):
    """A step by which activation arrived: from which note over which edge."""

    note: str
    title: str
    kind: str
    is_forward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondHand:
    """A note that a fired one wakes up; `via` begins with the fired note."""

    note: str
    title: str
    via: tuple[Via, ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Passages of one subject that no note covers, with what a new note might be called."""

    title: str
    tags: tuple[str, ...]
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenOf:
    """A claim of the vault that a passage speaks about, for or against.

    `standing` is what the vault's other claims leave of it, see `noteweb.argument`.
    """

    claim: str
    statement: str
    note: str
    score: float
    false_fire_rate: float
    passage: FoundPassage
    verdict: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one document sets off.

    Attributes
    ----------
    fired : strongest first
    near : the strongest that did not fire
    """

    document: str
    title: str
    identifiers: tuple[str, ...]
    n_windows: int
    fired: tuple[Firing, ...]
    near: tuple[Firing, ...]
    second_hand: tuple[SecondHand, ...] = ()
    gaps: tuple[Gap, ...] = ()
    claims: tuple[SpokenOf, ...] = ()
