"""Confidence intervals from few values, in the standard library alone.

Each side of an interval may miss with chance `alpha`, so that a side can be used by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Continued fraction: the parameters used here (below 50) need about 30 steps.
_MAX_STEPS = 500
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate between two ends; an end that the sample does not bound is infinite."""

    estimate: float
    low: float
    high: float
    alpha: float  # on each side


def mean_interval(
    values: Sequence[float], alpha: float, low: float = -math.inf, high: float = math.inf
) -> Interval:
    """Give the mean with an interval that equal values do not fool; needs two values.

    Student's interval measures noise by the spread of the sample, so it has no width where all
    values are equal, as twenty throws of a coin are that shows tails once in thirty. Then the exact
    binomial interval says how often another value may come and not have been seen, and `low` and
    `high`, the least and the greatest value that there can be, say what that may do to the mean;
    without them the sample bounds no mean at all. Of two values that are all there are, the mean
    follows their shares; the wider of that interval and Student's is given. No interval goes beyond
    `low` and `high`, as no mean can.

    Source: Clopper and Pearson, as in `share_interval`.
    """
    first, last = min(values), max(values)
    if first == last:
        seen = share_interval(len(values), len(values), alpha).low
        ends = (first if end == first else seen * first + (1 - seen) * end for end in (low, high))
        return Interval(estimate=first, low=next(ends), high=next(ends), alpha=alpha)
    student = student_interval(values, alpha)
    one, two = student.low, student.high
    if set(values) == {first, last}:
        share = share_interval(sum(value == last for value in values), len(values), alpha)
        least, most = (first * (1 - part) + last * part for part in (share.low, share.high))
        one, two = min(one, least), max(two, most)
    return Interval(estimate=student.estimate, low=max(one, low), high=min(two, high), alpha=alpha)


def student_interval(values: Sequence[float], alpha: float) -> Interval:
    """Give the mean with Student's interval; needs two values.

    Equal values give an interval of no width: see `mean_interval`.

    Source: Student, The probable error of a mean, Biometrika 6 (1908), doi:10.1093/biomet/6.1.1.
    """
    n = len(values)
    # Scaled, so that squares of the largest floats do not overflow.
    scale = max(map(abs, values)) or 1.0
    scaled = [value / scale for value in values]
    mean = math.fsum(scaled) / n
    if min(values) == max(values):
        return Interval(estimate=values[0], low=values[0], high=values[0], alpha=alpha)
    variance = math.fsum((value - mean) ** 2 for value in scaled) / (n - 1)
    half = student_quantile(alpha, n - 1) * math.sqrt(variance / n)
    return Interval(
        estimate=mean * scale, low=(mean - half) * scale, high=(mean + half) * scale, alpha=alpha
    )


def median_interval(values: Sequence[float], alpha: float, n_unknown: int = 0) -> Interval:
    """Give the median with the sign test's interval, which holds for any distribution.

    Parameters
    ----------
    n_unknown : seeds without a value; they count as lying beyond whichever end is asked about

    Source: Thompson, On confidence ranges for the median, Ann. Math. Stat. 7 (1936),
    doi:10.1214/aoms/1177732502.
    """
    ordered = sorted(values)
    n = len(ordered) + n_unknown
    # The rank of the innermost order statistic that may be an end, from 0; -1: none may.
    rank = -1
    missed = 0.0
    while rank + 1 < n and missed + math.comb(n, rank + 1) / 2**n <= alpha:
        missed += math.comb(n, rank + 1) / 2**n
        rank += 1
    place = rank - n_unknown
    low = ordered[place] if place >= 0 else -math.inf
    high = ordered[-1 - place] if place >= 0 else math.inf
    return Interval(estimate=_median(ordered), low=low, high=high, alpha=alpha)


def share_interval(n_passed: int, n: int, alpha: float, n_unknown: int = 0) -> Interval:
    """Give a share with the exact binomial interval.

    Parameters
    ----------
    n : all seeds, those without a value included; these count as failed at the low end and as
        passed at the high one

    Source: Clopper and Pearson, Biometrika 26 (1934), doi:10.1093/biomet/26.4.404; the ends as
    quantiles of the beta distribution.
    """
    best = n_passed + n_unknown
    low = beta_quantile(alpha, n_passed, n - n_passed + 1) if n_passed else 0.0
    high = beta_quantile(1 - alpha, best + 1, n - best) if best < n else 1.0
    return Interval(estimate=n_passed / n, low=low, high=high, alpha=alpha)


@lru_cache(maxsize=256)
def student_quantile(alpha: float, degrees: int) -> float:
    """Give the t that Student's distribution exceeds with chance `alpha`, for alpha below 0.5.

    Source: Abramowitz and Stegun 26.7.1: the two tails are ``I_x(degrees / 2, 1 / 2)`` at
    ``x = degrees / (degrees + t^2)``.
    """
    if not 0 < alpha < 0.5:  # noqa: PLR2004  # the upper tail alone is asked for
        message = f"alpha must lie between 0 and 0.5, not {alpha}"
        raise ValueError(message)
    x = beta_quantile(2 * alpha, degrees / 2, 0.5)
    return math.sqrt(degrees * (1 - x) / x)


@lru_cache(maxsize=256)
def beta_quantile(share: float, a: float, b: float) -> float:
    """Give the x below which the beta distribution has this share, to the last float or so.

    Bisection: about 60 steps, none of which can go astray as Newton's may.
    """
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return high


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function ``I_x(a, b)``, for 0 < x < 1.

    Source: DLMF 8.17.22 (the continued fraction) and 8.17.4 (its mirror, for x past the mean).
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(front) / (a * _beta_fraction(x, a, b))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Give ``1 + d1 / (1 + d2 / (1 + ...))`` by Lentz's method.

    Source: Thompson and Barnett, J. Comput. Phys. 64 (1986), doi:10.1016/0021-9991(86)90046-X.
    """
    value = c = 1.0
    d = 0.0
    for step in range(1, _MAX_STEPS):
        m, is_odd = divmod(step, 2)
        if is_odd:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d or _TINY)
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < 1e-16:  # noqa: PLR2004  # below the float's own step
            break
    return value


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    # Halved first, so that two of the largest floats do not overflow.
    return ordered[middle - 1] / 2 + ordered[middle] / 2
