"""Adam, against what is known of it."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments._adam import Adam


def test_steps_against_one_gradient_are_as_long_as_the_rate():
    """The bias of the first means is taken out, so a gradient that stays gives equal steps."""
    weights = (np.zeros(2, dtype=np.float32), np.zeros((1, 1), dtype=np.float32))
    adam = Adam(weights=weights)
    gradients = (np.array([5.0, -0.01], dtype=np.float32), np.ones((1, 1), dtype=np.float32))
    for _ in range(3):
        adam.step(gradients, (np.float32(0.1), np.float32(0.2)))
    assert weights[0] == pytest.approx([-0.3, 0.3], rel=1e-4)
    assert weights[1].item() == pytest.approx(-0.6, rel=1e-4)
    assert weights[0].dtype == np.float32


def test_steps_agree_with_another_library():
    """Ten steps end where those of PyTorch do."""
    import torch

    rng = np.random.default_rng(1)
    start, pulls = rng.standard_normal(4), rng.standard_normal((10, 4))
    known = torch.tensor(start, requires_grad=True)
    other = torch.optim.Adam([known], lr=0.05, betas=(0.9, 0.99), eps=1e-8)
    mine = start.copy()
    adam = Adam(weights=(mine,))
    for pull in pulls:
        known.grad = torch.tensor(pull)
        other.step()
        adam.step((pull,), (np.float64(0.05),))
    assert mine == pytest.approx(known.detach().numpy(), rel=1e-5)
