"""Cosines normalised on both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.activation import likeness
from noteweb.activation.likeness import best_by_owner, centre, find_cohort, normalise


def make_vectors(n, dim=24, seed=1):
    """Make unit rows, the same for the same seed."""
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def unit(vector):
    """Give it unit length."""
    return vector / np.linalg.norm(vector)


def test_a_generic_condition_is_lowered():
    """Of two conditions equally near to a window the one that is near many others counts less."""
    vectors = make_vectors(100)
    crowd = unit(vectors[2:].sum(axis=0))
    vectors[2:] = (vectors[2:] + 2 * crowd) / np.linalg.norm(
        vectors[2:] + 2 * crowd, axis=1, keepdims=True
    )
    special = unit(vectors[0] - (vectors[0] @ crowd) * crowd)
    vectors[0], vectors[1] = special, crowd
    cohort = find_cohort(vectors, np.arange(100), np.arange(100))
    window = unit(special + crowd)[None]
    near = window @ vectors.T
    assert near[0, 0] == pytest.approx(near[0, 1], abs=1e-5)
    scores = normalise(near, cohort)
    assert scores.shape == (1, 100)
    assert scores[0, 0] > scores[0, 1] + 1


def test_conditions_of_the_same_note_are_no_measure():
    """A note that says the same twice is not taken for generic."""
    vectors = make_vectors(80)
    vectors[1] = vectors[0]
    owners = np.arange(80)
    apart = find_cohort(vectors, owners, np.arange(80)).mean[0]
    owners[1] = 0
    together = find_cohort(vectors, owners, np.arange(80)).mean[0]
    assert together < apart


def test_chunks_change_nothing(monkeypatch):
    """However many conditions are measured at once, the figures are the same."""
    vectors, owners = make_vectors(150), np.arange(150) // 3
    pool = np.arange(0, 150, 2)
    whole = find_cohort(vectors, owners, pool)
    monkeypatch.setattr(likeness, "_CHUNK", 7)
    parts = find_cohort(vectors, owners, pool)
    assert np.allclose(whole.mean, parts.mean, atol=1e-6)
    assert np.allclose(whole.spread, parts.spread, atol=1e-6)
    assert whole.mean.shape == whole.spread.shape == (150,)


@pytest.mark.parametrize("n", [1, 2, 61])
def test_few_conditions_are_no_division_by_nothing(n):
    """One condition has no neighbours, two have one each; the scores are numbers all the same."""
    vectors = make_vectors(n)
    cohort = find_cohort(vectors, np.arange(n), np.arange(n))
    scores = normalise(make_vectors(5, seed=2) @ vectors.T, cohort)
    assert scores.shape == (5, n)
    assert np.isfinite(scores).all()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_the_best_column_of_each_owner_counts(sizes):
    """As a loop over owners would find it."""
    values = np.random.default_rng(sum(sizes)).normal(size=(3, sum(sizes)))
    starts = np.cumsum([0, *sizes[:-1]])
    wanted = [values[:, a : a + n].max(axis=1) for a, n in zip(starts, sizes, strict=True)]
    assert np.array_equal(best_by_owner(values, starts), np.stack(wanted, axis=1))


@given(st.lists(st.integers(1, 7), min_size=1, max_size=6), st.integers(2, 9))
def test_the_best_few_columns_of_each_owner_count_together(sizes, n_best):
    """As a loop over owners would find it; columns that do not count are passed over."""
    random = np.random.default_rng(sum(sizes))
    values = random.normal(size=(3, sum(sizes)))
    values[random.random(values.shape) < 0.3] = -np.inf
    starts = np.cumsum([0, *sizes[:-1]])
    made = best_by_owner(values, starts, n_best)
    for owner, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        for row in range(3):
            kept = [x for x in values[row, start : start + size] if np.isfinite(x)]
            wanted = np.mean(sorted(kept)[-n_best:]) if kept else -np.inf
            assert made[row, owner] == pytest.approx(wanted)


def test_centred_values_say_what_sets_one_apart():
    """Each row has mean 0 and deviation 1; a row of equals is all zeros."""
    made = centre(np.array([[1.0, 2.0, 6.0], [3.0, 3.0, 3.0]]))
    assert np.allclose(made.mean(axis=1), 0)
    assert np.allclose(made.std(axis=1), [1, 0])
