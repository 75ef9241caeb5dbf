"""Test error peaks at p = n and falls again beyond."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import double_descent
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, between, find_failed, judge, try_out

PEAK = [between("peak_position", 0.8, 1.25), at_least("peak_over_tail", 10)]


def test_the_effect_shows(tmp_path):
    """A peak at p = n, ten times the far end, which beats every p < n."""
    report = try_out("double_descent", tmp_path)
    assert not find_failed(report)
    assert report.metrics["peak_position"] == 1
    assert report.metrics["peak_over_tail"] > 10
    assert report.metrics["tail_over_best_under"] < 1


def test_a_ridge_refutes_the_peak(tmp_path):
    """With a penalty there is none at p = n."""
    assert judge("double_descent", tmp_path, PEAK, ridge=0.1) is VerdictKind.REFUTED


def test_a_sweep_that_ends_early_refutes_the_second_descent(tmp_path):
    """Just past the threshold wider is no better than narrower."""
    expect = [at_most("tail_over_best_under", 1)]
    assert judge("double_descent", tmp_path, expect, widest=1.5) is VerdictKind.REFUTED


def with_a_penalty(fit):
    """Never let the penalty be 0."""
    return lambda x, y, penalties: fit(x, y, [each + 0.01 for each in penalties])


def too_large(fit):
    """Give twice the solution."""
    return lambda x, y, penalties: [2 * each for each in fit(x, y, penalties)]


@pytest.mark.parametrize(
    ("change", "guard"),
    [(with_a_penalty, "interpolation"), (too_large, "risk of ordinary least squares")],
)
def test_a_wrong_solver_fails_a_guard(tmp_path, monkeypatch, change, guard):
    """Least squares that is none is noticed."""
    monkeypatch.setattr(double_descent, "fit", change(double_descent.fit))
    assert guard in find_failed(try_out("double_descent", tmp_path))


def test_a_control_without_a_penalty_fails(tmp_path, monkeypatch):
    """The control is seen to peak when its penalty is taken away."""
    monkeypatch.setattr(double_descent, "_CONTROL_RIDGE", 0.0)
    assert find_failed(try_out("double_descent", tmp_path)) == {"a ridge removes the peak"}


def test_the_fit_of_least_norm():
    """Among all fits that interpolate it is the one that numpy's pseudo-inverse gives."""
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((5, 9)), rng.standard_normal(5)
    least, ridge = double_descent.fit(x, y, [0.0, 2.0])
    assert least == pytest.approx(np.linalg.pinv(x) @ y)
    assert ridge == pytest.approx(np.linalg.solve(x.T @ x + 2 * np.eye(9), x.T @ y))
