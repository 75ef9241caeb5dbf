"""Gradients against differences of the loss."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments._gradient import find_gradient_error


def half_square(weights):
    """Give half of the squares' sum for each net of the first axis."""
    return sum((each**2).reshape(len(each), -1).sum(axis=1) for each in weights) / 2


def start():
    """Draw a matrix and a bias of three nets, in single precision."""
    rng = np.random.default_rng(1)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in ((3, 4, 5), (3, 1, 5))]


def test_the_right_gradient_is_right():
    """Half of a square has the weight itself."""
    error = find_gradient_error(np.random.default_rng(2), start(), half_square, lambda w: w)
    assert error < 1e-6


def test_one_loss_for_all_is_checked_as_well():
    """A single number in place of one for each net."""
    error = find_gradient_error(
        np.random.default_rng(2), start(), lambda w: half_square(w).sum(), lambda w: w
    )
    assert error < 1e-6


@pytest.mark.parametrize("place", [0, 1])
def test_one_wrong_part_is_noticed(place):
    """Twice of what it should be, in one of the two arrays."""

    def wrong(weights):
        return [each * (1 + (at == place)) for at, each in enumerate(weights)]

    error = find_gradient_error(np.random.default_rng(2), start(), half_square, wrong)
    assert error > 0.05


def test_one_wrong_net_is_not_outweighed_by_sound_ones():
    """The worst net counts."""
    wrong = np.array([1.0, 1.0, 0.0])
    error = find_gradient_error(
        np.random.default_rng(2),
        start(),
        half_square,
        lambda weights: [each * wrong[:, None, None] for each in weights],
    )
    assert error > 0.05
