"""Descent from zero finds the fit of least norm; start and coordinates decide."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import min_norm
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

LEAST = [
    at_most("gd_distance", 1e-6),
    at_most("sgd_distance", 1e-6),
]
START = [at_least("far_distance", 0.25), at_most("projection_error", 1e-6)]


def test_the_effect_shows(tmp_path):
    """From zero the least norm, with or without batch noise; from afar another fit."""
    report = try_out("min_norm", tmp_path)
    assert not find_failed(report)
    assert report.metrics["gd_distance"] < 1e-10
    assert report.metrics["sgd_distance"] < 1e-10
    assert report.metrics["far_distance"] > 0.25
    assert report.metrics["projection_error"] < 1e-10


@pytest.mark.parametrize("changed", [{"start": 0.3}, {"coordinates": "rescaled"}])
def test_another_start_or_scale_refutes_the_least_norm(tmp_path, changed):
    """Neither ends in the least norm."""
    assert judge("min_norm", tmp_path, LEAST, **changed) is VerdictKind.REFUTED


def test_without_a_far_start_its_effect_is_refuted(tmp_path):
    """From zero there is nothing to see of the start."""
    assert judge("min_norm", tmp_path, START, far_start=0.0) is VerdictKind.REFUTED


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """What does not interpolate is no solution."""
    assert judge("min_norm", tmp_path, LEAST, max_steps=20) is VerdictKind.INVALID


def test_a_wrong_solver_fails_a_guard(tmp_path, monkeypatch):
    """A penalised fit in the place of the least norm is noticed."""
    find = min_norm.find_least_norm
    monkeypatch.setattr(min_norm, "find_least_norm", lambda x, y: 0.9 * find(x, y))
    assert find_failed(try_out("min_norm", tmp_path)) == {"orthogonal rows"}


def test_a_descent_that_ignores_the_scale_fails_a_guard(tmp_path, monkeypatch):
    """The control is seen to fail when its coordinates are the plain ones."""
    descend = min_norm.descend
    monkeypatch.setattr(
        min_norm, "descend", lambda p, start, scale, n: descend(p, start, 0 * scale + 1, n)
    )
    failed = find_failed(try_out("min_norm", tmp_path))
    assert failed == {"rescaled weights end elsewhere"}


def test_the_projection_of_a_start():
    """One equation, ``w_0 + w_1 = 2``: the start keeps what the row does not see."""
    x, y = np.array([[1.0, 1.0]]), np.array([2.0])
    problem = min_norm.Problem(x=x, y=y, least=min_norm.find_least_norm(x, y))
    assert problem.least == pytest.approx([1, 1])
    assert problem.project(np.array([3.0, 1.0])) == pytest.approx([2, 0])
    order = np.zeros(200, dtype=int)
    end = min_norm.descend_by_sample(problem, np.array([3.0, 1.0]), np.ones(2), order)
    assert end == pytest.approx([2, 0])
