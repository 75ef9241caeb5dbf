"""Wide networks hardly move."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import ntk
from noteweb.model.verdict import VerdictKind
from trials import at_most, between, find_failed, judge, try_out

EXPECT = [between("movement_slope", -0.65, -0.35), at_most("kernel_slope", -0.4)]


def test_the_effect_shows(tmp_path):
    """Weights, kernel and the difference from the linearisation shrink with width."""
    report = try_out("ntk", tmp_path)
    assert not find_failed(report)
    assert -0.7 < report.metrics["movement_slope"] < -0.35
    assert report.metrics["gap_slope"] < -0.4
    assert report.metrics["kernel_slope"] < -0.4


def test_mean_field_scaling_refutes_it(tmp_path):
    """There the weights move as far at any width."""
    assert judge("ntk", tmp_path, EXPECT, scaling="mean-field") is VerdictKind.REFUTED


def test_networks_that_learnt_nothing_are_invalid(tmp_path):
    """Weights that stay are no wonder if nothing was fitted."""
    assert judge("ntk", tmp_path, EXPECT, n_steps=2) is VerdictKind.INVALID


def test_a_wrong_kernel_fails_a_guard(tmp_path, monkeypatch):
    """A kernel of the second layer alone does not foretell a step."""
    kernel = ntk.Net.kernel

    def half(net, x, n_train):
        return kernel(ntk.Net(w=net.w, a=0 * net.a, scale=net.scale), x, n_train)

    monkeypatch.setattr(ntk.Net, "kernel", half)
    assert "one small step" in find_failed(try_out("ntk", tmp_path, n_steps=2))


def test_a_control_in_the_wrong_scaling_fails_two_guards(tmp_path, monkeypatch):
    """Without mean field there is nothing that moves."""
    start = ntk.start_net
    monkeypatch.setattr(
        ntk, "start_net", lambda rng, n_inputs, width, _: start(rng, n_inputs, width, "root")
    )
    report = try_out("ntk", tmp_path, widths=[64, 256, 1024])
    assert find_failed(report) == {"mean field", "mean field moves the weights"}


def test_a_start_has_no_opinion():
    """Pairs cancel, in either scaling."""
    for scaling in ("root", "mean-field"):
        net = ntk.start_net(np.random.default_rng(1), 3, 8, scaling)
        assert net.outputs(np.ones((2, 3))) == pytest.approx(0, abs=1e-12)
        assert net.distance(net) == 0
