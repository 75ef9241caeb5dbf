"""A network errs on its training points once they are moved to the other sphere."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import _lazy_net, nk_spheres
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("moved_error", 0.85), at_least("gap", 0.7)]


def test_the_effect_shows(tmp_path):
    """Inside the window moved points are wrong while fresh ones get better; past it both are."""
    report = try_out("nk_spheres", tmp_path)
    assert not find_failed(report)
    assert report.metrics["moved_error"] > 0.85
    assert report.metrics["gap"] > 0.7
    assert report.metrics["test_slope"] < -0.2
    assert report.metrics["moved_error_beyond"] < 0.3


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"sizes": [96, 768]}, {VerdictKind.REFUTED}),
        ({"outer_radius": 2.0}, {VerdictKind.REFUTED, VerdictKind.INVALID}),
        ({"max_steps": 20}, {VerdictKind.INVALID}),
    ],
)
def test_each_failing_setting_fails(tmp_path, change, kinds):
    """Past the window and far apart refute; training cut short is never a refutation."""
    assert judge("nk_spheres", tmp_path, EXPECT, **change) in kinds


def test_no_collapse_inside_the_window(tmp_path):
    """The second claim, that the effect ends, does not hold of every size."""
    report = try_out("nk_spheres", tmp_path, n_beyond=96)
    assert not find_failed(report)
    assert report.metrics["moved_error_beyond"] > 0.9


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"max_steps": 20}, "trained to the margin"),
        ({"sizes": [64, 64], "n_beyond": 64}, "test error falls"),
    ],
)
def test_each_premise_can_fail(tmp_path, change, guard):
    """A net that is not trained, and one that does not get better, prove nothing."""
    assert guard in find_failed(try_out("nk_spheres", tmp_path, **change))


TINY = {"sizes": [64], "n_beyond": 64, "n_hidden": 200, "n_test": 500}


def test_moving_that_does_harm_is_noticed(tmp_path, monkeypatch):
    """Points that keep their old label on the new sphere fail the control."""
    monkeypatch.setattr(nk_spheres, "_move", lambda x, y, _: (x, -y))
    assert find_failed(try_out("nk_spheres", tmp_path)) == {"moved fresh points"}


def test_a_start_that_is_not_blank_is_noticed(tmp_path, monkeypatch):
    """Without pairs that cancel, the net has an opinion before training."""
    start = nk_spheres.start_net

    def lopsided(rng, **more):
        net = start(rng, **more)
        net.a[: len(net.a) // 2] *= 2
        return net

    monkeypatch.setattr(nk_spheres, "start_net", lopsided)
    assert "nothing is known at the start" in find_failed(try_out("nk_spheres", tmp_path, **TINY))


def test_points_lie_on_their_spheres_and_move_to_the_other():
    """The label is the radius, before and after."""
    setting = nk_spheres._Setting(
        n_inputs=5,
        n_hidden=2,
        bias_share=0.5,
        sizes=[8],
        n_beyond=8,
        outer_radius=1.5,
        n_test=8,
        max_steps=1,
    )
    x, y = nk_spheres._draw(np.random.default_rng(1), setting, np.resize([1.0, -1.0], 50))
    for points, labels in ((x, y), nk_spheres._move(x, y, setting)):
        radius = np.where(labels > 0, 1.5, 1.0)
        assert np.linalg.norm(points, axis=1) == pytest.approx(radius, rel=1e-5)


def test_the_gradient_is_that_of_the_loss():
    """Each part agrees with what automatic differentiation gives."""
    import torch

    rng = np.random.default_rng(1)
    net = _lazy_net.start_net(rng, n_inputs=4, n_hidden=6, bias_share=0.5)
    net.a += 0.1
    x, y = rng.standard_normal((7, 4), dtype=np.float32), np.ones(7, dtype=np.float32)
    loss, gradient = net.step(x, y)
    w, a, c = (torch.tensor(each, requires_grad=True) for each in (net.w, net.a, net.c))
    hidden = (torch.from_numpy(x) @ w).relu()
    margins = float(net.scale) * (hidden @ a) + float(net.bias_scale) * c
    known = torch.nn.functional.softplus(-margins).mean()
    known.backward()
    assert loss == pytest.approx(known.item(), rel=1e-5)
    for each, found in zip((w, a, c), gradient, strict=True):
        assert each.grad.numpy() == pytest.approx(found, abs=1e-5)
