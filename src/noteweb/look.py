"""Planned looks: when records may be looked at, and what one look says about one expectation.

When the records may be looked at, and what chance of a false answer each look may spend, stands in
`LOOKS` and is no argument of anything: records beyond the largest complete look are not read, and
once a look has decided, later seeds change nothing. So nobody can look after every seed, pick
seeds, or run on until the answer pleases.

How the chance is spent
-----------------------
A false answer may happen in 2.5 % of cases a side. About 2 % are spent; the rest is kept because
the noise of real metrics is not quite normal, and Student's interval then misses in 2 to 3 % where
2.5 are meant.

*Refuting* spends 0.1, 0.5 and 1.4 % at 5, 10 and 20 seeds. By Bonferroni's inequality these add up
to at most 2 % whatever the looks have to do with one another, where the sharper boundaries of
Pocock or O'Brien and Fleming assume normal means of known variance. The first look gets least: five
values say little of the shape of the noise, and an even spread is refuted there three times as
often as normal noise. The chance is shared among a claim's expectations, since one refuted
expectation refutes the claim.

*Supporting* spends all of its 2.1 % at the last look. An experiment that goes wrong in one seed of
ten shows nothing of it in its first five seeds with chance 0.9^5 = 59 %, in ten with 35 %, in
twenty with 12 %: a rule that supports a clean sample of fewer than 16 seeds cannot keep false
support under 20 %, whatever interval it uses. (2.1 and not 2 %, since the sign test of 20 values
has a level of 2.07 %.) All expectations of a claim must be met, so each may use the whole of it (an
intersection-union test: Berger, Technometrics 24 (1982), doi:10.1080/00401706.1982.10487790).

What the noise may be
---------------------
A mean is tested by Student's interval, so its promise is for noise that is not far from normal.
Values that are all equal show no noise and would end any test at once; they decide nothing but by
the metric's declared range (see `noteweb.interval.mean_interval`), and else a claim should ask for
the median or a pass share, or the experiment declare itself deterministic. A mean under strongly
skewed noise keeps no such promise (exponential noise: one side errs in 10 %, lognormal in 18 %, and
so does a value that is rarely far off among others that differ a little); for such a metric a claim
should ask for the median, whose interval holds for any noise.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.interval import Interval, mean_interval, median_interval, share_interval
from noteweb.model.claim import Estimand, Expectation, Op
from noteweb.model.run import RunRecord, RunStatus
from noteweb.model.verdict import ExpectationResult, Outcome, Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A planned look: after how many seeds, and the chance of error it may spend on each side."""

    n_seeds: int
    support: float
    refute: float


LOOKS = (
    Look(n_seeds=5, support=0.0, refute=0.001),
    Look(n_seeds=10, support=0.0, refute=0.005),
    Look(n_seeds=20, support=0.021, refute=0.014),
)
#: A deterministic experiment runs twice, to show that it is.
DETERMINISTIC_RUNS = 2
_LONGEST_DETAIL = 160  # of why a run failed, beside a verdict; the record has it whole


def plan_seeds(experiment: str) -> tuple[int, ...]:
    """Give the experiment's random seeds, in the order in which they are run.

    They follow from its name alone, so that neither a person nor an edit of the code picks them.
    Each fits 31 bits, which every library takes.
    """
    digests = (
        hashlib.sha256(f"noteweb seed {experiment} {place}".encode()).digest()
        for place in range(LOOKS[-1].n_seeds)
    )
    return tuple(int.from_bytes(digest[:4], "big") >> 1 for digest in digests)


