"""`Argument`: what commands and programs ask about claims among one another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from noteweb.argument.bearing import find_bearing
from noteweb.argument.environment import find_environments
from noteweb.argument.impact import find_impact
from noteweb.argument.label import find_standings
from noteweb.argument.strength import find_strengths
from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.argument.bearing import Bearing
    from noteweb.argument.environment import Environments
    from noteweb.argument.impact import Struck
    from noteweb.argument.label import Standing
    from noteweb.argument.strength import Strengths
    from noteweb.model.claim import Claim
    from noteweb.model.note import Json
    from noteweb.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of a chain of reasons: a claim's standing, how deep, whether told before."""

    claim: str
    standing: Standing
    depth: int
    is_again: bool


class Judged(Protocol):
    """A claim beside its own verdict."""

    @property
    def claim(self) -> Claim:
        """The claim."""
        ...

    @property
    def verdict(self) -> Verdict:
        """What its evidence says."""
        ...


class Argument:
    """The claims of a vault against one another.

    Parameters
    ----------
    verdicts : each claim's own; a stale one counts as what it was
    """

    def __init__(self, claims: Iterable[Claim], verdicts: Iterable[Verdict]) -> None:
        self._claims = tuple(claims)
        self._own = {each.claim: _counted(each) for each in verdicts}

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """The grounded label of every claim, with why."""
        return find_standings(self._bearing)

    @cached_property
    def strengths(self) -> Strengths:
        """A number for every claim, to rank and colour by."""
        return find_strengths(self._claims, self._own)

    def chain(self, claim: str) -> tuple[Link, ...]:
        """Give why a claim stands or not, and why that holds in turn; each claim is told once."""
        told: dict[str, None] = {}
        found: list[Link] = []
        waiting = [(claim, 0)]
        while waiting:
            name, depth = waiting.pop()
            is_again = name in told
            told[name] = None
            standing = self.standings[name]
            found.append(Link(claim=name, standing=standing, depth=depth, is_again=is_again))
            if not is_again:
                ends = dict.fromkeys(b.claim for b in standing.because if b.claim in self.standings)
                waiting += [(end, depth + 1) for end in reversed(ends)]
        return tuple(found)

    def environments(self, claim: str) -> Environments:
        """Give the smallest sets of claims that a label rests on."""
        return find_environments(self._bearing, self.standings, claim)

    def impact(self, claim: str) -> tuple[Struck, ...]:
        """Give what the fall of a claim reaches."""
        return find_impact(self._claims, self._own, claim)

    def summary(self, claim: str) -> dict[str, Json]:
        """Give what a claim's node in the graph says of it."""
        strength = round(self.strengths.values[claim], 4)
        return {"standing": self.standings[claim].label.value, "strength": strength}

    @cached_property
    def _bearing(self) -> Bearing:
        return find_bearing(self._claims, self._own)


def argue(rows: Iterable[Judged]) -> Argument:
    """Give the argument of claims that stand beside their verdicts."""
    found = tuple(rows)
    return Argument((row.claim for row in found), (row.verdict for row in found))


def _counted(verdict: Verdict) -> VerdictKind:
    is_stale = verdict.kind is VerdictKind.STALE and verdict.previous is not None
    return (verdict.previous or verdict.kind) if is_stale else verdict.kind
