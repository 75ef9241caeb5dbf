"""Adam on arrays of any shape: Kingma and Ba (2015), arXiv:1412.6980."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_TINY = np.float32(1e-8)


@dataclass(slots=True, kw_only=True)
class Adam:
    """Weights that are changed in place, and what is remembered of their gradients."""

    weights: Sequence[np.ndarray]
    decays: tuple[float, float] = (0.9, 0.99)
    means: list[np.ndarray] = field(init=False)
    squares: list[np.ndarray] = field(init=False)
    n_steps: int = 0

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self.means = [np.zeros_like(each) for each in self.weights]
        self.squares = [np.zeros_like(each) for each in self.weights]

    def step(
        self, gradients: Sequence[np.ndarray], rates: Sequence[np.ndarray | np.float32]
    ) -> None:
        """Take a step against the gradients; a rate for each of the weights, of their type."""
        self.n_steps += 1
        first, second = (np.float32(1 - decay) for decay in self.decays)
        warm, warm_square = (np.float32(1 - decay**self.n_steps) for decay in self.decays)
        for weight, gradient, mean, square, rate in zip(
            self.weights, gradients, self.means, self.squares, rates, strict=True
        ):
            mean[...] += first * (gradient - mean)
            square[...] += second * (gradient * gradient - square)
            weight[...] -= rate / warm * mean / (np.sqrt(square / warm_square) + _TINY)
