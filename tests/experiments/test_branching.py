"""Activity dies, lasts or explodes by the mean of successors."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import branching
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

DIES = [at_most("left_below", 0.05)]
EXPLODES = [at_least("left_above", 100)]
LINES = [at_most("lines_alive", 0.06)]


def test_the_effect_shows(tmp_path):
    """Nothing is left below, about as much at one, hundreds above; lines die."""
    report = try_out("branching", tmp_path)
    assert not find_failed(report)
    assert report.metrics["left_below"] < 0.05
    assert 0.1 < report.metrics["left_at"] < 3
    assert report.metrics["left_above"] > 100
    assert report.metrics["lines_alive"] < 0.06


@pytest.mark.parametrize(
    ("expect", "changed"),
    [(DIES, {"below": 1.0}), (EXPLODES, {"above": 1.0}), (LINES, {"at": 1.1})],
)
def test_another_mean_refutes(tmp_path, expect, changed):
    """One successor neither dies out nor explodes, and more keep many lines alive."""
    assert judge("branching", tmp_path, expect, **changed) is VerdictKind.REFUTED


def test_more_successors_than_set_fail_guards(tmp_path, monkeypatch):
    """A tenth more is noticed, in the crowd and in single lines."""
    grow = branching.grow
    monkeypatch.setattr(
        branching, "grow", lambda rng, start, mean, n: grow(rng, start, 1.1 * mean, n)
    )
    failed = find_failed(try_out("branching", tmp_path))
    assert failed == {"mean of successors", "lines that die at once"}


def test_activity_from_nothing_fails_a_guard(tmp_path, monkeypatch):
    """A unit that comes from outside is noticed."""
    grow = branching.grow

    def leak(rng, start, mean, n):
        return grow(rng, start, mean, n) + 1

    monkeypatch.setattr(branching, "grow", leak)
    assert "nothing comes from nothing" in find_failed(try_out("branching", tmp_path))


def test_the_shape_of_a_path():
    """The start is the first row, and a mean of zero ends it."""
    path = branching.grow(np.random.default_rng(1), np.array([5, 0]), 0.0, 2)
    assert path.tolist() == [[5, 0], [0, 0], [0, 0]]
