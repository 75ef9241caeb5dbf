"""Who defeats whom and who needs whom, out of stated relations and own verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from noteweb.model.claim import Claim

#: What its evidence found true in part only: it may be doubted, and never simply stands.
_HALF = {VerdictKind.PARTLY, VerdictKind.CONTESTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """The claims of a vault as an argument, each list in the order the notes state it.

    Attributes
    ----------
    verdicts : each claim's own; a stale one counts as what it was
    defeats, defeated_by : between claims that are not fallen
    needs, needed_by : stated by ``depends_on``, between claims that there are
    missing : what a claim depends on and the vault does not have
    fallen : refuted by their own evidence, or taken as fallen
    """

    verdicts: Mapping[str, VerdictKind]
    defeats: Mapping[str, tuple[str, ...]]
    defeated_by: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, tuple[str, ...]]
    needed_by: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, tuple[str, ...]]
    fallen: frozenset[str]

    @property
    def claims(self) -> Iterable[str]:
        """Every claim once, in the order of the notes."""
        return self.verdicts

    def is_half(self, claim: str) -> bool:
        """Whether its own evidence keeps a claim from standing outright."""
        return self.verdicts[claim] in _HALF


def find_bearing(
    claims: Iterable[Claim],
    verdicts: Mapping[str, VerdictKind],
    fallen: Collection[str] = (),
) -> Bearing:
    """Read the argument of claims; `fallen` are taken as refuted whatever their evidence says.

    A contradiction holds both ways, whichever note states it, but what evidence supports is not
    defeated by what none does: attacks are kept only from a claim that is not the weaker one, which
    leaves symmetric attacks free of conflict (L. Amgoud and S. Vesic, Rich preference-based
    argumentation frameworks, 2014, section 3, doi:10.1016/j.ijar.2013.10.010).
    """
    known = {claim.id: claim for claim in claims}
    own = {name: verdicts.get(name, VerdictKind.NOT_RUN) for name in known}
    down = {name for name, kind in own.items() if kind is VerdictKind.REFUTED}
    down.update(name for name in fallen if name in known)
    defeats: dict[str, dict[str, None]] = {name: {} for name in known}
    needs: dict[str, dict[str, None]] = {name: {} for name in known}
    missing: dict[str, tuple[str, ...]] = {}
    for claim in known.values():
        for end in claim.targets("contradicts"):
            if end in known and claim.id not in down and end not in down:
                for one, other in ((claim.id, end), (end, claim.id)):
                    if _weight(own[one]) >= _weight(own[other]):
                        defeats[one][other] = None
        for end in claim.targets("depends_on"):
            if end in known:
                needs[claim.id][end] = None
            else:
                missing[claim.id] = (*missing.get(claim.id, ()), end)
    return Bearing(
        verdicts=own,
        defeats=_frozen(defeats),
        defeated_by=_turned(defeats),
        needs=_frozen(needs),
        needed_by=_turned(needs),
        missing=missing,
        fallen=frozenset(down),
    )


def _weight(kind: VerdictKind) -> int:
    return kind is VerdictKind.SUPPORTED


def _frozen(ends: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(found) for name, found in ends.items()}


def _turned(ends: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    turned: dict[str, list[str]] = {name: [] for name in ends}
    for name, found in ends.items():
        for end in found:
            turned[end].append(name)
    return _frozen(turned)
