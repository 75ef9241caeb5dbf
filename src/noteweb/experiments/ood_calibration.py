"""A network that knows how sure to be of digits is as sure of noise, and of digits it misreads.

What it re-runs: one hidden ReLU layer with a softmax, trained on 1,000 of the 8 x 8 digits. Mean
confidence (the largest share) is held against accuracy on the other digits, on digits moved by one
pixel, and on pure noise of 1, 10 and 100 times the pixels' deviation; and so it is for a kernel
method whose outputs fall to zero far from the training points.

Expected effect: on fresh digits confidence and accuracy agree; on moved digits confidence exceeds
accuracy by far; on noise far away it nears 1. The kernel method's confidence falls to a tenth, so
that this is a trait of the network and not of classifiers.

Source: M. Hein, M. Andriushchenko and J. Bitterwolf, Why ReLU networks yield high-confidence
predictions far away from the training data (CVPR 2019), theorem 3.1, arXiv:1812.05720; Y. Ovadia et
al. (2019), arXiv:1906.02530, on shifts.

Simplified: toy scale, one number for calibration (mean confidence less accuracy), no temperature.

Published and measured: the source proves that confidence nears 1 along almost every ray. Here, over
20 planned and 20 fresh seeds, confidence less accuracy is -0.03 to 0.00 on fresh digits and 0.30 to
0.40 on moved ones, and confidence on noise a hundred times the pixels' deviation 0.990 to 0.998.

Predicate against the catalogue: the same bounds; agreement on fresh digits is asked within 0.04.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._digit_net import N_CLASSES, Digits, Net, soften, split_digits, train_net
from noteweb.experiments._plot import Axis, Chart, Series, write_chart
from noteweb.lab import (
    Context,
    Experiment,
    FailingSetting,
    Guard,
    Limits,
    Metric,
    Parameter,
    Profile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
experiment = Experiment(
    summary="Sure of fresh digits with reason, of moved ones without, and surest of far noise.",
    source="Hein et al. (2019), arXiv:1812.05720",
    parameters={
        "n_train": Parameter(default=1000, low=200, high=1500),
        "width": Parameter(default=64, low=8, high=4096, summary="hidden units"),
        "noise": Parameter(
            default=100.0, low=0.1, high=10000.0, summary="far away, in deviations of the pixels"
        ),
        "learner": Parameter(default="network", choices=("network", "kernel")),
    },
    metrics={
        "fresh_gap": Metric(low=-1, high=1, summary="confidence less accuracy, fresh digits"),
        "moved_gap": Metric(low=-1, high=1, summary="the same, moved by one pixel"),
        "noise_confidence": Metric(low=0, high=1, summary="on pure noise"),
    },
    guards={
        "digits are read": Guard(kind="positive-control", summary="0.92 of them, by both learners"),
        "a kernel method grows unsure": Guard(
            kind="negative-control", summary="far away its confidence is a tenth"
        ),
        "equal outputs": Guard(kind="known-answer", summary="give a confidence of a tenth"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"learner": "kernel"},
            verdicts=("refuted",),
            summary="a learner whose outputs fall to zero far away",
        ),
        FailingSetting(
            params={"noise": 1.0},
            verdicts=("refuted",),
            summary="noise that is not far away",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_READ = 0.92
_N_NOISE = 500
_RIDGE = 1e-3
#: Kernel outputs go from 0 to 1; a softmax of them as they are would never be sure.
_SHARPNESS = 10.0
_FAR = 100.0
_SIZES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_train: int
    width: int
    noise: float
    learner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Ridge regression on the classes with a Gaussian kernel, and a softmax on top."""

    x: np.ndarray
    weights: np.ndarray  # shape (n, n_classes)
    width: float  # of the kernel

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Give the softmax of the outputs."""
        return soften(_SHARPNESS * _compare(x, self.x, self.width) @ self.weights)


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train both learners and ask how sure they are."""
    setting = _Setting(**params)
    train_set, test_set = split_digits(ctx.rng("split"), setting.n_train)
    net = train_net(ctx.rng("training"), train_set, width=setting.width)
    kernel = fit_kernel(train_set)
    asked = net if setting.learner == "network" else kernel
    noise = float(train_set.x.std()) * ctx.rng("noise").standard_normal((_N_NOISE, 64))
    ctx.metric("fresh_gap", find_gap(asked.shares(test_set.x), test_set.labels))
    moved = test_set.move(0, 1)
    ctx.metric("moved_gap", find_gap(asked.shares(moved.x), moved.labels))
    ctx.metric("noise_confidence", find_confidence(asked.shares(setting.noise * noise)))
    read = [
        float(np.mean(each.shares(test_set.x).argmax(axis=1) == test_set.labels))
        for each in (net, kernel)
    ]
    ctx.guard("digits are read", ok=min(read) >= _READ, detail=f"{read[0]:.3f} and {read[1]:.3f}")
    far = find_confidence(kernel.shares(_FAR * noise))
    ctx.guard("a kernel method grows unsure", ok=far < 0.15, detail=f"confidence {far:.3f}")
    flat = find_confidence(soften(np.zeros((3, N_CLASSES))))
    ctx.guard("equal outputs", ok=abs(flat - 1 / N_CLASSES) < 1e-12, detail=f"{flat:.6f}")
    _draw_chart(ctx, net, kernel, noise)


def fit_kernel(digits: Digits) -> Kernel:
    """Fit the kernel method; the kernel is as wide as digits are apart in the middle."""
    x = digits.x.astype(float)
    width = float(np.sqrt(2) * np.linalg.norm(x.std(axis=0))) / 2
    targets = np.eye(N_CLASSES)[digits.labels]
    weights = np.linalg.solve(_compare(x, x, width) + _RIDGE * np.eye(len(x)), targets)
    return Kernel(x=x, weights=weights, width=width)


def _compare(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2 * a @ b.T
    likeness: np.ndarray = np.exp(-squares / (2 * width**2))
    return likeness


def find_confidence(shares: np.ndarray) -> float:
    """Give the mean of the largest share."""
    return float(shares.max(axis=1).mean())


def find_gap(shares: np.ndarray, labels: np.ndarray) -> float:
    """Give mean confidence less accuracy; above 0 is too sure."""
    return find_confidence(shares) - float(np.mean(shares.argmax(axis=1) == labels))


def _draw_chart(ctx: Context, net: Net, kernel: Kernel, noise: np.ndarray) -> None:
    chart = Chart(
        title="Confidence on pure noise",
        x=Axis(label="size, in deviations of the pixels", is_log=True),
        y=Axis(label="mean confidence"),
        series=tuple(
            Series(name=name, x=_SIZES, y=[find_confidence(each.shares(k * noise)) for k in _SIZES])
            for name, each in (("network", net), ("kernel", kernel))
        ),
    )
    write_chart(ctx.plot("confidence.svg"), chart)
