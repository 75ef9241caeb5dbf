"""What one point leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import polynomial
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

OPEN = [at_least("spread_few", 10)]


def test_the_effect_shows(tmp_path):
    """Every direction is counted; the spread vanishes with the last point and not before."""
    report = try_out("polynomial", tmp_path)
    assert not find_failed(report)
    assert report.metrics["nullity_gap"] == 0
    assert report.metrics["spread_few"] > 10
    assert report.metrics["spread_last_but_one"] > 1
    assert report.metrics["spread_all"] < 1e-6


@pytest.mark.parametrize("changed", [{"degree": 0}, {"n_few": 7}])
def test_enough_points_refute_that_anything_is_open(tmp_path, changed):
    """A constant needs one point, degree six needs seven."""
    assert judge("polynomial", tmp_path, OPEN, **changed) is VerdictKind.REFUTED


def shifted(family):
    """Miss the points."""
    return replace(family, particular=family.particular + 0.1)


def loose(family):
    """Leave one direction too many."""
    extra = np.ones((len(family.particular), 1))
    return replace(family, free=np.hstack([family.free, extra]))


@pytest.mark.parametrize(
    ("change", "guards"),
    [
        (shifted, {"points are met", "a known polynomial", "a constant needs one point"}),
        (loose, {"points are met", "a constant needs one point"}),
    ],
)
def test_a_wrong_family_fails_guards(tmp_path, monkeypatch, change, guards):
    """Polynomials that miss their points are noticed."""
    solve = polynomial.solve
    monkeypatch.setattr(polynomial, "solve", lambda *args: change(solve(*args)))
    assert find_failed(try_out("polynomial", tmp_path)) == guards


def test_the_line_through_a_point():
    """Of the lines through (1, 2) the one of least coefficients is x + 1; one direction is free."""
    family = polynomial.solve(np.array([1.0]), np.array([2.0]), 1)
    assert family.particular == pytest.approx([1, 1])
    assert np.abs(family.free[:, 0]) == pytest.approx([0.5**0.5, 0.5**0.5])
    drawn = family.draw(np.random.default_rng(1), 5)
    assert drawn.sum(axis=1) == pytest.approx(2)


def test_places_keep_apart():
    """There is one in the middle half of each cell."""
    places = np.sort(polynomial.draw_places(np.random.default_rng(1), 4))
    assert np.abs(places - [-0.75, -0.25, 0.25, 0.75]).max() <= 0.125
