"""Spectral bounds grow with the training set if SGD is noisy, and stay flat if it is not.

What it re-runs: the experiment of Nagarajan and Kolter on norms. A ReLU network of five hidden
layers without biases learns digits by plain SGD on the sigmoid cross-entropy, with training sets of
64, 256 and 1,024, each until 99 % of the points have a margin of 10. Then its distance from the
start, the product of the layers' spectral norms, and two bounds made of these are put against n.
Once in small batches at a high rate, once in larger ones: the rate over the batch size is the
lever.

Expected effect: the test error falls like a power of n in both. With rate over batch size of 0.1
the norms grow so fast that the bounds rise with n, though the truth falls; at 0.016 the norms grow
less and the bounds stay about flat. In neither do they fall as the test error does.

Source: V. Nagarajan and J. Z. Kolter, Uniform convergence may be unable to explain generalization
in deep learning (NeurIPS 2019), section 2 and fig. 1, arXiv:1902.04742. The bounds: B. Neyshabur,
S. Bhojanapalli and N. Srebro (2018), arXiv:1707.09564, and P. Bartlett, D. Foster and M. Telgarsky
(2017), arXiv:1706.08498, without constants and logarithms and from the start of training.

Simplified: 64 units a layer in place of 1,024; the 8 x 8 digits turned, stretched and shifted at
random in place of MNIST; batches of 8 at rate 0.8 in place of 1 at 0.1, which gives the same slopes
at a fifth of the cost. Toy scale; three sizes, all seeds from one set of 1,297 base images (the
500 others are for testing).

Published and measured: slopes over log n of about -0.43 for the test error, 0.4 for the distance
and 0.68 for the bounds (quoted, not checked; its batch size is believed to be 1). Here, over 20
planned and 12 fresh seeds, the means are -0.50, 0.38, and 0.65 and 0.67 (0.28 to 1.04 by seed); the
product of norms 0.96. Calm, the test error has -0.47 and the bound 0.08 (-0.46 to 0.43 by seed: the
slope of one seed is worth little). No seed's noisy bound falls; a calm one may.

Depth matters as much as noise: over three more seeds the noisy bound's slope is 0.23 to 0.30 with
three hidden layers and 0.56 to 0.64 with five. With two it is 0.08 to 0.19, but the smallest set
misses the margin, and with eight the network does not train at these rates: the guard fails both.

Predicate against the catalogue: there the control had its own verdict of "partly"; here it is a
claim of its own, and means are judged, as the calm slope scatters by 0.2. The full profile (128
units, sizes to 16,384), one seed, 75 CPU seconds: bounds 0.66 and 0.67, product 1.02, distance
0.35, test error -0.48; calm 0.04. Trials of that size in PyTorch gave 0.75 to 0.86 for the bound
over three seeds, and 0.06 for a calm one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._digits import read_digits
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
    summary="Norm bounds rise with the sample under noisy SGD, and are flat under calm SGD.",
    source="Nagarajan and Kolter (2019), section 2, arXiv:1902.04742",
    parameters={
        "sizes": Parameter(default=[64, 256, 1024], low=8, summary="training points, rising"),
        "width": Parameter(default=64, low=4, high=2000),
        "depth": Parameter(default=5, low=1, high=20, summary="hidden layers"),
        "batch_size": Parameter(default=8, low=1, high=1000),
        "rate": Parameter(default=0.8, low=0.0001, high=10.0),
        "calm_batch_size": Parameter(default=64, low=1, high=1000),
        "calm_rate": Parameter(default=1.0, low=0.0001, high=10.0),
        "max_epochs": Parameter(default=1500, low=1, high=100000),
    },
    metrics={
        "test_slope": Metric(direction="down", summary="of log test error over log n"),
        "distance_slope": Metric(summary="the same of the distance from the start"),
        "product_slope": Metric(summary="the same of the product of spectral norms"),
        "bound_slope": Metric(summary="the same of the bound by spectral norms and distance"),
        "group_bound_slope": Metric(summary="the same of the bound by spectral and (2, 1) norms"),
        "calm_test_slope": Metric(direction="down", summary="as the first, under calm SGD"),
        "calm_bound_slope": Metric(summary="as the fourth, under calm SGD"),
        "slope_difference": Metric(summary="of the bound, noisy less calm"),
    },
    guards={
        "trained to the margin": Guard(
            kind="convergence", summary="99 % with margin 10, at each size, noisy and calm"
        ),
        "the test error falls": Guard(
            kind="positive-control", summary="to three fifths from first to last, noisy and calm"
        ),
        "norms of a known layer": Guard(kind="known-answer", summary="a diagonal of 1, 2 and 3"),
        "a net at its start": Guard(
            kind="negative-control", summary="has no distance and no bound, at any size"
        ),
    },
    profiles={
        "quick": Profile(limits=Limits(cpu_s=60.0)),
        "full": Profile(
            params={"sizes": [64, 256, 1024, 4096, 16384], "width": 128},
            limits=Limits(cpu_s=900.0, wall_s=1800.0),
        ),
    },
    failing=(
        FailingSetting(
            params={"batch_size": 64, "rate": 1.0},
            verdicts=("refuted", "inconclusive", "partly"),
            summary="calm SGD under the name of noisy: refutes that the bounds rise",
        ),
        FailingSetting(
            params={"max_epochs": 5},
            verdicts=("invalid",),
            summary="stopped before the margin is reached, where slopes can fake support",
        ),
        FailingSetting(
            params={"batch_size": 64, "rate": 3.0, "max_epochs": 50},
            verdicts=("invalid",),
            summary="a rate at which training breaks down",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_MARGIN = 10.0
_MARGIN_SHARE = 0.99
_N_SIDE = 8
_N_CLASSES = 10
_N_BASE = 1297
_N_TEST = 4000
_TURN, _STRETCH, _SHIFT = 0.25, 0.15, 0.2  # radians; share; share of half the width
_ROOM = 3  # blank pixels around an image, more than any shift


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    sizes: list[int]
    width: int
    depth: int
    batch_size: int
    rate: float
    calm_batch_size: int
    calm_rate: float
    max_epochs: int

    @property
    def noisy(self) -> Sgd:
        """The one in question."""
        return Sgd(batch_size=self.batch_size, rate=self.rate, max_epochs=self.max_epochs)

    @property
    def calm(self) -> Sgd:
        """The one to compare with."""
        size, rate = self.calm_batch_size, self.calm_rate
        return Sgd(batch_size=size, rate=rate, max_epochs=self.max_epochs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sgd:
    """How a net is trained."""

    batch_size: int
    rate: float
    max_epochs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Images, float32 of shape (n, 64), a full stroke being 1, and their labels."""

    x: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was measured at one size."""

    n: int
    margin_share: float
    test_error: float
    distance: float
    product: float
    bound: float
    group_bound: float


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train at each size, noisy and calm."""
    setting = _Setting(**params)
    rng = ctx.rng("digits")
    order = rng.permutation(len(read_digits()[1]))
    base, rest = order[:_N_BASE], order[_N_BASE:]
    test = draw_digits(ctx.rng("test"), rest, _N_TEST)
    noisy: list[Point] = []
    calm: list[Point] = []
    for place, n in enumerate(setting.sizes):
        digits = draw_digits(ctx.rng(f"train {n}"), base, n)
        for points, sgd in ((noisy, setting.noisy), (calm, setting.calm)):
            rng = ctx.rng(f"net {n}")
            start = start_net(rng, setting.width, setting.depth)
            net = [layer.copy() for layer in start]
            train(rng, net, digits, sgd)
            points.append(measure(net, start, digits, test))
        ctx.progress((place + 1) / len(setting.sizes), f"n = {n}")
    _report(ctx, noisy, calm)
    _check(ctx, setting, [*noisy, *calm], draw_digits(ctx.rng("check"), base, 50))
    _draw_chart(ctx, noisy, calm)


