"""Separate intervals overlap where the paired one differs, and widen beyond the suite."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import horizon_ci
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

GAIN = [at_least("pairing_gain", 1.3)]
BEYOND = [at_least("beyond_width", 1.8)]


def test_the_effect_shows(tmp_path):
    """Overlap, and a difference all the same; a wide interval beyond the longest task."""
    report = try_out("horizon_ci", tmp_path)
    assert not find_failed(report)
    assert report.metrics["overlap_share"] > 0.6
    assert report.metrics["paired_share"] > 0.6
    assert report.metrics["pairing_gain"] > 1.3
    assert report.metrics["beyond_width"] > 1.8


def test_without_a_shared_difficulty_pairing_gains_nothing(tmp_path):
    """There is then nothing to drop out of the difference."""
    assert judge("horizon_ci", tmp_path, GAIN, task_effect=0.0) is VerdictKind.REFUTED


def test_a_horizon_inside_the_suite_is_no_wider(tmp_path):
    """Only past the longest task the interval widens."""
    assert judge("horizon_ci", tmp_path, BEYOND, far_horizon=5.0) is VerdictKind.REFUTED


def test_a_fit_that_is_cut_short_fails_guards(tmp_path, monkeypatch):
    """Two steps are too few, for resamples and for the known horizon."""
    monkeypatch.setattr(horizon_ci, "_N_STEPS", 2)
    failed = find_failed(try_out("horizon_ci", tmp_path))
    assert "fits have converged" in failed


def test_a_horizon_that_is_off_fails_a_guard(tmp_path, monkeypatch):
    """A tenth of a doubling too much is noticed."""
    fit = horizon_ci.fit_horizons

    def late(*args):
        found, step = fit(*args)
        return found + 0.1, step

    monkeypatch.setattr(horizon_ci, "fit_horizons", late)
    assert find_failed(try_out("horizon_ci", tmp_path)) == {"a horizon is recovered"}


def narrow(values):
    """Give an interval of next to no width."""
    middle = float(np.median(values))
    return middle - 1e-9, middle


def endless(values):
    """Give one that holds everything."""
    middle = float(np.median(values))
    return middle - 99, middle + 99


@pytest.mark.parametrize(
    ("broken", "guard"),
    [(narrow, "a model against its like"), (endless, "a model far ahead")],
)
def test_intervals_of_a_wrong_width_fail_a_guard(tmp_path, monkeypatch, broken, guard):
    """Points tell like from like; endless intervals tell nothing apart."""
    monkeypatch.setattr(horizon_ci, "_interval", broken)
    assert guard in find_failed(try_out("horizon_ci", tmp_path))


def test_a_horizon_from_known_successes():
    """Where the logistic curve is met exactly the horizon is where half succeed."""
    lengths = np.linspace(0, 10, 30)
    shares = horizon_ci._logistic(0.8 * (3.5 - lengths))
    found, _ = horizon_ci.fit_horizons(lengths, shares, np.ones((2, 30)))
    assert found == pytest.approx([3.5, 3.5], abs=1e-3)
