"""Metrics are scikit-learn's where it has them, and the textbook's where it has not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from noteweb.metrics import (
    auc,
    average_precision,
    bootstrap,
    bootstrap_difference,
    calibration_error,
    recall_at,
    tnr,
    wss,
)

PAIRS = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=2, max_size=60).filter(
    lambda pairs: len({label for label, _ in pairs}) == 2
)


def split(pairs):
    """Give labels and scores as arrays."""
    labels, scores = zip(*pairs, strict=True)
    return np.array(labels), np.array(scores, float)


def falling(labels):
    """Give labels with scores in which the first record is best."""
    return np.array(labels, bool), -np.arange(len(labels), dtype=float)


@given(PAIRS)
def test_ranking_metrics_are_scikit_learns(pairs):
    """AUC and average precision are scikit-learn's, ties included."""
    labels, scores = split(pairs)
    assert auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert average_precision(labels, scores) == pytest.approx(
        average_precision_score(labels, scores)
    )


def test_work_saved_counts_what_is_read_to_the_aim():
    """Of 100 records the 19th of 20 relevant at place 40 saves 60, less the 5 chance saves."""
    labels, scores = falling([True] * 18 + [False] * 21 + [True] + [False] * 59 + [True])
    assert wss(labels, scores) == pytest.approx(0.55)
    assert tnr(labels, scores) == pytest.approx(59 / 80)
    assert recall_at(labels, scores) == pytest.approx(0.5)


def test_tnr_is_one_for_a_perfect_order():
    """Where the relevant come first, no other need be read."""
    assert tnr(*falling([True] * 7 + [False] * 30)) == 1


def test_a_share_is_read_to_the_next_whole_record():
    """A tenth of 11 records is 2."""
    assert recall_at(*falling([False, True] + [False] * 8 + [True])) == 0.5


def test_calibration_error_is_the_mean_gap():
    """Told .9 and true in half the cases, the error is .4; a probability of 1 has a bin."""
    told = np.full(10, 0.9)
    assert calibration_error(np.arange(10) < 5, told) == pytest.approx(0.4)
    assert calibration_error(np.ones(4, bool), np.ones(4)) == 0


def test_a_bootstrap_interval_holds_the_truth_as_often_as_it_says():
    """Of 40 samples from one distribution the interval of 95 % holds its AUC in at least 33."""
    rng = np.random.default_rng(1)
    n_held = 0
    for seed in range(40):
        labels = np.arange(120) < 40
        scores = rng.normal(size=120) + labels
        interval = bootstrap(auc, labels, scores, seed)
        assert interval.low <= interval.estimate <= interval.high
        n_held += interval.low <= 0.7602 <= interval.high  # Phi(1 / sqrt 2)
    assert n_held >= 33


def test_a_bootstrap_draws_again_where_one_kind_is_missing():
    """A single relevant record still gives an interval."""
    assert bootstrap(wss, *falling([False] * 5 + [True] + [False] * 20)).low < 1


def test_a_difference_is_taken_over_the_same_draws():
    """A ranking compared with itself differs by nothing, and a better one is told apart."""
    labels, scores = falling(([True] * 3 + [False] * 7) * 6)
    same = bootstrap_difference(auc, labels, scores, scores)
    assert (same.low, same.high) == (0, 0)
    assert bootstrap_difference(auc, labels, labels.astype(float), scores).low > 0
