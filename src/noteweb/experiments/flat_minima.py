"""Noisier SGD ends at flatter minima; these do not err less, and flatness can be scaled away.

What it re-runs: a network of two hidden ReLU layers learns 300 digits, a fifth of them with a wrong
label, by plain SGD from one start in batches of 4 to 300, each until the same training loss. There
the largest eigenvalue of the Hessian is found. Then the first layer is multiplied by ten and the
second divided by it, which changes no prediction.

Expected effect: the larger the rate for the batch size, the smaller the eigenvalue. It goes with
the loss on fresh digits, but not with the error on them. The rescaling multiplies it more than
tenfold; scaled by the weights' own size ("adaptive") it stays.

The trap: with cross-entropy the Hessian shrinks with the training loss, so who fits better looks
flatter for nothing. Hence squared error, and a guard on equal losses.

Sources: N. Keskar et al., On large-batch training (ICLR 2017), arXiv:1609.04836; L. Dinh, R.
Pascanu, S. Bengio and Y. Bengio, Sharp minima can generalize for deep nets (ICML 2017),
arXiv:1703.04933. Adaptive sharpness: J. Kwon et al. (2021), arXiv:2102.11600.

Simplified: 48 units a layer, small images, one rate. Toy scale. Batches also change how wrong
labels are fitted, so the correlations are no intervention; sharpness-aware training was not tried.

Published and measured: Keskar et al. report worse test accuracy for sharper minima of large batches
on other data. Here, over 20 planned and 20 fresh seeds, the slope is -0.13 to -0.27; the rank
correlation with the error is -0.50 in the mean (-1 to 0.83: the flattest, of the smallest batches,
err the most rather), with the loss 0.45 (-0.66 to 1); the rescaling multiplies the eigenvalue by 21
to 34 and changes no label.

Predicate against the catalogue: batch sizes at one rate, at two thirds of the training loss there,
in place of three rates; that costs a tenth. There the rank correlation with the loss was 0.87 to
0.97, here it is not reliable. The slope has the ratio beside it, for large batches alone still have
a slope near the bound of -0.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._digit_net import N_CLASSES, Digits, split_digits
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
    from collections.abc import Callable, Mapping, Sequence

experiment = Experiment(
    summary="Noise of SGD flattens minima; flat ones do not err less, and scaling undoes flatness.",
    source="Keskar et al. (2017), arXiv:1609.04836; Dinh et al. (2017), arXiv:1703.04933",
    parameters={
        "batch_sizes": Parameter(default=[4, 8, 16, 32, 64, 300], low=1, summary="rising"),
        "rate": Parameter(default=0.1, low=0.0001, high=1.0),
        "n_train": Parameter(default=300, low=20, high=1500),
        "width": Parameter(default=48, low=2, high=500, summary="units in each hidden layer"),
        "wrong_labels": Parameter(default=0.2, low=0.0, high=0.9, summary="share of them"),
        "target": Parameter(default=0.2, low=0.001, high=2.0, summary="training loss at the end"),
        "factor": Parameter(default=10.0, low=1.0, high=1000.0, summary="of the rescaling"),
        "max_steps": Parameter(default=8000, low=1, high=1000000),
    },
    metrics={
        "sharpness_slope": Metric(
            direction="down", summary="of log largest eigenvalue over log rate by batch size"
        ),
        "sharpness_ratio": Metric(
            low=0, summary="eigenvalue of the largest batch over the smallest"
        ),
        "error_correlation": Metric(
            low=-1, high=1, summary="rank correlation of eigenvalue and error on fresh digits"
        ),
        "loss_correlation": Metric(
            low=-1, high=1, summary="the same of eigenvalue and loss on fresh digits"
        ),
        "rescaled_ratio": Metric(low=0, summary="eigenvalue after the rescaling, over before"),
        "labels_changed": Metric(low=0, high=1, summary="share of fresh digits, by the rescaling"),
    },
    guards={
        "the loss is reached": Guard(kind="convergence", summary="within the steps, by each"),
        "losses are equal": Guard(kind="convergence", summary="within a quarter"),
        "adaptive sharpness stays": Guard(
            kind="negative-control", summary="the rescaling changes it by 0.1 % at most"
        ),
        "the Hessian": Guard(
            kind="known-answer", summary="its product with a direction, against gradients"
        ),
        "a known matrix": Guard(
            kind="known-answer", summary="power iteration finds its largest eigenvalue"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"batch_sizes": [100, 200, 300]},
            verdicts=("refuted", "inconclusive"),
            summary="batches so large that none is noisy",
        ),
        FailingSetting(
            params={"factor": 1.0},
            verdicts=("refuted", "inconclusive"),
            summary="no rescaling: refutes that it changes the eigenvalue",
        ),
        FailingSetting(
            params={"max_steps": 40},
            verdicts=("invalid",),
            summary="stopped before the loss is reached",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_N_ITERATIONS = 30
_CHECKS = 4  # of the loss, for each pass over the training set

Weights = list[np.ndarray]  # matrices and biases in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    batch_sizes: list[int]
    rate: float
    n_train: int
    width: int
    wrong_labels: float
    target: float
    factor: float
    max_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Images, shape (n, 64), and one-hot labels."""

    x: np.ndarray
    y: np.ndarray

    def astype(self, kind: type[np.floating[Any]]) -> Points:
        """Give them in another precision."""
        return Points(x=self.x.astype(kind), y=self.y.astype(kind))

    def pick(self, places: np.ndarray) -> Points:
        """Give some of them."""
        return Points(x=self.x[places], y=self.y[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where training from one start with one batch size ended."""

    weights: Weights
    train_loss: float
    sharpness: float
    test_loss: float
    test_error: float


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train with each batch size, and rescale the last network."""
    setting = _Setting(**params)
    digits, fresh = split_digits(ctx.rng("split"), setting.n_train)
    points = confuse(ctx.rng("labels"), digits, setting.wrong_labels)
    test = confuse(ctx.rng("none"), fresh, 0.0)
    start = start_weights(ctx.rng("start"), setting.width)
    ends = []
    for place, size in enumerate(setting.batch_sizes):
        weights = train(ctx.rng("batches"), start, points, size, setting)
        ends.append(measure(weights, points, test))
        ctx.progress((place + 1) / len(setting.batch_sizes), f"batch size {size}")
    noise = [setting.rate / size for size in setting.batch_sizes]
    sharpness = [end.sharpness for end in ends]
    ctx.metric("sharpness_slope", np.polyfit(np.log(noise), np.log(sharpness), 1)[0])
    ctx.metric("sharpness_ratio", sharpness[-1] / sharpness[0])
    ctx.metric("error_correlation", correlate(sharpness, [end.test_error for end in ends]))
    ctx.metric("loss_correlation", correlate(sharpness, [end.test_loss for end in ends]))
    last = ends[-1].weights
    scaled = rescale(last, setting.factor)
    ctx.metric("rescaled_ratio", find_sharpness(scaled, points, ones(last)) / sharpness[-1])
    ctx.metric("labels_changed", np.mean(guess(last, test) != guess(scaled, test)))
    _check(ctx, setting, ends, scaled, points)
    _draw_chart(ctx, noise, ends)


def confuse(rng: np.random.Generator, digits: Digits, share: float) -> Points:
    """Give the digits with this share of wrong labels, in double precision."""
    n = len(digits.labels)
    moves = rng.integers(1, N_CLASSES, size=n) * (rng.random(n) < share)
    y = np.eye(N_CLASSES)[(digits.labels + moves) % N_CLASSES]
    return Points(x=digits.x.astype(float), y=y)


def start_weights(rng: np.random.Generator, width: int) -> Weights:
    """Draw matrices and biases in turn: He et al. (2015)."""
    weights = []
    for n_in, n_out, gain in ((64, width, 2), (width, width, 2), (width, N_CLASSES, 1)):
        weights.append(rng.standard_normal((n_in, n_out)) * np.sqrt(gain / n_in))
        weights.append(np.zeros(n_out))
    return weights


def ones(weights: Weights) -> Weights:
    """Give scales that change nothing."""
    return [np.ones_like(each) for each in weights]


def train(
    rng: np.random.Generator, start: Weights, points: Points, batch_size: int, setting: _Setting
) -> Weights:
    """Descend from the start until the training loss is reached; in single precision meanwhile."""
    single = points.astype(np.float32)
    weights = [each.astype(np.float32) for each in start]
    n, rate = len(points.x), np.float32(setting.rate)
    pause = max(1, n // batch_size // _CHECKS)
    for step in range(setting.max_steps):
        if step % pause == 0 and find_loss(weights, single) <= setting.target:
            break
        batch = rng.integers(n, size=batch_size) if batch_size < n else np.arange(n)
        for weight, slope in zip(weights, find_gradients(weights, single.pick(batch)), strict=True):
            weight[...] -= rate * slope
    return [each.astype(float) for each in weights]


def _forward(weights: Weights, x: np.ndarray) -> list[np.ndarray]:
    values = [x]
    for matrix, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        values.append(np.maximum(values[-1] @ matrix + bias, 0))
    return [*values, values[-1] @ weights[-2] + weights[-1]]


def guess(weights: Weights, points: Points) -> np.ndarray:
    """Give the label with the largest output."""
    labels: np.ndarray = _forward(weights, points.x)[-1].argmax(axis=1)
    return labels


def find_loss(weights: Weights, points: Points) -> float:
    """Give the squared error, summed over outputs, in the mean over points."""
    return float(((_forward(weights, points.x)[-1] - points.y) ** 2).sum(axis=1).mean())


def find_gradients(weights: Weights, points: Points) -> Weights:
    """Give the gradient of the loss."""
    *values, outputs = _forward(weights, points.x)
    back = (outputs - points.y) * points.y.dtype.type(2 / len(points.y))
    slopes: Weights = []
    for place in range(len(values) - 1, -1, -1):
        slopes = [values[place].T @ back, back.sum(axis=0), *slopes]
        back = (back @ weights[2 * place].T) * (values[place] > 0)
    return slopes


def multiply_hessian(weights: Weights, points: Points, along: Weights) -> Weights:
    """Give the Hessian's product with a direction, where no unit is at its kink.

    Source: B. Pearlmutter, Fast exact multiplication by the Hessian (1994),
    doi:10.1162/neco.1994.6.1.147.
    """
    *values, outputs = _forward(weights, points.x)
    changes = [np.zeros_like(points.x)]
    for place, value in enumerate(values):
        change = changes[-1] @ weights[2 * place] + value @ along[2 * place] + along[2 * place + 1]
        changes.append(change * (values[place + 1] > 0) if place + 1 < len(values) else change)
    scale = 2 / len(points.y)
    back, back_change = (outputs - points.y) * scale, changes[-1] * scale
    product: Weights = []
    for place in range(len(values) - 1, -1, -1):
        value, is_on = values[place], values[place] > 0
        for_matrix = value.T @ back_change + changes[place].T @ back
        product = [for_matrix, back_change.sum(axis=0), *product]
        matrix, direction = weights[2 * place], along[2 * place]
        back_change = (back_change @ matrix.T + back @ direction.T) * is_on
        back = (back @ matrix.T) * is_on
    return product


def find_sharpness(weights: Weights, points: Points, scales: Weights) -> float:
    """Give the Hessian's largest eigenvalue, in coordinates in which weights count by the scales.

    Scales of 1 give the eigenvalue as it stands, the weights' own sizes the adaptive one.
    """

    def apply(along: Weights) -> Weights:
        inner = [scale * part for scale, part in zip(scales, along, strict=True)]
        product = multiply_hessian(weights, points, inner)
        return [scale * part for scale, part in zip(scales, product, strict=True)]

    rng = np.random.default_rng(0)  # where to begin; the end does not depend on it
    return iterate(apply, [rng.standard_normal(each.shape) for each in weights])


def iterate(apply: Callable[[Weights], Weights], along: Weights) -> float:
    """Give the largest eigenvalue of a symmetric map by power iteration."""
    value = 0.0
    for _ in range(_N_ITERATIONS):
        size = np.sqrt(sum(float(np.sum(part**2)) for part in along))
        along = [part / size for part in along]
        product = apply(along)
        value = sum(float(np.sum(a * b)) for a, b in zip(along, product, strict=True))
        along = product
    return value


def rescale(weights: Weights, factor: float) -> Weights:
    """Give weights of the same function: the first layer larger, the second smaller."""
    first, bias, second, *rest = weights
    return [first * factor, bias * factor, second / factor, *rest]


def measure(weights: Weights, points: Points, test: Points) -> End:
    """Give what is to be known of a trained network."""
    return End(
        weights=weights,
        train_loss=find_loss(weights, points),
        sharpness=find_sharpness(weights, points, ones(weights)),
        test_loss=find_loss(weights, test),
        test_error=float(np.mean(guess(weights, test) != test.y.argmax(axis=1))),
    )


def correlate(first: Sequence[float], second: Sequence[float]) -> float:
    """Give Spearman's rank correlation; ties have their mean rank, and no spread gives 0."""
    ranks = []
    for values in (np.asarray(first), np.asarray(second)):
        below = (values[:, None] > values).sum(axis=1)
        ranks.append(below + ((values[:, None] == values).sum(axis=1) - 1) / 2)
    spread = ranks[0].std() * ranks[1].std()
    if spread == 0:
        return 0.0
    return float(np.mean((ranks[0] - ranks[0].mean()) * (ranks[1] - ranks[1].mean())) / spread)


def _check(
    ctx: Context, setting: _Setting, ends: list[End], scaled: Weights, points: Points
) -> None:
    losses = [end.train_loss for end in ends]
    # The stop was decided in single precision.
    ok = max(losses) <= setting.target * 1.001
    ctx.guard("the loss is reached", ok=ok, detail=f"{max(losses):.4f} at most")
    ratio = max(losses) / min(losses)
    ctx.guard("losses are equal", ok=ratio <= 1.25, detail=f"{ratio:.3f} apart")
    last = ends[-1].weights
    before, after = (
        find_sharpness(each, points, [np.abs(part) for part in each]) for each in (last, scaled)
    )
    change = abs(after / before - 1)
    ctx.guard("adaptive sharpness stays", ok=change < 1e-3, detail=f"changes by {change:.2g}")
    rng = ctx.rng("check")
    few = points.pick(np.arange(min(10, len(points.x))))  # so that no unit is near its kink
    along = [rng.standard_normal(each.shape) for each in last]
    ahead, behind = (
        find_gradients([w + sign * 1e-8 * part for w, part in zip(last, along, strict=True)], few)
        for sign in (1, -1)
    )
    known = np.concatenate([(a - b).ravel() / 2e-8 for a, b in zip(ahead, behind, strict=True)])
    product = multiply_hessian(last, few, along)
    found = np.concatenate([part.ravel() for part in product])
    error = float(np.linalg.norm(found - known) / np.linalg.norm(known))
    ctx.guard("the Hessian", ok=error < 1e-3, detail=f"{error:.2g} off, relative")
    turn = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    matrix = turn @ np.diag([5.0, 2, 1, 0, -1, -2]) @ turn.T
    value = iterate(lambda parts: [matrix @ parts[0]], [rng.standard_normal(6)])
    ctx.guard("a known matrix", ok=abs(value - 5) < 1e-6, detail=f"{value:.6g}")


def _draw_chart(ctx: Context, noise: list[float], ends: list[End]) -> None:
    chart = Chart(
        title="Where SGD ends at equal training loss",
        x=Axis(label="rate by batch size", is_log=True),
        y=Axis(label="eigenvalue, loss, error", is_log=True),
        series=(
            Series(name="eigenvalue", x=noise, y=[end.sharpness for end in ends]),
            Series(name="fresh loss", x=noise, y=[end.test_loss for end in ends]),
            Series(name="fresh error", x=noise, y=[end.test_error for end in ends]),
        ),
    )
    write_chart(ctx.plot("sharpness.svg"), chart)
