"""How well windows of text meet notes: four parts, each a pure function of vectors and words.

conditions, by meaning   cosines normalised on both sides, see `normalise`
conditions, by words     TF-IDF cosines
the note, by words       the same against all the note says
the body, by meaning     the nearest passage of the body, normalised over the notes

A part's value for a note is that of its best condition (or passage).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

#: The conditions nearest to a window, and those nearest to a condition, that stand for "usual".
COHORT = 60

_CHUNK = 512  # conditions at once: a few megabytes of cosines
_TINY = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """What is usual for each condition: its cosines with the conditions of other notes near it."""

    mean: Floats  # shape (n_conditions,)
    spread: Floats


def find_cohort(
    vectors: NDArray[np.float32], owners: NDArray[np.int64], pool: NDArray[np.int64]
) -> Cohort:
    """Measure each condition against the nearest ones of other notes.

    A condition that is near many, such as "when designing a system", is met by anything; what
    meets it must come nearer than its neighbours are.

    Parameters
    ----------
    vectors : unit rows, shape (n_conditions, dim)
    owners : the note of each
    pool : rows among which the neighbours are looked for; all, or a sample of a large vault
    """
    means, spreads = [], []
    for first in range(0, len(vectors), _CHUNK):
        rows = slice(first, first + _CHUNK)
        near = vectors[rows] @ vectors[pool].T
        near[owners[rows, None] == owners[None, pool]] = -np.inf
        top = _top(near, COHORT)
        mean, spread = _mean_and_spread(top)
        means.append(mean)
        spreads.append(spread)
    return Cohort(mean=np.concatenate(means), spread=np.concatenate(spreads))


def normalise(near: NDArray[np.float32], cohort: Cohort) -> Floats:
    """Normalise cosines of windows and conditions on both sides, shape (n_windows, n_conditions).

    Half the distance from the condition's usual neighbours and half that from the conditions
    nearest to the window, each in deviations. Adaptive score normalisation, as in speaker
    verification (Matějka et al. 2017, doi:10.21437/Interspeech.2017-803).
    """
    mean, spread = _mean_and_spread(_top(near, COHORT))
    by_condition = (near - cohort.mean) / cohort.spread
    by_window = (near - mean[:, None]) / spread[:, None]
    return np.asarray((by_condition + by_window) / 2)


def best_by_owner(values: Floats, starts: NDArray[np.int64], n_best: int = 1) -> Floats:
    """Give each owner's best column; columns stand in the order of owners, from `starts` on.

    With more than one, the mean of so many: columns of -inf do not count, and an owner that has
    fewer gives the mean of those it has.
    """
    if n_best == 1:
        return np.asarray(np.maximum.reduceat(values, starts, axis=1))
    parts = np.split(values, starts[1:], axis=1)
    return np.stack([_mean_of_best(part, n_best) for part in parts], axis=1)


def _mean_of_best(values: Floats, n_best: int) -> Floats:
    top = _top(values, n_best)
    finite = np.isfinite(top)
    n = finite.sum(axis=1)
    total = np.where(finite, top, 0).sum(axis=1)
    return np.where(n > 0, total / np.maximum(n, 1), -np.inf)


def centre(values: Floats) -> Floats:
    """Give values in deviations from their row's mean: what sets one note off from the others."""
    spread = np.maximum(values.std(axis=1, keepdims=True), _TINY)
    return np.asarray((values - values.mean(axis=1, keepdims=True)) / spread)


def _top(values: Floats, k: int) -> Floats:
    if values.shape[1] <= k:
        return values
    return np.partition(values, values.shape[1] - k, axis=1)[:, -k:]


def _mean_and_spread(top: Floats) -> tuple[Floats, Floats]:
    """Give mean and deviation of each row's finite values; those of all rows where it has few."""
    finite = np.isfinite(top)
    n = np.maximum(finite.sum(axis=1), 1)
    kept = np.where(finite, top, 0)
    mean = kept.sum(axis=1) / n
    spread = np.sqrt(np.where(finite, (top - mean[:, None]) ** 2, 0).sum(axis=1) / n)
    return mean, np.maximum(spread, _TINY)
