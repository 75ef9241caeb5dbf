"""Every verdict follows from the records by the rule, and says why."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb.judge import judge_claim, judge_evidence, mark_stale
from noteweb.lab import Experiment, Guard, Metric
from noteweb.model.claim import ClaimKind, Estimand, Expectation, Op
from noteweb.model.run import Complaint, GuardResult, RunStatus
from noteweb.model.verdict import Reason, ReasonKind, VerdictKind
from records import (
    ABOVE_ZERO,
    GUARD,
    SEEDS,
    make_claim,
    make_deterministic,
    make_record,
    make_records,
)

BELOW_ZERO = Expectation(metric="gap", op=Op.LT, threshold=0.0)
UP = [1.0, 1.1, 0.9, 1.2, 0.8] * 4
DOWN = [-value for value in UP]
FLAT = [value - 1.0 for value in UP]


def judge(records, *expect, **more):
    """Judge the records on a claim that expects this, by default a gap above 0."""
    claim = make_claim(*(expect or (ABOVE_ZERO,)), **more)
    return judge_evidence(claim, claim.evidence[0], records)


@pytest.mark.parametrize(
    ("n", "kind", "n_seeds", "next_look"),
    [
        (0, VerdictKind.NOT_RUN, 0, 5),
        (4, VerdictKind.NOT_RUN, 4, 5),
        (5, VerdictKind.INCONCLUSIVE, 5, 10),
        (9, VerdictKind.INCONCLUSIVE, 5, 10),
        (10, VerdictKind.INCONCLUSIVE, 10, 20),
        (19, VerdictKind.INCONCLUSIVE, 10, 20),
        (20, VerdictKind.SUPPORTED, 20, None),
    ],
)
def test_a_clear_effect_from_look_to_look(n, kind, n_seeds, next_look):
    """Between looks nothing is judged; the runner is told how many seeds the next look needs."""
    verdict = judge(make_records(UP[:n]))
    assert (verdict.kind, verdict.n_seeds, verdict.next_look) == (kind, n_seeds, next_look)


def test_an_early_look_says_which_way_it_leans():
    """After five clear seeds the answer is open, and the reason says what it looks like."""
    assert "so far supported" in judge(make_records(UP[:5])).reason.detail


def test_a_clear_failure_is_refuted_at_the_first_look():
    """Five seeds suffice to refute, and no more are asked for."""
    verdict = judge(make_records(DOWN))
    assert (verdict.kind, verdict.n_seeds) == (VerdictKind.REFUTED, 5)
    assert verdict.next_look is None
    assert verdict.reason.kind is ReasonKind.DECIDED


def test_noise_is_inconclusive():
    """Twenty values around the threshold decide nothing, and that is final."""
    verdict = judge(make_records(FLAT))
    assert (verdict.kind, verdict.n_seeds) == (VerdictKind.INCONCLUSIVE, 20)
    assert verdict.reason.kind is ReasonKind.NOISE
    assert verdict.next_look is None


@settings(max_examples=50)
@given(st.lists(st.floats(-5, 5), min_size=20, max_size=20), st.integers(0, 20))
def test_what_a_look_has_decided_no_later_seed_changes(values, n):
    """A verdict without a next look is the same with every further record."""
    records = make_records(values)
    verdict = judge(records[:n])
    if verdict.next_look is None:
        assert judge(records) == verdict


@given(st.randoms(use_true_random=False), st.lists(st.floats(-5, 5), min_size=5, max_size=20))
def test_the_order_of_the_records_does_not_matter(shuffler, values):
    """The planned order counts, not the one in which the runs came in."""
    records = make_records(values)
    mixed = list(records)
    shuffler.shuffle(mixed)
    assert judge(mixed) == judge(records)


def test_nobody_adds_seeds():
    """Records of unplanned seeds are passed over, however many there are."""
    extra = [make_record(seed, gap=1.0) for seed in range(1, 40)]
    assert judge(extra + make_records(DOWN[:4])).kind is VerdictKind.NOT_RUN
    assert judge(extra + make_records(DOWN)) == judge(make_records(DOWN))


def test_nobody_leaves_out_a_seed():
    """Without the first planned seed nothing is judged."""
    assert judge(make_records(UP)[1:]).kind is VerdictKind.NOT_RUN


@pytest.mark.parametrize("values", [UP, DOWN, FLAT])
def test_a_failed_guard_makes_it_invalid_never_refuted(values):
    """One failed guard in one seed, and the numbers are not read."""
    records = make_records(values)
    records[3] = replace(records[3], guards=(GuardResult(name="known", ok=False, detail="0.3"),))
    verdict = judge(records)
    assert verdict.kind is VerdictKind.INVALID
    assert verdict.reason.kind is ReasonKind.FAILED_GUARD
    assert "known" in verdict.reason.detail
    assert "0.3" in verdict.reason.detail
    assert verdict.next_look is None
    assert [guard.ok for guard in verdict.guards] == [False]


def test_a_guard_that_one_seed_left_out_makes_it_invalid():
    """A run cannot pass a guard by not reaching it."""
    records = make_records(UP)
    records[2] = replace(records[2], guards=())
    assert judge(records).reason.kind is ReasonKind.FAILED_GUARD


@pytest.mark.parametrize("values", [UP, DOWN, FLAT])
def test_without_a_guard_it_is_inconclusive_at_most(values):
    """An unguarded experiment neither supports nor refutes, and runs no further than one look."""
    verdict = judge(make_records(values, guards=()))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.reason.kind is ReasonKind.UNGUARDED
    assert (verdict.n_seeds, verdict.next_look) == (5, None)


def test_a_deterministic_experiment_without_a_guard_is_inconclusive_too():
    """Being exact is no guard."""
    records = [replace(each, guards=()) for each in make_deterministic(1.0, 1.0)]
    assert judge(records).reason.kind is ReasonKind.UNGUARDED


@pytest.mark.parametrize("metrics", [{}, {"other": 1.0}, {"gap": float("nan")}])
def test_a_missing_metric_makes_it_invalid(metrics):
    """A seed that ended well without a finite value of the metric spoils the sample."""
    records = make_records(UP)
    records[4] = make_record(SEEDS[4], **metrics)
    verdict = judge(records)
    assert verdict.kind is VerdictKind.INVALID
    assert verdict.reason.kind is ReasonKind.MISSING_METRIC


def test_a_broken_report_makes_it_invalid():
    """A complaint of the lab is repeated as the reason."""
    records = make_records(UP)
    complaint = Complaint(code="not-finite", detail="gap is nan")
    records[0] = replace(records[0], status=RunStatus.INVALID, complaints=(complaint,))
    verdict = judge(records)
    assert verdict.kind is VerdictKind.INVALID
    assert "gap is nan" in str(verdict.reason)


@pytest.mark.parametrize("status", [RunStatus.ERROR, RunStatus.OOM, RunStatus.TIMEOUT])
def test_when_no_seed_ends_the_verdict_is_error(status):
    """All five failed: error, with the count of each status, and no more seeds are wasted."""
    verdict = judge([make_record(seed, status) for seed in SEEDS[:5]])
    assert verdict.kind is VerdictKind.ERROR
    assert verdict.reason.detail == f"5 of 5 seeds: {status}"
    assert verdict.next_look is None


@pytest.mark.parametrize("values", [UP, DOWN])
def test_a_seed_that_fails_stays_in_the_sample(values):
    """One failed seed stands between a clear effect and any verdict on its mean."""
    verdict = judge(make_records([*values[:4], None, *values[5:]]))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.reason.kind is ReasonKind.FAILED_SEEDS
    assert verdict.n_seeds == 5


def test_a_failed_seed_late_in_the_plan_still_counts():
    """A failure in the last seed takes the support away."""
    verdict = judge(make_records([*UP[:19], None]))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.reason.kind is ReasonKind.FAILED_SEEDS


def test_no_later_attempt_replaces_a_report():
    """A seed that has reported cannot be run again until its value pleases."""
    better = [replace(make_record(seed, gap=1.0), attempt=2) for seed in SEEDS]
    assert judge([*better, *make_records(DOWN)]).kind is VerdictKind.REFUTED


def test_a_failed_seed_that_was_forced_again_counts_by_its_report_and_says_so():
    """Running a failed seed again is allowed, and is a remark on the verdict."""
    records = make_records([*UP[:4], None, *UP[5:]])
    again = replace(make_record(SEEDS[4], gap=1.0), attempt=2)
    for order in ([again, *records], [*records, again]):
        verdict = judge(order)
        assert verdict.kind is VerdictKind.SUPPORTED
        assert ReasonKind.FORCED in {reason.kind for reason in verdict.reasons}


TOY = Experiment(
    summary="A toy.", metrics={"gap": Metric(low=-1, high=2)}, guards={"known": Guard()}
)


def test_what_a_record_says_of_its_experiment_is_not_believed():
    """Two runs that call themselves deterministic decide nothing where the experiment does not."""
    claim = make_claim(ABOVE_ZERO)
    records = make_deterministic(1.0, 1.0)
    assert judge_evidence(claim, claim.evidence[0], records).kind is VerdictKind.SUPPORTED
    verdict = judge_evidence(claim, claim.evidence[0], records, declared=TOY)
    assert (verdict.kind, verdict.next_look) == (VerdictKind.NOT_RUN, 5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"guards": (replace(GUARD, name="other"),)}, "other is no guard"),
        ({"guards": ()}, "known was not checked"),
        ({"metrics": {"gap": 2.5}}, "gap is 2.5"),
    ],
)
def test_what_was_not_declared_makes_it_invalid(change, word):
    """A guard of another name, a guard left out, a value beyond what there can be."""
    claim = make_claim(ABOVE_ZERO)
    records = [replace(each, **change) for each in make_records(UP)]
    verdict = judge_evidence(claim, claim.evidence[0], records, declared=TOY)
    assert verdict.kind is VerdictKind.INVALID
    assert word in str(verdict.reason)


def test_all_expectations_must_be_met():
    """Two met: supported; one met, one refuted: partly; one met, one open: inconclusive."""
    records = [
        make_record(seed, gap=up, other=flat)
        for seed, up, flat in zip(SEEDS, UP, FLAT, strict=True)
    ]
    open_one = Expectation(metric="other", op=Op.GT, threshold=0.0)
    small = Expectation(metric="gap", op=Op.LT, threshold=9.0)
    assert judge(records, ABOVE_ZERO, small).kind is VerdictKind.SUPPORTED
    partly = judge(records, ABOVE_ZERO, BELOW_ZERO)
    assert partly.kind is VerdictKind.PARTLY
    assert partly.reason.kind is ReasonKind.MIXED
    assert judge(records, ABOVE_ZERO, open_one).kind is VerdictKind.INCONCLUSIVE
    assert judge(records, BELOW_ZERO, open_one).kind is VerdictKind.REFUTED


def test_an_expectation_keeps_what_an_earlier_look_decided():
    """One refuted after five seeds stays so while the other waits for twenty."""
    verdict = judge(make_records(UP), BELOW_ZERO, ABOVE_ZERO)
    assert [each.n_seeds for each in verdict.expectations] == [5, 20]


@pytest.mark.parametrize(
    ("values", "kind"),
    [((1.0, 1.0), VerdictKind.SUPPORTED), ((0.0, 0.0), VerdictKind.REFUTED)],
)
def test_a_deterministic_experiment_needs_two_equal_runs(values, kind):
    """Two equal runs decide at once, at the exact value."""
    one = judge(make_deterministic(values[0]))
    assert (one.kind, one.next_look) == (VerdictKind.NOT_RUN, 2)
    verdict = judge(make_deterministic(*values))
    assert (verdict.kind, verdict.n_seeds, verdict.next_look) == (kind, 2, None)


def test_a_deterministic_experiment_that_varies_is_invalid():
    """The smallest difference in any metric shows that the declaration is wrong."""
    verdict = judge(make_deterministic(1.0, 1.0 + 2**-50))
    assert verdict.kind is VerdictKind.INVALID
    assert verdict.reason.kind is ReasonKind.NOT_DETERMINISTIC


def test_a_deterministic_experiment_that_fails_is_an_error():
    """One run that raised, and there is nothing to compare."""
    records = make_deterministic(1.0, 1.0)
    records[1] = replace(records[1], status=RunStatus.CRASH, metrics={})
    assert judge(records).kind is VerdictKind.ERROR


@pytest.mark.parametrize("kind", [ClaimKind.NORMATIVE, ClaimKind.REPORTED])
def test_some_claims_get_no_verdict_from_an_experiment(kind):
    """What ought to be, and what others report, no run makes true or false."""
    claim = make_claim(ABOVE_ZERO, kind=kind)
    verdict = judge_evidence(claim, claim.evidence[0], make_records(UP))
    assert verdict.kind is VerdictKind.NOT_TESTABLE
    assert judge_claim(claim, [verdict]).kind is VerdictKind.NOT_TESTABLE


def test_evidence_with_a_defect_is_not_judged():
    """One expectation with a typing error, and the others do not speak for it."""
    verdict = judge(make_records(UP), ABOVE_ZERO, defects=["expectation 2: op 'gtt'"])
    assert verdict.kind is VerdictKind.INVALID
    assert verdict.reason.kind is ReasonKind.MALFORMED


def test_evidence_that_expects_nothing_tests_nothing():
    """An experiment alone says nothing on a claim."""
    claim = make_claim()
    verdict = judge_evidence(claim, claim.evidence[0], make_records(UP))
    assert verdict.reason.kind is ReasonKind.NO_EXPECTATION


def test_an_expectation_written_afterwards_is_marked():
    """The verdict stands, with the remark; other expectations are not marked."""
    claim = make_claim(ABOVE_ZERO)
    records = make_records(UP)
    marked = judge_evidence(claim, claim.evidence[0], records, post_hoc=[ABOVE_ZERO])
    assert marked.kind is VerdictKind.SUPPORTED
    assert [reason.kind for reason in marked.reasons] == [ReasonKind.DECIDED, ReasonKind.POST_HOC]
    assert marked.expectations[0].is_post_hoc
    plain = judge_evidence(claim, claim.evidence[0], records, post_hoc=[BELOW_ZERO])
    assert len(plain.reasons) == 1


def test_experiments_that_disagree_contest_the_claim():
    """One supports it, another refutes it: contested, with both names."""
    claim = make_claim(ABOVE_ZERO)
    up, down = judge(make_records(UP)), judge(make_records(DOWN))
    verdict = judge_claim(claim, [up, replace(down, experiment="other")])
    assert verdict.kind is VerdictKind.CONTESTED
    assert "toy supports it, other refutes it" in verdict.reason.detail
    assert verdict.n_seeds == 25


def test_a_claim_is_as_good_as_its_worst_experiment():
    """Support by one does not hide that another was not run, and one alone is taken as it is."""
    claim = make_claim(ABOVE_ZERO)
    up, none = judge(make_records(UP)), judge([])
    assert judge_claim(claim, [up, none]).kind is VerdictKind.NOT_RUN
    assert judge_claim(claim, [up, up]).kind is VerdictKind.SUPPORTED
    assert judge_claim(claim, [up]) is up
    assert judge_claim(claim, []).reason.kind is ReasonKind.NO_EVIDENCE


def test_a_stale_verdict_keeps_the_old_one_beside_it():
    """What changed comes first, what the runs said stays."""
    reason = Reason(kind=ReasonKind.CHANGED_CODE, detail="nets.py")
    stale = mark_stale(judge(make_records(UP)), [reason])
    assert (stale.kind, stale.previous) == (VerdictKind.STALE, VerdictKind.SUPPORTED)
    assert stale.reason == reason
    assert stale.expectations


def test_the_line_of_verify():
    """The JSON has the fields of the contract and nothing that JSON cannot hold."""
    records = make_records([1.0] * 4)
    for sample in (records, make_records(UP), make_records([None] * 5)):
        line = json.loads(json.dumps(judge(sample).to_json(), allow_nan=False))
        wanted = {"claim", "experiment", "verdict", "reason", "n_seeds", "expectations", "guards"}
        assert wanted <= line.keys()
    line = judge(make_records(UP)).to_json()
    assert {"metric", "op", "estimate", "interval", "outcome"} <= line["expectations"][0].keys()
    assert line["guards"] == [{"name": "known", "ok": True, "detail": ""}]
    assert line["reason"].startswith("decided: ")


def test_an_end_without_bound_is_null():
    """Five values bound no median from below: null, for JSON has no infinity."""
    expectation = Expectation(metric="gap", op=Op.GT, threshold=0.0, estimand=Estimand.MEDIAN)
    line = judge(make_records(UP[:5]), expectation).to_json()
    assert line["expectations"][0]["interval"] == [None, None]


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_no_mixture_of_records_upsets_the_judge(seed):
    """Any mixture of statuses, guards and metrics gives a verdict with a reason."""
    rng = random.Random(seed)
    records = [
        replace(
            make_record(place, rng.choice(list(RunStatus)), gap=rng.gauss(0, 1)),
            metrics=rng.choice([{}, {"gap": rng.gauss(0, 1)}]),
            guards=rng.choice([(), (GUARD,), (replace(GUARD, ok=False),)]),
            is_deterministic=rng.random() < 0.2,
        )
        for place in SEEDS[: rng.randint(0, 20)]
    ]
    verdict = judge(records, ABOVE_ZERO, BELOW_ZERO)
    assert verdict.reasons
    assert json.dumps(verdict.to_json(), allow_nan=False)
