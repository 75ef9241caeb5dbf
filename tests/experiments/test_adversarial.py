"""A step along the gradient fools the network; noise of its size does not."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import adversarial
from noteweb.experiments._digit_net import Digits, Net
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

FOOLED = [at_least("gap", 0.2)]


def test_the_effect_shows(tmp_path):
    """A gap, as the linear picture foretells, that grows with the root of the dimension."""
    report = try_out("adversarial", tmp_path)
    assert not find_failed(report)
    assert report.metrics["gap"] > 0.2
    assert report.metrics["random_accuracy"] > 0.9
    assert report.metrics["linear_correlation"] > 0.8
    assert report.metrics["dimension_slope"] == pytest.approx(-0.5, abs=0.1)
    assert report.metrics["random_dimension_slope"] == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("changed", [{"attack": "random"}, {"step": 0.02}])
def test_what_is_no_attack_refutes_the_gap(tmp_path, changed):
    """Random signs, and a step that is too small, take next to nothing."""
    assert judge("adversarial", tmp_path, FOOLED, **changed) is VerdictKind.REFUTED


def test_a_wrong_gradient_fails_a_guard(tmp_path, monkeypatch):
    """One that points the other way is noticed."""
    find = adversarial.find_slopes
    monkeypatch.setattr(adversarial, "find_slopes", lambda *args: -find(*args))
    assert find_failed(try_out("adversarial", tmp_path)) == {"the gradient"}


def test_noise_that_is_too_strong_fails_a_guard(tmp_path, monkeypatch):
    """The control is seen to fail with twenty times its step."""
    monkeypatch.setattr(adversarial, "_CONTROL_STEP", 6.0)
    assert "random signs do little" in find_failed(try_out("adversarial", tmp_path))


def test_a_net_that_cannot_read_fails_a_guard(tmp_path, monkeypatch):
    """Nothing is concluded from it."""
    train = adversarial.train_net

    def untaught(rng, digits, *, width):
        shuffled = Digits(x=digits.x, labels=np.roll(digits.labels, 1), centre=digits.centre)
        return train(rng, shuffled, width=width, max_epochs=2)

    monkeypatch.setattr(adversarial, "train_net", untaught)
    assert "digits are read" in find_failed(try_out("adversarial", tmp_path))


def test_an_attack_where_there_is_none_fails_a_guard(tmp_path, monkeypatch):
    """Digits that change when nothing is added are noticed."""
    add = Digits.add
    monkeypatch.setattr(Digits, "add", lambda self, noise: add(self, noise + 5))
    assert "no step, no harm" in find_failed(try_out("adversarial", tmp_path))


def test_margins_of_a_known_network():
    """Outputs x and -x for one pixel: the margin is 2x for the first class, and its slope 2."""
    weights = (np.ones((1, 1)), np.zeros(1), np.array([[1.0, -1.0]]), np.zeros(2))
    digits = Digits(x=np.array([[3.0], [3.0]]), labels=np.array([0, 1]), centre=np.zeros(1))
    net = Net(weights=weights)
    assert adversarial.find_margins(net, digits).tolist() == [6, -6]
    assert adversarial.find_slopes(net, digits).tolist() == [[2], [-2]]
