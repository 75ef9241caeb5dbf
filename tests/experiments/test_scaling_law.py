"""A law fitted to small runs predicts larger ones, where there is a law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import scaling_law
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

EXPECT = [
    at_most("held_out_error", 0.2),
    at_least("exponent_n", 0.2),
    at_least("exponent_d", 0.2),
    at_least("oversize_penalty", 1.1),
]


def test_the_effect_shows(tmp_path):
    """Held-out losses are predicted, and each budget has a best size inside."""
    report = try_out("scaling_law", tmp_path)
    assert not find_failed(report)
    assert report.metrics["held_out_error"] < 0.25
    assert min(report.metrics["exponent_n"], report.metrics["exponent_d"]) > 0.5
    assert report.metrics["interior_share"] == 1
    assert report.metrics["iso_exponent"] == pytest.approx(0.5, abs=0.15)
    assert report.metrics["oversize_penalty"] > 1.5


def test_a_flat_spectrum_is_invalid(tmp_path):
    """It "predicts" best of all, and a guard says that there was nothing to predict."""
    report = try_out("scaling_law", tmp_path, decay=-1.0)
    assert report.metrics["held_out_error"] < 0.05
    assert judge("scaling_law", tmp_path, EXPECT, decay=-1.0) is VerdictKind.INVALID


def test_the_loss_has_to_fall(tmp_path):
    """That guard is the one that fails."""
    assert "the loss falls" in find_failed(try_out("scaling_law", tmp_path, decay=-1.0))


def test_a_control_with_a_law_fails(tmp_path, monkeypatch):
    """The flat control is seen to be one."""
    monkeypatch.setattr(scaling_law, "_FLAT", 0.75)
    assert find_failed(try_out("scaling_law", tmp_path)) == {"a flat spectrum has no law"}


def test_a_wrong_solver_fails_a_guard(tmp_path, monkeypatch):
    """A learner that misses a known answer is noticed."""
    fit = scaling_law.fit_ridge
    monkeypatch.setattr(scaling_law, "fit_ridge", lambda *args: 0.9 * fit(*args))
    assert "enough samples, all features" in find_failed(try_out("scaling_law", tmp_path))


def test_starts_that_disagree_fail_a_guard(tmp_path, monkeypatch):
    """A fit that only one start finds is not trusted."""
    fit = scaling_law.fit_law
    monkeypatch.setattr(scaling_law, "fit_law", lambda *args: replace(fit(*args), costs=(1.0, 2.0)))
    assert find_failed(try_out("scaling_law", tmp_path)) == {"the fit has converged"}


def test_a_law_is_found_again():
    """Losses made by a law give that law, and its predictions beyond."""
    n, d = 2.0 ** np.arange(2, 9), 2.0 ** np.arange(3, 10)
    made = 0.02 + 3 * n[:, None] ** -0.4 + 5 * d[None, :] ** -0.7
    law = scaling_law.fit_law(n[:-1], d[:-1], made[:-1, :-1])
    assert (law.a, law.b) == pytest.approx((0.4, 0.7), abs=0.02)
    assert law.predict(n[-1:], d[-1:]) == pytest.approx(made[-1:, -1], rel=0.02)


def test_budgets_of_a_table_with_a_known_optimum():
    """For L = N^-1 + D^-1 the best N is the root of C, and the largest N loses by a factor."""
    n, d = scaling_law._SIZES, scaling_law._SAMPLES
    budgets = scaling_law.cut_budgets(1.0 / n[:, None] + 1.0 / d[None, :])
    assert budgets.interior_share == 1
    assert budgets.exponent == pytest.approx(0.5, abs=0.01)
    assert budgets.penalty > 2


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_ridge_in_both_forms(shape):
    """Few or many features, the solution is the textbook's."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal(shape), rng.standard_normal(shape[0])
    expected = np.linalg.solve(x.T @ x + 0.3 * np.eye(shape[1]), x.T @ y)
    assert scaling_law.fit_ridge(x, y, 0.3) == pytest.approx(expected)
