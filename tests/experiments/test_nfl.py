"""Over all targets nothing helps; a bias that fits does."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import nfl
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

BIAS = [at_least("nearest_accuracy", 0.7), at_most("opposite_accuracy", 0.3)]


def test_the_effect_shows(tmp_path):
    """Half of the time over all targets; on smooth ones the nearest neighbour is right."""
    report = try_out("nfl", tmp_path)
    assert not find_failed(report)
    assert report.metrics["gap_from_half"] == 0
    assert report.metrics["nearest_accuracy"] > 0.7
    assert report.metrics["opposite_accuracy"] < 0.3


def test_targets_without_order_refute_the_bias(tmp_path):
    """No bias fits them."""
    assert judge("nfl", tmp_path, BIAS, targets="random") is VerdictKind.REFUTED


def test_labellings_that_are_left_out_fail_a_guard(tmp_path, monkeypatch):
    """Half of all labellings are not all, and no learner is at one half there."""
    every = nfl.list_labellings
    monkeypatch.setattr(nfl, "list_labellings", lambda n: every(n)[: 2 ** (n - 1)])
    report = try_out("nfl", tmp_path)
    assert find_failed(report) == {"every labelling once"}


def test_a_learner_that_sees_the_answers_fails_a_guard(tmp_path, monkeypatch):
    """A leak is noticed where there is nothing to learn."""

    def peek(sample, labels):
        return labels[:, sample.asked]

    monkeypatch.setattr(nfl, "guess_nearest", peek)
    assert "targets without order" in find_failed(try_out("nfl", tmp_path))


def test_a_learner_that_is_off_fails_two_guards(tmp_path, monkeypatch):
    """One that says 1 whatever it saw is no nearest neighbour, nor has it an opposite."""

    def always(sample, labels):
        return np.ones((len(labels), len(sample.asked)), dtype=int)

    monkeypatch.setattr(nfl, "guess_nearest", always)
    monkeypatch.setattr(nfl, "guess_opposite", always)
    failed = find_failed(try_out("nfl", tmp_path))
    assert {"constant targets", "a learner and its opposite"} <= failed


def test_learners_on_a_known_ring():
    """Points 0 and 2 of six are seen: 1, 3 and 5 follow their neighbours, ties the lower one."""
    sample = nfl.Sample(seen=np.array([0, 2, 4]), asked=np.array([1, 3, 5]))
    labels = np.array([[1, 9, -1, 9, 1, 9]])
    assert nfl.guess_nearest(sample, labels).tolist() == [[1, -1, 1]]
    assert nfl.guess_opposite(sample, labels).tolist() == [[-1, 1, -1]]
    assert nfl.guess_majority(sample, labels).tolist() == [[1, 1, 1]]


@pytest.mark.parametrize("learner", sorted(nfl.LEARNERS))
def test_every_learner_is_at_one_half(learner):
    """Exactly, on every sample."""
    for seed in range(3):
        sample = nfl.draw_sample(np.random.default_rng(seed), 8)
        assert nfl.score(nfl.LEARNERS[learner], sample, nfl.list_labellings(8)) == 0.5
