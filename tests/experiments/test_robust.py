"""A pixel's move fools a network that noise does not, at any width."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import robust
from noteweb.experiments._digit_net import Digits, split_digits
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

MOVED = [at_least("moved_drop", 0.25)]
NOISE = [at_most("noise_drop", 0.06)]


def test_the_effect_shows(tmp_path):
    """Half of the digits are lost by a move, a few by noise."""
    report = try_out("robust", tmp_path)
    assert not find_failed(report)
    assert report.metrics["accuracy"] > 0.92
    assert report.metrics["moved_drop"] > 0.25
    assert report.metrics["wide_moved_drop"] > 0.25
    assert report.metrics["turned_accuracy"] < 0.3
    assert report.metrics["noise_drop"] < 0.08


def test_training_on_moved_digits_refutes_the_drop(tmp_path):
    """What was seen in training does little harm."""
    assert judge("robust", tmp_path, MOVED, trained_on_moved=True) is VerdictKind.REFUTED


def test_strong_noise_refutes_that_noise_does_little(tmp_path):
    """Noise can drown the digits."""
    assert judge("robust", tmp_path, NOISE, noise=3.0) is VerdictKind.REFUTED


def test_a_move_the_other_way_fails_a_guard(tmp_path, monkeypatch):
    """Down for up is noticed."""
    move = Digits.move
    monkeypatch.setattr(Digits, "move", lambda self, down, right: move(self, -down, right))
    assert find_failed(try_out("robust", tmp_path)) == {"a known move"}


def test_a_move_where_there_is_none_fails_a_guard(tmp_path, monkeypatch):
    """Digits that move by themselves are noticed."""
    move = Digits.move
    monkeypatch.setattr(Digits, "move", lambda self, down, right: move(self, down + 1, right))
    assert {"a move of nothing", "a known move"} <= find_failed(try_out("robust", tmp_path))


def test_moved_digits_that_are_not_learnt_fail_a_guard(tmp_path, monkeypatch):
    """The control is seen to fail when it is taught the digits as they are."""
    monkeypatch.setattr(robust, "join_moved", lambda digits, _: digits)
    assert find_failed(try_out("robust", tmp_path)) == {"moved digits can be learnt"}


def test_a_net_that_cannot_read_fails_a_guard(tmp_path, monkeypatch):
    """Nothing is concluded from it."""
    monkeypatch.setattr(robust, "_READ", 0.999)
    assert "digits are read" in find_failed(try_out("robust", tmp_path))


def test_the_split_holds_every_digit_once():
    """Training and test set together are the digits, less their mean."""
    first, rest = split_digits(np.random.default_rng(1), 1000)
    assert (len(first.x), len(rest.x)) == (1000, 797)
    total = first.x.sum(axis=0) + rest.x.sum(axis=0)
    assert np.abs(total).max() < 0.01
    assert np.bincount(np.concatenate([first.labels, rest.labels])).sum() == 1797


@pytest.mark.parametrize(("turns", "is_same"), [(4, True), (2, False)])
def test_four_quarters_are_a_turn(turns, is_same):
    """And two are none."""
    digits, _ = split_digits(np.random.default_rng(1), 200)
    turned = digits
    for _ in range(turns):
        turned = turned.turn()
    assert np.allclose(turned.x, digits.x, atol=1e-5) is is_same