def first_look(*, is_deterministic: bool) -> int:
    """Give how many seeds to run before there is anything to judge."""
    return DETERMINISTIC_RUNS if is_deterministic else LOOKS[0].n_seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One expectation of a claim, with what its test must know of the claim."""

    expectation: Expectation
    bounds: tuple[float, float] = (-math.inf, math.inf)  # that the metric can have
    n_family: int = 1  # expectations of the claim, over all its evidence
    is_post_hoc: bool = False


def open_result(question: Question) -> ExpectationResult:
    """Give the result before any look."""
    expectation = question.expectation
    return ExpectationResult(
        metric=expectation.metric,
        op=expectation.op,
        estimand="share" if expectation.pass_share is not None else expectation.estimand.value,
        is_post_hoc=question.is_post_hoc,
        is_open=True,
    )


def answer(question: Question, sample: Sequence[RunRecord]) -> ExpectationResult:
    """Hold one expectation against the sample of a planned look.

    Parameters
    ----------
    sample : the records of the first planned seeds, failed ones included; every record that is
        ``ok`` has a finite value of the metric

    Raises
    ------
    ValueError : no look is planned at this number of seeds
    """
    look = next((look for look in LOOKS if look.n_seeds == len(sample)), None)
    if look is None:
        message = f"no look is planned at {len(sample)} seeds"
        raise ValueError(message)
    expectation = question.expectation
    blank = replace(open_result(question), n_seeds=len(sample))
    good = [each for each in sample if each.status is RunStatus.OK]
    values = [each.metrics[expectation.metric] for each in good]
    if not good or (len(good) < len(sample) and blank.estimand == Estimand.MEAN):
        # A seed without a value could have had any value, and a mean follows it anywhere.
        return replace(blank, reason=describe_failures(sample), is_open=False)
    refuting = _estimate(question, values, len(sample), look.refute / question.n_family)
    if _compare(expectation, refuting) is Outcome.REFUTED:
        return _settle(expectation, blank, values, refuting, Outcome.REFUTED)
    final = _estimate(question, values, len(sample), LOOKS[-1].support)
    if look is not LOOKS[-1]:
        return _leave_open(expectation, blank, final)
    if _compare(expectation, final) is Outcome.SUPPORTED:
        return _settle(expectation, blank, values, final, Outcome.SUPPORTED)
    return _with_interval(blank, final, Outcome.INCONCLUSIVE, _doubt(expectation, sample))


def read_value(question: Question, value: float) -> ExpectationResult:
    """Hold one expectation against the value of a deterministic experiment."""
    expectation = question.expectation
    detail = f"{value:.6g} in every run, expected {show(expectation)}"
    return ExpectationResult(
        metric=expectation.metric,
        op=expectation.op,
        estimand="value",
        estimate=value,
        interval=(value, value),
        n_seeds=DETERMINISTIC_RUNS,
        outcome=Outcome.SUPPORTED if _holds(expectation, value) else Outcome.REFUTED,
        reason=Reason(kind=ReasonKind.DECIDED, detail=detail),
        is_post_hoc=question.is_post_hoc,
    )


def describe_failures(sample: Sequence[RunRecord]) -> Reason:
    """Tell how many of the seeds failed, how, and why."""
    failed = [each for each in sample if each.status is not RunStatus.OK]
    told = describe_statuses(failed)
    if len({each.status for each in failed}) == 1:
        told = told.partition(" ")[2]  # its count is that of the failures
    detail = f"{len(failed)} of {len(sample)} seeds: {told}"
    return Reason(kind=ReasonKind.FAILED_SEEDS, detail=detail)


def describe_statuses(records: Sequence[RunRecord]) -> str:
    """Give the count of every status, the most frequent first, each with what is told oftenest."""
    found: dict[str, Counter[str]] = {}
    for each in records:
        found.setdefault(each.status.value, Counter())[_first_line(each.detail)] += 1
    ordered = sorted(found.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return ", ".join(
        f"{details.total()} {kind}{_show_details(details)}" for kind, details in ordered
    )


def _show_details(details: Counter[str]) -> str:
    first, n_first = details.most_common(1)[0]
    n_others = details.total() - n_first
    told = [first, f"and {n_others} otherwise" if n_others else ""]
    return f" ({', '.join(filter(None, told))})" if first else ""


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _LONGEST_DETAIL else f"{line[: _LONGEST_DETAIL - 1]}…"


def show(expectation: Expectation) -> str:
    """Give what is expected in one short line, such as ``gap > 0.9 in 80 % of seeds``."""
    signs = {Op.GT: ">", Op.GE: ">=", Op.LT: "<", Op.LE: "<=", Op.EQ: "=="}
    if expectation.op is Op.BETWEEN:
        wanted = f"from {expectation.low:g} to {expectation.high:g}"
    elif expectation.op is Op.EQUIV:
        wanted = f"{expectation.threshold:g} +- {expectation.margin:g}"
    else:
        wanted = f"{signs[expectation.op]} {expectation.threshold:g}"
    share = expectation.pass_share
    tail = "" if share is None else f" in at least {100 * share:g} % of seeds"
    return f"{expectation.metric} {wanted}{tail}"


def _estimate(question: Question, values: Sequence[float], n: int, alpha: float) -> Interval:
    expectation = question.expectation
    n_unknown = n - len(values)
    if expectation.pass_share is not None:
        n_passed = sum(_holds(expectation, value) for value in values)
        return share_interval(n_passed, n, alpha, n_unknown)
    if expectation.estimand is Estimand.MEDIAN:
        return median_interval(values, alpha, n_unknown)
    return mean_interval(values, alpha, *question.bounds)


def _settle(
    expectation: Expectation,
    blank: ExpectationResult,
    values: Sequence[float],
    interval: Interval,
    outcome: Outcome,
) -> ExpectationResult:
    """Take the outcome, unless mean and median would answer differently."""
    if blank.estimand == Estimand.MEAN:
        median = median_interval(values, 0.0).estimate
        if _holds(expectation, median) is not (outcome is Outcome.SUPPORTED):
            detail = f"mean {interval.estimate:.4g}, median {median:.4g}"
            reason = Reason(kind=ReasonKind.HEAVY_TAIL, detail=detail)
            is_open = blank.n_seeds < LOOKS[-1].n_seeds
            return replace(
                _with_interval(blank, interval, Outcome.INCONCLUSIVE, reason), is_open=is_open
            )
    detail = f"{_show(interval)} after {blank.n_seeds} seeds, expected {show(expectation)}"
    return _with_interval(blank, interval, outcome, Reason(kind=ReasonKind.DECIDED, detail=detail))


def _leave_open(
    expectation: Expectation, blank: ExpectationResult, interval: Interval
) -> ExpectationResult:
    outcome = _compare(expectation, interval)
    leaning = "" if outcome is Outcome.INCONCLUSIVE else f", so far {outcome.value}"
    missing = LOOKS[-1].n_seeds - blank.n_seeds
    detail = f"{_show(interval)}{leaning}; up to {missing} more seeds, expected {show(expectation)}"
    reason = Reason(kind=ReasonKind.NEEDS_SEEDS, detail=detail)
    return replace(_with_interval(blank, interval, Outcome.INCONCLUSIVE, reason), is_open=True)


def _with_interval(
    blank: ExpectationResult, interval: Interval, outcome: Outcome, reason: Reason
) -> ExpectationResult:
    return replace(
        blank,
        estimate=interval.estimate,
        interval=(interval.low, interval.high),
        alpha=interval.alpha,
        outcome=outcome,
        reason=reason,
        is_open=False,
    )


def _doubt(expectation: Expectation, sample: Sequence[RunRecord]) -> Reason:
    """Tell why the last look did not decide."""
    share = expectation.pass_share
    if share is not None:
        best = share_interval(len(sample), len(sample), LOOKS[-1].support).low
        if share > best:
            detail = f"{len(sample)} seeds show at most a share of {best:.2f}, not {share:g}"
            return Reason(kind=ReasonKind.UNPROVABLE, detail=detail)
    if any(record.status is not RunStatus.OK for record in sample):
        return describe_failures(sample)
    values = {record.metrics[expectation.metric] for record in sample}
    if share is None and len(values) == 1 and expectation.estimand is Estimand.MEAN:
        detail = (
            f"{next(iter(values)):.6g} in all {len(sample)} seeds bounds no mean: one seed in six"
            " may be another; expect the median or a pass_share, or declare the metric's low and"
            " high, or is_deterministic"
        )
        return Reason(kind=ReasonKind.UNPROVABLE, detail=detail)
    if expectation.op is Op.EQ and share is None:
        detail = "no sample shows that values that vary are equal; use equiv with a margin"
        return Reason(kind=ReasonKind.UNPROVABLE, detail=detail)
    return Reason(kind=ReasonKind.NOISE, detail=f"not clear of {show(expectation)}")


def _holds(expectation: Expectation, value: float) -> bool:
    """Tell whether one value does as the operator says."""
    point = Interval(estimate=value, low=value, high=value, alpha=0.0)
    return _compare_values(expectation, point) is Outcome.SUPPORTED


def _is_unbounded(interval: Interval) -> bool:
    return math.isinf(interval.low) and math.isinf(interval.high)


def _compare(expectation: Expectation, interval: Interval) -> Outcome:
    """Tell on which side of the expectation the whole interval lies."""
    if expectation.pass_share is None:
        return _compare_values(expectation, interval)
    if interval.low >= expectation.pass_share:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if interval.high < expectation.pass_share else Outcome.INCONCLUSIVE


def _compare_values(expectation: Expectation, interval: Interval) -> Outcome:
    low, high = interval.low, interval.high
    at = expectation.threshold or 0.0
    match expectation.op:
        case Op.GT:
            met, failed = low > at, high <= at
        case Op.GE:
            met, failed = low >= at, high < at
        case Op.LT:
            met, failed = high < at, low >= at
        case Op.LE:
            met, failed = high <= at, low > at
        case Op.EQ:
            met, failed = low == high == at, low > at or high < at
        case Op.EQUIV:  # two one-sided tests: Schuirmann (1987), doi:10.1007/BF01068419
            margin = expectation.margin or 0.0
            met = at - margin < low and high < at + margin
            failed = low >= at + margin or high <= at - margin
        case Op.BETWEEN:
            first, last = expectation.low or 0.0, expectation.high or 0.0
            met, failed = first <= low and high <= last, high < first or low > last
    return Outcome.SUPPORTED if met else Outcome.REFUTED if failed else Outcome.INCONCLUSIVE


def _show(interval: Interval) -> str:
    if _is_unbounded(interval):
        return f"{interval.estimate:.4g}, not bounded"
    return f"{interval.estimate:.4g} in [{interval.low:.4g}, {interval.high:.4g}]"
