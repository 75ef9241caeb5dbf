"""Rare features share a few dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import superposition
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

RARE = [at_least("middle_ratio", 2), at_least("rare_ratio", 3)]


def test_the_effect_shows(tmp_path):
    """Rare features are read three times as often as there are dimensions, dense ones are not."""
    report = try_out("superposition", tmp_path)
    assert not find_failed(report)
    assert report.metrics["dense_ratio"] <= 1
    assert report.metrics["middle_ratio"] >= 2
    assert report.metrics["rare_ratio"] >= 3


@pytest.mark.parametrize("changed", [{"densities": [1.0, 1.0, 1.0]}, {"n_dimensions": 20}])
def test_without_rareness_or_need_it_is_refuted(tmp_path, changed):
    """Features that are always on, and dimensions for all of them, leave nothing to share."""
    verdict = judge("superposition", tmp_path, RARE, **changed)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_dense_features_are_not_read(tmp_path):
    """The part of the claim on dense features does not hold of rare ones."""
    expect = [at_most("dense_ratio", 1)]
    verdict = judge("superposition", tmp_path, expect, densities=[0.1, 0.03, 0.01])
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """Too few steps are noticed, whatever is read by then."""
    assert judge("superposition", tmp_path, RARE, n_steps=30) is VerdictKind.INVALID


def test_losses_that_still_fall_fail_a_guard(tmp_path):
    """The second half of the steps must not matter."""
    report = try_out("superposition", tmp_path, n_steps=60)
    assert "training has settled" in find_failed(report)


def test_a_wrong_gradient_fails_a_guard(tmp_path, monkeypatch):
    """One that forgets half of the way back is noticed."""
    find = superposition.find_gradients

    def halved(models, x):
        for_w, for_b = find(models, x)
        return for_w / 2, for_b

    monkeypatch.setattr(superposition, "find_gradients", halved)
    assert "the gradient" in find_failed(try_out("superposition", tmp_path))


def test_a_control_that_is_not_linear_is_noticed(tmp_path, monkeypatch):
    """With a ReLU the control stores as much as the others."""
    start = superposition._start

    def bent(rng, n_models, setting):
        models = start(rng, n_models, setting)
        return superposition.Models(w=models.w, b=models.b, is_linear=models.is_linear & False)

    monkeypatch.setattr(superposition, "_start", bent)
    failed = find_failed(try_out("superposition", tmp_path))
    assert "a linear model stores less than twice" in failed


def test_what_counts_as_readable():
    """Two features on one axis, of opposite sign, are; on the same side they are not."""
    w = np.array([[[1.0], [-1.0], [0.0]], [[1.0], [0.9], [0.0]]])
    models = superposition.Models(
        w=w, b=np.zeros((2, 1, 3)), is_linear=np.zeros((2, 1, 1), dtype=bool)
    )
    assert models.readable().tolist() == [2, 0]
    assert models.losses(np.eye(3)[None].repeat(2, axis=0))[0] == pytest.approx(1 / 3)


def test_inputs_are_on_as_often_as_said():
    """The share of inputs that are not 0 is the density."""
    densities = np.array([1.0, 0.1], dtype=np.float32)
    x = superposition.draw(np.random.default_rng(1), densities, 2000, 10)
    assert (x > 0).mean(axis=(1, 2)) == pytest.approx(densities, abs=0.01)
    assert x[x > 0].mean() == pytest.approx(0.5, abs=0.01)
