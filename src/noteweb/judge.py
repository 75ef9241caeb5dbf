"""From a claim and its run records to a verdict, as pure functions.

Guards and reports come before numbers, and every verdict has its reason. When numbers may be
looked at, and how they are tested, is the business of `noteweb.look`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.look import (
    DETERMINISTIC_RUNS,
    LOOKS,
    Look,
    Question,
    answer,
    describe_failures,
    open_result,
    plan_seeds,
    read_value,
)
from noteweb.model.run import GuardResult, RunRecord, RunStatus
from noteweb.model.verdict import (
    ExpectationResult,
    Outcome,
    Reason,
    ReasonKind,
    Verdict,
    VerdictKind,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from noteweb.lab import Experiment
    from noteweb.model.claim import Claim, EvidenceRef, Expectation


#: With several experiments the claim is as good as the worst of them.
_WORST_FIRST = (
    VerdictKind.CONTESTED,
    VerdictKind.REFUTED,
    VerdictKind.INVALID,
    VerdictKind.ERROR,
    VerdictKind.BLOCKED,
    VerdictKind.STALE,
    VerdictKind.NOT_RUN,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.PARTLY,
    VerdictKind.NOT_TESTABLE,
    VerdictKind.SUPPORTED,
)


def judge_evidence(
    claim: Claim,
    evidence: EvidenceRef,
    records: Iterable[RunRecord],
    post_hoc: Collection[Expectation] = (),
    declared: Experiment | None = None,
) -> Verdict:
    """Give the verdict of one experiment on a claim.

    Parameters
    ----------
    records : of this experiment with these parameters, profile and code, in any order; those of
        unplanned seeds are passed over; of several attempts the first that reported counts
    post_hoc : the expectations that were written after the first run
    declared : what the experiment says of itself, where it is as it was when the records were made;
        whether it is deterministic, its guards and what its metrics can be are then taken from
        there, and from the records else
    """
    case = _Case(
        claim=claim,
        evidence=evidence,
        declared=declared,
        questions=tuple(_ask(claim, evidence, post_hoc, declared)),
    )
    if barred := _bar(case):
        return case.verdict(*barred)
    sample = _planned(evidence.experiment, records)
    if sample and case.is_deterministic(sample[0]):
        return _judge_deterministic(case, sample)
    verdict = case.verdict(
        VerdictKind.NOT_RUN,
        ReasonKind.NEEDS_SEEDS,
        f"{len(sample)} of {LOOKS[0].n_seeds} seeds have run",
    )
    verdict = replace(verdict, n_seeds=len(sample), next_look=LOOKS[0].n_seeds)
    for place, look in enumerate(LOOKS):
        if look.n_seeds > len(sample):
            break
        verdict = _judge_look(case, sample[: look.n_seeds], place, verdict)
        if verdict.next_look is None:
            break
    return verdict


def judge_claim(claim: Claim, verdicts: Sequence[Verdict]) -> Verdict:
    """Give the verdict on a claim from those of its experiments; all of them must support it."""
    if not claim.kind.is_testable:
        return _Case(claim=claim).verdict(
            VerdictKind.NOT_TESTABLE, ReasonKind.CLAIM_KIND, f"a {claim.kind} claim"
        )
    if not verdicts:
        return _Case(claim=claim).verdict(
            VerdictKind.NOT_TESTABLE, ReasonKind.NO_EVIDENCE, "no experiment is named"
        )
    if len(verdicts) == 1:
        return verdicts[0]
    by_kind = {verdict.kind: verdict for verdict in reversed(verdicts)}
    if {VerdictKind.SUPPORTED, VerdictKind.REFUTED} <= by_kind.keys():
        for_it, against = by_kind[VerdictKind.SUPPORTED], by_kind[VerdictKind.REFUTED]
        detail = f"{for_it.experiment} supports it, {against.experiment} refutes it"
        reasons: tuple[Reason, ...] = (Reason(kind=ReasonKind.MIXED, detail=detail),)
        kind = VerdictKind.CONTESTED
    else:
        kind = next(each for each in _WORST_FIRST if each in by_kind)
        reasons = by_kind[kind].reasons
    return Verdict(
        claim=claim.id,
        experiment=", ".join(verdict.experiment for verdict in verdicts),
        kind=kind,
        reasons=reasons,
        n_seeds=sum(verdict.n_seeds for verdict in verdicts),
        expectations=tuple(each for verdict in verdicts for each in verdict.expectations),
        guards=tuple(each for verdict in verdicts for each in verdict.guards),
    )


def find_unsupported(verdicts: Iterable[Verdict], named: Collection[str]) -> list[Verdict]:
    """Give the verdicts that do not satisfy whoever wants every claim supported.

    What no experiment can decide, or has none, stands in nobody's way, unless the claim is one of
    those asked for by name: then it was to be shown, and is not.
    """
    return [
        each
        for each in verdicts
        if each.kind is not VerdictKind.SUPPORTED
        and (each.kind is not VerdictKind.NOT_TESTABLE or each.claim in named)
    ]


def mark_stale(verdict: Verdict, reasons: Sequence[Reason]) -> Verdict:
    """Give the stale verdict that keeps the old one beside it; `reasons` name what changed."""
    return replace(
        verdict,
        kind=VerdictKind.STALE,
        reasons=(*reasons, *verdict.reasons),
        previous=verdict.kind,
        next_look=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is judged."""

    claim: Claim
    evidence: EvidenceRef | None = None
    declared: Experiment | None = None
    questions: tuple[Question, ...] = ()

    def is_deterministic(self, record: RunRecord) -> bool:
        return (self.declared or record).is_deterministic

    def verdict(self, kind: VerdictKind, reason: ReasonKind, detail: str) -> Verdict:
        return Verdict(
            claim=self.claim.id,
            experiment=self.evidence.experiment if self.evidence else "",
            kind=kind,
            reasons=(Reason(kind=reason, detail=detail),),
        )


