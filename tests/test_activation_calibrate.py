"""Labels turn rates into probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.activation.calibrate import (
    FEWEST_LABELS,
    Calibration,
    find_reliability,
    fit_calibration,
    is_enough,
    surprise,
)


def draw_labels(n, truth, seed=1):
    """Labelled pairs of a reader whose answers follow a known curve."""
    random = np.random.default_rng(seed)
    rates = 10 ** -random.uniform(0, 6, n)
    return rates, random.random(n) < truth.probability(rates)


def make_truth(scale=2.4, bias=-6.0):
    """Make a curve to be found again."""
    return Calibration(scale=scale, bias=bias, n_labels=0)


@pytest.mark.parametrize(("scale", "bias"), [(1.0, -2.0), (2.4, -6.0), (3.0, -9.0)])
def test_scale_and_bias_are_found_again(scale, bias):
    """With many labels the curve is the reader's, wherever it began."""
    made = fit_calibration(*draw_labels(20_000, make_truth(scale, bias)))
    assert made.scale == pytest.approx(scale, rel=0.1)
    assert made.bias == pytest.approx(bias, rel=0.1)
    assert made.n_labels == 20_000


def test_probabilities_rise_with_surprise():
    """The rarer by chance, the surer; all are between 0 and 1, also with labels of one kind."""
    rates = 10 ** -np.linspace(0, 9, 50)
    for fires in (np.ones(30, dtype=bool), np.zeros(30, dtype=bool)):
        made = fit_calibration(np.full(30, 1e-3), fires).probability(rates)
        assert (np.diff(made) > 0).all()
        assert ((made >= 0) & (made <= 1)).all()


def test_labels_that_part_clearly_do_not_run_away():
    """Where one rate divides all answers, the curve stays as steep as the prior allows."""
    rates = np.array([1e-9] * 20 + [1.0] * 20)
    made = fit_calibration(rates, rates < 0.5)
    assert 0 < made.scale < 4
    assert np.isfinite(made.bias)


def test_calibration_needs_twenty_labels_of_both_kinds():
    """Nineteen are too few, and so are any number of the same answer."""
    mixed = np.arange(FEWEST_LABELS) % 2 == 0
    assert is_enough(mixed)
    assert not is_enough(mixed[1:])
    assert not is_enough(np.ones(100, dtype=bool))
    assert not is_enough(np.zeros(100, dtype=bool))
    assert not is_enough(np.zeros(0, dtype=bool))


@pytest.mark.parametrize("n", [20, 21, 43, 200])
def test_every_label_is_in_one_bin(n):
    """Bins are of about equal counts, rise in what was said, and give back the share that fires."""
    rates, fires = draw_labels(n, make_truth())
    bins = find_reliability(rates, fires)
    counts = [each.n_labels for each in bins]
    assert sum(counts) == n
    assert max(counts) - min(counts) <= 1
    assert sum(each.observed * each.n_labels for each in bins) == pytest.approx(fires.sum())
    said = [each.predicted for each in bins]
    assert said == sorted(said)


def test_no_label_is_judged_by_itself():
    """The reliability of a pair is that of a curve fitted without it."""
    rates, fires = draw_labels(40, make_truth())
    (whole,) = find_reliability(rates, fires, n_bins=1)
    left_out = [
        fit_calibration(np.delete(rates, i), np.delete(fires, i)).probability(rates[i : i + 1])[0]
        for i in range(40)
    ]
    assert whole.predicted == pytest.approx(np.mean(left_out))


@pytest.mark.parametrize(("n_labels", "bound"), [(20, 0.10), (100, 0.06)])
def test_a_reader_like_the_prior_is_soon_met(n_labels, bound):
    """Averaged over draws, probabilities lie within the bound of the reader's own."""
    truth = make_truth(1.9, -5.3)
    rates = 10 ** -np.linspace(0, 6, 200)
    errors = [
        np.abs(
            fit_calibration(*draw_labels(n_labels, truth, seed)).probability(rates)
            - truth.probability(rates)
        ).mean()
        for seed in range(20)
    ]
    assert np.mean(errors) <= bound


def test_surprise_counts_noughts():
    """One in a hundred is 2; what never happens is 9."""
    assert surprise(np.array([1.0, 0.01, 0.0])).tolist() == [0, 2, 9]