def _report(ctx: Context, noisy: list[Point], calm: list[Point]) -> None:
    bound, calm_bound = _slope(noisy, "bound"), _slope(calm, "bound")
    ctx.metric("test_slope", _slope(noisy, "test_error"))
    ctx.metric("distance_slope", _slope(noisy, "distance"))
    ctx.metric("product_slope", _slope(noisy, "product"))
    ctx.metric("bound_slope", bound)
    ctx.metric("group_bound_slope", _slope(noisy, "group_bound"))
    ctx.metric("calm_test_slope", _slope(calm, "test_error"))
    ctx.metric("calm_bound_slope", calm_bound)
    ctx.metric("slope_difference", bound - calm_bound)


def _slope(points: list[Point], name: str) -> float:
    values = [getattr(point, name) for point in points]
    if min(values) <= 0 or not np.isfinite(values).all():
        return 0.0  # a net that is broken; its guards say so
    return float(np.polyfit(np.log([point.n for point in points]), np.log(values), 1)[0])


def draw_digits(rng: np.random.Generator, places: np.ndarray, n: int) -> Digits:
    """Draw images among these with replacement, each turned, stretched and shifted at random."""
    pixels, labels = read_digits()
    chosen = rng.choice(places, size=n)
    angle = rng.uniform(-_TURN, _TURN, size=n)
    stretch = rng.uniform(1 - _STRETCH, 1 + _STRETCH, size=n)
    shift = rng.uniform(-_SHIFT, _SHIFT, size=(n, 2))
    images = warp(pixels[chosen].reshape(n, _N_SIDE, _N_SIDE) / 16, angle, stretch, shift)
    return Digits(x=images.reshape(n, -1).astype(np.float32), labels=labels[chosen])


