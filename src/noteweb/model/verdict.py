"""A verdict: what the runs say about a claim, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.model.claim import Op
    from noteweb.model.note import Json
    from noteweb.model.run import GuardResult


class VerdictKind(StrEnum):
    """The vocabulary of answers."""

    SUPPORTED = "supported"
    PARTLY = "partly"  # some expectations are met, others are refuted
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    CONTESTED = "contested"  # one experiment supports it, another refutes it
    STALE = "stale"  # something the runs depend on has changed since
    INVALID = "invalid"  # the experiment failed a check of its own
    ERROR = "error"  # no run came to its end
    BLOCKED = "blocked"  # nobody has allowed the code to run
    NOT_RUN = "not-run"
    NOT_TESTABLE = "not-testable"  # no experiment can decide this kind of claim


class ReasonKind(StrEnum):
    """Why a verdict is what it is, or why an experiment runs."""

    # why this verdict
    DECIDED = "decided"  # the interval lies clear of the threshold
    NOISE = "noise"  # after the last look the interval still holds the threshold
    NEEDS_SEEDS = "needs-seeds"  # the next planned look may decide
    HEAVY_TAIL = "heavy-tail"  # mean and median do not agree
    UNPROVABLE = "unprovable"  # no sample of this size could show it
    UNGUARDED = "unguarded"
    FAILED_GUARD = "failed-guard"
    MISSING_METRIC = "missing-metric"
    BROKEN_REPORT = "broken-report"
    NOT_DETERMINISTIC = "not-deterministic"
    FAILED_SEEDS = "failed-seeds"
    POST_HOC = "post-hoc"  # the expectation was written after the first run
    ELSEWHERE = "elsewhere"  # runs were made on another machine, or with another patch release
    MALFORMED = "malformed"  # the claim's evidence cannot be read as it is written
    NO_EXPECTATION = "no-expectation"
    NO_EVIDENCE = "no-evidence"
    CLAIM_KIND = "claim-kind"
    MIXED = "mixed"
    UNTRUSTED = "untrusted"
    # why it runs, or is stale
    FIRST_RUN = "first-run"
    FORCED = "forced"
    CASCADE = "cascade"
    CHANGED_CODE = "changed-code"
    CHANGED_PARAMETERS = "changed-parameters"
    CHANGED_DATA = "changed-data"
    CHANGED_LIBRARIES = "changed-libraries"
    CHANGED_PROFILE = "changed-profile"
    CHANGED_FORMAT = "changed-format"

    @property
    def is_change(self) -> bool:
        """Whether it says what has changed since the runs."""
        return self.value.startswith("changed-")

    @property
    def is_remark(self) -> bool:
        """Whether it may stand beside a verdict that something else decided."""
        return self in _REMARKS


_REMARKS = {
    ReasonKind.POST_HOC,
    ReasonKind.ELSEWHERE,
    ReasonKind.FORCED,
    ReasonKind.FAILED_SEEDS,
}
#: Said beside the verdict itself, for whoever reads no further.
_MARKS = {ReasonKind.POST_HOC: "post-hoc", ReasonKind.ELSEWHERE: "elsewhere"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: a kind to count by and a detail to read."""

    kind: ReasonKind
    detail: str = ""

    def __str__(self) -> str:
        """Give both in one line."""
        return f"{self.kind}: {self.detail}" if self.detail else str(self.kind)


class Outcome(StrEnum):
    """What became of one expectation."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationResult:
    """One expectation against the sample.

    Attributes
    ----------
    estimand : ``mean``, ``median``, ``share`` (of seeds that pass) or ``value`` (deterministic)
    interval : its two ends, infinite where the sample sets no bound; None without an estimate
    alpha : the chance, on each side, that the interval was allowed to miss
    n_seeds : at which look it was decided, or how far it has come
    """

    metric: str
    op: Op
    estimand: str
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    alpha: float = 0.0
    n_seeds: int = 0
    outcome: Outcome = Outcome.INCONCLUSIVE
    reason: Reason = Reason(kind=ReasonKind.NEEDS_SEEDS)
    is_post_hoc: bool = False
    is_open: bool = False  # the next look may still decide it

    def to_json(self) -> dict[str, Json]:
        """Give it as JSON; an infinite end is null."""
        ends: list[Json] | None = None
        if self.interval is not None:
            ends = [end if math.isfinite(end) else None for end in self.interval]
        return {
            "metric": self.metric,
            "op": self.op.value,
            "estimand": self.estimand,
            "estimate": self.estimate,
            "interval": ends,
            "alpha": self.alpha,
            "n_seeds": self.n_seeds,
            "outcome": self.outcome.value,
            "reason": str(self.reason),
            "post_hoc": self.is_post_hoc,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for a claim and one experiment, or for a claim and all of them.

    Attributes
    ----------
    reasons : at least one, the deciding one first
    n_seeds : how many seeds the verdict rests on, failed ones included
    next_look : how many seeds the next planned look needs; None when no more would help
    previous : for ``stale``, what the runs had said
    """

    claim: str
    experiment: str
    kind: VerdictKind
    reasons: tuple[Reason, ...]
    n_seeds: int = 0
    expectations: tuple[ExpectationResult, ...] = ()
    guards: tuple[GuardResult, ...] = ()
    next_look: int | None = None
    previous: VerdictKind | None = None

    @property
    def reason(self) -> Reason:
        """The deciding reason."""
        return self.reasons[0]

    def summary(self) -> dict[str, Json]:
        """Give what a claim's node in the graph says of it."""
        told: dict[str, Json] = {
            "verdict": self.kind.value,
            "reason": str(self.reason),
            "n_seeds": self.n_seeds,
        }
        return told | ({"previous": self.previous.value} if self.previous else {})

    @property
    def remarks(self) -> tuple[Reason, ...]:
        """What else a reader must know of it."""
        return tuple(reason for reason in self.reasons[1:] if reason.kind.is_remark)

    @property
    def marks(self) -> tuple[str, ...]:
        """The remarks that belong beside the verdict itself, a word each."""
        kinds = {reason.kind for reason in self.reasons}
        return tuple(mark for kind, mark in _MARKS.items() if kind in kinds)

    def to_json(self) -> dict[str, Json]:
        """Give the line that ``noteweb verify --format jsonl`` prints."""
        guards: list[Json] = [
            {"name": guard.name, "ok": guard.ok, "detail": guard.detail} for guard in self.guards
        ]
        reasons: list[Json] = [
            {"kind": reason.kind.value, "detail": reason.detail} for reason in self.reasons
        ]
        return {
            "claim": self.claim,
            "experiment": self.experiment,
            "verdict": self.kind.value,
            "reason": str(self.reason),
            "reasons": reasons,
            "n_seeds": self.n_seeds,
            "expectations": [each.to_json() for each in self.expectations],
            "guards": guards,
            "previous": self.previous.value if self.previous else None,
        }
