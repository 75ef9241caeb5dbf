"""Losses at small sizes predict those at large ones, and each budget has a best size.

What it re-runs: a ladder of runs over N (parameters) and D (samples), the fit of
L = E + A N^-a + B D^-b to all but the largest row and column, its prediction for these, and curves
of equal compute C = N D. The learner is ridge regression on the first N features of a power-law
spectrum; its penalty is the variance of what the other features add, which is the best one.

Expected effect: the fit predicts the held-out runs within 20 % in the median, with exponents clear
of zero; each curve of equal compute has its minimum inside, where N grows like C^(b / (a + b)); the
largest model of a budget, trained on too little, loses by a factor.

Source: J. Hoffmann et al., Training compute-optimal large language models (NeurIPS 2022), sections
3.2 and 3.3, arXiv:2203.15556; J. Kaplan et al. (2020), arXiv:2001.08361.

Simplified: no network, a spectrum chosen to be a power law, tested against its exact population
loss. It shows what a scaling law buys where there is one, not that language models have one.

Published and measured: a = 0.34 and b = 0.28 for language models (from memory); here, over 20
seeds, 0.81 (0.75 to 0.88) and 0.92 (0.71 to 1.15) for a spectrum of exponent 1.75, a held-out error
of 0.114 (0.088 to 0.184), N ~ C^0.50 (0.44 to 0.61), and 2.8 times the best loss (2.3 to 3.2) at
the largest N. E cannot be told from zero here and nothing is claimed of it.

Predicate against the catalogue: that the loss falls at all is a guard. On a flat spectrum a fit
"predicts" the held-out runs best of all, since all losses are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

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
    summary="A law fitted to small runs predicts larger ones and the best split of a budget.",
    source="Hoffmann et al. (2022), arXiv:2203.15556",
    parameters={
        "decay": Parameter(default=0.75, low=-1.0, high=3.0, summary="variance i^-(1 + decay)"),
        "n_features": Parameter(default=1024, low=300, high=8192, summary="of the teacher"),
        "n_draws": Parameter(default=6, low=1, high=100, summary="each loss is their mean"),
    },
    metrics={
        "held_out_error": Metric(
            direction="down", summary="median relative error on the largest row and column"
        ),
        "exponent_n": Metric(direction="up", summary="a of the fit"),
        "exponent_d": Metric(direction="up", summary="b of the fit"),
        "interior_share": Metric(
            low=0, high=1, summary="of budgets whose best size is neither end"
        ),
        "iso_exponent": Metric(summary="slope of log best N over log C"),
        "iso_minus_implied": Metric(summary="that slope, less b / (a + b)"),
        "oversize_penalty": Metric(summary="loss of the largest N over the best, median budget"),
    },
    guards={
        "the loss falls": Guard(kind="positive-control", summary="twofold along both axes"),
        "a flat spectrum has no law": Guard(kind="negative-control"),
        "enough samples, all features": Guard(kind="known-answer", summary="then the loss is 0"),
        "the fit has converged": Guard(
            kind="convergence", summary="the two best starts agree on the loss"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"decay": -1.0},
            verdicts=("invalid",),
            summary="a flat spectrum: nothing falls, so there is nothing to predict",
        ),
    ),
    libraries=("numpy", "scipy"),
)

_SIZES = 2 ** np.arange(2, 9)  # N
_SAMPLES = 2 ** np.arange(3, 10)  # D
_BUDGETS = range(9, 14)  # log2 of N D; each has at least five pairs
_FLAT = -1.0
#: Starts for a, b and E; one start alone can end in a side valley.
_STARTS = tuple((a, b, e) for a in (0.3, 1.0) for b in (0.3, 1.0) for e in (-12.0, -4.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    decay: float
    n_features: int
    n_draws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """``L = exp(e) + exp(log_a) N^-a + exp(log_b) D^-b``, with the cost of its fit."""

    log_a: float
    log_b: float
    a: float
    b: float
    e: float
    costs: tuple[float, ...]  # of all starts, rising

    def predict(self, n: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Give the loss; N and D broadcast."""
        values = np.array([self.log_a, self.log_b, self.a, self.b, self.e])
        loss: np.ndarray = np.exp(_log_loss(values, np.log(n), np.log(d)))
        return loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What the curves of equal compute say."""

    interior_share: float
    exponent: float
    penalty: float
    curves: tuple[tuple[np.ndarray, np.ndarray], ...]  # sizes and losses of each budget


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Measure the losses, fit all but the largest, compare, then cut by budget."""
    setting = _Setting(**params)
    losses = measure_losses(ctx.rng("losses"), setting)
    law = fit_law(_SIZES[:-1], _SAMPLES[:-1], losses[:-1, :-1])
    predicted = law.predict(_SIZES[:, None], _SAMPLES[None, :])
    held_out = np.ones_like(losses, dtype=bool)
    held_out[:-1, :-1] = False
    budgets = cut_budgets(losses)
    ctx.metric("held_out_error", np.median(np.abs(predicted / losses - 1)[held_out]))
    ctx.metric("exponent_n", law.a)
    ctx.metric("exponent_d", law.b)
    ctx.metric("interior_share", budgets.interior_share)
    ctx.metric("iso_exponent", budgets.exponent)
    implied = law.b / (law.a + law.b) if law.a + law.b else 0.5
    ctx.metric("iso_minus_implied", budgets.exponent - implied)
    ctx.metric("oversize_penalty", budgets.penalty)
    _check(ctx, setting, losses, law)
    _draw_chart(ctx, budgets)


