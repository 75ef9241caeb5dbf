"""A narrow layer stores more features than it has dimensions, if they are seldom on.

What it re-runs: the toy model of Elhage et al. Twenty independent features, all equally important,
go through five dimensions and come back through the same weights and a ReLU, which is trained to
give back what went in. The share of time in which a feature is on falls from 1 to 0.01.

Expected effect: features that are always on get no more than five dimensions and few can be read
one by one; at a share of 0.1 twice as many features as dimensions or more can be read, at 0.01
three times as many. The layer is the same; the rareness alone does it.

A feature counts as readable if, on alone, it comes back with more than half of its strength and no
other feature with more than half of that. A linear model cannot do this for twice as many features
as dimensions: its best gains are the diagonal of a projection, whose sum is the number of
dimensions. So the ReLU is what carries the effect, and the linear model is the control.

Source: N. Elhage et al., Toy models of superposition (2022), sections 2 and 3, arXiv:2209.10652.

Simplified: 1,000 steps of 256 inputs, one start for each density. Toy scale: independent, equally
frequent, known features. That networks in use are like this is not shown by it.

Published and measured: the source shows the same shape in figures. Here, over 20 planned and 20
fresh seeds, 0 to 3 features can be read at share 1, 16 to 20 at 0.1 and 18 to 20 at 0.01; a linear
model at 0.01 stores 1 to 6. At 0.1 the count does not grow further for want of features.

Predicate against the catalogue: there "represented" was the length of a feature's weights, which
always-on features also have, since any five directions serve them; exactly five is their sum of
squares, which is a guard here. The count is of features that can be read.
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
    summary="Five dimensions store three times as many features, if each is seldom on.",
    source="Elhage et al. (2022), arXiv:2209.10652",
    parameters={
        "n_features": Parameter(default=20, low=2, high=200),
        "n_dimensions": Parameter(default=5, low=1, high=100, summary="of the layer between"),
        "densities": Parameter(
            default=[1.0, 0.3, 0.1, 0.03, 0.01],
            low=0.001,
            high=1.0,
            summary="share of time in which a feature is on, falling; first, middle and last count",
        ),
        "n_steps": Parameter(default=1000, low=10, high=100000),
        "batch_size": Parameter(default=256, low=16, high=10000),
    },
    metrics={
        "dense_ratio": Metric(
            direction="none", low=0, summary="readable features a dimension, first density"
        ),
        "middle_ratio": Metric(direction="up", low=0, summary="the same, middle density"),
        "rare_ratio": Metric(direction="up", low=0, summary="the same, last density"),
    },
    guards={
        "the gradient": Guard(kind="known-answer", summary="against differences of the loss"),
        "dense features get the dimensions": Guard(
            kind="known-answer", summary="always on, their squared weights sum to the dimensions"
        ),
        "a linear model stores less than twice": Guard(
            kind="negative-control", summary="without the ReLU, at the last density"
        ),
        "training has settled": Guard(
            kind="convergence", summary="the second half of the steps changes no loss by 15 %"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=20.0))},
    failing=(
        FailingSetting(
            params={"densities": [1.0, 1.0, 1.0]},
            verdicts=("refuted",),
            summary="features that are always on",
        ),
        FailingSetting(
            params={"n_dimensions": 20},
            verdicts=("refuted",),
            summary="a dimension for every feature: there is nothing to gain",
        ),
        FailingSetting(
            params={"n_steps": 30},
            verdicts=("invalid",),
            summary="stopped before the losses have settled",
        ),
    ),
    libraries=("numpy",),
)

_RATE = 0.02
_READABLE = 0.5
_N_CHECK = 20000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_features: int
    n_dimensions: int
    densities: list[float]
    n_steps: int
    batch_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """One model for each density: ``relu(x w w^T + b)``, or without the relu where linear."""

    w: np.ndarray  # shape (n_models, n_features, n_dimensions)
    b: np.ndarray  # shape (n_models, 1, n_features)
    is_linear: np.ndarray  # shape (n_models, 1, 1)

    def losses(self, x: np.ndarray) -> np.ndarray:
        """Give each model's squared error, summed over the features; x as for the gradients."""
        inner = x @ self.w @ self.w.swapaxes(1, 2) + self.b
        back = np.where(self.is_linear, inner, np.maximum(inner, 0))
        losses: np.ndarray = ((back - x) ** 2).sum(axis=2).mean(axis=1)
        return losses

    def readable(self) -> np.ndarray:
        """Count the features of each model that come back strongly, and alone."""
        gains = self.w @ self.w.swapaxes(1, 2)
        own = np.diagonal(gains, axis1=1, axis2=2)
        others = np.where(np.eye(gains.shape[1], dtype=bool), -np.inf, gains).max(axis=2)
        counts: np.ndarray = ((own > _READABLE) & (others <= own / 2)).sum(axis=1)
        return counts


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train one model at each density, and a linear one at the last."""
    setting = _Setting(**params)
    densities = np.array([*setting.densities, setting.densities[-1]], dtype=np.float32)
    early, models = train(ctx.rng("train"), densities, setting)
    counts = models.readable()
    shown = counts[:-1]
    ctx.metric("dense_ratio", shown[0] / setting.n_dimensions)
    ctx.metric("middle_ratio", shown[len(shown) // 2] / setting.n_dimensions)
    ctx.metric("rare_ratio", shown[-1] / setting.n_dimensions)
    fresh = draw(ctx.rng("fresh"), densities, _N_CHECK, setting.n_features)
    before, after = early.losses(fresh), models.losses(fresh)
    # A model that gives everything back has no loss to compare with.
    scale = np.maximum(after, 0.01 * (fresh**2).sum(axis=2).mean(axis=1))
    drift = float(np.abs((before - after) / scale).max())
    ctx.guard("training has settled", ok=drift < 0.15, detail=f"{drift:.3f} in the second half")
    size = float((models.w[0] ** 2).sum())
    ctx.guard(
        "dense features get the dimensions",
        ok=abs(size / setting.n_dimensions - 1) < 0.05,
        detail=f"{size:.2f}",
    )
    ctx.guard(
        "a linear model stores less than twice",
        ok=counts[-1] < 2 * setting.n_dimensions,
        detail=f"{counts[-1]} features",
    )
    error = check_gradient(ctx.rng("gradient"), densities, setting)
    ctx.guard("the gradient", ok=error < 1e-3, detail=f"{error:.2g} off, relative")
    _draw_chart(ctx, setting, shown)


def draw(rng: np.random.Generator, densities: np.ndarray, n: int, n_features: int) -> np.ndarray:
    """Draw inputs, shape (n_densities, n, n_features): uniform in 0 to 1 where on, else 0."""
    raw = rng.random((len(densities), n, n_features), dtype=np.float32)
    share = densities[:, None, None]
    return np.where(raw < share, raw / share, np.float32(0))


def train(
    rng: np.random.Generator, densities: np.ndarray, setting: _Setting
) -> tuple[Models, Models]:
    """Give the models after half of the steps and after all; the last one is linear."""
    models = _start(rng, len(densities), setting)
    adam = Adam(weights=(models.w, models.b), decays=(0.9, 0.999))
    early = models
    for step in range(setting.n_steps):
        if step == setting.n_steps // 2:
            early = Models(w=models.w.copy(), b=models.b.copy(), is_linear=models.is_linear)
        x = draw(rng, densities, setting.batch_size, setting.n_features)
        rate = np.float32(_RATE * (1 - step / setting.n_steps))
        adam.step(find_gradients(models, x), (rate, rate))
    return early, models


def _start(rng: np.random.Generator, n_models: int, setting: _Setting) -> Models:
    shape = n_models, setting.n_features, setting.n_dimensions
    return Models(
        w=(rng.standard_normal(shape) * 0.3).astype(np.float32),
        b=np.zeros((n_models, 1, setting.n_features), dtype=np.float32),
        is_linear=(np.arange(n_models) == n_models - 1)[:, None, None],
    )


def find_gradients(models: Models, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the gradients of the losses for w and b; x of shape (n_models, n, n_features)."""
    code = x @ models.w
    inner = code @ models.w.swapaxes(1, 2) + models.b
    counts = (inner > 0) | models.is_linear
    back = np.where(counts, inner - x, 0) * x.dtype.type(2 / x.shape[1])
    for_w = x.swapaxes(1, 2) @ (back @ models.w) + back.swapaxes(1, 2) @ code
    return for_w, back.sum(axis=1, keepdims=True)


