"""Sentences that could be claims, with what of the vault is near to each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The claim or experiment that a sentence comes nearest to.

    Attributes
    ----------
    name : a claim's id, an experiment's name
    text : what it says of itself
    rate : how often a sentence that has nothing to do with any comes as near to one
    is_near : whether that is seldom enough to call it near
    """

    name: str
    text: str
    rate: float
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A sentence that reads like a claim.

    Attributes
    ----------
    document : the note's path, or the document's name
    note : the note's id, empty where the document is none
    cues : what makes it read so: quantitative, comparative, causal, empirical, general
    claim, experiment : None where the vault has none at all
    """

    document: str
    note: str
    text: str
    line: int
    page: int | None
    section: str
    cues: tuple[str, ...]
    weight: float
    claim: Nearest | None
    experiment: Nearest | None
