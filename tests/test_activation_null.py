"""What chance does: rates of quiet notes are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.activation.null import Null, draw_chance, fit_null, strength

#: How far pairs lie from one another, and the windows of a pair: as on the shipped notes.
BETWEEN, WITHIN = 0.6, 0.8


def draw_quiet(n_documents, n_windows, n_notes=10, seed=1):
    """Scores of quiet notes, shape (n_documents, n_windows, n_notes)."""
    random = np.random.default_rng(seed)
    levels = random.normal(0, BETWEEN, (n_documents, 1, n_notes))
    return levels + random.normal(0, WITHIN, (n_documents, n_windows, n_notes))


@pytest.fixture(scope="module")
def null():
    """Fit a background of a hundred sources with six windows each."""
    background = draw_quiet(100, 6, n_notes=40, seed=2)
    return fit_null(background.reshape(600, 40), np.repeat(np.arange(100), 6))


def test_the_background_is_taken_apart(null):
    """Levels of pairs and deviations within them have the spreads they were made with."""
    assert null.levels.std() == pytest.approx(BETWEEN, rel=0.1)
    assert null.deviations.std() == pytest.approx(WITHIN, rel=0.1)


@pytest.mark.parametrize("n_windows", [1, 5, 60])
def test_quiet_notes_fire_as_often_as_the_rate_says(null, n_windows):
    """On documents of any length about so many quiet pairs are at or below a rate as it says."""
    chance = draw_chance(null, n_windows)
    rates = np.concatenate([chance.rates(scores) for scores in draw_quiet(600, n_windows, seed=3)])
    for rate, slack in ((0.01, 1.5), (0.05, 1.3), (0.2, 1.3)):
        share = (rates <= rate).mean()
        assert rate / slack <= share <= rate * slack, (rate, share)


@pytest.mark.parametrize("n_windows", [5, 60])
def test_length_is_counted_where_the_background_has_single_windows(n_windows):
    """Notes with hardly a body do not tell how windows differ; long papers fire little more."""
    made = fit_null(draw_quiet(80, 1, n_notes=7, seed=5)[:, 0], np.arange(80))
    chance = draw_chance(made, n_windows)
    rates = np.concatenate([chance.rates(scores) for scores in draw_quiet(300, n_windows, seed=6)])
    assert (rates <= 0.05).mean() <= 0.1


def test_better_scores_are_never_likelier_by_chance(null):
    """Raising every window lowers each rate or leaves it; no rate leaves 0 to 1."""
    chance = draw_chance(null, 5)
    rates = np.stack([chance.rates(np.full((5, 1), level)) for level in np.linspace(-4, 12, 60)])
    assert (np.diff(rates[:, 0]) <= 0).all()
    assert rates[0, 0] == 1
    assert 0 <= rates[-1, 0] < 1e-6


def test_one_good_window_and_many_fair_ones_both_count(null):
    """A note may fire by its best window or by the breadth of what is said."""
    quiet, peak, broad, one = (np.zeros((40, 1)) for _ in range(4))
    peak[7], broad[:], one[7] = 6, 2.8, 2.8
    rates = [draw_chance(null, 40).rates(scores)[0] for scores in (quiet, peak, broad, one)]
    assert rates[0] > 0.2
    assert rates[1] < 0.01
    assert rates[2] < 0.01
    assert rates[3] > 0.05


def test_the_same_document_has_the_same_rates(null):
    """Draws have a fixed seed, for every length their own."""
    (scores,) = draw_quiet(1, 5)
    first, again = (draw_chance(null, 5).rates(scores) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize(("n_windows", "n_best"), [(1, 1), (3, 1), (4, 2), (10, 3)])
def test_strength_is_the_mean_of_the_best_windows(n_windows, n_best):
    """Of three in ten windows, at least of one."""
    scores = np.arange(n_windows, dtype=float)[:, None]
    assert strength(scores)[0] == np.mean(np.arange(n_windows)[-n_best:])


def test_a_background_of_nothing_is_no_crash():
    """No notes, no quiet pairs or a single window give a null all the same."""
    for scores in (np.empty((3, 0)), np.full((3, 2), np.nan), np.array([[0.5]])):
        made = fit_null(scores, np.arange(len(scores)))
        assert isinstance(made, Null)
        rates = draw_chance(made, 2).rates(np.zeros((2, scores.shape[1])))
        assert np.isfinite(rates).all()


def test_pairs_that_are_not_quiet_are_left_out():
    """What a note has to do with its own source says nothing of chance."""
    scores = draw_quiet(20, 6, n_notes=5, seed=4).reshape(120, 5)
    sources = np.repeat(np.arange(20), 6)
    loud = scores.copy()
    loud[:12, 2] = np.nan
    made = fit_null(loud, sources)
    assert len(made.levels) == 20 * 5 - 2
    assert np.isfinite(made.levels).all()
    assert np.isfinite(made.deviations).all()
