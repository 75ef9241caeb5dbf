"""A wide ReLU network with one hidden layer whose weights hardly move while it is trained.

NTK parametrisation: Jacot, Gabriel and Hongler (2018), arXiv:1806.07572.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

MARGIN = 10.0
MARGIN_SHARE = 0.99
_GAIN = 10.0
_BATCH = 64
_RATE = 0.1
_MOMENTUM = 0.9
_FIRST_LOSS = math.log(2)
#: Share of the last batch in the running loss as it falls; 0.1 lets the rate leap and the net jump.
_NEW_LOSS = 0.02
#: The rate is at most 10,000 times the first one.
_LEAST_LOSS = 1e-4 * _FIRST_LOSS


@dataclass(slots=True, kw_only=True)
class LazyNet:
    """``gain / sqrt(h) sum a relu(w x) + gain sqrt(share) c``, trained in place.

    Attributes
    ----------
    bias_share : how much of the kernel the output bias has
    """

    w: Tensor  # shape (n_hidden, n_inputs)
    a: Tensor  # shape (n_hidden,)
    c: Tensor  # shape ()
    bias_share: float

    @property
    def scale(self) -> float:
        """The factor of the hidden layer's sum."""
        return _GAIN / math.sqrt(len(self.a))

    @property
    def bias_scale(self) -> float:
        """The factor of the bias."""
        return _GAIN * math.sqrt(self.bias_share)

    def __call__(self, x: Tensor) -> Tensor:
        """Give the output for each row of x."""
        return self.scale * ((x @ self.w.T).relu() @ self.a) + self.bias_scale * self.c

    def step(self, x: Tensor, y: Tensor) -> tuple[float, tuple[Tensor, ...]]:
        """Give the mean logistic loss and its gradient for w, a and c.

        The gradient is written out: it is short, and twice as fast as the general way.
        """
        hidden = (x @ self.w.T).relu()
        margins = y * (self.scale * (hidden @ self.a) + self.bias_scale * self.c)
        back = -y * torch.sigmoid(-margins) / len(x)
        active = (hidden > 0).to(x.dtype) * back[:, None]
        gradient = (
            self.scale * self.a[:, None] * (active.T @ x),
            self.scale * (hidden.T @ back),
            self.bias_scale * back.sum(),
        )
        return float(torch.nn.functional.softplus(-margins).mean()), gradient


def start_net(
    rng: np.random.Generator, *, n_inputs: int, n_hidden: int, bias_share: float, device: str
) -> LazyNet:
    """Draw weights in pairs that cancel, so that the output is 0 at first."""
    half = n_hidden // 2
    w = torch.from_numpy(rng.standard_normal((half, n_inputs)).astype(np.float32))
    a = torch.from_numpy(rng.standard_normal(half).astype(np.float32))
    return LazyNet(
        w=torch.cat([w, w]).to(device),
        a=torch.cat([a, -a]).to(device),
        c=torch.zeros((), device=device),
        bias_share=bias_share,
    )


def train_net(net: LazyNet, x: Tensor, y: Tensor, rng: np.random.Generator, max_steps: int) -> None:
    """Minimise the logistic loss until 99 % of the margins are reached, or the steps are over.

    Dividing the rate by the running loss keeps the pace when the loss, and with it the gradient,
    has become small; without that the margin would take thousands of epochs.  The running loss
    follows a rise at once and a fall slowly, or else one late mistake would be answered by a leap.
    """
    weights = (net.w, net.a, net.c)
    speeds = [torch.zeros_like(each) for each in weights]
    running = _FIRST_LOSS
    for _ in range(max(1, max_steps // math.ceil(len(x) / _BATCH))):
        order = torch.from_numpy(rng.permutation(len(x))).to(x.device)
        for batch in order.split(_BATCH):
            loss, gradient = net.step(x[batch], y[batch])
            running = max(loss, running + _NEW_LOSS * (loss - running))
            rate = _RATE * _FIRST_LOSS / max(running, _LEAST_LOSS)
            for weight, speed, slope in zip(weights, speeds, gradient, strict=True):
                speed.mul_(_MOMENTUM).sub_(slope, alpha=rate)
                weight.add_(speed)
        if float((y * net(x) >= MARGIN).double().mean()) >= MARGIN_SHARE:
            break
