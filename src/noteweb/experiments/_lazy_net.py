"""A wide ReLU network with one hidden layer whose weights hardly move while it is trained.

NTK parametrisation: Jacot, Gabriel and Hongler (2018), arXiv:1806.07572.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

MARGIN = 10.0
MARGIN_SHARE = 0.99
_GAIN = 10.0
_BATCH = 64
_RATE = 0.1
_MOMENTUM = np.float32(0.9)
_FIRST_LOSS = math.log(2)
#: Share of the last batch in the running loss as it falls; 0.1 lets the rate leap and the net jump.
_NEW_LOSS = 0.02
#: The rate is at most 10,000 times the first one.
_LEAST_LOSS = 1e-4 * _FIRST_LOSS


@dataclass(slots=True, kw_only=True)
class LazyNet:
    """``gain / sqrt(h) sum a relu(w x) + gain sqrt(share) c``, trained in place; float32.

    Attributes
    ----------
    bias_share : how much of the kernel the output bias has
    """

    w: np.ndarray  # shape (n_inputs, n_hidden)
    a: np.ndarray  # shape (n_hidden,)
    c: np.ndarray  # shape (1,)
    bias_share: float

    @property
    def scale(self) -> np.float32:
        """The factor of the hidden layer's sum."""
        return np.float32(_GAIN / math.sqrt(len(self.a)))

    @property
    def bias_scale(self) -> np.float32:
        """The factor of the bias."""
        return np.float32(_GAIN * math.sqrt(self.bias_share))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Give the output for each row of x."""
        return self._read(np.maximum(x @ self.w, 0))

    def step(self, x: np.ndarray, y: np.ndarray) -> tuple[float, tuple[np.ndarray, ...]]:
        """Give the mean logistic loss and its gradient for w, a and c."""
        hidden = x @ self.w
        np.maximum(hidden, 0, out=hidden)
        margins = y * self._read(hidden)
        back = -y * np.exp(-np.logaddexp(0, margins)) / np.float32(len(x))
        for_a = self.scale * (back @ hidden)
        np.sign(hidden, out=hidden)  # which units are active
        hidden *= back[:, None]
        for_w = x.T @ hidden
        for_w *= self.scale * self.a
        for_c = self.bias_scale * back.sum(keepdims=True)
        return float(np.logaddexp(0, -margins).mean()), (for_w, for_a, for_c)

    def _read(self, hidden: np.ndarray) -> np.ndarray:
        outputs: np.ndarray = self.scale * (hidden @ self.a) + self.bias_scale * self.c
        return outputs


def start_net(
    rng: np.random.Generator, *, n_inputs: int, n_hidden: int, bias_share: float
) -> LazyNet:
    """Draw weights in pairs that cancel, so that the output is 0 at first."""
    half = n_hidden // 2
    w = rng.standard_normal((n_inputs, half), dtype=np.float32)
    a = rng.standard_normal(half, dtype=np.float32)
    return LazyNet(
        w=np.concatenate([w, w], axis=1),
        a=np.concatenate([a, -a]),
        c=np.zeros(1, dtype=np.float32),
        bias_share=bias_share,
    )


def train_net(
    net: LazyNet, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, max_steps: int
) -> None:
    """Minimise the logistic loss until 99 % of the margins are reached, or the steps are over.

    Dividing the rate by the running loss keeps the pace when the loss, and with it the gradient,
    has become small; without that the margin would take thousands of epochs.  The running loss
    follows a rise at once and a fall slowly, or else one late mistake would be answered by a leap.
    """
    weights = (net.w, net.a, net.c)
    speeds = [np.zeros_like(each) for each in weights]
    running = _FIRST_LOSS
    for _ in range(max(1, max_steps // math.ceil(len(x) / _BATCH))):
        order = rng.permutation(len(x))
        for first in range(0, len(x), _BATCH):
            batch = order[first : first + _BATCH]
            loss, gradient = net.step(x[batch], y[batch])
            running = max(loss, running + _NEW_LOSS * (loss - running))
            rate = np.float32(_RATE * _FIRST_LOSS / max(running, _LEAST_LOSS))
            for weight, speed, slope in zip(weights, speeds, gradient, strict=True):
                np.multiply(speed, _MOMENTUM, out=speed)
                np.multiply(slope, rate, out=slope)
                np.subtract(speed, slope, out=speed)
                np.add(weight, speed, out=weight)
        if float(np.mean(y * net(x) >= MARGIN)) >= MARGIN_SHARE:
            break
