"""Curvature where SGD ends, and what it is worth."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import flat_minima
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

NOISE = [at_least("sharpness_ratio", 1.5)]
TINY = {"batch_sizes": [16, 300], "max_steps": 20}


def test_the_effect_shows(tmp_path):
    """Small batches end flatter; rescaling multiplies the curvature and changes no label."""
    report = try_out("flat_minima", tmp_path)
    assert not find_failed(report)
    assert report.metrics["sharpness_slope"] < -0.1
    assert report.metrics["sharpness_ratio"] > 1.5
    assert report.metrics["rescaled_ratio"] > 10
    assert report.metrics["labels_changed"] == 0


def test_large_batches_alone_refute_it(tmp_path):
    """None of them is noisy."""
    verdict = judge("flat_minima", tmp_path, NOISE, batch_sizes=[200, 300])
    assert verdict is VerdictKind.REFUTED


def test_no_rescaling_changes_nothing(tmp_path):
    """The same weights have the same curvature."""
    report = try_out("flat_minima", tmp_path, factor=1.0, **TINY)
    assert report.metrics["rescaled_ratio"] == 1
    expect = [at_least("rescaled_ratio", 10)]
    verdict = judge("flat_minima", tmp_path, expect, factor=1.0, **TINY)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """Minima that were not reached have no flatness."""
    assert judge("flat_minima", tmp_path, NOISE, **TINY) is VerdictKind.INVALID


def test_losses_that_differ_are_noticed(tmp_path):
    """Nobody may look flatter for a better fit."""
    report = try_out("flat_minima", tmp_path, batch_sizes=[2, 300], max_steps=60, target=0.01)
    assert "losses are equal" in find_failed(report)


def test_a_rescaling_that_changes_the_function_is_noticed(tmp_path, monkeypatch):
    """The first layer alone made larger."""
    monkeypatch.setattr(
        flat_minima, "rescale", lambda weights, factor: [weights[0] * factor, *weights[1:]]
    )
    report = try_out("flat_minima", tmp_path, **TINY)
    assert "adaptive sharpness stays" in find_failed(report)
    assert report.metrics["labels_changed"] > 0


@pytest.mark.parametrize(
    ("name", "guard"), [("multiply_hessian", "the Hessian"), ("iterate", "a known matrix")]
)
def test_wrong_curvature_is_noticed(tmp_path, monkeypatch, name, guard):
    """Half of it is not it."""
    sound = getattr(flat_minima, name)

    def halve(*given):
        found = sound(*given)
        return found / 2 if name == "iterate" else [part / 2 for part in found]

    monkeypatch.setattr(flat_minima, name, halve)
    assert guard in find_failed(try_out("flat_minima", tmp_path, **TINY))


def test_rank_correlation_is_that_of_another_library():
    """Ties included; without spread it is 0."""
    from scipy.stats import spearmanr

    first, second = [1.0, 5.0, 5.0, 2.0, 9.0], [3.0, 1.0, 4.0, 4.0, 4.0]
    known = spearmanr(first, second).statistic
    assert flat_minima.correlate(first, second) == pytest.approx(known)
    assert flat_minima.correlate([1.0, 1.0], [1.0, 2.0]) == 0


def test_wrong_labels_are_as_many_as_said_and_wrong():
    """A share of one leaves none right, a share of nought all."""
    digits, _ = flat_minima.split_digits(np.random.default_rng(1), 200)
    for share, right in ((0.0, 1.0), (1.0, 0.0)):
        points = flat_minima.confuse(np.random.default_rng(2), digits, share)
        assert np.mean(points.y.argmax(axis=1) == digits.labels) == right
