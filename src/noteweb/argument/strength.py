"""How firmly claims are held up by one another: a number to rank and colour by, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.model.claim import Claim

#: What a claim is worth by its own evidence; without any it stands in the middle.
_OWN = {
    VerdictKind.SUPPORTED: 0.9,
    VerdictKind.PARTLY: 0.6,
    VerdictKind.REFUTED: 0.1,
}
_NOTHING_KNOWN = 0.5
#: Each step goes half the way, so that two claims that swing against each other come to rest.
_DAMPING = 0.5
_MOST_STEPS = 200
_STILL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """A number between 0 and 1 for each claim; `unsettled` are those that were still moving."""

    values: Mapping[str, float]
    unsettled: tuple[str, ...] = ()


def find_strengths(claims: Iterable[Claim], verdicts: Mapping[str, VerdictKind]) -> Strengths:
    """Weigh each claim by its own verdict, what supports it and what contradicts it.

    The sum of supports less contradictions moves a claim from its own worth towards 1 or 0; a
    contradiction counts both ways. The steps are damped, and end when no claim moves by a millionth
    or after 200 steps.

    Source: the quadratic energy model of N. Potyka, Continuous dynamical systems for weighted
    bipolar argumentation, KR 2018, section 3.
    """
    known = {claim.id: claim for claim in claims}
    own = {
        name: _OWN.get(verdicts.get(name, VerdictKind.NOT_RUN), _NOTHING_KNOWN) for name in known
    }
    pulls = _find_pulls(known)
    values, moving = dict(own), tuple(known)
    for _ in range(_MOST_STEPS):
        if not moving:
            break
        aims = {
            name: _move(own[name], sum(sign * values[end] for end, sign in pulls[name]))
            for name in known
        }
        moving = tuple(name for name in known if abs(aims[name] - values[name]) > _STILL)
        values = {name: value + _DAMPING * (aims[name] - value) for name, value in values.items()}
    return Strengths(values=values, unsettled=moving)


def _find_pulls(known: Mapping[str, Claim]) -> dict[str, list[tuple[str, int]]]:
    """Give what pulls at each claim, once each: with +1 what supports it, with -1 its contrary."""
    pulls: dict[str, dict[tuple[str, int], None]] = {name: {} for name in known}
    for claim in known.values():
        for end in claim.targets("supports"):
            if end in known and end != claim.id:
                pulls[end][claim.id, 1] = None
        for end in claim.targets("contradicts"):
            if end in known and end != claim.id:
                pulls[end][claim.id, -1] = None
                pulls[claim.id][end, -1] = None
    return {name: list(found) for name, found in pulls.items()}


def _move(own: float, pull: float) -> float:
    share = pull * pull / (1 + pull * pull)
    return own + (1 - own) * share if pull > 0 else own - own * share