def _ask(
    claim: Claim,
    evidence: EvidenceRef,
    post_hoc: Collection[Expectation],
    declared: Experiment | None,
) -> Iterator[Question]:
    late = {each.digest() for each in post_hoc}
    n_family = max(claim.n_expectations, 1)
    for each in evidence.expect:
        metric = declared.metrics.get(each.metric) if declared else None
        yield Question(
            expectation=each,
            bounds=metric.bounds if metric else (-math.inf, math.inf),
            n_family=n_family,
            is_post_hoc=each.digest() in late,
        )


def _bar(case: _Case) -> tuple[VerdictKind, ReasonKind, str] | None:
    """Tell why no number of runs could give a verdict."""
    if not case.claim.kind.is_testable:
        return VerdictKind.NOT_TESTABLE, ReasonKind.CLAIM_KIND, f"a {case.claim.kind} claim"
    if case.evidence and case.evidence.defects:
        return VerdictKind.INVALID, ReasonKind.MALFORMED, case.evidence.defects[0]
    if not case.questions:
        return VerdictKind.NOT_TESTABLE, ReasonKind.NO_EXPECTATION, "nothing is expected of it"
    return None


def _planned(experiment: str, records: Iterable[RunRecord]) -> list[RunRecord]:
    """Give the records in the planned order, up to the first seed that has not run."""
    by_seed: dict[int, RunRecord] = {}
    for record in sorted(records, key=lambda record: record.attempt):
        held = by_seed.get(record.seed)
        # What a seed has once reported no later attempt replaces; else one could run it until
        # the answer pleases.
        if held is None or held.status not in {RunStatus.OK, RunStatus.INVALID}:
            by_seed[record.seed] = record
    sample = []
    for seed in plan_seeds(experiment):
        if seed not in by_seed:
            break
        sample.append(by_seed[seed])
    return sample


