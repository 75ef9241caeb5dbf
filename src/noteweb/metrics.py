"""What a ranking or a probability is worth, held against answers; with bootstrap intervals.

Rankings are given by scores, larger first; of equal scores the earlier record goes first, but in
`auc` and `average_precision`, where they count as equal. Records in the order they were screened
are a ranking whose scores fall by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noteweb.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]
    Metric = Callable[[Bools, Floats], float]

#: The usual aim of a review: 95 of 100 relevant records found.
RECALL = 0.95
_FIRST_SHARE = 0.1
_N_BINS = 10
_N_DRAWS = 1_000
_ALPHA = 0.025  # on each side: intervals of 95 %
_ENDS = (_ALPHA, 1 - _ALPHA)


def auc(labels: Bools, scores: Floats) -> float:
    """Give the chance that a relevant record scores above another, ties counted half.

    Source: Hanley and McNeil, Radiology 143 (1982), doi:10.1148/radiology.143.1.7063747.
    """
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2  # from 1, the mean of equal ones
    n_relevant = int(labels.sum())
    n_other = labels.size - n_relevant
    above = float(ranks[places][labels].sum()) - n_relevant * (n_relevant + 1) / 2
    return above / (n_relevant * n_other)


def average_precision(labels: Bools, scores: Floats) -> float:
    """Give the mean precision over the steps of recall, equal scores taken in one step.

    Source: Su, Yuan and Zhu, ICTIR (2015), doi:10.1145/2808194.2809481, without interpolation.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    found = np.cumsum(labels[order])[ends]
    steps = np.diff(found, prepend=0)
    return float((steps * found / (ends + 1)).sum() / labels.sum())


def recall_at(labels: Bools, scores: Floats, share: float = _FIRST_SHARE) -> float:
    """Give the share of the relevant records among the first `share` of all, rounded up."""
    n_read = int(np.ceil(share * labels.size))
    first = np.argsort(-scores, kind="stable")[:n_read]
    return float(labels[first].sum() / labels.sum())


def wss(labels: Bools, scores: Floats, recall: float = RECALL) -> float:
    """Give the work saved over sampling: what need not be read to reach `recall`, less chance's.

    Source: Cohen et al., JAMIA 13 (2006), doi:10.1197/jamia.M1929.
    """
    return (labels.size - _n_read(labels, scores, recall)) / labels.size - (1 - recall)


def tnr(labels: Bools, scores: Floats, recall: float = RECALL) -> float:
    """Give the share of the other records that need not be read to reach `recall`.

    Source: Kusa et al., Intelligent Systems with Applications 18 (2023),
    doi:10.1016/j.iswa.2023.200193: the work saved, made comparable between collections.
    """
    n_relevant = int(labels.sum())
    n_wrong = _n_read(labels, scores, recall) - _n_wanted(n_relevant, recall)
    return 1 - n_wrong / (labels.size - n_relevant)


def calibration_error(labels: Bools, probabilities: Floats, n_bins: int = _N_BINS) -> float:
    """Give the mean distance of a probability from what came true, in bins of equal width.

    Source: Naeini, Cooper and Hauskrecht, AAAI (2015), doi:10.1609/aaai.v29i1.9602.
    """
    bins = np.minimum((probabilities * n_bins).astype(int), n_bins - 1)
    told = np.bincount(bins, probabilities, n_bins)
    true = np.bincount(bins, labels, n_bins)
    return float(np.abs(told - true).sum() / labels.size)


def precision_from(labels: Bools, scores: Floats, *, threshold: float) -> float:
    """Give the share of relevant ones among the records that score at least so much, else nan."""
    chosen = labels[scores >= threshold]
    return float(chosen.mean()) if chosen.size else float("nan")


def recall_from(labels: Bools, scores: Floats, *, threshold: float) -> float:
    """Give the share of the relevant records that score at least so much."""
    return float((scores[labels] >= threshold).mean())


def false_rate_from(labels: Bools, scores: Floats, *, threshold: float) -> float:
    """Give the share of the other records that score at least so much."""
    return float((scores[~labels] >= threshold).mean())


def bootstrap(
    metric: Metric,
    labels: Bools,
    scores: Floats,
    seed: int = 0,
    *,
    groups: NDArray[np.int64] | None = None,
) -> Interval:
    """Give a metric with its percentile interval over records drawn anew.

    Draws in which all records are of one kind are made again, those in which the metric is nan do
    not count. About a thousand metrics' cost.

    Parameters
    ----------
    groups : numbers of what is drawn, such as the document of each pair; None where every record
        stands for itself

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    return _bootstrap(lambda rows: metric(labels[rows], scores[rows]), labels, seed, groups)


def bootstrap_difference(
    metric: Metric, labels: Bools, first: Floats, second: Floats, seed: int = 0
) -> Interval:
    """Give how much better the first scores are than the second, over the same draws of records."""
    return _bootstrap(
        lambda rows: metric(labels[rows], first[rows]) - metric(labels[rows], second[rows]),
        labels,
        seed,
    )


def bootstrap_mean(values: NDArray[np.float64], seed: int = 0) -> Interval:
    """Give the mean with its percentile interval over values drawn anew.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    draws = np.random.default_rng(seed).integers(values.size, size=(_N_DRAWS, values.size))
    low, high = np.quantile(values[draws].mean(axis=1), _ENDS)
    return Interval(estimate=float(values.mean()), low=float(low), high=float(high), alpha=_ALPHA)


def _bootstrap(
    value: Callable[[NDArray[np.intp]], float],
    labels: Bools,
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> Interval:
    rng = np.random.default_rng(seed)
    members = _members(groups) if groups is not None else None
    n_drawn = labels.size if members is None else len(members)
    values: list[float] = []
    while len(values) < _N_DRAWS:
        rows = np.sort(rng.integers(n_drawn, size=n_drawn))
        if members is not None:
            rows = np.concatenate([members[i] for i in rows])
        if 0 < labels[rows].sum() < len(rows):
            values.append(value(rows))
    whole = value(np.arange(labels.size))
    low, high = (whole, whole) if np.isnan(values).all() else np.nanquantile(values, _ENDS)
    return Interval(estimate=whole, low=float(low), high=float(high), alpha=_ALPHA)


def _members(groups: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Give the places of each group's records."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order]) != 0) + 1
    return np.split(order, starts)


def _n_read(labels: Bools, scores: Floats, recall: float) -> int:
    found = np.cumsum(labels[np.argsort(-scores, kind="stable")])
    return int(np.searchsorted(found, _n_wanted(int(labels.sum()), recall))) + 1


def _n_wanted(n_relevant: int, recall: float) -> int:
    return int(np.ceil(recall * n_relevant - 1e-9))  # .95 * 20 is a little above 19 in floats
