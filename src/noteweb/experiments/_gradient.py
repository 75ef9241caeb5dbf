"""A gradient that was written by hand, held against differences of the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STEP = 1e-7  # small against a ReLU's distance from its bend, large against rounding


def find_gradient_error(
    rng: np.random.Generator,
    weights: Sequence[np.ndarray],
    find_loss: Callable[[list[np.ndarray]], np.ndarray | float],
    find_gradients: Callable[[list[np.ndarray]], Sequence[np.ndarray]],
) -> float:
    """Give how far the gradients are from a central difference in a random direction.

    In float64, relative to the greatest change of a loss; of several nets at once, whose losses
    have the shape of the weights' first axes, the worst counts.
    """
    middle = [each.astype(float) for each in weights]
    steps = [_STEP * rng.standard_normal(each.shape) for each in middle]
    ahead, behind = (
        np.asarray(find_loss([at + sign * step for at, step in zip(middle, steps, strict=True)]))
        for sign in (1, -1)
    )
    n_kept = ahead.ndim
    known = 2 * sum(
        (slope * step).reshape(*step.shape[:n_kept], -1).sum(axis=-1)
        for slope, step in zip(find_gradients(middle), steps, strict=True)
    )
    return float(np.abs(ahead - behind - known).max() / np.abs(known).max())
