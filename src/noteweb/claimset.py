"""The claims of a vault, out of its notes' cards, and what is wrong with them together."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.model.claim import KNOWN_RELATIONS
from noteweb.model.note import CLAIMS
from noteweb.model.position import START
from noteweb.parse.claims import find_duplicate_claims, read_claims

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.model.claim import Claim, Relation
    from noteweb.model.note import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSet:
    """Every claim once, in the order of the notes; of two with one id the first counts."""

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()

    def by_id(self) -> Mapping[str, Claim]:
        """Give the claims by their ids."""
        return {claim.id: claim for claim in self.claims}


def read_claim_set(cards: Iterable[Card]) -> ClaimSet:
    """Read the claims of all notes; relations to claims that do not exist are problems."""
    every: list[Claim] = []
    problems: list[Problem] = []
    for card in cards:
        raw = card.attributes.get(CLAIMS)
        if raw is not None:
            at = card.claims_at or START
            found, wrong = read_claims(raw, path=card.path, note_id=card.id, at=at)
            every += found
            problems += wrong
    problems += find_duplicate_claims(every)
    first: dict[str, Claim] = {}
    for claim in every:
        first.setdefault(claim.id, claim)
    problems += _find_wrong_targets(first)
    return ClaimSet(claims=tuple(first.values()), problems=tuple(problems))


def _find_wrong_targets(claims: Mapping[str, Claim]) -> Iterator[Problem]:
    for claim in claims.values():
        for relation in claim.relations:
            if relation.kind not in KNOWN_RELATIONS:
                continue
            if relation.target == claim.id:
                told = f"{claim.id!r} {relation.kind} itself"
                yield _warn(claim, relation, "claim-target-self", told)
            elif relation.target not in claims:
                near = get_close_matches(relation.target, claims, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                told = f"{claim.id!r} {relation.kind} {relation.target!r}, which is no claim{hint}"
                yield _warn(claim, relation, "claim-target-unknown", told)


def _warn(claim: Claim, relation: Relation, code: str, message: str) -> Problem:
    return Problem(
        path=claim.path,
        line=relation.at.line,
        column=relation.at.column,
        code=code,
        severity=Severity.WARNING,
        message=message,
    )
