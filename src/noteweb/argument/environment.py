"""What a claim's label rests on: the smallest sets of claims that are enough for it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from noteweb.argument.label import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.argument.bearing import Bearing
    from noteweb.argument.label import Standing

#: So many sets are kept of each claim; a deep argument can have exponentially many.
MOST = 64

_Sets = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """The smallest sets of claims whose own state is enough for a label, the smaller ones first.

    `is_cut` says that there were more than are kept, so that others may be smaller.
    """

    sets: tuple[frozenset[str], ...]
    is_cut: bool


def find_environments(
    bearing: Bearing, standings: Mapping[str, Standing], claim: str, most: int = MOST
) -> Environments:
    """Give what a claim's label rests on; nothing where it is undecided.

    A claim that is in needs itself, all that it depends on, and a reason why each that contradicts
    it is out; one that is out needs any one reason. Claims out of their own are in the set too: the
    label rests on their refutation.

    Source: the environments of J. de Kleer, An assumption-based TMS, Artificial Intelligence 28
    (1986), section 3, doi:10.1016/0004-3702(86)90080-9.
    """
    search = _Search(bearing, standings, most)
    return Environments(sets=search.find(claim), is_cut=search.is_cut)


class _Search:
    """Environments of claims, each found once, those first that were settled first."""

    def __init__(self, bearing: Bearing, standings: Mapping[str, Standing], most: int) -> None:
        self.bearing = bearing
        self.standings = standings
        self.most = most
        self.is_cut = False

    def find(self, claim: str) -> _Sets:
        found: dict[str, _Sets] = {}
        for name in sorted(self._behind(claim), key=lambda name: self.standings[name].order):
            reasons = (self._earlier(name, ends) for ends in self._reasons(name))
            every = (
                frozenset({name}).union(*chosen)
                for ends in reasons
                if ends is not None
                for chosen in product(*(found.get(end, ()) for end in ends))
            )
            found[name] = self._smallest(every)
        return found.get(claim, ())

    def _behind(self, claim: str) -> set[str]:
        """Give the claims that a label can rest on, itself included."""
        behind: set[str] = set()
        waiting = [claim]
        while waiting:
            name = waiting.pop()
            if name not in behind and self.standings[name].label is not Label.UNDECIDED:
                behind.add(name)
                waiting += (end for ends in self._reasons(name) for end in ends)
        return behind

    def _reasons(self, name: str) -> list[tuple[str, ...]]:
        """Give the ways to a label, each the claims that it goes over."""
        bearing, label = self.bearing, self.standings[name].label
        if label is Label.IN:
            return [(*bearing.defeated_by[name], *bearing.needs[name])]
        if name in bearing.fallen or name in bearing.missing:
            return [()]
        against = [end for end in bearing.defeated_by[name] if self._is(end, Label.IN)]
        against += [end for end in bearing.needs[name] if self._is(end, Label.OUT)]
        return [(end,) for end in against]

    def _earlier(self, name: str, ends: tuple[str, ...]) -> tuple[str, ...] | None:
        """Give the claims of one way where all were settled before; else it goes in a circle."""
        order = self.standings[name].order
        return ends if all(self.standings[end].order < order for end in ends) else None

    def _is(self, name: str, label: Label) -> bool:
        return self.standings[name].label is label

    def _smallest(self, every: Iterable[frozenset[str]]) -> _Sets:
        kept: list[frozenset[str]] = []
        for one in every:
            if any(other <= one for other in kept):
                continue
            kept = [other for other in kept if not one <= other]
            if len(kept) >= self.most:
                self.is_cut = True
                break
            kept.append(one)
        return tuple(sorted(kept, key=lambda one: (len(one), sorted(one))))