def measure_losses(rng: np.random.Generator, setting: _Setting) -> np.ndarray:
    """Give the mean population loss, shape (n_sizes, n_samples); 1 is the loss of knowing nothing.

    The weights of the teacher are +1 or -1, so that the spectrum alone says what each adds.
    """
    variance = np.arange(1.0, setting.n_features + 1) ** -(1 + setting.decay)
    variance /= variance.sum()
    total = np.zeros((len(_SIZES), len(_SAMPLES)))
    for _ in range(setting.n_draws):
        teacher = rng.choice([-1.0, 1.0], size=setting.n_features)
        x = rng.standard_normal((_SAMPLES[-1], setting.n_features)) * np.sqrt(variance)
        y = x @ teacher
        for row, n in enumerate(_SIZES):
            for column, d in enumerate(_SAMPLES):
                found = fit_ridge(x[:d, :n], y[:d], variance[n:].sum())
                missed = np.sum((found - teacher[:n]) ** 2 * variance[:n])
                total[row, column] += missed + variance[n:].sum()
    return total / setting.n_draws


def fit_ridge(x: np.ndarray, y: np.ndarray, noise: float) -> np.ndarray:
    """Give the ridge solution that is best for weights of variance 1 and noise of this variance."""
    noise = max(noise, 1e-12)  # without noise the system may be singular
    n_samples, n_features = x.shape
    if n_features <= n_samples:
        return np.linalg.solve(x.T @ x + noise * np.eye(n_features), x.T @ y)
    return x.T @ np.linalg.solve(x @ x.T + noise * np.eye(n_samples), y)


def fit_law(sizes: np.ndarray, samples: np.ndarray, losses: np.ndarray) -> Law:
    """Fit the law to log losses with Huber's loss from several starts, as Hoffmann et al. do."""
    from scipy.optimize import least_squares

    log_n, log_d = np.log(sizes)[:, None], np.log(samples)[None, :]
    target = np.log(losses)

    def miss(values: np.ndarray) -> np.ndarray:
        missed: np.ndarray = _log_loss(values, log_n, log_d) - target
        return missed.ravel()

    low, high = [-20.0, -20.0, 0.0, 0.0, -30.0], [20.0, 20.0, 4.0, 4.0, 5.0]
    fits = [
        least_squares(
            miss,
            [0.0, 0.0, *start],
            loss="huber",
            f_scale=0.01,
            bounds=(low, high),
        )
        for start in _STARTS
    ]
    fits.sort(key=lambda fit: float(fit.cost))
    log_a, log_b, a, b, e = map(float, fits[0].x)
    costs = tuple(float(fit.cost) for fit in fits)
    return Law(log_a=log_a, log_b=log_b, a=a, b=b, e=e, costs=costs)


