"""What a claim holds up: which others fall, or lose a support, where it falls.

Only the relations that the notes state are followed, whatever the verdicts are: `depends_on` from
the claim that is needed to the one that needs it, `supports` from the support to what it supports.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.model.claim import Claim


class Effect(StrEnum):
    """What becomes of a claim: it rests on the fallen one, or has others to stand on."""

    FALLS = "falls"
    WEAKENED = "weakened"


class Tie(NamedTuple):
    """A relation as a note states it: `claim` depends on `target`, or supports it."""

    claim: str
    relation: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A claim that another's fall reaches, with the shortest way there.

    A way of `depends_on` alone makes it fall, at whatever length; one support in between weakens.
    """

    claim: Claim
    effect: Effect
    ties: tuple[Tie, ...]


def find_impact(claims: Iterable[Claim], fallen: str) -> tuple[Struck, ...]:
    """Give the claims that the fall of one reaches: those that fall first, then by way and id.

    Examples
    --------
    >>> from noteweb.model.claim import Relation
    >>> def say(name, *ties):
    ...     return Claim(id=name, statement=name, note_id="n", path="n.md", line=1, relations=ties)
    >>> from noteweb.model.claim import Claim
    >>> found = find_impact([say("a"), say("b", Relation(kind="depends_on", target="a"))], "a")
    >>> [(each.claim.id, each.effect.value) for each in found]
    [('b', 'falls')]
    """
    known = {claim.id: claim for claim in claims}
    needed, leaning = _ties(known.values())
    falling = _reach({fallen: ()}, needed)
    # What falls no longer supports; what is weakened weakens in turn what needs or cites it.
    every = {name: (*needed.get(name, ()), *leaning.get(name, ())) for name in {*needed, *leaning}}
    struck = _reach(falling, every)
    found = [
        Struck(
            claim=known[name],
            effect=Effect.FALLS if name in falling else Effect.WEAKENED,
            ties=ties,
        )
        for name, ties in struck.items()
        if name != fallen and name in known
    ]
    return tuple(sorted(found, key=lambda each: (each.effect, len(each.ties), each.claim.id)))


_Steps = dict[str, list[tuple[str, Tie]]]


def _ties(claims: Iterable[Claim]) -> tuple[_Steps, _Steps]:
    """Give the steps from each claim to those that need it, and to those that it supports."""
    needed: _Steps = {}
    leaning: _Steps = {}
    for claim in claims:
        for target in claim.targets("depends_on"):
            tie = Tie(claim.id, "depends_on", target)
            needed.setdefault(target, []).append((claim.id, tie))
        for target in claim.targets("supports"):
            tie = Tie(claim.id, "supports", target)
            leaning.setdefault(claim.id, []).append((target, tie))
    return needed, leaning


def _reach(
    start: Mapping[str, tuple[Tie, ...]], steps: Mapping[str, Iterable[tuple[str, Tie]]]
) -> dict[str, tuple[Tie, ...]]:
    """Give what can be reached, each with its shortest way; a circle ends where it was entered."""
    found = dict(start)
    waiting = deque(start)
    while waiting:
        here = waiting.popleft()
        for end, tie in steps.get(here, ()):
            if end not in found:
                found[end] = (*found[here], tie)
                waiting.append(end)
    return found
