"""A metric can make a jump, and a learner of parities makes one by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.experiments import emergence_metric
from trials import at_least, at_most, find_failed, judge, try_out

ARTEFACT = [at_most("match_at_half", 0.08), at_least("onset_shift", 1.5)]
GENUINE = [at_most("bit_accuracy_before", 0.55), at_least("bit_accuracy_after", 0.98)]


def test_the_effect_shows(tmp_path):
    """Exact match rises late; the parity's bits go from chance to right."""
    report = try_out("emergence_metric", tmp_path)
    assert not find_failed(report)
    assert report.metrics["match_at_half"] < 0.08
    assert report.metrics["onset_shift"] > 1.3
    assert report.metrics["bit_accuracy_before"] < 0.55
    assert report.metrics["bit_accuracy_after"] > 0.97


@pytest.mark.parametrize(
    ("number", "expected"), [(0, [each]) for each in ARTEFACT] + [(1, GENUINE)]
)
def test_each_claim_that_a_failing_setting_is_for_falls(tmp_path, number, expected):
    """Short answers hide little, for either claim on the metric; a majority does not jump."""
    setting = emergence_metric.experiment.failing[number]
    verdict = judge("emergence_metric", tmp_path, expected, **setting.params)
    assert verdict in setting.verdicts


def dependent(right):
    """Make the tokens of an answer all alike."""
    return np.repeat(right[..., ::10], 10, axis=2)


def lopsided(right):
    """Move the second half of the tokens by two sizes."""
    half = right.shape[2] // 2
    return np.concatenate([right[..., :half], np.roll(right[..., half:], 2, axis=1)], axis=2)


def flat(right):
    """Give every size the smallest one's tokens."""
    return np.repeat(right[:, :1], right.shape[1], axis=1)


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        (dependent, "tokens are independent"),
        (lopsided, "one token is no answer"),
        (flat, "the token score climbs"),
    ],
)
def test_tokens_of_another_kind_fail_a_guard(tmp_path, monkeypatch, change, guard):
    """Tokens that go together, differ between halves or never get better are noticed."""
    draw = emergence_metric.draw_tokens
    monkeypatch.setattr(emergence_metric, "draw_tokens", lambda *args: change(draw(*args)))
    assert guard in find_failed(try_out("emergence_metric", tmp_path))


def test_a_control_that_jumps_fails(tmp_path, monkeypatch):
    """Parities in the place of the majority are noticed."""
    learn = emergence_metric._learn_parity
    monkeypatch.setattr(emergence_metric, "_learn_majority", learn)
    failed = find_failed(try_out("emergence_metric", tmp_path))
    assert failed == {"a majority does not jump"}


@given(st.integers(1, 12), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_elimination_agrees_with_every_sample(n_bits, n_samples, seed):
    """Whatever is left open, the subset found explains all that was seen."""
    rng = np.random.default_rng(seed)
    subset = rng.integers(0, 2, n_bits)
    x = rng.integers(0, 2, (n_samples, n_bits))
    found = emergence_metric.solve_parity(x, x @ subset % 2, rng.integers(0, 2, n_bits))
    assert (x @ found % 2 == x @ subset % 2).all()
    assert set(found.tolist()) <= {0, 1}


def test_elimination_leaves_open_what_the_samples_leave_open():
    """Without samples the answer is the one given."""
    free = np.array([1, 0, 1])
    x = np.zeros((2, 3), dtype=int)
    assert emergence_metric.solve_parity(x, np.zeros(2, dtype=int), free).tolist() == [1, 0, 1]


def test_a_half_rise_between_two_sizes():
    """The place is interpolated, and a score that starts above the half has place 0."""
    assert emergence_metric.find_half_rise(np.array([0.0, 0.25, 0.75, 1.0])) == 1.5
    assert emergence_metric.find_half_rise(np.array([1.0, 1.0, 0.0])) == 0
    assert emergence_metric.find_half_rise(np.array([1.0, 1.0])) == 0


def test_exact_match_takes_whole_answers():
    """An answer is right where all its tokens are; a broken last one is left out."""
    right = np.array([[[True, True, True, False, True]]])
    assert emergence_metric.grade(right, 2)[1].tolist() == [0.5]
    assert emergence_metric.grade(right, 1)[0].tolist() == [0.8]