def _log_loss(values: np.ndarray, log_n: np.ndarray, log_d: np.ndarray) -> np.ndarray:
    log_a, log_b, a, b, e = values
    loss: np.ndarray = np.logaddexp(np.logaddexp(log_a - a * log_n, log_b - b * log_d), e)
    return loss


def cut_budgets(losses: np.ndarray) -> Budgets:
    """Cut the table along N D = C."""
    curves = [_cut(losses, budget) for budget in _BUDGETS]
    best = [int(curve.argmin()) for _, curve in curves]
    inside = [0 < place < len(curve) - 1 for place, (_, curve) in zip(best, curves, strict=True)]
    tops = [
        _refine(np.log2(sizes), curve, place)
        for place, (sizes, curve) in zip(best, curves, strict=True)
    ]
    return Budgets(
        interior_share=float(np.mean(inside)),
        exponent=float(np.polyfit(list(_BUDGETS), tops, 1)[0]),
        penalty=float(np.median([curve[-1] / curve.min() for _, curve in curves])),
        curves=tuple(curves),
    )


def _cut(losses: np.ndarray, budget: int) -> tuple[np.ndarray, np.ndarray]:
    pairs = [
        (n, losses[row, column])
        for row, n in enumerate(_SIZES)
        for column, d in enumerate(_SAMPLES)
        if n * d == 2**budget
    ]
    sizes, curve = map(np.array, zip(*pairs, strict=True))
    return sizes, curve


def _refine(places: np.ndarray, curve: np.ndarray, best: int) -> float:
    """Give the minimum of the parabola through the lowest point and its neighbours."""
    if not 0 < best < len(curve) - 1:
        return float(places[best])
    left, middle, right = np.log(curve[best - 1 : best + 2])
    return float(places[best] + 0.5 * (left - right) / (left - 2 * middle + right))


def _check(ctx: Context, setting: _Setting, losses: np.ndarray, law: Law) -> None:
    falls = losses[0, -1] / losses[-1, -1], losses[-1, 0] / losses[-1, -1]
    ctx.guard("the loss falls", ok=min(falls) >= 2, detail=f"{falls[0]:.1f} and {falls[1]:.1f}")
    flat = _Setting(decay=_FLAT, n_features=setting.n_features, n_draws=1)
    flat_losses = measure_losses(ctx.rng("flat"), flat)
    flat_law = fit_law(_SIZES, _SAMPLES, flat_losses)
    penalty = cut_budgets(flat_losses).penalty
    ctx.guard(
        "a flat spectrum has no law",
        ok=max(flat_law.a, flat_law.b) < 0.1 and penalty < 1.1,
        detail=f"exponents {flat_law.a:.3f} and {flat_law.b:.3f}, penalty {penalty:.2f}",
    )
    x = ctx.rng("known").standard_normal((128, 64))
    teacher = np.ones(64)
    worst = float(np.abs(fit_ridge(x, x @ teacher, 0.0) - teacher).max())
    ctx.guard("enough samples, all features", ok=worst < 1e-8, detail=f"{worst:.2g}")
    first, second = law.costs[:2]
    ok = second - first <= 0.01 * first + 1e-12
    ctx.guard("the fit has converged", ok=ok, detail=f"costs {first:.6g} and {second:.6g}")


def _draw_chart(ctx: Context, budgets: Budgets) -> None:
    series = tuple(
        Series(name=f"C = 2^{budget}", x=sizes, y=curve)
        for budget, (sizes, curve) in zip(_BUDGETS, budgets.curves, strict=True)
    )
    axes = Axis(label="parameters N", is_log=True), Axis(label="loss", is_log=True)
    chart = Chart(title="Loss at equal compute C = N D", x=axes[0], y=axes[1], series=series)
    write_chart(ctx.plot("iso-compute.svg"), chart)
