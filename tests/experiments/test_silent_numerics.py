"""A wrong number comes without a warning, and only a study of convergence shows it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from noteweb.experiments import silent_numerics
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, between, find_failed, judge, try_out

SILENT = [at_least("silent_error", 0.2)]
CONVERGES = [
    at_most("fine_error", 0.01),
    between("order", 1.9, 2.1),
    between("small_box_order", 1.9, 2.1),
    at_least("small_box_error", 0.5),
]


def test_the_effect_shows(tmp_path):
    """A quarter off in silence; right when refined; wrong at the same order in a small box."""
    report = try_out("silent_numerics", tmp_path)
    assert not find_failed(report)
    assert report.metrics["silent_error"] == pytest.approx(0.27, abs=0.01)
    assert report.metrics["fine_error"] < 1e-3
    assert report.metrics["order"] == pytest.approx(2, abs=0.05)
    assert report.metrics["small_box_order"] == pytest.approx(2, abs=0.05)
    assert report.metrics["small_box_error"] > 2


def test_two_runs_decide(tmp_path):
    """The seed changes nothing, and both claims come out."""
    assert judge("silent_numerics", tmp_path, SILENT) is VerdictKind.SUPPORTED
    assert judge("silent_numerics", tmp_path, CONVERGES) is VerdictKind.SUPPORTED


def test_a_fine_grid_refutes_the_silent_error(tmp_path):
    """There is no error to be silent about."""
    assert judge("silent_numerics", tmp_path, SILENT, n_coarse=480) is VerdictKind.REFUTED


def test_a_small_main_box_is_invalid(tmp_path):
    """The known answer is missed, so nothing is concluded."""
    verdict = judge("silent_numerics", tmp_path, SILENT, half_width=2.0)
    assert verdict is VerdictKind.INVALID


def find_wrong(n_points, half_width, strength=1.0):
    """Give levels that are 1 % too high."""
    return 1.01 * RIGHT(n_points, half_width, strength)


def find_deaf(n_points, half_width, strength=1.0):
    """Give levels as if the potential had never overflowed."""
    return RIGHT(n_points, half_width, min(strength, 1.0))


RIGHT = silent_numerics.find_levels


@pytest.mark.parametrize(
    ("broken", "guard"),
    [
        (find_wrong, "ground state"),
        (find_wrong, "free particle in the box"),
        (find_deaf, "alarms are heard"),
    ],
)
def test_each_guard_can_fail(tmp_path, monkeypatch, broken, guard):
    """A solver that is wrong, and one that swallows overflow, are noticed."""
    monkeypatch.setattr(silent_numerics, "find_levels", broken)
    assert guard in find_failed(try_out("silent_numerics", tmp_path))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_show_trouble_are_not_silent(monkeypatch, bad):
    """Whoever sees NaN is warned."""
    monkeypatch.setattr(silent_numerics, "find_levels", lambda *_: np.full(10, bad))
    assert silent_numerics.measure_silent_error(30, 8.0) == 0


def test_levels_of_the_oscillator():
    """On a fine grid they are n + 1/2."""
    levels = silent_numerics.find_levels(2000, 8.0)
    assert levels == pytest.approx(np.arange(10) + 0.5, abs=1e-3)
