"""Classifiers of several widths, trained alike, to read sizes off at equal error.

Training is by AdamW with a cosine: I. Loshchilov and F. Hutter (2019), arXiv:1711.05101.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from noteweb.experiments._adam import Adam

N_CLASSES = 10
_N_INPUTS = 16
_DECAY = 0.05  # of the weights, times the rate
_N_BALANCE = 100  # rounds in which the teacher's classes are made equally frequent

#: Gives the weights that are used and, if any, what each gradient is multiplied with, from the
#: weights that are trained and the share of training done.
View = Callable[[Sequence[np.ndarray], float], tuple[list[np.ndarray], Sequence[np.ndarray] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """Matrices and biases in turn; a ReLU follows each layer that has one."""

    weights: list[np.ndarray]
    has_relu: tuple[bool, ...]

    @property
    def n_weights(self) -> int:
        """How many numbers it has, biases included."""
        return sum(each.size for each in self.weights)

    def copy(self) -> Net:
        """Give one that can be trained apart."""
        return Net(weights=[each.copy() for each in self.weights], has_relu=self.has_relu)

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Give the ten outputs for each point."""
        return forward(self.weights, self.has_relu, x)[-1]

    def error(self, points: Points) -> float:
        """Give the share of the points that are labelled wrongly."""
        return float(np.mean(self.outputs(points.x).argmax(axis=1) != points.labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Inputs, float32 of shape (n, 16), and labels from 0 to 9."""

    x: np.ndarray
    labels: np.ndarray

    def pick(self, places: np.ndarray) -> Points:
        """Give some of them."""
        return Points(x=self.x[places], labels=self.labels[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how fast is trained, and by which targets.

    Attributes
    ----------
    pick : places of the next batch, from the share of training done
    aim : targets of a batch, rows that sum to 1; the labels where there is none
    temperature : by which outputs are divided before they meet the targets
    """

    n_steps: int
    rate: float
    pick: Callable[[float], np.ndarray]
    aim: Callable[[Points], np.ndarray] | None = None
    temperature: float = 1.0


def draw_points(rng: np.random.Generator, teacher: Net, n: int) -> Points:
    """Draw points and let the teacher label them."""
    x = rng.standard_normal((n, _N_INPUTS), dtype=np.float32)
    return Points(x=x, labels=teacher.outputs(x).argmax(axis=1))


def draw_teacher(rng: np.random.Generator, width: int) -> Net:
    """Draw a network of two hidden layers whose ten classes are about equally frequent."""
    teacher = start_net(rng, width)
    outputs = teacher.outputs(rng.standard_normal((4000, _N_INPUTS), dtype=np.float32))
    outputs = (outputs - outputs.mean(axis=0)) / outputs.std(axis=0)
    shift = np.zeros(N_CLASSES, dtype=np.float32)
    for _ in range(_N_BALANCE):
        counts = np.bincount((outputs + shift).argmax(axis=1), minlength=N_CLASSES)
        shift -= np.float32(0.1) * (counts / len(outputs) * N_CLASSES - 1).astype(np.float32)
    raw = teacher.outputs(rng.standard_normal((4000, _N_INPUTS), dtype=np.float32))
    teacher.weights[-2][...] /= raw.std(axis=0)
    teacher.weights[-1][...] = shift - raw.mean(axis=0) / raw.std(axis=0)
    return teacher


def start_net(rng: np.random.Generator, width: int) -> Net:
    """Draw two hidden layers of a width: He et al. (2015), doi:10.1109/ICCV.2015.123."""
    weights = []
    for n_in, n_out in ((_N_INPUTS, width), (width, width), (width, N_CLASSES)):
        drawn = rng.standard_normal((n_in, n_out), dtype=np.float32) * np.sqrt(2 / n_in)
        weights += [drawn.astype(np.float32), np.zeros(n_out, dtype=np.float32)]
    return Net(weights=weights, has_relu=(True, True, False))


def forward(
    weights: Sequence[np.ndarray], has_relu: Sequence[bool], x: np.ndarray
) -> list[np.ndarray]:
    """Give the inputs and what each layer makes of them."""
    values = [x]
    for matrix, bias, bends in zip(weights[::2], weights[1::2], has_relu, strict=True):
        values.append(values[-1] @ matrix + bias)
        if bends:
            np.maximum(values[-1], 0, out=values[-1])
    return values


def soften(outputs: np.ndarray) -> np.ndarray:
    """Give the softmax of each row."""
    shares: np.ndarray = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def find_loss(net: Net, x: np.ndarray, targets: np.ndarray) -> float:
    """Give the mean cross-entropy."""
    return float(-(targets * np.log(soften(net.outputs(x)))).sum(axis=1).mean())


def find_gradients(
    net: Net, x: np.ndarray, targets: np.ndarray, temperature: float = 1.0
) -> list[np.ndarray]:
    """Give the gradients of the mean cross-entropy at a temperature, times the temperature."""
    values = forward(net.weights, net.has_relu, x)
    soft = soften(values[-1] / x.dtype.type(temperature))
    back = (soft - targets) / x.dtype.type(len(x))
    found: list[np.ndarray] = []
    for layer in reversed(range(len(net.has_relu))):
        found[:0] = [values[layer].T @ back, back.sum(axis=0)]
        if layer:
            back = back @ net.weights[2 * layer].T
            if net.has_relu[layer - 1]:
                back *= values[layer] > 0
    return found


def train(net: Net, points: Points, schedule: Schedule, view: View | None = None) -> None:
    """Train in place; with a view, the gradient at what is used is applied to what is kept."""
    flat = _flatten(net.weights)
    is_matrix = _flatten([np.full(each.shape, each.ndim > 1) for each in net.weights])
    decays = np.where(is_matrix, np.float32(_DECAY), np.float32(0))
    _rebind(net.weights, flat)
    adam = Adam(weights=(flat,), decays=(0.9, 0.999))
    one_hot = np.eye(N_CLASSES, dtype=np.float32)
    for step in range(schedule.n_steps):
        share = step / schedule.n_steps
        batch = points.pick(schedule.pick(share))
        targets = schedule.aim(batch) if schedule.aim else one_hot[batch.labels]
        used, gates = view(net.weights, share) if view else (net.weights, None)
        seen = Net(weights=used, has_relu=net.has_relu)
        slope = _flatten(find_gradients(seen, batch.x, targets, schedule.temperature))
        if gates is not None:
            slope *= _flatten(gates)
        rate = np.float32(schedule.rate * (1 + np.cos(np.pi * share)) / 2)
        adam.step((slope,), (rate,))
        flat *= 1 - rate * decays


def _flatten(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([each.ravel() for each in arrays])


def _rebind(weights: list[np.ndarray], flat: np.ndarray) -> None:
    """Make the weights parts of one array, so that a step is one operation and not six."""
    first = 0
    for place, each in enumerate(weights):
        weights[place] = flat[first : first + each.size].reshape(each.shape)
        first += each.size