def check_gradient(rng: np.random.Generator, densities: np.ndarray, setting: _Setting) -> float:
    """Give how far the gradient is from a difference quotient, relative to the largest."""
    start = _start(rng, len(densities), setting)
    x = draw(rng, densities, 50, setting.n_features).astype(float)

    def build(parts: list[np.ndarray]) -> Models:
        return Models(w=parts[0], b=parts[1], is_linear=start.is_linear)

    return find_gradient_error(
        rng,
        (start.w, start.b + np.float32(0.1)),
        lambda parts: build(parts).losses(x),
        lambda parts: find_gradients(build(parts), x),
    )


def _draw_chart(ctx: Context, setting: _Setting, counts: np.ndarray) -> None:
    densities = setting.densities
    chart = Chart(
        title="Features that can be read through a layer of few dimensions",
        x=Axis(label="share of time in which a feature is on", is_log=True),
        y=Axis(label="features"),
        series=(
            Series(name="readable", x=densities, y=counts.tolist()),
            Series(
                name="dimensions",
                x=densities,
                y=[setting.n_dimensions] * len(densities),
                style="line",
            ),
            Series(
                name="all features",
                x=densities,
                y=[setting.n_features] * len(densities),
                style="line",
            ),
        ),
    )
    write_chart(ctx.plot("features.svg"), chart)
