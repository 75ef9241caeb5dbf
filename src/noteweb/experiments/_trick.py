"""Ways to make a trained network cheaper, and what it takes then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noteweb.experiments._ladder import Net

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.experiments._ladder import View

_FULL = 32  # bits of a number that is not rounded
_RAMP = 0.5  # share of the training by which all is pruned


def round_weights(weights: Sequence[np.ndarray], bits: int) -> list[np.ndarray]:
    """Round the matrices to multiples of a scale for each column; biases stay.

    The multiples are as many to either side of nought, so two bits give three values.
    """
    top = np.float32(2 ** (bits - 1) - 1)
    found = []
    for each in weights:
        if each.ndim > 1:
            scale = np.maximum(np.abs(each).max(axis=0), np.float32(1e-12)) / top
            found.append(np.round(each / scale) * scale)
        else:
            found.append(each)
    return found


def quantise(bits: int) -> View:
    """Use rounded weights and train the exact ones: Bengio et al. (2013), arXiv:1308.3432."""
    return lambda weights, _share: (round_weights(weights, bits), None)


def prune(pruned: float) -> View:
    """Use the greatest weights of each matrix, fewer and fewer of them.

    Source: M. Zhu and S. Gupta (2017), arXiv:1710.01878, equation 1.
    """

    def view(
        weights: Sequence[np.ndarray], share: float
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        now = pruned * (1 - (1 - min(share / _RAMP, 1.0)) ** 3)
        gates = [_keep(each, now) for each in weights]
        return [each * gate for each, gate in zip(weights, gates, strict=True)], gates

    return view


def _keep(weights: np.ndarray, pruned: float) -> np.ndarray:
    """Give 1 where a weight is among the greatest of its matrix, else 0; 1 for a bias."""
    n_pruned = round(pruned * weights.size)
    if weights.ndim == 1 or n_pruned == 0:
        return np.ones_like(weights)
    sizes = np.abs(weights)
    bound = np.partition(sizes, n_pruned - 1, axis=None)[n_pruned - 1]
    return np.where(sizes > bound, np.ones_like(weights), np.zeros_like(weights))


def split(net: Net, rank: int) -> Net:
    """Make the middle matrix a product of two thin ones, the nearest of that rank."""
    first, first_bias, middle, middle_bias, last, last_bias = net.weights
    left, values, right = np.linalg.svd(middle, full_matrices=False)
    root = np.sqrt(values[:rank])
    thin = [left[:, :rank] * root, np.zeros(rank, dtype=middle.dtype), root[:, None] * right[:rank]]
    weights = [first, first_bias, *thin, middle_bias, last, last_bias]
    return Net(weights=[each.copy() for each in weights], has_relu=(True, False, True, False))


def find_bits(net: Net, bits: int) -> int:
    """Give the bits of a network with rounded matrices; scales and biases are exact."""
    n_rounded = sum(each.size for each in net.weights[::2])
    n_columns = sum(each.size for each in net.weights[1::2])
    return n_rounded * bits + 2 * n_columns * _FULL


def count_left(weights: Sequence[np.ndarray]) -> int:
    """Count the weights that are not 0, and all biases."""
    return sum(each.size if each.ndim == 1 else int((each != 0).sum()) for each in weights)
