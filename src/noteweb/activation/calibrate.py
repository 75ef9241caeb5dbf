"""From a rate to a probability: what the reader's labels say a score is worth.

A logistic curve over the surprise of a note's false-fire rate (minus its decimal logarithm), with
two numbers to learn, scale and bias (Platt 1999). They begin where the project's own labelled
passages put them and move as labels come: the most likely curve under a normal prior, whose width
says how far one collection was seen to lie from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

#: Fewer labels than this calibrate nothing; both answers must be among them.
FEWEST_LABELS = 20

#: Scale and bias on the half of the labelled passages that may be tuned on, and how far a
#: collection's own lie from them.
_PRIOR = np.array([1.9, -5.3])
_PRIOR_SPREAD = np.array([0.4, 1.5])

_LEAST_RATE = 1e-9
_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A curve and how many labels it rests on."""

    scale: float
    bias: float
    n_labels: int

    def probability(self, rates: Floats) -> Floats:
        """Give the probability that a note fires, by its false-fire rate."""
        return np.asarray(1 / (1 + np.exp(-(self.scale * surprise(rates) + self.bias))))


def surprise(rates: Floats) -> Floats:
    """Give minus the decimal logarithm of rates: 2 for one in a hundred; at most 9."""
    return np.asarray(-np.log10(np.maximum(rates, _LEAST_RATE)))


def fit_calibration(rates: Floats, fires: NDArray[np.bool_]) -> Calibration:
    """Fit the curve to labelled pairs by Newton's method.

    Parameters
    ----------
    rates, fires : shape (n_labels,)
    """
    x = np.stack([surprise(rates), np.ones(len(rates))], axis=1)
    weights = _PRIOR.copy()
    precision = np.diag(1 / _PRIOR_SPREAD**2)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - fires) + precision @ (weights - _PRIOR)
        curvature = (x * (p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(curvature, gradient)
        weights = weights - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - no more digits matter
            break
    return Calibration(scale=float(weights[0]), bias=float(weights[1]), n_labels=len(rates))


def is_enough(fires: NDArray[np.bool_]) -> bool:
    """Tell whether labels calibrate anything."""
    return len(fires) >= FEWEST_LABELS and 0 < int(fires.sum()) < len(fires)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pairs of about the same predicted probability, and how many of them fire."""

    predicted: float
    observed: float
    n_labels: int


def find_reliability(rates: Floats, fires: NDArray[np.bool_], n_bins: int = 8) -> tuple[Bin, ...]:
    """Give the reliability curve of labels, each predicted by a fit without it, by equal counts."""
    kept = [np.arange(len(rates)) != i for i in range(len(rates))]
    predicted = np.array(
        [fit_calibration(rates[keep], fires[keep]).probability(rates[~keep])[0] for keep in kept]
    )
    order = np.argsort(predicted, kind="stable")
    return tuple(
        Bin(
            predicted=float(predicted[part].mean()),
            observed=float(fires[part].mean()),
            n_labels=len(part),
        )
        for part in np.array_split(order, min(n_bins, max(1, len(order) // 5)))
        if len(part)
    )
