"""Activity lasts where each unit sets off one other on average, dies below and explodes above.

What it re-runs: a thousand active units, each of which sets off a Poisson number of others in the
next generation, for sixty generations, with means of 0.9, 1 and 1.1.

Expected effect: at 0.9 next to nothing is left, at 1 about as much as at first, at 1.1 some three
hundred times as much. One on average keeps the total and not the line: of lines that start with one
unit nearly all are dead after sixty generations, at 1 too.

Source: T. E. Harris, The Theory of Branching Processes (1963), chapter 1; for neurons J. M. Beggs
and D. Plenz, Neuronal avalanches in neocortical circuits (2003),
doi:10.1523/JNEUROSCI.23-35-11167.2003.

Simplified: units are alike and never tire, nothing holds the total down, and none is set off by two
others. It tests the arithmetic of the argument and nothing of brains.

Published and measured: exact in the mean, 0.9^60 = 0.0018 and 1.1^60 = 304; of lines at 1 a share
of 0.03 is alive by the generating function. Here, over 20 planned and 20 fresh seeds, 0 to 0.012
is left at 0.9, 0.4 to 1.7 at 1, 233 to 357 times at 1.1, and 0.024 to 0.044 of lines are alive.

Predicate against the catalogue: the same. That single lines die is added, because "one on average"
is easily read as a promise for each.
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
    summary="With one successor on average activity lasts; with fewer it dies, with more explodes.",
    source="Harris, The Theory of Branching Processes (1963)",
    parameters={
        "below": Parameter(default=0.9, low=0.0, high=1.3, summary="mean of successors"),
        "at": Parameter(default=1.0, low=0.0, high=1.3),
        "above": Parameter(default=1.1, low=0.0, high=1.3),
        "n_generations": Parameter(default=60, low=1, high=100),
        "n_units": Parameter(default=1000, low=10, high=100000, summary="active at first"),
    },
    metrics={
        "left_below": Metric(low=0, summary="activity at the end, as a multiple of the first"),
        "left_at": Metric(low=0),
        "left_above": Metric(low=0),
        "lines_alive": Metric(
            low=0, high=1, summary="share of lines of a single unit alive at the end, at the middle"
        ),
    },
    guards={
        "mean of successors": Guard(kind="known-answer", summary="over all generations above"),
        "lines that die at once": Guard(
            kind="known-answer", summary="in the first generation, exp(-1) of them at 1"
        ),
        "nothing comes from nothing": Guard(kind="negative-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"below": 1.0},
            verdicts=("refuted",),
            summary="one successor instead of fewer: it does not die",
        ),
        FailingSetting(
            params={"above": 1.0},
            verdicts=("refuted",),
            summary="one successor instead of more: it does not explode",
        ),
        FailingSetting(
            params={"at": 1.1},
            verdicts=("refuted",),
            summary="more than one successor: refutes that single lines die",
        ),
    ),
    libraries=("numpy",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    below: float
    at: float
    above: float
    n_generations: int
    n_units: int


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Follow a crowd at three means, and single lines at the middle one."""
    setting = _Setting(**params)
    means = {"below": setting.below, "at": setting.at, "above": setting.above}
    start = np.array([setting.n_units])
    paths = {
        name: grow(ctx.rng(name), start, mean, setting.n_generations)[:, 0]
        for name, mean in means.items()
    }
    for name, path in paths.items():
        ctx.metric(f"left_{name}", path[-1] / setting.n_units)
    single = np.ones(setting.n_units, dtype=int)
    lines = grow(ctx.rng("lines"), single, setting.at, setting.n_generations)
    ctx.metric("lines_alive", np.mean(lines[-1] > 0))
    _check(ctx, setting, paths["above"])
    _draw_chart(ctx, paths)


def grow(
    rng: np.random.Generator, start: np.ndarray, mean: float, n_generations: int
) -> np.ndarray:
    """Give the active units of each generation, shape (n_generations + 1, n_lines).

    The successors of all units of a line are a Poisson number themselves.
    """
    path = [start]
    for _ in range(n_generations):
        path.append(rng.poisson(mean * path[-1]))
    return np.array(path)


def _check(ctx: Context, setting: _Setting, path: np.ndarray) -> None:
    units, mean = int(path[:-1].sum()), setting.above
    found = float(path[1:].sum() / units)
    ok = abs(found - mean) < 5 * np.sqrt(mean / units) + 1e-12
    ctx.guard("mean of successors", ok=ok, detail=f"{found:.5f}, set to {mean}")
    single = np.ones(10000, dtype=int)
    dead = float(np.mean(grow(ctx.rng("first"), single, 1.0, 1)[-1] == 0))
    known = float(np.exp(-1))
    ok = abs(dead - known) < 0.025  # five standard errors
    ctx.guard("lines that die at once", ok=ok, detail=f"{dead:.4f}, in theory {known:.4f}")
    nothing = grow(ctx.rng("nothing"), np.zeros(1, dtype=int), mean, setting.n_generations)
    ctx.guard("nothing comes from nothing", ok=not nothing.any(), detail=f"{nothing.max()} active")


def _draw_chart(ctx: Context, paths: Mapping[str, np.ndarray]) -> None:
    chart = Chart(
        title="Active units where each sets off fewer than one, one, more than one",
        x=Axis(label="generation"),
        y=Axis(label="active units", is_log=True),
        series=tuple(
            Series(name=name, x=np.arange(len(path)), y=path, style="line")
            for name, path in paths.items()
        ),
    )
    write_chart(ctx.plot("activity.svg"), chart)
