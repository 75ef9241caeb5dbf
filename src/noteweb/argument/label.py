"""Which claims stand: grounded labels, the most careful ones that an argument allows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.argument.bearing import Bearing


class Label(StrEnum):
    """What the argument leaves a claim."""

    IN = "in"  # it stands: nothing that stands speaks against it, all that it needs stands
    OUT = "out"  # it has fallen
    UNDECIDED = "undecided"


class Ground(StrEnum):
    """Why a claim has its label."""

    REFUTED = "refuted"  # by its own evidence
    ASSUMED = "assumed"  # taken as fallen for the sake of the question
    CONTRADICTED = "contradicted"  # by a claim that stands, or, undecided, by one that may
    NEEDS = "needs"  # a claim that does not stand, or may not
    MISSING = "missing"  # it depends on what is no claim of the vault
    HALF = "half"  # its own evidence holds in part only
    SURVIVES = "survives"  # each claim that contradicts it has fallen
    RESTS = "rests"  # on what stands
    UNOPPOSED = "unopposed"


#: How a reason reads before the name of the claim that it comes from.
GROUND_PHRASES = {
    Ground.REFUTED: "its own evidence refutes it",
    Ground.ASSUMED: "it is taken as fallen",
    Ground.CONTRADICTED: "contradicted by",
    Ground.NEEDS: "depends on",
    Ground.MISSING: "depends on what is no claim of the vault:",
    Ground.HALF: "its own evidence holds in part only",
    Ground.SURVIVES: "stands against",
    Ground.RESTS: "rests on",
    Ground.UNOPPOSED: "nothing speaks against it",
}


class Because(NamedTuple):
    """One reason for a label, and the claim that it comes from; empty where that is its own."""

    ground: Ground
    claim: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A claim's label, with why; `order` is when it was settled, so that reasons come before."""

    label: Label
    because: tuple[Because, ...]
    order: int


def find_standings(bearing: Bearing) -> dict[str, Standing]:
    """Give every claim its grounded label: settled is only what must be, the rest is undecided.

    A claim is out where it is refuted, where a claim that is in defeats it, and where it needs one
    that is out or missing. It is in where all that defeats it is out and all that it needs is in.
    So two claims of one strength that contradict each other end undecided, and so does a circle of
    claims that rest on one another. Cost: linear in claims and relations.

    Source: P. M. Dung, On the acceptability of arguments, Artificial Intelligence 77 (1995),
    definition 20, doi:10.1016/0004-3702(94)00041-X, in the labels of M. Caminada (2006).
    """
    found = _Settled(bearing)
    for name in bearing.claims:
        if name in bearing.fallen:
            is_own = bearing.verdicts[name] is VerdictKind.REFUTED
            found.settle(name, Label.OUT, Because(Ground.REFUTED if is_own else Ground.ASSUMED))
        elif name in bearing.missing:
            found.settle(name, Label.OUT, *(_missing(end) for end in bearing.missing[name]))
        else:
            found.settle_if_free(name)
    while found.waiting:
        name = found.waiting.popleft()
        holds = found.standings[name].label is Label.IN
        ground = Ground.CONTRADICTED if holds else Ground.NEEDS
        felled, freed = (bearing.defeats, bearing.needed_by)[:: 1 if holds else -1]
        for end in felled[name]:
            found.settle(end, Label.OUT, Because(ground, name))
        for end in freed[name]:
            found.free(end)
    return {name: found.standings.get(name) or _leave(found, name) for name in bearing.claims}


class _Settled:
    """Labels that are settled so far, and how many ties keep each other claim from standing."""

    def __init__(self, bearing: Bearing) -> None:
        self.bearing = bearing
        self.standings: dict[str, Standing] = {}
        self.waiting: deque[str] = deque()
        self._n_ties = {
            name: len(bearing.defeated_by[name]) + len(bearing.needs[name])
            for name in bearing.claims
        }

    def settle(self, name: str, label: Label, *because: Because) -> None:
        """Give a claim its label, once."""
        if name not in self.standings:
            order = len(self.standings)
            self.standings[name] = Standing(label=label, because=because, order=order)
            self.waiting.append(name)

    def free(self, name: str) -> None:
        """Take one tie from a claim."""
        self._n_ties[name] -= 1
        self.settle_if_free(name)

    def settle_if_free(self, name: str) -> None:
        """Let a claim stand that nothing keeps from it."""
        if not self._n_ties[name] and not self.bearing.is_half(name):
            self.settle(name, Label.IN, *_why_in(self.bearing, name))


def _missing(end: str) -> Because:
    return Because(Ground.MISSING, end)


def _why_in(bearing: Bearing, name: str) -> Iterator[Because]:
    yield from (Because(Ground.SURVIVES, end) for end in bearing.defeated_by[name])
    yield from (Because(Ground.RESTS, end) for end in bearing.needs[name])
    if not bearing.defeated_by[name] and not bearing.needs[name]:
        yield Because(Ground.UNOPPOSED)


def _leave(found: _Settled, name: str) -> Standing:
    """Give a claim that nothing settled, with what else is open about it."""
    bearing = found.bearing
    because = [Because(Ground.HALF)] if bearing.is_half(name) else []
    for ground, ends in (
        (Ground.CONTRADICTED, bearing.defeated_by[name]),
        (Ground.NEEDS, bearing.needs[name]),
    ):
        because += [Because(ground, end) for end in ends if end not in found.standings]
    order = len(found.standings)
    return Standing(label=Label.UNDECIDED, because=tuple(because), order=order)
