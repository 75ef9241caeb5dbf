"""What a claim holds up: which others fall, stand or waver where it falls."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from noteweb.argument.bearing import find_bearing
from noteweb.argument.label import Label, find_standings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from noteweb.model.claim import Claim
    from noteweb.model.verdict import VerdictKind


class Effect(StrEnum):
    """What becomes of a claim."""

    FALLS = "falls"
    WAVERS = "wavers"  # it stood, and is undecided then
    RISES = "rises"  # what kept it down is gone
    WEAKENED = "weakened"  # it keeps its label and loses a support, at some remove


_UP = Effect.RISES


class Tie(NamedTuple):
    """A relation as a note states it: `claim` depends on `target`, supports or contradicts it."""

    claim: str
    relation: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A claim that another's fall reaches, its label before and after, with the shortest way."""

    claim: Claim
    effect: Effect
    before: Label
    after: Label
    ties: tuple[Tie, ...]


def find_impact(
    claims: Iterable[Claim], verdicts: Mapping[str, VerdictKind], fallen: str
) -> tuple[Struck, ...]:
    """Give the claims that the fall of one reaches: those whose label changes first, then by way.

    The labels that change are exactly those that would change if the claim were taken out of the
    notes. Behind them stand those that lose a support, directly or through what falls or is
    weakened.

    Examples
    --------
    >>> from noteweb.model.claim import Claim, Relation
    >>> def say(name, *ties):
    ...     return Claim(id=name, statement=name, note_id="n", path="n.md", line=1, relations=ties)
    >>> claims = [say("a"), say("b", Relation(kind="depends_on", target="a"))]
    >>> [(each.claim.id, each.effect.value) for each in find_impact(claims, {}, "a")]
    [('b', 'falls')]
    """
    known = {claim.id: claim for claim in claims}
    before, after = (
        {
            name: standing.label
            for name, standing in find_standings(
                find_bearing(known.values(), verdicts, down)
            ).items()
        }
        for down in ((), (fallen,))
    )
    changed = {name for name in known if name != fallen and before[name] is not after[name]}
    if before.get(fallen) is Label.OUT:
        return ()
    ways = _find_ways(known, fallen, changed)
    # What rises supports as before, and more.
    lost = {name: ways[name] for name in ways if _effect(before[name], after[name]) is not _UP}
    weakened = _find_weakened(known, {fallen: (), **lost})
    weakened = {name: ties for name, ties in weakened.items() if name not in ways}
    found = [
        Struck(
            claim=known[name],
            effect=_effect(before[name], after[name]),
            before=before[name],
            after=after[name],
            ties=ties,
        )
        for name, ties in (ways | weakened).items()
    ]
    order = list(Effect)
    return tuple(
        sorted(found, key=lambda each: (order.index(each.effect), len(each.ties), each.claim.id))
    )


def _effect(before: Label, after: Label) -> Effect:
    if before is after:
        return Effect.WEAKENED
    if after is Label.OUT:
        return Effect.FALLS
    return Effect.WAVERS if before is Label.IN else Effect.RISES


_Steps = dict[str, list[tuple[str, Tie]]]


def _find_ways(
    known: Mapping[str, Claim], fallen: str, changed: Collection[str]
) -> dict[str, tuple[Tie, ...]]:
    """Give each claim whose label changes with the shortest way there, over such claims alone."""
    steps: _Steps = {}
    for claim in known.values():
        for end in claim.targets("depends_on"):
            _add_step(steps, end, claim.id, Tie(claim.id, "depends_on", end))
        for end in claim.targets("contradicts"):
            tie = Tie(claim.id, "contradicts", end)
            _add_step(steps, claim.id, end, tie)
            _add_step(steps, end, claim.id, tie)
    ways = _reach({fallen: ()}, steps, changed)
    return {name: ways.get(name, ()) for name in changed}


def _find_weakened(
    known: Mapping[str, Claim], struck: Mapping[str, tuple[Tie, ...]]
) -> dict[str, tuple[Tie, ...]]:
    """Give what loses a support by what is struck; the weakened weaken what rests on them."""
    steps: _Steps = {}
    for claim in known.values():
        for end in claim.targets("supports"):
            _add_step(steps, claim.id, end, Tie(claim.id, "supports", end))
        for end in claim.targets("depends_on"):
            _add_step(steps, end, claim.id, Tie(claim.id, "depends_on", end))
    reached = _reach(struck, steps, known)
    return {name: ties for name, ties in reached.items() if name not in struck}


def _add_step(steps: _Steps, start: str, end: str, tie: Tie) -> None:
    steps.setdefault(start, []).append((end, tie))


def _reach(
    start: Mapping[str, tuple[Tie, ...]], steps: _Steps, allowed: Collection[str]
) -> dict[str, tuple[Tie, ...]]:
    """Give what can be reached, each with its shortest way; a circle ends where it was entered."""
    found = dict(start)
    waiting = deque(sorted(start, key=lambda name: len(start[name])))
    while waiting:
        here = waiting.popleft()
        for end, tie in steps.get(here, ()):
            if end not in found and end in allowed:
                found[end] = (*found[here], tie)
                waiting.append(end)
    return found
