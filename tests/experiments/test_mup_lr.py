"""The best learning rate by width."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import mup_lr
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("mup_slope", -0.3)]


def test_the_effect_shows(tmp_path):
    """As usual the best rate falls with width and must not be reused; under muP it may be."""
    report = try_out("mup_lr", tmp_path)
    assert not find_failed(report)
    assert report.metrics["usual_slope"] < -0.4
    assert abs(report.metrics["mup_slope"]) < 0.5
    assert report.metrics["mup_penalty"] < 1.15
    assert report.metrics["mup_gain"] > 1


def test_the_usual_rule_under_the_name_of_mup_does_not_pass(tmp_path):
    """There the best rate falls; the five seeds of a small setting need not be enough to refute."""
    report = try_out("mup_lr", tmp_path, rule="usual")
    assert report.metrics["mup_slope"] == report.metrics["usual_slope"] < -0.3
    verdict = judge("mup_lr", tmp_path, EXPECT, rule="usual")
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INCONCLUSIVE}


@pytest.mark.parametrize("changed", [{"high": -6.0}, {"n_steps": 2}])
def test_a_grid_too_short_and_training_too_short_are_invalid(tmp_path, changed):
    """An optimum at the edge is none, and nothing learnt has no best rate."""
    assert judge("mup_lr", tmp_path, EXPECT, **changed) is VerdictKind.INVALID


TINY = {"widths": [4, 8], "n_steps": 3, "n_starts": 1, "batch_size": 16}


def test_a_wrong_gradient_is_noticed(tmp_path, monkeypatch):
    """One that is half of it."""
    sound = mup_lr.find_gradients
    monkeypatch.setattr(
        mup_lr, "find_gradients", lambda *given: [0.5 * slope for slope in sound(*given)]
    )
    assert "the gradient" in find_failed(try_out("mup_lr", tmp_path, **TINY))


def test_rules_that_share_no_network_are_noticed(tmp_path, monkeypatch):
    """Each call draws another start."""
    sound, calls = mup_lr.start_nets, iter(range(1, 1000))
    monkeypatch.setattr(
        mup_lr, "start_nets", lambda rng, width, base, n: sound(rng, width, base * next(calls), n)
    )
    failed = find_failed(try_out("mup_lr", tmp_path, **TINY))
    assert "one network at the first width" in failed


def test_training_that_ignores_the_rate_is_noticed(tmp_path, monkeypatch):
    """A rate of nothing must leave everything as it was."""
    train = mup_lr.train
    monkeypatch.setattr(
        mup_lr, "train", lambda weights, rates, *more: train(weights, 0 * rates + 0.01, *more)
    )
    assert "a rate of nothing" in find_failed(try_out("mup_lr", tmp_path, **TINY))


def test_the_parabola_finds_its_own_least_place():
    """Between the points of the grid, and a penalty read between them."""
    grid = np.arange(-4, 0.1, 0.5)
    curve = mup_lr.Curve(width=8, grid=grid, losses=(grid + 1.8) ** 2)
    assert curve.is_inside
    assert curve.best == pytest.approx(-1.8)
    assert curve.penalty(-2.0) == pytest.approx(1)
    assert curve.penalty(-3.0) == pytest.approx(np.exp(1.2**2 - 0.2**2))
    edge = mup_lr.Curve(width=8, grid=grid, losses=grid)
    assert (edge.is_inside, edge.best) == (False, -4)


def test_the_rules_differ_as_written_down():
    """Twice as wide: half the rate and a start of the output smaller by the root of two."""
    usual, same = mup_lr.start_nets(np.random.default_rng(1), 16, 16, 1)
    mup, factors = mup_lr.start_nets(np.random.default_rng(1), 16, 8, 1)
    assert (same, factors) == ((1.0, 1.0, 1.0), (1.0, 0.5, 0.5))
    assert mup[2] == pytest.approx(usual[2])
    assert mup[4] == pytest.approx(usual[4] / np.sqrt(2))
