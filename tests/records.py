"""Made claims and run records for the tests of judge, ledger and record."""

from __future__ import annotations

from dataclasses import replace

from noteweb.look import plan_seeds
from noteweb.model.claim import Claim, ClaimKind, EvidenceRef, Expectation, Op
from noteweb.model.run import GuardResult, RunKey, RunRecord, RunStatus

GUARD = GuardResult(name="known", ok=True)
SEEDS = plan_seeds("toy")
ABOVE_ZERO = Expectation(metric="gap", op=Op.GT, threshold=0.0)


def make_claim(*expect, kind=ClaimKind.EMPIRICAL, experiment="toy", defects=()):
    """Give a claim with one experiment, `toy`, that expects this."""
    evidence = EvidenceRef(experiment=experiment, expect=tuple(expect), defects=tuple(defects))
    return Claim(
        id="c", statement="s", kind=kind, evidence=(evidence,), note_id="n", path="n.md", line=1
    )


def make_record(seed, status=RunStatus.OK, *, guards=(GUARD,), **metrics):
    """Give a run of `toy` with these metrics."""
    return RunRecord(
        parts=RunKey(experiment="toy", profile="quick", seed=seed),
        status=status,
        metrics=metrics,
        guards=guards,
    )


def make_records(values, **more):
    """Give one record for each value, in the planned order; None is a run that raised."""
    return [
        make_record(seed, RunStatus.ERROR, **more)
        if value is None
        else make_record(seed, gap=value, **more)
        for seed, value in zip(SEEDS, values, strict=False)
    ]


def make_deterministic(*values):
    """Give a record for each value, of an experiment that calls itself deterministic."""
    return [replace(record, is_deterministic=True) for record in make_records(values)]
