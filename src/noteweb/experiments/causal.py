"""A regression slope is the effect of an intervention only while the mechanism stands still.

What it re-runs: the textbook case of confounding. A hidden common cause Z drives both X (with
strength g) and Y (with strength 2), and X drives Y with the true effect tau.

Expected effect: the regression of Y on X has the slope tau + 2g / (1 + g^2) and explains much of Y;
once somebody sets X by hand, the same line explains nothing. Adjusting for Z gives the effect that
the intervention has; adjusting for a common effect of X and Y gives another number altogether.

Source: J. Pearl, Causality, 2nd ed. (2009), sections 1.3 and 3.3, doi:10.1017/CBO9780511803161;
the slope follows from the omitted-variable formula.

Simplified: linear mechanisms, Gaussian noise of variance 1, everything measured without error.

Published and measured: the formulas are exact, so for tau = g = 1 the slope is 2, R^2 is 8/11 =
0.727 before the intervention and 0 after it. Over 20 seeds: bias 0.993 to 1.006, R^2 0.724 to 0.730
before and -0.010 to 0.008 after; adjusted and intervened slope differ by 0.017 at most.

Predicate against the catalogue: the catalogue asks that the naive slope agree with its formula,
which it does for g = 0 as well; here that is a guard, and the claim asks for the bias itself.
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
    summary="A confounded slope is biased and useless under intervention; adjustment mends it.",
    source="Pearl, Causality (2009), doi:10.1017/CBO9780511803161",
    parameters={
        "n_samples": Parameter(default=100000, low=100, high=10000000),
        "effect": Parameter(default=1.0, summary="of X on Y: tau"),
        "confounding": Parameter(default=1.0, summary="of Z on X: g; 0 means none"),
        "adjust_for": Parameter(default="confounder", choices=("confounder", "collider")),
    },
    metrics={
        "naive_bias": Metric(summary="slope of Y on X, less the true effect"),
        "adjusted_minus_do": Metric(summary="adjusted slope, less the slope under intervention"),
        "r2_observed": Metric(direction="up", summary="of the naive line, where it was fitted"),
        "r2_intervened": Metric(direction="up", summary="of the same line, X set by hand"),
    },
    guards={
        "omitted-variable formula": Guard(kind="known-answer"),
        "the intervention gives the effect": Guard(kind="positive-control"),
        "adjusting for a collider does not": Guard(kind="negative-control"),
        "no confounder, no bias": Guard(kind="negative-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"confounding": 0.0},
            verdicts=("refuted",),
            summary="nothing to be misled by: refutes the bias of the naive slope",
        ),
        FailingSetting(
            params={"adjust_for": "collider"},
            verdicts=("refuted",),
            summary="the wrong variable: refutes that adjustment gives the effect",
        ),
    ),
    libraries=("numpy",),
)

#: Effect of the confounder on the outcome.
_Z_ON_Y = 2.0
#: Seven standard errors of the slope under intervention, at 100,000 samples.
_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """The parameters of a run."""

    n_samples: int
    effect: float
    confounding: float
    adjust_for: str

    @property
    def naive_slope(self) -> float:
        """The slope of Y on X in the population."""
        g = self.confounding
        return self.effect + _Z_ON_Y * g / (1 + g * g)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """One draw: each array has shape (n_samples,)."""

    z: np.ndarray
    x: np.ndarray
    y: np.ndarray
    c: np.ndarray  # the collider, an effect of both X and Y


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Observe, intervene, regress."""
    world = _World(**params)
    seen = draw(world, ctx.rng("observed"))
    done = draw(world, ctx.rng("intervened"), intervene=True)
    naive, do_slope = slope(seen.y, seen.x), slope(done.y, done.x)
    by_z, by_c = slope(seen.y, seen.x, seen.z), slope(seen.y, seen.x, seen.c)
    ctx.metric("naive_bias", naive - world.effect)
    ctx.metric("adjusted_minus_do", (by_z if world.adjust_for == "confounder" else by_c) - do_slope)
    ctx.metric("r2_observed", _r2(seen, naive))
    ctx.metric("r2_intervened", _r2(done, naive))
    _check(ctx, world, naive=naive, do_slope=do_slope, by_collider=by_c)
    placebo = _World(**{**params, "confounding": 0.0})
    bias = slope(*_pair(draw(placebo, ctx.rng("placebo")))) - world.effect
    ctx.guard("no confounder, no bias", ok=abs(bias) < _TOLERANCE, detail=f"{bias:.4f}")
    _draw_chart(ctx, seen, done, naive)


def draw(world: _World, rng: np.random.Generator, *, intervene: bool = False) -> _Sample:
    """Draw a sample; an intervention cuts the arrow from Z to X and keeps X's own noise."""
    z, own, noise, last = rng.standard_normal((4, world.n_samples))
    x = own if intervene else world.confounding * z + own
    y = world.effect * x + _Z_ON_Y * z + noise
    return _Sample(z=z, x=x, y=y, c=x + y + last)


def slope(y: np.ndarray, *predictors: np.ndarray) -> float:
    """Give the least-squares coefficient of the first predictor; all means are zero."""
    return float(np.linalg.lstsq(np.column_stack(predictors), y, rcond=None)[0][0])


def _pair(sample: _Sample) -> tuple[np.ndarray, np.ndarray]:
    return sample.y, sample.x


def _r2(sample: _Sample, line: float) -> float:
    return 1 - float(np.mean((sample.y - line * sample.x) ** 2) / np.mean(sample.y**2))


def _check(
    ctx: Context, world: _World, *, naive: float, do_slope: float, by_collider: float
) -> None:
    known = world.naive_slope
    ctx.guard(
        "omitted-variable formula",
        ok=abs(naive - known) < _TOLERANCE,
        detail=f"{naive:.4f}, in the population {known:.4f}",
    )
    ctx.guard(
        "the intervention gives the effect",
        ok=abs(do_slope - world.effect) < _TOLERANCE,
        detail=f"{do_slope:.4f}, true {world.effect:.4f}",
    )
    ctx.guard(
        "adjusting for a collider does not",
        ok=abs(by_collider - world.effect) > 10 * _TOLERANCE,
        detail=f"{by_collider:.4f}, true {world.effect:.4f}",
    )


def _draw_chart(ctx: Context, seen: _Sample, done: _Sample, naive: float) -> None:
    first = slice(200)
    ends = [-3.0, 3.0]
    series = (
        Series(name="observed", x=seen.x[first], y=seen.y[first], style="points"),
        Series(name="X set by hand", x=done.x[first], y=done.y[first], style="points"),
        Series(name="line fitted", x=ends, y=[naive * end for end in ends], style="line"),
    )
    title = "A line fitted to observations, before and after an intervention"
    chart = Chart(title=title, x=Axis(label="X"), y=Axis(label="Y"), series=series)
    write_chart(ctx.plot("intervention.svg"), chart)
