"""Gradient descent from zero ends in the fit of least norm; from elsewhere it does not.

What it re-runs: least squares with more features than samples, where infinitely many weights fit
exactly. Full-batch and one-sample gradient descent start from zero and from a random place; where
they end is held against the pseudo-inverse.

Expected effect: every step is a combination of the data's rows, so both end in the start's
projection onto the solutions. From zero that is the solution of least norm, batch noise or not.
From a start of size 0.3 a weight it is another one, and so it is in other coordinates.

Source: S. Gunasekar, J. Lee, D. Soudry and N. Srebro, Characterizing implicit bias in terms of
optimization geometry (ICML 2018), section 2, arXiv:1802.08246.

Simplified: a linear model, squared loss, constant rate, no noise in the targets. It says nothing of
networks, where no norm is known that explains what is found (Razin and Cohen, arXiv:2005.06398).

Published and measured: the statement is exact. Here, over 20 planned and 20 fresh seeds, the
relative distance to the least-norm fit is at most 5e-15 from zero and 0.44 to 0.85 from a start of
0.3, which ends within 5e-15 of the projection foretold.

Predicate against the catalogue: there the far start ends at a distance of 7.4, here at 0.6 in the
mean. The figure belongs to the sizes of the problem, so the bound is 0.25 and not 1.
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
    summary="Gradient descent from zero finds the least-norm fit; the start and the scale decide.",
    source="Gunasekar et al. (2018), arXiv:1802.08246",
    parameters={
        "n_samples": Parameter(default=20, low=2, high=200),
        "n_features": Parameter(default=100, low=3, high=2000),
        "start": Parameter(default=0.0, low=0.0, high=10.0, summary="size of the first weights"),
        "far_start": Parameter(default=0.3, low=0.0, high=10.0, summary="the same, to compare"),
        "coordinates": Parameter(default="plain", choices=("plain", "rescaled")),
        "max_steps": Parameter(default=6000, low=1, high=1000000),
    },
    metrics={
        "gd_distance": Metric(
            direction="down", summary="to the least-norm fit, relative, with all samples a step"
        ),
        "sgd_distance": Metric(direction="down", summary="the same with one sample a step"),
        "far_distance": Metric(summary="the same as the first, from the far start"),
        "projection_error": Metric(
            direction="down", summary="largest relative distance to the start's projection"
        ),
    },
    guards={
        "interpolation": Guard(kind="convergence", summary="no training error in any run"),
        "orthogonal rows": Guard(kind="known-answer", summary="the least-norm fit is known"),
        "rescaled weights end elsewhere": Guard(kind="negative-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"start": 0.3},
            verdicts=("refuted",),
            summary="a start that is not zero: not the least norm",
        ),
        FailingSetting(
            params={"coordinates": "rescaled"},
            verdicts=("refuted",),
            summary="features stretched unevenly: the least norm in other coordinates",
        ),
        FailingSetting(
            params={"far_start": 0.0},
            verdicts=("refuted",),
            summary="no far start: refutes that the start matters",
        ),
        FailingSetting(
            params={"max_steps": 20},
            verdicts=("invalid",),
            summary="stopped before the training error is gone",
        ),
    ),
    libraries=("numpy",),
)

#: Steps between two points of the picture.
_EVERY = 20
#: Enough to see where the control goes; it need not arrive.
_CONTROL_STEPS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_samples: int
    n_features: int
    start: float
    far_start: float
    coordinates: str
    max_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Targets that a linear model fits exactly: ``x @ w = y`` has many solutions."""

    x: np.ndarray  # shape (n_samples, n_features)
    y: np.ndarray  # shape (n_samples,)
    least: np.ndarray  # the solution of least norm

    def miss(self, w: np.ndarray) -> float:
        """Give the mean squared training error."""
        return float(np.mean((self.x @ w - self.y) ** 2))

    def distance(self, w: np.ndarray, goal: np.ndarray) -> float:
        """Give the distance in units of the least-norm solution."""
        return float(np.linalg.norm(w - goal) / np.linalg.norm(self.least))

    def project(self, start: np.ndarray) -> np.ndarray:
        """Give the solution that is nearest to the start."""
        end: np.ndarray = start + find_least_norm(self.x, self.y - self.x @ start)
        return end


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Descend from two starts, with all samples and with one at a time."""
    setting = _Setting(**params)
    rng = ctx.rng("problem")
    problem = draw(rng, setting.n_samples, setting.n_features)
    stretch = np.exp(rng.standard_normal(setting.n_features) / 2)
    scale = stretch if setting.coordinates == "rescaled" else np.ones(setting.n_features)
    direction = rng.standard_normal(setting.n_features)
    near, far = setting.start * direction, setting.far_start * direction
    order = rng.integers(setting.n_samples, size=setting.max_steps)
    gd = descend(problem, near, scale, setting.max_steps)
    away = descend(problem, far, scale, setting.max_steps)
    sgd = descend_by_sample(problem, near, scale, order)
    ctx.metric("gd_distance", problem.distance(gd[-1], problem.least))
    ctx.metric("sgd_distance", problem.distance(sgd, problem.least))
    ctx.metric("far_distance", problem.distance(away[-1], problem.least))
    ends = ((gd[-1], near), (sgd, near), (away[-1], far))
    errors = [problem.distance(end, problem.project(start)) for end, start in ends]
    ctx.metric("projection_error", max(errors))
    _check(ctx, problem, stretch, [end for end, _ in ends])
    _draw_chart(ctx, problem, gd, away)


def find_least_norm(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Give the solution of least norm."""
    found: np.ndarray = np.linalg.pinv(x) @ y
    return found