def warp(
    images: np.ndarray, angle: np.ndarray, stretch: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Give each image seen through a similarity, between pixels by bilinear interpolation."""
    grid = np.linspace(-1, 1, _N_SIDE)
    across, cosine = grid[None, None, :], (np.cos(angle) / stretch)[:, None, None]
    down, sine = grid[None, :, None], (np.sin(angle) / stretch)[:, None, None]
    x = (cosine * across - sine * down + shift[:, 0, None, None] + 1) * (_N_SIDE - 1) / 2
    y = (sine * across + cosine * down + shift[:, 1, None, None] + 1) * (_N_SIDE - 1) / 2
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    padded = np.pad(images, ((0, 0), (_ROOM, _ROOM), (_ROOM, _ROOM)))
    number = np.arange(len(images))[:, None, None]
    last = _N_SIDE + 2 * _ROOM - 1
    seen = np.zeros(x.shape)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = np.abs(1 - row - y + top) * np.abs(1 - column - x + left)
        rows, columns = top + row + _ROOM, left + column + _ROOM
        seen += weight * padded[number, rows.clip(0, last), columns.clip(0, last)]
    return seen


def start_net(rng: np.random.Generator, width: int, depth: int) -> list[np.ndarray]:
    """Draw layers: Glorot and Bengio (2010), uniform."""
    sizes = [_N_SIDE**2, *[width] * depth, _N_CLASSES]
    return [
        (rng.uniform(-1, 1, size=(n_in, n_out)) * np.sqrt(6 / (n_in + n_out))).astype(np.float32)
        for n_in, n_out in pairwise(sizes)
    ]


def find_margins(net: list[np.ndarray], digits: Digits) -> np.ndarray:
    """Give the right output less the largest wrong one, for each image."""
    hidden = digits.x
    for layer in net[:-1]:
        hidden = np.maximum(hidden @ layer, 0)
    outputs = hidden @ net[-1]
    own = np.eye(_N_CLASSES, dtype=bool)[digits.labels]
    margins: np.ndarray = outputs[own] - np.where(own, -np.inf, outputs).max(axis=1)
    return margins


def train(
    rng: np.random.Generator,
    net: list[np.ndarray],
    digits: Digits,
    sgd: Sgd,
) -> None:
    """Change the layers until the margin is reached or the epochs are over."""
    targets = np.eye(_N_CLASSES, dtype=np.float32)[digits.labels]
    n = len(digits.x)
    size = min(sgd.batch_size, n)
    for _ in range(sgd.max_epochs):
        for batch in rng.integers(n, size=(n // size, size)):
            slopes = find_gradients(net, digits.x[batch], targets[batch])
            for layer, slope in zip(net, slopes, strict=True):
                np.multiply(slope, sgd.rate, out=slope)
                np.subtract(layer, slope, out=layer)
        if np.mean(find_margins(net, digits) >= _MARGIN) >= _MARGIN_SHARE:
            break


def find_gradients(net: list[np.ndarray], x: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
    """Give the gradient of the mean sigmoid cross-entropy over images and outputs."""
    hidden = [x]
    for layer in net[:-1]:
        inner = hidden[-1] @ layer
        hidden.append(np.maximum(inner, 0, out=inner))
    # The logistic function by tanh does not overflow.
    back = (0.5 * np.tanh(0.5 * (hidden[-1] @ net[-1])) + 0.5 - targets) / targets.size
    slopes = []
    for layer, values in zip(reversed(net), reversed(hidden), strict=True):
        slopes.append(values.T @ back)
        back = (back @ layer.T) * (values > 0)
    return slopes[::-1]


def measure(net: list[np.ndarray], start: list[np.ndarray], digits: Digits, test: Digits) -> Point:
    """Give norms, bounds and errors of a trained net."""
    n, n_layers = len(digits.x), len(net)
    moved = [(layer - first).astype(float) for layer, first in zip(net, start, strict=True)]
    spectral = np.array([find_norm(layer.astype(float)) for layer in net])
    distances = np.array([np.linalg.norm(each) for each in moved])
    groups = np.array([np.linalg.norm(each, axis=0).sum() for each in moved])
    product = float(spectral.prod())
    scale = np.linalg.norm(digits.x, axis=1).max() * product / (_MARGIN * np.sqrt(n))
    width = max(layer.shape[1] for layer in net)
    spread = np.sqrt(np.sum((distances / spectral) ** 2))
    return Point(
        n=n,
        margin_share=float(np.mean(find_margins(net, digits) >= _MARGIN)),
        test_error=float(np.mean(find_margins(net, test) <= 0)),
        distance=float(np.linalg.norm(distances)),
        product=product,
        bound=float(scale * n_layers * np.sqrt(width) * spread),
        group_bound=float(scale * np.sum((groups / spectral) ** (2 / 3)) ** 1.5),
    )


def find_norm(layer: np.ndarray) -> float:
    """Give the largest singular value; infinite if a weight is not finite."""
    return float(np.linalg.norm(layer, 2)) if np.isfinite(layer).all() else np.inf


def _check(ctx: Context, setting: _Setting, points: list[Point], digits: Digits) -> None:
    slack = min(points, key=lambda point: point.margin_share)
    ctx.guard(
        "trained to the margin",
        ok=slack.margin_share >= _MARGIN_SHARE,
        detail=f"{slack.margin_share:.3f} with the margin at n = {slack.n}",
    )
    half = len(points) // 2
    falls = [part[-1].test_error / part[0].test_error for part in (points[:half], points[half:])]
    ctx.guard("the test error falls", ok=max(falls) <= 0.6, detail=f"to {max(falls):.2f}")
    known = find_norm(np.diag([1.0, 3.0, 2.0]))
    ctx.guard("norms of a known layer", ok=abs(known - 3) < 1e-9, detail=f"{known:.6g}")
    start = start_net(ctx.rng("start"), setting.width, setting.depth)
    still = measure(start, start, digits, digits)
    ok = still.distance == still.bound == still.group_bound == 0
    ctx.guard("a net at its start", ok=ok, detail=f"bound {still.bound:.2g}")


def _draw_chart(ctx: Context, noisy: list[Point], calm: list[Point]) -> None:
    n = [point.n for point in noisy]

    def relative(points: list[Point], name: str) -> list[float]:
        values = np.array([getattr(point, name) for point in points])
        return [float(each) for each in values / values[0]]

    chart = Chart(
        title="Bounds and test error, as shares of what they are at the first size",
        x=Axis(label="training points", is_log=True),
        y=Axis(label="relative to the first", is_log=True),
        series=(
            Series(name="bound, noisy", x=n, y=relative(noisy, "bound")),
            Series(name="bound, calm", x=n, y=relative(calm, "bound")),
            Series(name="norms, noisy", x=n, y=relative(noisy, "product")),
            Series(name="error, noisy", x=n, y=relative(noisy, "test_error")),
            Series(name="error, calm", x=n, y=relative(calm, "test_error")),
        ),
    )
    write_chart(ctx.plot("bounds.svg"), chart)