def _judge_look(case: _Case, sample: list[RunRecord], place: int, before: Verdict) -> Verdict:
    """Judge at one look; expectations decided at an earlier one keep their outcome."""
    if spoiled := _spoil(case, sample):
        return _finish(case, sample, before.expectations, spoiled)
    earlier = before.expectations or tuple(map(open_result, case.questions))
    results = tuple(
        answer(question, sample) if result.is_open else result
        for question, result in zip(case.questions, earlier, strict=True)
    )
    return _conclude(case, sample, results, LOOKS[place + 1 :])


def _conclude(
    case: _Case,
    sample: list[RunRecord],
    results: tuple[ExpectationResult, ...],
    later: Sequence[Look],
) -> Verdict:
    """Join the outcomes of the expectations, guards first."""
    is_open = any(result.is_open for result in results)
    next_look = later[0].n_seeds if is_open and later else None
    if not any(record.guards for record in sample):
        reason = Reason(kind=ReasonKind.UNGUARDED, detail="the experiment has no guard")
        return _finish(case, sample, results, (VerdictKind.INCONCLUSIVE, reason))
    verdict = _finish(case, sample, results, _join(results))
    return replace(verdict, next_look=next_look)


def _finish(
    case: _Case,
    sample: list[RunRecord],
    results: tuple[ExpectationResult, ...],
    answer: tuple[VerdictKind, Reason],
) -> Verdict:
    kind, reason = answer
    remarks = []
    if post_hoc := [result.metric for result in results if result.is_post_hoc]:
        detail = f"what is expected of {', '.join(post_hoc)} was written after the first run"
        remarks.append(Reason(kind=ReasonKind.POST_HOC, detail=detail))
    if reason.kind is not ReasonKind.FAILED_SEEDS and any(
        record.status not in {RunStatus.OK, RunStatus.INVALID} for record in sample
    ):
        remarks.append(describe_failures(sample))
    if forced := sum(record.attempt > 1 for record in sample):
        remarks.append(Reason(kind=ReasonKind.FORCED, detail=f"{forced} seeds were run again"))
    return replace(
        case.verdict(kind, reason.kind, reason.detail),
        reasons=(reason, *remarks),
        n_seeds=len(sample),
        expectations=results,
        guards=_join_guards(sample),
    )


def _join(results: Sequence[ExpectationResult]) -> tuple[VerdictKind, Reason]:
    """All met: supported; some met and some refuted: partly; else the worst that can be said."""
    outcomes = Counter(result.outcome for result in results)
    if outcomes[Outcome.SUPPORTED] and outcomes[Outcome.REFUTED]:
        refuted = [each.metric for each in results if each.outcome is Outcome.REFUTED]
        detail = f"{', '.join(refuted)} refuted, the others supported"
        if outcomes[Outcome.INCONCLUSIVE]:
            detail = f"{', '.join(refuted)} refuted, {outcomes[Outcome.SUPPORTED]} supported"
        return VerdictKind.PARTLY, Reason(kind=ReasonKind.MIXED, detail=detail)
    for outcome in (Outcome.REFUTED, Outcome.INCONCLUSIVE, Outcome.SUPPORTED):
        for result in results:
            if result.outcome is outcome:
                return VerdictKind(outcome.value), result.reason
    return VerdictKind.INVALID, Reason(kind=ReasonKind.NO_EXPECTATION)


