"""Many starts, many losses if narrow, one if wide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import landscape
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

ALIKE = [at_least("log_spread_ratio", 1)]


def test_the_effect_shows(tmp_path):
    """Narrow starts are stuck at losses of their own, wide ones are not; fresh points differ."""
    report = try_out("landscape", tmp_path)
    assert not find_failed(report)
    assert report.metrics["log_spread_ratio"] > 1
    assert report.metrics["narrow_stuck"] > 0.5
    assert report.metrics["wide_stuck"] == 0
    assert report.metrics["fresh_spread"] > 0.05


@pytest.mark.parametrize("changed", [{"wide": 8}, {"narrow": 48}])
def test_one_width_under_two_names_refutes(tmp_path, changed):
    """Narrow against narrow, and wide against wide, spread alike."""
    assert judge("landscape", tmp_path, ALIKE, **changed) is VerdictKind.REFUTED


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """Losses that still fall say nothing of where they end."""
    assert judge("landscape", tmp_path, ALIKE, n_steps=20) is VerdictKind.INVALID


def test_a_wrong_gradient_fails_a_guard(tmp_path, monkeypatch):
    """One that forgets the first layer's part is noticed."""
    find = landscape.find_gradients
    monkeypatch.setattr(
        landscape, "find_gradients", lambda nets, points: (0 * nets.w, find(nets, points)[1])
    )
    assert "the gradient" in find_failed(try_out("landscape", tmp_path))


def test_targets_that_are_not_the_teachers_fail_a_guard(tmp_path, monkeypatch):
    """Noise in the targets is noticed."""
    draw = landscape.draw_task

    def noisy(rng, setting):
        teacher, points, fresh = draw(rng, setting)
        return teacher, replace(points, y=points.y + np.float32(0.1)), fresh

    monkeypatch.setattr(landscape, "draw_task", noisy)
    assert "the teacher solves it" in find_failed(try_out("landscape", tmp_path))


def test_a_teacher_that_half_the_units_can_learn_fails_a_guard(tmp_path, monkeypatch):
    """Then a narrow network would be a wide one."""
    draw = landscape.draw_task

    def zero(rng, setting):
        teacher, points, fresh = draw(rng, setting)
        still = landscape.Nets(w=teacher.w, a=0 * teacher.a)
        return still, replace(points, y=0 * points.y), fresh

    monkeypatch.setattr(landscape, "draw_task", zero)
    assert "half of the teacher's units" in find_failed(try_out("landscape", tmp_path))


def test_the_loss_of_a_known_network():
    """Half of relu(x) at 2 and -3 against targets 1 and 1: errors 0 and 1."""
    nets = landscape.Nets(w=np.ones((1, 1, 1)), a=np.full((1, 1), 0.5))
    points = landscape.Points(x=np.array([[2.0], [-3.0]]), y=np.array([1.0, 1.0]))
    assert nets.losses(points) == pytest.approx([0.5])
    slope_w, slope_a = landscape.find_gradients(
        nets, landscape.Points(x=points.x, y=np.array([0.0, 1.0]))
    )
    assert (slope_w.item(), slope_a.item()) == pytest.approx((1.0, 2.0))
