"""Under muP the best learning rate stays as a ReLU network gets wider; usually it falls.

What it re-runs: a network of two hidden ReLU layers learns a tanh teacher from fresh data with
Adam, at widths from 16 to 128 and rates on a grid of half octaves. Once as usual (He start, one
rate for all layers), once in the maximal update parametrisation: the rate of hidden and output
layers and the start of the output divided by the width. Both are the same network at the first
width.

Expected effect: as usual the best rate falls about like the width; under muP it hardly moves, so
that the rate tuned on the narrowest network costs nothing on the widest. Reused as usual, it costs
a good part of the loss.

Source: G. Yang et al., Tensor programs V (2022), fig. 1 and table 8, arXiv:2203.03466.

Simplified: 50 steps of 128 points; the loss is the mean logarithm over two starts, its least
place by a parabola through the grid. Toy scale: no depth, no transformers, no long training.

Published and measured: the source shows the shift in figures, on transformers. Here, over 20
planned and 20 fresh seeds, the slopes are -0.90 to -0.44 as usual (mean -0.65) and -0.09 to 0.32
under muP (mean 0.11); the narrowest's best rate costs the widest a factor of 1.14 to 3.3 of the
loss as usual (mean 1.7) and at most 1.06 under muP.

Predicate against the catalogue: the slope under muP may be 0.25 and not 0.15, for it is not nought
after 50 steps but rises a little; the usual slope is bounded by -0.5 and not by -0.6. Widths from
16 and not from 32 cost a quarter. The full profile (widths to 1,024, 100 steps), one seed, 400 CPU
seconds: -1.19 as usual and -0.12 under muP, penalties 2.4 and 1.06, all guards met; trials of that
size in PyTorch gave -1.11 to -1.23 and 0.02 to 0.09 over three seeds. That a wider network learns
better is demanded of muP alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._adam import Adam
from noteweb.experiments._gradient import find_gradient_error
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
    summary="Learning rates transfer across width under muP, and not as usual.",
    source="Yang et al. (2022), arXiv:2203.03466",
    parameters={
        "widths": Parameter(default=[16, 32, 64, 128], low=4, high=8192, summary="rising"),
        "rule": Parameter(
            default="mup", choices=("mup", "usual"), summary="that is held against the usual one"
        ),
        "n_steps": Parameter(default=50, low=1, high=10000),
        "batch_size": Parameter(default=128, low=8, high=10000),
        "n_starts": Parameter(default=2, low=1, high=50),
        "low": Parameter(default=-11.0, low=-30, high=5, summary="log2 of the least rate"),
        "high": Parameter(default=-2.0, low=-30, high=5, summary="log2 of the greatest rate"),
    },
    metrics={
        "usual_slope": Metric(summary="of log best rate over log width, as usual"),
        "mup_slope": Metric(summary="the same under muP"),
        "usual_penalty": Metric(
            low=1, summary="loss of the widest at the narrowest's best rate, over its own best"
        ),
        "mup_penalty": Metric(direction="down", low=1, summary="the same under muP"),
        "mup_gain": Metric(low=0, direction="up", summary="best loss, narrowest over widest"),
    },
    guards={
        "best rates lie inside the grid": Guard(
            kind="convergence", summary="at each width, by both rules"
        ),
        "something is learnt": Guard(
            kind="positive-control", summary="the best loss is a third of the variance at most"
        ),
        "one network at the first width": Guard(
            kind="known-answer", summary="the two rules give the same losses there"
        ),
        "a rate of nothing": Guard(
            kind="negative-control", summary="leaves the loss as it was at the start"
        ),
        "the gradient": Guard(kind="known-answer", summary="against differences of the loss"),
    },
    profiles={
        "quick": Profile(limits=Limits(cpu_s=30.0)),
        "full": Profile(
            params={"widths": [64, 128, 256, 512, 1024], "n_steps": 100, "low": -13.0},
            limits=Limits(cpu_s=900.0, wall_s=1800.0, memory_mb=4096),
        ),
    },
    failing=(
        FailingSetting(
            params={"rule": "usual"},
            verdicts=("refuted",),
            summary="the usual rule under the name of muP",
        ),
        FailingSetting(
            params={"high": -6.0},
            verdicts=("invalid",),
            summary="a grid that ends before the best rates",
        ),
        FailingSetting(
            params={"n_steps": 2},
            verdicts=("invalid",),
            summary="nothing is learnt yet",
        ),
    ),
    libraries=("numpy",),
)

_N_IN, _N_TEACHER, _N_OUT = 16, 32, 4
_N_TEST = 1000
_STEP = 0.5  # of the grid, in octaves
_MOST = 1e6  # shares of the variance; what is worse has diverged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    widths: list[int]
    rule: str
    n_steps: int
    batch_size: int
    n_starts: int
    low: float
    high: float

    @property
    def grid(self) -> np.ndarray:
        """Log2 of the rates."""
        return np.arange(self.low, self.high + _STEP / 2, _STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Points and what the teacher says of them; float32."""

    x: np.ndarray  # shape (n, 16)
    y: np.ndarray  # shape (n, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learnt: a batch for each step, and points to test on."""

    test: Batch
    batches: list[Batch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Log losses at one width over the grid."""

    width: int
    grid: np.ndarray
    losses: np.ndarray

    @property
    def is_inside(self) -> bool:
        """Whether the best rate is neither the first nor the last."""
        return 0 < int(self.losses.argmin()) < len(self.grid) - 1

    @property
    def best(self) -> float:
        """Log2 of the best rate, by a parabola through the least loss and its neighbours."""
        place = int(self.losses.argmin())
        if not self.is_inside:
            return float(self.grid[place])
        left, middle, right = self.losses[place - 1 : place + 2]
        shift = (left - right) / (left - 2 * middle + right) / 2
        return float(self.grid[place] + _STEP * shift)

    def penalty(self, rate: float) -> float:
        """Give the loss at log2 of a rate over the least one."""
        return float(np.exp(np.interp(rate, self.grid, self.losses) - self.losses.min()))


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Find the best rate at each width by both rules."""
    setting = _Setting(**params)
    task = draw_task(ctx.rng("task"), setting)
    usual: list[Curve] = []
    other: list[Curve] = []
    for place, width in enumerate(setting.widths):
        for rule, curves in (("usual", usual), (setting.rule, other)):
            curves.append(find_curve(ctx, setting, task, width, rule))
        ctx.progress((place + 1) / len(setting.widths), f"width {width}")
    ctx.metric("usual_slope", _slope(usual))
    ctx.metric("mup_slope", _slope(other))
    ctx.metric("usual_penalty", usual[-1].penalty(usual[0].best))
    ctx.metric("mup_penalty", other[-1].penalty(other[0].best))
    ctx.metric("mup_gain", np.exp(other[0].losses.min() - other[-1].losses.min()))
    _check(ctx, setting, usual, other)
    still = np.zeros((1, 1, 1), dtype=np.float32)
    weights, _ = start_nets(ctx.rng("still"), setting.widths[0], setting.widths[0], 1)
    before = find_losses(weights, task.test)
    train(weights, still, (1.0,) * 3, task.batches[:2])
    change = float(np.abs(find_losses(weights, task.test) - before).max())
    ctx.guard("a rate of nothing", ok=change == 0, detail=f"changes it by {change:.2g}")
    _draw_chart(ctx, {"usual": usual, setting.rule.replace("mup", "muP"): other})


def draw_task(rng: np.random.Generator, setting: _Setting) -> Task:
    """Draw a teacher, its answers to test points, and a batch for each step; variance 1."""
    first = rng.standard_normal((_N_IN, _N_TEACHER)) * 2 / np.sqrt(_N_IN)
    second = rng.standard_normal((_N_TEACHER, _N_OUT)) / np.sqrt(_N_TEACHER)
    n = _N_TEST + setting.n_steps * setting.batch_size
    x = rng.standard_normal((n, _N_IN))
    y = np.tanh(x @ first) @ second
    y = (y - y[:_N_TEST].mean(axis=0)) / y[:_N_TEST].std()
    x, y = x.astype(np.float32), y.astype(np.float32)
    places = range(_N_TEST, n, setting.batch_size)
    size = setting.batch_size
    batches = [Batch(x=x[i : i + size], y=y[i : i + size]) for i in places]
    return Task(test=Batch(x=x[:_N_TEST], y=y[:_N_TEST]), batches=batches)


def find_curve(ctx: Context, setting: _Setting, task: Task, width: int, rule: str) -> Curve:
    """Train at each rate of the grid, all at once; the same starts for both rules."""
    base = setting.widths[0]
    rates = (2.0**setting.grid).astype(np.float32)[:, None, None]
    total = np.zeros(len(rates))
    for number in range(setting.n_starts):
        rng = ctx.rng(f"start {number}, width {width}")
        weights, factors = start_nets(rng, width, base if rule == "mup" else width, len(rates))
        train(weights, rates, factors, task.batches)
        losses = np.nan_to_num(find_losses(weights, task.test), nan=_MOST, posinf=_MOST)
        total += np.log(np.clip(losses, 1e-9, _MOST))
    return Curve(width=width, grid=setting.grid, losses=total / setting.n_starts)


def start_nets(
    rng: np.random.Generator, width: int, base: int, n_rates: int
) -> tuple[list[np.ndarray], tuple[float, ...]]:
    """Give equal nets, one for each rate, and the factors of the three layers' rates.

    Three matrices and three biases in turn. With `base` equal to the width this is the usual rule:
    He et al. (2015), and factors of 1.
    """
    sizes = [(_N_IN, width), (width, width), (width, _N_OUT)]
    scales = [np.sqrt(2 / _N_IN), np.sqrt(2 / width), np.sqrt(base) / width]
    weights = []
    for (n_in, n_out), scale in zip(sizes, scales, strict=True):
        drawn = (rng.standard_normal((1, n_in, n_out)) * scale).astype(np.float32)
        weights.append(np.repeat(drawn, n_rates, axis=0))
        weights.append(np.zeros((n_rates, 1, n_out), dtype=np.float32))
    return weights, (1.0, base / width, base / width)


def train(
    weights: list[np.ndarray],
    rates: np.ndarray,
    factors: tuple[float, ...],
    batches: list[Batch],
) -> None:
    """Take a step of Adam for each batch; the factors hold for the matrices, biases have 1."""
    adam = Adam(weights=weights)
    each = [rates * np.float32(factor) for layer in factors for factor in (layer, 1.0)]
    with np.errstate(over="ignore", invalid="ignore"):  # rates too high diverge, as they may
        for batch in batches:
            adam.step(find_gradients(weights, batch), each)


def _forward(weights: list[np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    first = np.maximum(x @ weights[0] + weights[1], 0)
    second = np.maximum(first @ weights[2] + weights[3], 0)
    return [first, second, second @ weights[4] + weights[5]]


def find_losses(weights: list[np.ndarray], batch: Batch) -> np.ndarray:
    """Give each net's mean squared error, as a share of the variance."""
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = _forward(weights, batch.x)[-1]
        losses: np.ndarray = ((outputs - batch.y) ** 2).mean(axis=(1, 2))
    return losses


def find_gradients(weights: list[np.ndarray], batch: Batch) -> list[np.ndarray]:
    """Give the gradients of the losses."""
    first, second, outputs = _forward(weights, batch.x)
    back = (outputs - batch.y) * batch.y.dtype.type(2 / batch.y.size)
    upper = (back @ weights[4].swapaxes(1, 2)) * (second > 0)
    lower = (upper @ weights[2].swapaxes(1, 2)) * (first > 0)
    slopes = []
    for values, part in ((batch.x[None], lower), (first, upper), (second, back)):
        slopes += [values.swapaxes(1, 2) @ part, part.sum(axis=1, keepdims=True)]
    return slopes


def _slope(curves: list[Curve]) -> float:
    widths = np.log2([curve.width for curve in curves])
    return float(np.polyfit(widths, [curve.best for curve in curves], 1)[0])


def _check(ctx: Context, setting: _Setting, usual: list[Curve], other: list[Curve]) -> None:
    edge = [curve.width for curve in (*usual, *other) if not curve.is_inside]
    ctx.guard("best rates lie inside the grid", ok=not edge, detail=f"not at widths {edge}")
    worst = float(np.exp(max(curve.losses.min() for curve in (*usual, *other))))
    ctx.guard("something is learnt", ok=worst <= 1 / 3, detail=f"{worst:.3f} at worst")
    apart = float(np.abs(usual[0].losses - other[0].losses).max())
    ctx.guard("one network at the first width", ok=apart < 1e-6, detail=f"{apart:.2g} apart")
    rng = ctx.rng("check")
    weights, _ = start_nets(rng, setting.widths[0], setting.widths[0], 2)
    batch = Batch(x=rng.standard_normal((20, _N_IN)), y=rng.standard_normal((20, _N_OUT)))
    error = find_gradient_error(
        rng,
        weights,
        lambda parts: find_losses(parts, batch),
        lambda parts: find_gradients(parts, batch),
    )
    ctx.guard("the gradient", ok=error < 1e-3, detail=f"{error:.2g} off, relative")


def _draw_chart(ctx: Context, rules: Mapping[str, list[Curve]]) -> None:
    chart = Chart(
        title="Best learning rate by width",
        x=Axis(label="hidden units", is_log=True),
        y=Axis(label="best rate", is_log=True),
        series=tuple(
            Series(
                name=name,
                x=[curve.width for curve in curves],
                y=[2.0**curve.best for curve in curves],
            )
            for name, curves in rules.items()
        ),
    )
    write_chart(ctx.plot("rates.svg"), chart)
