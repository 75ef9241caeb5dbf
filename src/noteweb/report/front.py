"""`Report`: what is told of a vault's claims, gathered from the records; nothing is run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from noteweb.argument.front import argue
from noteweb.model.verdict import VerdictKind
from noteweb.report.exhibit import read_exhibit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noteweb.argument.front import Argument
    from noteweb.argument.impact import Struck
    from noteweb.argument.label import Standing
    from noteweb.evidence.front import Account, Evidence
    from noteweb.model.claim import Claim
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import Verdict
    from noteweb.report.exhibit import Exhibit

#: What a reader has to know first comes first.
ORDER = (
    VerdictKind.REFUTED,
    VerdictKind.CONTESTED,
    VerdictKind.PARTLY,
    VerdictKind.STALE,
    VerdictKind.INVALID,
    VerdictKind.ERROR,
    VerdictKind.BLOCKED,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.NOT_RUN,
    VerdictKind.SUPPORTED,
    VerdictKind.NOT_TESTABLE,
)
#: Those that ask for nothing of the reader.
SETTLED = frozenset({VerdictKind.SUPPORTED, VerdictKind.NOT_TESTABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A relation that a note states, seen from one of its ends: `other` is the far end."""

    kind: str
    other: str
    is_outgoing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that is told of one claim.

    Attributes
    ----------
    strength : between 0 and 1; `is_unsettled` where it did not come to rest
    bonds : relations to other claims, its own first
    struck : what its fall would reach
    """

    claim: Claim
    verdict: Verdict
    exhibits: tuple[Exhibit, ...] = ()
    standing: Standing
    strength: float
    is_unsettled: bool = False
    bonds: tuple[Bond, ...] = ()
    struck: tuple[Struck, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader must know beside the verdict, in a word each, of any of its evidence."""
        found = (self.verdict, *(exhibit.verdict for exhibit in self.exhibits))
        return tuple(dict.fromkeys(mark for verdict in found for mark in verdict.marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where and with what the runs were made, each with how many runs that holds for."""

    n_runs: int = 0
    cpu_s: float = 0.0
    first: str = ""
    last: str = ""
    machines: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    sandboxes: Mapping[str, int] = field(default_factory=dict)
    profiles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told of the claims of a vault, those first that ask for a look.

    Attributes
    ----------
    n_claims : of the whole vault
    verdicts : of all its claims, for those that an entry names
    """

    title: str
    profile: str
    made: datetime
    entries: tuple[Entry, ...]
    n_claims: int
    verdicts: Mapping[str, VerdictKind]
    origin: Origin = Origin()

    @property
    def counts(self) -> dict[VerdictKind, int]:
        """How many claims have each verdict, in the order of the report."""
        found = Counter(entry.verdict.kind for entry in self.entries)
        return {kind: found[kind] for kind in ORDER if found[kind]}

    @property
    def marks(self) -> dict[str, int]:
        """How many verdicts have each mark."""
        return dict(Counter(mark for entry in self.entries for mark in entry.marks))

    def of_kind(self, kind: VerdictKind) -> tuple[Entry, ...]:
        """Give the entries with this verdict, in the order of the notes."""
        return tuple(entry for entry in self.entries if entry.verdict.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to tell, and of when."""

    names: tuple[str, ...] = ()  # ids of claims; all without one
    profile: str = "quick"
    title: str = "notes"
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def gather_report(evidence: Evidence, options: Options) -> Report:
    """Give what the records say of the claims, all of them or those named.

    Raises
    ------
    ClaimNotFound
    """
    asked = evidence.pick(options.names)
    rows = evidence.rows(options.profile)
    argument = argue(rows)
    accounts = {claim.id: evidence.why(claim.id, options.profile) for claim in asked}
    runs = evidence.workplace.runs
    bonds = _find_bonds([row.claim for row in rows])
    entries = [
        _read_entry(
            account,
            tuple(read_exhibit(case, verdict, runs) for case, verdict in account.cases),
            argument,
            bonds.get(account.claim.id, ()),
        )
        for account in accounts.values()
    ]
    return Report(
        title=options.title,
        profile=options.profile,
        made=options.made,
        entries=tuple(sorted(entries, key=lambda entry: ORDER.index(entry.verdict.kind))),
        n_claims=len(rows),
        verdicts={row.claim.id: row.verdict.kind for row in rows},
        origin=_find_origin(accounts.values()),
    )


def _read_entry(
    account: Account, exhibits: tuple[Exhibit, ...], argument: Argument, bonds: Sequence[Bond]
) -> Entry:
    name = account.claim.id
    return Entry(
        claim=account.claim,
        verdict=account.verdict,
        exhibits=exhibits,
        standing=argument.standings[name],
        strength=argument.strengths.values[name],
        is_unsettled=name in argument.strengths.unsettled,
        bonds=tuple(bonds),
        struck=argument.impact(name),
    )


def _find_bonds(claims: Iterable[Claim]) -> dict[str, list[Bond]]:
    found: dict[str, list[Bond]] = {}
    incoming: dict[str, list[Bond]] = {}
    for claim in claims:
        for each in claim.relations:
            own = Bond(kind=each.kind, other=each.target, is_outgoing=True)
            found.setdefault(claim.id, []).append(own)
            back = Bond(kind=each.kind, other=claim.id, is_outgoing=False)
            incoming.setdefault(each.target, []).append(back)
    names = found.keys() | incoming.keys()
    return {name: [*found.get(name, ()), *incoming.get(name, ())] for name in names}


def _find_origin(accounts: Iterable[Account]) -> Origin:
    """Tell of every run once, though several claims may rest on it."""
    found: Iterator[RunRecord] = (record for each in accounts for record in each.records())
    records = tuple({(record.key, record.attempt): record for record in found}.values())
    if not records:
        return Origin()
    versions = (f"{name} {value}" for each in records for name, value in each.versions.items())
    machines = (" ".join(filter(None, each.machine.values())) for each in records)
    return Origin(
        n_runs=len(records),
        cpu_s=sum(record.cpu_s for record in records),
        first=min(record.started for record in records),
        last=max(record.ended for record in records),
        machines=_count(machines),
        versions=_count(versions),
        sandboxes=_count(each.sandbox for each in records),
        profiles=_count(each.parts.profile for each in records),
    )


def _count(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(filter(None, words)).most_common())
