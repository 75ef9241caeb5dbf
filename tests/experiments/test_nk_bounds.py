"""Bounds of norms against the size of the training set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import nk_bounds
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("bound_slope", 0.3)]


def test_the_effect_shows(tmp_path):
    """Norms and bounds rise while the test error falls; under calm SGD the bound rises less."""
    report = try_out("nk_bounds", tmp_path)
    assert not find_failed(report)
    assert report.metrics["test_slope"] < -0.25
    assert report.metrics["product_slope"] > 0.5
    assert report.metrics["bound_slope"] > 0.2
    assert report.metrics["slope_difference"] > 0.1


def test_calm_training_does_not_support_it(tmp_path):
    """Larger batches at a lower rate for their size leave the bound about flat."""
    verdict = judge("nk_bounds", tmp_path, EXPECT, batch_size=64, rate=1.0, sizes=[32, 128])
    assert verdict is not VerdictKind.SUPPORTED


@pytest.mark.parametrize(
    "changed", [{"max_epochs": 5}, {"batch_size": 64, "rate": 3.0, "max_epochs": 20}]
)
def test_training_that_does_not_reach_the_margin_is_invalid(tmp_path, changed):
    """Cut short, or broken down: neither supports nor refutes."""
    verdict = judge("nk_bounds", tmp_path, EXPECT, sizes=[64, 128], **changed)
    assert verdict is VerdictKind.INVALID


TINY = {"sizes": [16, 24], "max_epochs": 3}


def test_a_wrong_norm_is_noticed(tmp_path, monkeypatch):
    """The Frobenius norm is no spectral norm."""
    monkeypatch.setattr(nk_bounds, "find_norm", lambda layer: float(np.linalg.norm(layer)))
    assert "norms of a known layer" in find_failed(try_out("nk_bounds", tmp_path, **TINY))


def test_a_distance_from_nowhere_is_noticed(tmp_path, monkeypatch):
    """Norms of the weights are no distance from the start."""
    measure = nk_bounds.measure

    def absolute(net, start, digits, test):
        return measure(net, [0 * layer for layer in start], digits, test)

    monkeypatch.setattr(nk_bounds, "measure", absolute)
    assert "a net at its start" in find_failed(try_out("nk_bounds", tmp_path, **TINY))


def test_an_error_that_does_not_fall_is_noticed(tmp_path):
    """One size twice shows no fall."""
    report = try_out("nk_bounds", tmp_path, sizes=[64, 65], max_epochs=3)
    assert "the test error falls" in find_failed(report)


def test_the_gradient_is_that_of_the_loss():
    """Each layer agrees with what automatic differentiation gives."""
    import torch

    rng = np.random.default_rng(1)
    net = nk_bounds.start_net(rng, 6, 2)
    x, targets = rng.random((5, 64), dtype=np.float32), np.eye(10, dtype=np.float32)[:5]
    layers = [torch.tensor(layer, requires_grad=True) for layer in net]
    hidden = torch.from_numpy(x)
    for layer in layers[:-1]:
        hidden = (hidden @ layer).relu()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        hidden @ layers[-1], torch.from_numpy(targets)
    )
    loss.backward()
    for layer, found in zip(layers, nk_bounds.find_gradients(net, x, targets), strict=True):
        assert layer.grad.numpy() == pytest.approx(found, abs=1e-6)


def test_margins_of_a_known_net():
    """The right output less the best wrong one."""
    net = [np.eye(64, 10, dtype=np.float32)]
    x = np.zeros((2, 64), dtype=np.float32)
    x[:, 3], x[:, 4] = 5, 2
    digits = nk_bounds.Digits(x=x, labels=np.array([3, 4]))
    assert nk_bounds.find_margins(net, digits).tolist() == [3, -3]


def test_a_warp_that_does_nothing_and_one_that_shifts():
    """An image comes back as it is, or a pixel to the left, or fainter between pixels."""
    image = np.zeros((1, 8, 8))
    image[0, 3, 4] = 1
    zero, one = np.zeros(1), np.ones(1)
    assert nk_bounds.warp(image, zero, one, np.zeros((1, 2))) == pytest.approx(image)
    pixel = np.array([[2 / 7, 0.0]])
    assert nk_bounds.warp(image, zero, one, pixel)[0, 3, 3] == pytest.approx(1)
    half = nk_bounds.warp(image, zero, one, pixel / 2)
    assert half[0, 3, 3:5] == pytest.approx([0.5, 0.5])


def test_a_bound_of_one_layer_is_as_written_down():
    """One layer that has doubled: each part is known."""
    start = [np.eye(64, 10, dtype=np.float32)]
    x = np.zeros((4, 64), dtype=np.float32)
    x[:, 0] = 3
    digits = nk_bounds.Digits(x=x, labels=np.zeros(4, dtype=int))
    point = nk_bounds.measure([2 * start[0]], start, digits, replace(digits, x=-x))
    assert point.product == pytest.approx(2)
    assert point.distance == pytest.approx(np.sqrt(10))
    scale = 3 * 2 / (10 * 2)
    assert point.bound == pytest.approx(scale * np.sqrt(10) * np.sqrt(10) / 2)
    assert point.group_bound == pytest.approx(scale * 10 / 2)
    assert (point.margin_share, point.test_error) == (0, 1)
