"""Of many starts a narrow network ends at many losses and a wide one at one.

What it re-runs: a ReLU network learns a teacher of eight hidden units from 200 points without
noise, from twelve random starts, with 8, 16 and 64 hidden units of its own. All take the same
number of steps at a rate that falls to zero.

Expected effect: with the teacher's own eight units, which would do, most starts are stuck above
zero at losses of their own. With 64 none is, and the losses are alike. The losses on fresh points
become alike too, but much less.

Source: A. Choromanska et al., The loss surfaces of multilayer networks (AISTATS 2015), section 5,
arXiv:1412.0233; that narrow students are stuck I. Safran and O. Shamir (2018), arXiv:1712.08968.

Simplified: one hidden layer, data without noise, full-batch Adam. Losses are as shares of the
targets' variance. That starts end at like losses does not say that they end at like functions.

Published and measured: the sources show the trend in figures; none is comparable. Here, over 20
planned and 20 fresh seeds, 42 to 100 % of narrow starts are stuck and no wide one; their losses
spread 2.1 to 3.6 decades more; on fresh points 1.3 to 8.8 times more, and there the wide ones still
differ by 10 to 32 % of their loss.

Predicate against the catalogue: there the narrow width had two units for a teacher of four, which
mixes what it can do with what it finds. Here it has as many as the teacher, so "stuck" begins at
0.005 and not at 0.05. The loss on fresh points is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

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
    summary="Twelve starts end at one training loss if the network is wide, at many if it is not.",
    source="Choromanska et al. (2015), arXiv:1412.0233",
    parameters={
        "n_inputs": Parameter(default=8, low=2, high=100),
        "n_teacher": Parameter(default=8, low=2, high=64, summary="hidden units of the teacher"),
        "narrow": Parameter(default=8, low=1, high=512, summary="hidden units"),
        "wide": Parameter(default=64, low=1, high=512),
        "n_samples": Parameter(default=200, low=20, high=10000),
        "n_starts": Parameter(default=12, low=3, high=1000),
        "n_steps": Parameter(default=800, low=10, high=100000),
    },
    metrics={
        "log_spread_ratio": Metric(
            unit="decades", summary="log10 of the losses' deviation, narrow over wide"
        ),
        "narrow_stuck": Metric(low=0, high=1, summary="share of starts above 0.005, narrow"),
        "wide_stuck": Metric(low=0, high=1, direction="down", summary="the same, wide"),
        "fresh_spread_ratio": Metric(
            summary="deviation of the losses on fresh points, narrow over wide"
        ),
        "fresh_spread": Metric(
            low=0, summary="deviation of the losses on fresh points over their mean, wide"
        ),
    },
    guards={
        "the teacher solves it": Guard(kind="known-answer", summary="its own weights have no loss"),
        "the gradient": Guard(kind="known-answer", summary="against differences of the loss"),
        "losses have settled": Guard(
            kind="convergence",
            summary="the last tenth of the steps changes their mean by 0.001 at most",
        ),
        "half of the teacher's units": Guard(
            kind="negative-control", summary="solve it from no start"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"wide": 8},
            verdicts=("refuted",),
            summary="a wide network that is none",
        ),
        FailingSetting(
            params={"narrow": 64},
            verdicts=("refuted",),
            summary="a narrow network that is none: refutes that starts are stuck",
        ),
        FailingSetting(
            params={"n_steps": 20},
            verdicts=("invalid",),
            summary="stopped before the losses have settled",
        ),
    ),
    libraries=("numpy",),
)

_RATE = 0.02
_DECAYS = 0.9, 0.99
_STUCK = 0.005
_MIDDLE = 16  # width between the two, for the picture
_N_FRESH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_inputs: int
    n_teacher: int
    narrow: int
    wide: int
    n_samples: int
    n_starts: int
    n_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Inputs, shape (n, n_inputs), and targets of variance about 1, shape (n,)."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Nets:
    """Networks of one width, one for each start: ``sum a relu(w x)``."""

    w: np.ndarray  # shape (n_starts, n_inputs, width)
    a: np.ndarray  # shape (n_starts, width)

    def losses(self, points: Points) -> np.ndarray:
        """Give each network's mean squared error."""
        found = (np.maximum(points.x @ self.w, 0) @ self.a[:, :, None])[..., 0]
        losses: np.ndarray = np.mean((found - points.y) ** 2, axis=1)
        return losses


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train narrow and wide networks from many starts."""
    setting = _Setting(**params)
    teacher, points, fresh = draw_task(ctx.rng("task"), setting)
    early, narrow = train(ctx.rng("narrow"), points, setting.narrow, setting)
    ctx.progress(0.3, "narrow")
    early_wide, wide = train(ctx.rng("wide"), points, setting.wide, setting)
    losses, wide_losses = narrow.losses(points), wide.losses(points)
    fresh_losses, fresh_wide = narrow.losses(fresh), wide.losses(fresh)
    ctx.metric("log_spread_ratio", np.log10(_spread(losses) / _spread(wide_losses)))
    ctx.metric("narrow_stuck", np.mean(losses > _STUCK))
    ctx.metric("wide_stuck", np.mean(wide_losses > _STUCK))
    ctx.metric("fresh_spread_ratio", _spread(fresh_losses) / _spread(fresh_wide))
    ctx.metric("fresh_spread", _spread(fresh_wide) / fresh_wide.mean())
    drift = max(
        float(np.abs(before.losses(points) - after.losses(points)).mean())
        for before, after in ((early, narrow), (early_wide, wide))
    )
    ctx.guard("losses have settled", ok=drift < _STUCK / 5, detail=f"{drift:.2g} in the last tenth")
    _check(ctx, setting, teacher, points)
    _draw_chart(ctx, setting, points, {setting.narrow: losses, setting.wide: wide_losses})


def draw_task(rng: np.random.Generator, setting: _Setting) -> tuple[Nets, Points, Points]:
    """Draw a teacher, and points for training and afterwards; its targets have variance 1."""
    w = rng.standard_normal((1, setting.n_inputs, setting.n_teacher))
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    a = rng.choice([-1.0, 1.0], size=(1, setting.n_teacher))
    x = rng.standard_normal((setting.n_samples + _N_FRESH, setting.n_inputs))
    raw = (np.maximum(x @ w[0], 0) @ a[0])[: setting.n_samples].std()
    teacher = Nets(w=w, a=a / raw)
    y = np.maximum(x @ w[0], 0) @ teacher.a[0]
    x, y = x.astype(np.float32), y.astype(np.float32)
    n = setting.n_samples
    return teacher, Points(x=x[:n], y=y[:n]), Points(x=x[n:], y=y[n:])


def train(
    rng: np.random.Generator, points: Points, width: int, setting: _Setting
) -> tuple[Nets, Nets]:
    """Give the networks after nine tenths of the steps and after all.

    Adam: Kingma and Ba (2015), arXiv:1412.6980; all starts at once.
    """
    weights = _start(rng, setting, width)
    first, second = ([np.zeros_like(each) for each in weights] for _ in range(2))
    early = weights
    for step in range(setting.n_steps):
        if step == setting.n_steps * 9 // 10:
            early = tuple(each.copy() for each in weights)
        rate = _RATE * (1 - step / setting.n_steps)
        gradients = find_gradients(Nets(w=weights[0], a=weights[1]), points)
        for weight, gradient, mean, square in zip(weights, gradients, first, second, strict=True):
            mean[...] += (1 - _DECAYS[0]) * (gradient - mean)
            square[...] += (1 - _DECAYS[1]) * (gradient**2 - square)
            scale = np.sqrt(square / (1 - _DECAYS[1] ** (step + 1))) + 1e-8
            weight[...] -= rate * mean / (1 - _DECAYS[0] ** (step + 1)) / scale
    return Nets(w=early[0], a=early[1]), Nets(w=weights[0], a=weights[1])


def _start(rng: np.random.Generator, setting: _Setting, width: int) -> tuple[np.ndarray, ...]:
    n, d = setting.n_starts, setting.n_inputs
    w = rng.standard_normal((n, d, width)) / np.sqrt(d)
    a = rng.standard_normal((n, width)) / np.sqrt(width)
    return w.astype(np.float32), a.astype(np.float32)


def find_gradients(nets: Nets, points: Points) -> tuple[np.ndarray, np.ndarray]:
    """Give the gradients of the losses for w and a."""
    hidden = np.maximum(points.x @ nets.w, 0)
    miss = (hidden @ nets.a[:, :, None])[..., 0] - points.y
    back = miss * np.float32(2 / len(points.y))
    inner = back[:, :, None] * nets.a[:, None, :] * (hidden > 0)
    return points.x.T @ inner, (back[:, None, :] @ hidden)[:, 0]


def _spread(losses: np.ndarray) -> float:
    return float(losses.std(ddof=1))


def _check(ctx: Context, setting: _Setting, teacher: Nets, points: Points) -> None:
    loss = float(teacher.losses(points)[0])
    ctx.guard("the teacher solves it", ok=loss < 1e-10, detail=f"loss {loss:.2g}")
    rng = ctx.rng("check")
    worst = find_gradient_error(
        rng,
        _start(rng, setting, 3),
        lambda parts: Nets(w=parts[0], a=parts[1]).losses(points),
        lambda parts: find_gradients(Nets(w=parts[0], a=parts[1]), points),
    )
    ctx.guard("the gradient", ok=worst < 1e-2, detail=f"{worst:.2g} off, relative")
    half = max(setting.n_teacher // 2, 1)
    _, small = train(ctx.rng("half"), points, half, setting)
    best = float(small.losses(points).min())
    ctx.guard("half of the teacher's units", ok=best > _STUCK, detail=f"best loss {best:.4f}")


def _draw_chart(
    ctx: Context, setting: _Setting, points: Points, ends: Mapping[int, np.ndarray]
) -> None:
    middle = train(ctx.rng("middle"), points, _MIDDLE, setting)[1].losses(points)
    starts = np.arange(1, setting.n_starts + 1)
    chart = Chart(
        title="Training losses at the end, in rising order",
        x=Axis(label="start"),
        y=Axis(label="loss, share of the variance", is_log=True),
        series=tuple(
            Series(name=f"{width} units", x=starts, y=np.sort(losses))
            for width, losses in sorted({**ends, _MIDDLE: middle}.items())
        ),
    )
    write_chart(ctx.plot("losses.svg"), chart)
