"""A network of one hidden ReLU layer, trained on the 8 x 8 digits by SGD with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from noteweb.experiments._digits import read_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

N_CLASSES = 10
N_SIDE = 8
#: Training ends here: one wrong in a thousand.
FITTED = 0.999
_MOMENTUM = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Images less the mean image, shape (n, 64), a full stroke being 1, and their labels."""

    x: np.ndarray
    labels: np.ndarray
    centre: np.ndarray  # the mean image, shape (64,)

    def move(self, down: int, right: int) -> Digits:
        """Give the images moved by whole pixels; what enters is blank, what leaves is lost."""
        images = (self.x + self.centre).reshape(-1, N_SIDE, N_SIDE)
        padded = np.pad(images, ((0, 0), (N_SIDE, N_SIDE), (N_SIDE, N_SIDE)))
        rows = slice(N_SIDE - down, 2 * N_SIDE - down)
        columns = slice(N_SIDE - right, 2 * N_SIDE - right)
        return self.show(padded[:, rows, columns])

    def turn(self) -> Digits:
        """Give the images turned by a quarter."""
        images = (self.x + self.centre).reshape(-1, N_SIDE, N_SIDE)
        return self.show(np.rot90(images, axes=(1, 2)))

    def add(self, noise: np.ndarray) -> Digits:
        """Give the images with this added."""
        return Digits(x=self.x + noise, labels=self.labels, centre=self.centre)

    def show(self, images: np.ndarray) -> Digits:
        """Give other images, shape (n, 8, 8), with the same labels."""
        x = images.reshape(len(images), -1) - self.centre
        return Digits(x=x, labels=self.labels, centre=self.centre)


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A trained network: a hidden ReLU layer and ten outputs."""

    weights: tuple[np.ndarray, ...]

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Give the ten outputs for each image."""
        return _forward(self.weights, x)[1]

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Give the softmax of the outputs."""
        return soften(self.outputs(x))

    def accuracy(self, digits: Digits) -> float:
        """Give the share of the digits that are labelled as they are labelled."""
        return float(np.mean(self.outputs(digits.x).argmax(axis=1) == digits.labels))

    def pull(self, x: np.ndarray, back: np.ndarray) -> np.ndarray:
        """Give the gradient for each image, from that for its outputs."""
        hidden, _ = _forward(self.weights, x)
        inner = (back @ self.weights[2].T) * (hidden > 0)
        pulled: np.ndarray = inner @ self.weights[0].T
        return pulled


def split_digits(rng: np.random.Generator, n_train: int) -> tuple[Digits, Digits]:
    """Give a random split into training and test set."""
    pixels, labels = read_digits()
    middle = pixels.mean(axis=0)
    x = ((pixels - middle) / 16).astype(np.float32)
    centre = (middle / 16).astype(np.float32)
    order = rng.permutation(len(x))
    first, rest = order[:n_train], order[n_train:]
    return (
        Digits(x=x[first], labels=labels[first], centre=centre),
        Digits(x=x[rest], labels=labels[rest], centre=centre),
    )


def train_net(rng: np.random.Generator, digits: Digits, *, width: int, max_epochs: int = 60) -> Net:
    """Train until 99.9 % of the training set is right or the epochs are over."""
    epochs = islice(train_epochs(rng, digits, width=width), max_epochs)
    for net in epochs:
        if net.accuracy(digits) >= FITTED:
            break
    return net


def train_epochs(
    rng: np.random.Generator,
    digits: Digits,
    *,
    width: int,
    rate: float = 0.1,
    batch_size: int = 50,
) -> Iterator[Net]:
    """Give the network after each epoch, without end; it is one network that goes on changing."""
    weights = _start(rng, digits.x.shape[1], width)
    speeds = tuple(map(np.zeros_like, weights))
    targets = np.eye(N_CLASSES, dtype=np.float32)[digits.labels]
    n = len(digits.x)
    while True:
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            batch = order[first : first + batch_size]
            gradients = find_gradients(weights, digits.x[batch], targets[batch])
            for weight, speed, gradient in zip(weights, speeds, gradients, strict=True):
                speed[...] = _MOMENTUM * speed - rate * gradient
                weight[...] += speed
        yield Net(weights=weights)


def _start(rng: np.random.Generator, n_inputs: int, width: int) -> tuple[np.ndarray, ...]:
    """Draw the first weights: He et al. (2015), doi:10.1109/ICCV.2015.123."""
    first = rng.standard_normal((n_inputs, width)) * np.sqrt(2 / n_inputs)
    second = rng.standard_normal((width, N_CLASSES)) * np.sqrt(2 / width)
    raw = (first, np.zeros(width), second, np.zeros(N_CLASSES))
    return tuple(each.astype(np.float32) for each in raw)


def _forward(weights: tuple[np.ndarray, ...], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hidden = np.maximum(x @ weights[0] + weights[1], 0)
    return hidden, hidden @ weights[2] + weights[3]


def soften(outputs: np.ndarray) -> np.ndarray:
    """Give the softmax of each row."""
    shares: np.ndarray = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def find_gradients(
    weights: tuple[np.ndarray, ...], x: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Give the gradient of the mean cross-entropy for each of the weights."""
    hidden, outputs = _forward(weights, x)
    back = (soften(outputs) - targets) / len(x)
    inner = (back @ weights[2].T) * (hidden > 0)
    return x.T @ inner, inner.sum(axis=0), hidden.T @ back, back.sum(axis=0)
