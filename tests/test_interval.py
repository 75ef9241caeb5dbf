"""The intervals are those of the textbooks, computed without SciPy."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from noteweb.interval import (
    beta_quantile,
    incomplete_beta,
    mean_interval,
    median_interval,
    share_interval,
    student_interval,
    student_quantile,
)

ALPHAS = (1e-5, 0.004, 0.01, 0.02, 0.025, 0.2, 0.45)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 40), st.floats(0.5, 40))
def test_incomplete_beta_is_scipys(x, a, b):
    """The incomplete beta function agrees with SciPy's to 12 digits."""
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 4, 9, 19, 100])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_student_quantile_is_scipys(alpha, degrees):
    """Student's quantile agrees with SciPy's at every level and size the looks could use."""
    assert student_quantile(alpha, degrees) == pytest.approx(stats.t.isf(alpha, degrees), rel=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, -0.1, math.nan])
def test_student_quantile_refuses_other_levels(alpha):
    """Only the upper tail can be asked for."""
    with pytest.raises(ValueError, match="between 0 and"):
        student_quantile(alpha, 4)


@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_clopper_pearson_is_scipys(alpha, n):
    """The share's interval is SciPy's exact one for every count."""
    for k in range(n + 1):
        found = share_interval(k, n, alpha)
        wanted = stats.binomtest(k, n).proportion_ci(1 - 2 * alpha, "exact")
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)


def test_a_share_with_unknown_seeds_holds_every_completion():
    """Seeds without an outcome widen the interval to the worst case at each end."""
    found = share_interval(15, 20, 0.02, n_unknown=3)
    assert found.low == share_interval(15, 20, 0.02).low
    assert found.high == share_interval(18, 20, 0.02).high


def test_beta_quantile_goes_to_the_ends():
    """A quantile next to 0 or 1 is found, not cut off."""
    assert beta_quantile(1e-12, 0.5, 0.5) == pytest.approx(stats.beta.ppf(1e-12, 0.5, 0.5))
    assert beta_quantile(0.999, 20, 1) == pytest.approx(0.999 ** (1 / 20))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.sampled_from(ALPHAS))
def test_student_interval_is_scipys(values, alpha):
    """The mean's interval agrees with SciPy's, and holds the mean."""
    found = student_interval(values, alpha)
    assert found.low <= found.estimate <= found.high
    sem = stats.sem(values)
    if sem > 1e-9 * max(map(abs, values)):
        wanted = stats.t.interval(1 - 2 * alpha, len(values) - 1, stats.tmean(values), sem)
        size = max(map(abs, values)) * student_quantile(alpha, len(values) - 1)
        assert (found.low, found.high) == pytest.approx(wanted, abs=1e-8 * size)


@pytest.mark.parametrize("value", [0.0, 1e308, -1e308, 5e-324])
def test_equal_values_give_a_point(value):
    """Values without spread give an interval without width, however large or small."""
    found = student_interval([value] * 5, 0.02)
    assert (found.low, found.high) == (value, value)


def test_the_largest_floats_do_not_overflow():
    """Squares are taken of scaled values."""
    found = student_interval([1e308, 1.1e308, 0.9e308, 1e308], 0.02)
    assert math.isfinite(found.estimate)
    assert found.low < 1e308
    assert math.isfinite(median_interval([1.7e308, 1.7e308], 0.02).estimate)


@given(st.integers(1, 25), st.sampled_from(ALPHAS))
def test_median_interval_is_the_sign_tests(n, alpha):
    """The ends are the innermost order statistics that the binomial allows."""
    found = median_interval([float(place) for place in range(1, n + 1)], alpha)
    rank = next(k for k in range(n + 1) if stats.binom.cdf(k, n, 0.5) > alpha)
    wanted = (float(rank), float(n + 1 - rank)) if rank else (-math.inf, math.inf)
    assert (found.low, found.high) == wanted


@given(
    st.lists(st.floats(-10, 10), min_size=6, max_size=20),
    st.lists(st.floats(-99, 99), max_size=4),
    st.sampled_from(ALPHAS),
)
def test_median_interval_with_unknown_values_holds_every_completion(values, others, alpha):
    """Whatever the unknown values would have been, the interval is no narrower for knowing them."""
    found = median_interval(values, alpha, n_unknown=len(others))
    known = median_interval(values + others, alpha)
    assert found.low <= known.low
    assert known.high <= found.high


def test_the_core_does_not_need_scipy():
    """Judging loads neither SciPy nor NumPy."""
    code = "import noteweb.judge, sys; print({'scipy', 'numpy'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


@pytest.mark.parametrize("alpha", [0.001, 0.021])
def test_equal_values_bound_a_mean_by_its_range_alone(alpha):
    """Of a share it is Clopper and Pearson's interval, of no known range none; an end is an end."""
    whole = mean_interval([1.0] * 20, alpha, 0.0, 1.0)
    share = share_interval(20, 20, alpha)
    assert (whole.estimate, whole.low, whole.high) == (1.0, pytest.approx(share.low), 1.0)
    scaled = mean_interval([30.0] * 20, alpha, 10.0, 50.0)
    assert (scaled.low, scaled.high) == pytest.approx((10 + 20 * share.low, 50 - 20 * share.low))
    free = mean_interval([0.0] * 20, alpha, low=0.0)
    assert (free.low, free.high) == (0.0, math.inf)


def test_two_values_have_the_wider_interval():
    """It holds Student's and that of the shares; with a third value it is Student's."""
    values = [0.0] + [1.0] * 19
    found, student = mean_interval(values, 0.021), student_interval(values, 0.021)
    share = share_interval(19, 20, 0.021)
    assert found.low == min(student.low, share.low)
    assert found.high == max(student.high, share.high)
    assert mean_interval([*values, 0.5], 0.021) == student_interval([*values, 0.5], 0.021)


def test_no_interval_of_a_mean_leaves_its_range():
    """Student's knows of no range: that of a few correlations would go beyond -1 or 1."""
    for values, low, high in (
        ([-0.9, -0.2, 0.1, -0.7, -0.99], -1.0, 1.0),
        ([0.0, 1.0, 1.0, 1.0, 1.0], 0.0, 1.0),
    ):
        free, found = mean_interval(values, 0.001), mean_interval(values, 0.001, low, high)
        assert free.low < low
        assert (found.low, found.high) == (max(free.low, low), min(free.high, high))
        assert found.estimate == free.estimate
