"""Networks that fit wrong labels, to the end or stopped early."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import double_descent_net
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

RISE = [at_least("rise", 0.03)]
TINY = {"n_steps": 5}


def test_the_effect_shows(tmp_path):
    """The error peaks near the threshold and is lower beyond; stopped early it is lower still."""
    report = try_out("double_descent_net", tmp_path)
    assert not find_failed(report)
    assert 0.75 <= report.metrics["peak_position"] <= 2
    assert report.metrics["rise"] > 0.03
    assert report.metrics["loss_ratio"] > 1.2
    assert report.metrics["early_rise"] < report.metrics["rise"]
    assert report.metrics["early_gain"] > 0.05


@pytest.mark.parametrize("changed", [{"wrong_labels": 0.0}, {"decay": 0.01}])
def test_without_wrong_labels_or_with_a_penalty_nothing_peaks(tmp_path, changed):
    """The rise is refuted, or a net that is held back does not fit and says nothing."""
    verdict = judge("double_descent_net", tmp_path, RISE, **changed)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """Where nothing interpolates there is no threshold."""
    assert judge("double_descent_net", tmp_path, RISE, n_steps=20) is VerdictKind.INVALID


def test_nets_that_all_fit_are_noticed(tmp_path):
    """Without one that cannot fit there is no classical side."""
    report = try_out("double_descent_net", tmp_path, widths=[100, 120, 140])
    assert "narrow nets do not" in find_failed(report)


def test_a_control_with_wrong_labels_is_noticed(tmp_path, monkeypatch):
    """Labels that should be true and are not make the peak of the experiment itself."""
    sound = double_descent_net.draw_data
    monkeypatch.setattr(
        double_descent_net, "draw_data", lambda rng, setting, _wrong: sound(rng, setting, 0.5)
    )
    failed = find_failed(try_out("double_descent_net", tmp_path))
    assert "true labels make no peak" in failed


def test_a_wrong_gradient_is_noticed(tmp_path, monkeypatch):
    """One that is half of it."""
    sound = double_descent_net.find_gradients
    monkeypatch.setattr(
        double_descent_net,
        "find_gradients",
        lambda *given: [slope / 2 for slope in sound(*given)],
    )
    assert "the gradient" in find_failed(try_out("double_descent_net", tmp_path, **TINY))


def test_the_peak_is_no_lone_high_value_and_no_end():
    """A single high loss weighs a third; rising to an end makes no peak there."""
    assert double_descent_net.find_peak([1, 3, 1, 2.5, 2.5, 2.5, 1]) == 4
    assert double_descent_net.find_peak([1, 2, 3, 4]) == 2


def test_wrong_labels_are_as_many_as_said_and_wrong():
    """Of the digits to learn; the others keep theirs."""
    setting = double_descent_net._Setting(
        widths=[8], n_train=200, wrong_labels=0.3, decay=0.0, n_steps=1
    )
    for share in (0.0, 0.3):
        data = double_descent_net.draw_data(np.random.default_rng(1), setting, share)
        assert np.mean(data.targets.argmax(axis=1) != data.train.labels) == pytest.approx(share)
    assert len(data.stop.labels) + len(data.test.labels) == 1597
