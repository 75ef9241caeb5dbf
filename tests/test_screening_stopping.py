"""The bound on what is missed is the hypergeometric test's, and holds as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from noteweb.screening.stopping import TARGET, bound_missing, explain, judge


def least_chance(found, n_unread, n_missing):
    """Give the least chance over every window, by SciPy."""
    chances = []
    for start in range(len(found)):
        n, k = len(found) - start, sum(found[start:])
        chances.append(hypergeom.cdf(k, n + n_unread, k + n_missing, n))
    return min(chances)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_the_tests(seed):
    """One more missing than the bound is refused by some window, the bound by none."""
    rng = np.random.default_rng(seed)
    found = (rng.random(80) < np.linspace(0.6, 0.01, 80)).tolist()
    bound = bound_missing(found, 60)
    assert least_chance(found, 60, bound) > 0.05
    assert least_chance(found, 60, bound + 1) <= 0.05


@pytest.mark.parametrize("strength", [0.75, 2.0])
def test_the_aim_is_missed_no_more_often_than_said(strength):
    """Of 60 reviews whose ranking tells something at most 3 stop below the aim."""
    rng = np.random.default_rng(3)
    n_missed = 0
    for _ in range(60):
        labels = np.arange(400) < 40
        found = labels[np.argsort(-(rng.normal(size=400) + strength * labels))].tolist()
        for n_read in range(20, 400, 40):
            recall, _ = judge(found[:n_read], 400 - n_read)
            if recall is not None and recall.low >= TARGET:
                n_missed += sum(found[:n_read]) < TARGET * 40
                break
    assert n_missed <= 3


def test_more_reading_without_finding_bounds_tighter():
    """Each further record that is not relevant leaves no more to be missed."""
    bounds = [bound_missing([True] * 10 + [False] * n, 200 - n) for n in range(0, 200, 10)]
    assert bounds == sorted(bounds, reverse=True)


def test_nothing_read_and_all_read_are_the_ends():
    """Before reading all may be missing, at the end nothing is."""
    assert bound_missing([], 7) == 7
    assert bound_missing([False] * 7, 0) == 0
    assert judge([], 7) == (None, 7)
    recall, n_missing = judge([True, False], 0)
    assert (recall.low, recall.estimate, n_missing) == (1, 1, 0)


def test_known_records_raise_the_recall():
    """What came labelled counts as found, and tells nothing of what is left."""
    found = [True] * 5 + [False] * 40
    alone, n_missing = judge(found, 100)
    helped, same = judge(found, 100, n_known=50)
    assert helped.low > alone.low
    assert same == n_missing


def test_every_state_has_its_reason():
    """To stop or not comes with why."""
    assert explain(None, 0, 0)[1].kind == "all-read"
    assert explain(None, 9, 9)[1].kind == "nothing-found"
    reached, _ = judge([True] * 60 + [False] * 500, 40)
    assert explain(reached, 1, 40)[0]
    early, n_missing = judge([True] * 5, 40)
    is_enough, reason = explain(early, n_missing, 40)
    assert (is_enough, reason.kind) == (False, "recall-open")


def test_thousands_of_relevant_records_are_bounded_too():
    """Beyond two hundred windows some are left out, which only widens the bound."""
    found = [True, False] * 900 + [False] * 400
    assert 0 < bound_missing(found, 300) < 40