def _spoil(case: _Case, sample: list[RunRecord]) -> tuple[VerdictKind, Reason] | None:
    """Tell what makes the sample unfit for any verdict: guards and reports come before numbers."""
    failed = [(each.seed, guard) for each in sample for guard in each.guards if not guard.ok]
    if failed:
        seed, worst = failed[0]
        n_seeds = len({each for each, guard in failed if guard.name == worst.name})
        detail = f"{worst.name} failed in {n_seeds} of {len(sample)} seeds; {seed}: {worst.detail}"
        return _invalid(ReasonKind.FAILED_GUARD, detail.removesuffix(f"; {seed}: "))
    for record in sample:
        if record.status is RunStatus.INVALID or record.complaints:
            first = record.complaints[0] if record.complaints else None
            detail = f"{first.code}: {first.detail}" if first else record.detail
            return _invalid(ReasonKind.BROKEN_REPORT, f"seed {record.seed}: {detail}")
    good = [record for record in sample if record.status is RunStatus.OK]
    if not good:
        return VerdictKind.ERROR, describe_failures(sample)
    return _spoiled_report(case, good)


def _spoiled_report(case: _Case, good: list[RunRecord]) -> tuple[VerdictKind, Reason] | None:
    asked = {each.expectation.metric: each.bounds for each in case.questions}
    for record in good:
        for metric, (low, high) in asked.items():
            if not math.isfinite(record.metrics.get(metric, math.nan)):
                detail = f"{metric} has no finite value for seed {record.seed}"
                return _invalid(ReasonKind.MISSING_METRIC, detail)
            if not low <= record.metrics[metric] <= high:
                detail = f"{metric} is {record.metrics[metric]:g} for seed {record.seed}"
                detail += f", declared as from {low:g} to {high:g}"
                return _invalid(ReasonKind.BROKEN_REPORT, detail)
    guards = {guard.name for record in good for guard in record.guards}
    if case.declared is not None:
        guards = set(case.declared.guards)
        for record in good:
            if unknown := sorted({guard.name for guard in record.guards} - guards):
                detail = f"{unknown[0]} is no guard of the experiment, for seed {record.seed}"
                return _invalid(ReasonKind.BROKEN_REPORT, detail)
    for record in good:
        if absent := sorted(guards - {guard.name for guard in record.guards}):
            detail = f"{absent[0]} was not checked for seed {record.seed}"
            return _invalid(ReasonKind.FAILED_GUARD, detail)
    return None


def _invalid(kind: ReasonKind, detail: str) -> tuple[VerdictKind, Reason]:
    return VerdictKind.INVALID, Reason(kind=kind, detail=detail)


def _join_guards(sample: Sequence[RunRecord]) -> tuple[GuardResult, ...]:
    """Give each guard once: the first seed in which it failed, else the first at all."""
    found: dict[str, GuardResult] = {}
    for record in sample:
        for guard in record.guards:
            kept = found.setdefault(guard.name, guard)
            if kept.ok and not guard.ok:
                found[guard.name] = guard
    return tuple(found.values())


def _judge_deterministic(case: _Case, sample: list[RunRecord]) -> Verdict:
    """Compare two runs, then let the values speak for themselves."""
    if len(sample) < DETERMINISTIC_RUNS:
        detail = f"{len(sample)} of {DETERMINISTIC_RUNS} runs"
        verdict = case.verdict(VerdictKind.NOT_RUN, ReasonKind.NEEDS_SEEDS, detail)
        return replace(verdict, n_seeds=len(sample), next_look=DETERMINISTIC_RUNS)
    pair = sample[:DETERMINISTIC_RUNS]
    if spoiled := _spoil(case, pair):
        return _finish(case, pair, (), spoiled)
    if any(record.status is not RunStatus.OK for record in pair):
        return _finish(case, pair, (), (VerdictKind.ERROR, describe_failures(pair)))
    one, two = (record.metrics for record in pair)
    if changed := sorted(
        name for name in one.keys() | two.keys() if one.get(name) != two.get(name)
    ):
        detail = f"{changed[0]} differs between two runs"
        return _finish(case, pair, (), _invalid(ReasonKind.NOT_DETERMINISTIC, detail))
    results = tuple(
        read_value(question, one[question.expectation.metric]) for question in case.questions
    )
    return _conclude(case, pair, results, ())
