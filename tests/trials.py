"""Runs of the shipped experiments in the test's own process, in small settings."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from noteweb.judge import judge_evidence
from noteweb.lab import Context, resolve_params
from noteweb.look import plan_seeds
from noteweb.model.claim import Claim, EvidenceRef, Expectation, Op
from noteweb.model.run import RunKey, RunRecord

if TYPE_CHECKING:
    from pathlib import Path

#: A setting of each experiment that shows its effect in seconds.
SMALL = {
    "adversarial": {},
    "attention": {"n_doublings": 2},
    "attribution": {"n_studies": 60},
    "branching": {},
    "causal": {},
    "collapse": {"n_generations": 100, "n_samples": 40, "n_types": 500},
    "composition": {},
    "compression": {
        "widths": [8, 16, 32],
        "place": 1,
        "teacher_width": 48,
        "n_points": 6000,
        "n_steps": 160,
        "n_more": 80,
    },
    "data_quality": {},
    "double_descent": {"n_draws": 4},
    "double_descent_net": {"widths": [12, 20, 40, 56, 160], "n_steps": 400},
    "emergence_metric": {"n_teachers": 2, "n_parities": 40},
    "flat_minima": {"batch_sizes": [4, 16, 300]},
    "forecast": {"n_events": 20000},
    "goodhart": {"n_trials": 150, "n_steps": 60},
    "horizon_ci": {"n_suites": 6, "n_resamples": 120},
    "landscape": {"n_starts": 6, "n_steps": 500, "wide": 48},
    "min_norm": {"n_samples": 10, "n_features": 50, "max_steps": 3000},
    "mup_lr": {"widths": [16, 128], "n_starts": 1},
    "nfl": {"n_targets": 200},
    "nk_bounds": {"sizes": [64, 256], "width": 48},
    "nk_linear": {"n_train": 20, "n_noise": 20000, "n_test": 200},
    "nk_spheres": {
        "n_inputs": 40,
        "n_hidden": 1500,
        "bias_share": 1.0,
        "outer_radius": 1.15,
        "sizes": [96, 384],
        "n_beyond": 768,
    },
    "ntk": {"widths": [16, 64, 256], "n_steps": 150},
    "ood_calibration": {"n_train": 500},
    "persona_sft": {"n_texts": 500},
    "polynomial": {},
    "random_labels": {"n_train": 500},
    "rl_vs_sft": {},
    "robust": {"wide": 96},
    "sae": {"n_steps": 500},
    "scaling_law": {"n_draws": 2, "n_features": 400},
    "silent_numerics": {},
    "sun_numbers": {"step": 0.05},
    "superposition": {"n_steps": 500, "batch_size": 128},
}


def load(name):
    """Give the experiment's module."""
    return import_module(f"noteweb.experiments.{name}")


def try_out(name, out: Path, seed=1, **params):
    """Run once in the small setting with these changes, and give the report."""
    module = load(name)
    settings, defects = resolve_params(module.experiment, SMALL[name] | params, "quick")
    assert not defects
    ctx = Context(module.experiment, seed=seed, out=out)
    module.run(ctx, settings, seed)
    return ctx.close()


def find_failed(report):
    """Give the names of the guards that are not met."""
    assert report.complaints == ()
    return {guard.name for guard in report.guards if not guard.ok}


def make_record(experiment, parts, report):
    """Give the record of a run that was made in this process."""
    return RunRecord(
        parts=parts,
        status=report.status,
        metrics=report.metrics,
        guards=report.guards,
        is_deterministic=experiment.is_deterministic,
    )


def judge(name, out: Path, expect, **params):
    """Give the verdict on these expectations after as many seeds as the first look takes."""
    module = load(name)
    evidence = EvidenceRef(experiment=name, expect=tuple(expect))
    claim = Claim(id="c", statement="s", evidence=(evidence,), note_id="n", path="n.md", line=1)
    n_seeds = 2 if module.experiment.is_deterministic else 5
    records = []
    for seed in plan_seeds(name)[:n_seeds]:
        report = try_out(name, out, seed, **params)
        records.append(
            make_record(
                module.experiment, RunKey(experiment=name, profile="quick", seed=seed), report
            )
        )
    return judge_evidence(claim, evidence, records, declared=module.experiment).kind


def at_least(metric, threshold):
    """Expect this much or more."""
    return Expectation(metric=metric, op=Op.GE, threshold=threshold)


def at_most(metric, threshold):
    """Expect this much or less."""
    return Expectation(metric=metric, op=Op.LE, threshold=threshold)


def near(metric, threshold, margin):
    """Expect a value within the margin."""
    return Expectation(metric=metric, op=Op.EQUIV, threshold=threshold, margin=margin)


def between(metric, low, high):
    """Expect a value from low to high."""
    return Expectation(metric=metric, op=Op.BETWEEN, low=low, high=high)
