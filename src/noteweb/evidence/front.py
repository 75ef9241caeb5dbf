"""`Evidence`: what commands and programs ask of the experiments behind a vault's claims."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from noteweb.errors import (
    ClaimNotFound,
    ExperimentNotFound,
    ExperimentUnreadable,
    Problem,
    Severity,
)
from noteweb.evidence.case import open_cases
from noteweb.evidence.fault import find_claim_faults
from noteweb.evidence.find import FOLDER, Finder
from noteweb.evidence.run import Options, explain, read_verdicts, verify
from noteweb.evidence.trust import TrustStore, show_difference
from noteweb.evidence.workplace import RUNS, Workplace
from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from noteweb.evidence.case import Case
    from noteweb.evidence.find import Found
    from noteweb.evidence.plan import Step
    from noteweb.evidence.recheck import Comparison
    from noteweb.evidence.trust import Standing
    from noteweb.model.claim import Claim
    from noteweb.model.progress import Progress
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim with what is known of it; `ended` is when its newest run did, empty without one.

    Of a stale claim that is the newest run before the change.
    """

    claim: Claim
    verdict: Verdict
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Why a claim has its verdict: that of every case of its evidence, and the joint one."""

    claim: Claim
    verdict: Verdict
    cases: tuple[tuple[Case, Verdict], ...]

    def records(self) -> tuple[RunRecord, ...]:
        """Give the runs that the verdicts rest on, each once."""
        found = (record for case, _ in self.cases for record in case.known_records())
        return tuple({(record.key, record.attempt): record for record in found}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRow:
    """An experiment and whether it may run; `allowed` is when that was last decided."""

    name: str
    source: str
    file: str
    standing: Standing
    allowed: str


class Evidence:
    """The experiments of one vault.

    Parameters
    ----------
    cache : the vault's cache folder
    claims : gives the vault's claims when they are first asked for
    trust : where permissions are kept; default: the user's data folder
    """

    def __init__(
        self,
        root: Path,
        cache: Path,
        claims: Callable[[], Sequence[Claim]],
        trust: TrustStore | None = None,
    ) -> None:
        self.root = root
        self._cache = cache
        self._claims = claims
        self._trust = trust or TrustStore()

    @cached_property
    def workplace(self) -> Workplace:
        """What has been read of experiments and records."""
        return Workplace(runs=self.root / RUNS, finder=Finder(self.root), trust=self._trust)

    def pick(self, names: Sequence[str] = ()) -> tuple[Claim, ...]:
        """Give the claims by their ids; all without one.

        Raises
        ------
        ClaimNotFound
        """
        claims = {claim.id: claim for claim in self._claims()}
        for name in names:
            if name not in claims:
                raise ClaimNotFound(name, get_close_matches(name, claims, n=3))
        return tuple(claims[name] for name in dict.fromkeys(names)) or tuple(claims.values())

    def rows(self, profile: str = "quick") -> list[ClaimRow]:
        """Give every claim with its verdict as the records have it; nothing is run."""
        claims = self.pick()
        verdicts = read_verdicts(claims, self.workplace, profile)
        return [
            ClaimRow(claim=claim, verdict=verdict, ended=self._ended(claim, profile))
            for claim, verdict in zip(claims, verdicts, strict=True)
        ]

    def verify(
        self, names: Sequence[str], options: Options | None, progress: Progress
    ) -> list[Verdict]:
        """Make the missing runs and give the verdicts, in the order of the claims.

        Raises
        ------
        ClaimNotFound, WriteFailed, SandboxUnavailable, ExecutorUnavailable
        """
        claims = self.pick(names)
        return verify(claims, self.workplace, self._cache, options or Options(), progress)

    def explain(self, names: Sequence[str], options: Options) -> list[Step]:
        """Say what `verify` would run next, and why.

        Raises
        ------
        ClaimNotFound
        """
        return explain(self.pick(names), self.workplace, options)

    def recheck(
        self, names: Sequence[str], options: Options, share: float, progress: Progress
    ) -> list[Comparison]:
        """Make a share of the recorded runs again and compare.

        Raises
        ------
        ClaimNotFound, WriteFailed, SandboxUnavailable, ExecutorUnavailable
        """
        from noteweb.evidence.recheck import recheck

        return recheck(self.pick(names), self.workplace, (self._cache, options), share, progress)

    def why(self, name: str, profile: str = "quick") -> Account:
        """Give all that a claim's verdict rests on.

        Raises
        ------
        ClaimNotFound
        """
        claim = self.pick([name])[0]
        cases = open_cases(claim, self.workplace, profile)
        return Account(
            claim=claim,
            verdict=read_verdicts([claim], self.workplace, profile)[0],
            cases=tuple((case, case.verdict()) for case in cases),
        )

    def experiment(self, name: str) -> Found:
        """Give an experiment by its name.

        Raises
        ------
        ExperimentNotFound, ExperimentUnreadable
        """
        finder = self.workplace.finder
        found = finder.find(name)
        if found is None:
            raise ExperimentNotFound(name, get_close_matches(name, finder.names(), n=3))
        if found.experiment is None:
            raise ExperimentUnreadable(name, found.defect)
        return found

    def trust_rows(self) -> list[TrustRow]:
        """Give every experiment there is, and whether it may run."""
        return [self._trust_row(found) for found in self.workplace.finder.all()]

    def unproven(self) -> tuple[str, ...]:
        """Give the experiments named by claims that may not run."""
        names = {each.experiment for claim in self.pick() for each in claim.evidence}
        found = [self.workplace.finder.find(name) for name in sorted(names)]
        return tuple(
            each.place.name
            for each in found
            if each and each.experiment and not self.workplace.standing(each).may_run
        )

    def show_trust(self, name: str) -> tuple[TrustRow, str]:
        """Give an experiment's standing, and its code or what changed since it was allowed.

        Raises
        ------
        ExperimentNotFound, ExperimentUnreadable
        """
        found = self.experiment(name)
        row = self._trust_row(found)
        held = self._trust.permission(found.place)
        old = held.files if held and not row.standing.may_run else {}
        return row, show_difference(old, self.workplace.closure(found))

    def allow(self, name: str) -> None:
        """Allow an experiment to run, as it is now.

        Raises
        ------
        ExperimentNotFound, ExperimentUnreadable, WriteFailed
        """
        found = self.experiment(name)
        self._trust.allow(found.place, self.workplace.closure(found))

    def revoke(self, name: str) -> bool:
        """Take the permission back, also of a file that is gone; tell whether there was one.

        Raises
        ------
        ExperimentNotFound, WriteFailed
        """
        found = self.workplace.finder.find(name)
        if found is not None:
            return self._trust.revoke(found.place.path)
        gone = self.root / FOLDER / f"{name}.py"
        if not name.isidentifier() or not self._trust.revoke(gone):
            raise ExperimentNotFound(name)
        return True

    def new(self, name: str) -> tuple[Path, str]:
        """Write a new experiment, which may run as it was written; give its path and a claim.

        Raises
        ------
        BadRequest, AlreadyThere, WriteFailed
        """
        from noteweb.evidence.skeleton import show_claim, write_skeleton

        path = write_skeleton(self.root, name)
        self.__dict__.pop("workplace", None)
        self.allow(name)
        return path, show_claim(name)

    def problems(self) -> tuple[Problem, ...]:
        """Give what is wrong with the vault's experiments, their ledgers and what claims ask."""
        finder = self.workplace.finder
        found = finder.all()
        own = [each.problems for each in found if not each.place.is_installed]
        ledgers = [self.workplace.ledger(each.place.name).problems for each in found]
        asked = find_claim_faults(self._claims(), finder)
        return (*chain.from_iterable((*own, *ledgers)), *asked, *self._find_stale())

    def _find_stale(self) -> Iterator[Problem]:
        """Tell each claim whose verdict no longer counts, since what it rests on has changed."""
        for row in self.rows() if self._claims() else ():
            if row.verdict.kind is VerdictKind.STALE:
                was = f" (was {row.verdict.previous})" if row.verdict.previous else ""
                changes = [each for each in row.verdict.reasons if each.kind.is_change]
                why = "; ".join(map(str, changes or row.verdict.reasons[:1]))
                yield Problem(
                    path=row.claim.path,
                    line=row.claim.line,
                    column=row.claim.column,
                    code="claim-stale",
                    severity=Severity.INFO,
                    message=f"the verdict of {row.claim.id!r} is stale{was}: {why}",
                )

    def _trust_row(self, found: Found) -> TrustRow:
        held = self._trust.permission(found.place)
        return TrustRow(
            name=found.place.name,
            source=found.place.source,
            file=found.place.label,
            standing=self.workplace.standing(found),
            allowed=held.allowed if held else "",
        )

    def _ended(self, claim: Claim, profile: str) -> str:
        cases = open_cases(claim, self.workplace, profile)
        return max((record.ended for case in cases for record in case.known_records()), default="")