def draw(rng: np.random.Generator, n_samples: int, n_features: int) -> Problem:
    """Draw Gaussian features and weights that explain the targets without noise."""
    x = rng.standard_normal((n_samples, n_features))
    y = x @ rng.standard_normal(n_features)
    return Problem(x=x, y=y, least=find_least_norm(x, y))


def descend(
    problem: Problem, start: np.ndarray, scale: np.ndarray, n_steps: int
) -> list[np.ndarray]:
    """Give the weights every few steps of full-batch descent, the last ones included.

    Parameters
    ----------
    scale : the weights are ``scale * v``, and it is v that descends
    """
    w, path = start, [start]
    rate = 1 / np.linalg.norm(problem.x * scale, 2) ** 2
    for step in range(n_steps):
        slope = problem.x.T @ (problem.x @ w - problem.y)
        w = w - rate * scale**2 * slope
        if step % _EVERY == 0:
            path.append(w)
    return [*path, w]


def descend_by_sample(
    problem: Problem, start: np.ndarray, scale: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """Give the weights after one step for each sample in this order."""
    w = start.copy()
    moves = problem.x * scale**2 / np.sum((problem.x * scale) ** 2, axis=1).max()
    for place in order:
        w -= (problem.x[place] @ w - problem.y[place]) * moves[place]
    return w


def _check(ctx: Context, problem: Problem, stretch: np.ndarray, ends: list[np.ndarray]) -> None:
    worst = max(problem.miss(end) for end in ends)
    ctx.guard("interpolation", ok=worst < 1e-12, detail=f"{worst:.2g}")
    stretched = descend(problem, np.zeros_like(stretch), stretch, _CONTROL_STEPS)[-1]
    apart = problem.distance(stretched, problem.least)
    ctx.guard("rescaled weights end elsewhere", ok=apart > 0.1, detail=f"{apart:.3f} apart")
    rows = np.eye(3, 7)
    worst = float(np.abs(find_least_norm(rows, np.arange(3.0)) - np.arange(3.0) @ rows).max())
    ctx.guard("orthogonal rows", ok=worst < 1e-12, detail=f"{worst:.2g}")


def _draw_chart(
    ctx: Context, problem: Problem, near: list[np.ndarray], far: list[np.ndarray]
) -> None:
    def trace(path: list[np.ndarray]) -> list[float]:
        return [problem.distance(w, problem.least) for w in path]

    steps = _EVERY * np.arange(len(near)) + 1
    chart = Chart(
        title="Distance to the fit of least norm",
        x=Axis(label="steps", is_log=True),
        y=Axis(label="distance, relative", is_log=True),
        series=(
            Series(name="first start", x=steps, y=trace(near), style="line"),
            Series(name="far start", x=steps, y=trace(far), style="line"),
        ),
    )
    write_chart(ctx.plot("distance.svg"), chart)
