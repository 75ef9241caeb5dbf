"""Two models can differ clearly though their intervals overlap; beyond the suite none is tight.

What it re-runs: a suite of 170 tasks, evenly spread over the logarithm of the time people take, and
two models a little more than half a doubling apart. A task has a difficulty of its own that both
models share. Success against log length is fitted by logistic regression; intervals come from
resampling tasks, for each model, for the difference on the same tasks and for the difference on
tasks resampled separately. A third model lies one doubling beyond the longest task.

Expected effect: the separate intervals overlap in nearly every suite, the paired interval excludes
zero in most, and is narrower than the unpaired one, since the shared difficulty drops out. Beyond
the longest task the interval is several times as wide.

Source: T. Kwa et al., Measuring AI ability to complete long tasks (2025), section 3 and its
appendix on errors, arXiv:2503.14499; resampling after B. Efron (1979), doi:10.1214/aos/1176344552.

Simplified: simulated models, one difficulty a task, eight attempts at each, no task families. It
says that the pattern can occur, not that it does in any published comparison.

Published and measured: that differences are significant though intervals overlap is stated by a
member of the source's group, without a figure to compare. Here, over 10 planned and 10 fresh seeds
of ten suites each, the separate intervals overlap in 80 to 100 % of suites, the paired one excludes
zero in 70 to 100 %, pairing narrows it 1.7 to 2.0 times, and beyond the suite the interval is 2.1
to 2.9 times as wide.

Predicate against the catalogue: shares of suites in one seed, in the place of one suite a seed; the
gain of pairing is asked for too, since it is what vanishes without a shared difficulty.
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
    summary="Intervals of horizons overlap where a paired one differs; past the suite they widen.",
    source="Kwa et al. (2025), arXiv:2503.14499",
    parameters={
        "n_tasks": Parameter(default=170, low=20, high=2000),
        "n_attempts": Parameter(default=8, low=1, high=100, summary="at each task"),
        "task_effect": Parameter(
            default=2.5, low=0.0, high=10.0, summary="deviation of the shared difficulty, doublings"
        ),
        "advantage": Parameter(default=0.6, low=-5.0, high=5.0, summary="doublings"),
        "longest": Parameter(default=10.0, low=4.0, high=20.0, summary="task, doublings"),
        "far_horizon": Parameter(default=11.0, low=0.0, high=20.0, summary="doublings"),
        "n_suites": Parameter(default=10, low=1, high=1000),
        "n_resamples": Parameter(default=200, low=40, high=10000),
    },
    metrics={
        "overlap_share": Metric(
            low=0, high=1, summary="of suites in which the separate intervals overlap"
        ),
        "paired_share": Metric(
            low=0, high=1, summary="of suites in which the paired interval excludes zero"
        ),
        "pairing_gain": Metric(summary="width of the unpaired interval over the paired, median"),
        "beyond_width": Metric(
            summary="width beyond the suite over the width inside, median of suites"
        ),
    },
    guards={
        "a horizon is recovered": Guard(kind="known-answer", summary="from expected successes"),
        "fits have converged": Guard(kind="convergence"),
        "a model against its like": Guard(
            kind="negative-control", summary="the paired interval seldom excludes zero"
        ),
        "a model far ahead": Guard(kind="positive-control", summary="three doublings are seen"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=20.0))},
    failing=(
        FailingSetting(
            params={"task_effect": 0.0},
            verdicts=("refuted",),
            summary="no shared difficulty: pairing gains nothing",
        ),
        FailingSetting(
            params={"far_horizon": 5.0},
            verdicts=("refuted",),
            summary="a horizon inside the suite: no wider",
        ),
    ),
    libraries=("numpy",),
)

#: Log odds of success per doubling of the horizon over the length.
_SLOPE = 0.6
_MIDDLE = 5.0  # horizon of the weaker model, doublings
_N_STEPS = 25
#: A weak pull of the slope towards 0 keeps resamples that separate from running away.
_RIDGE = 1e-3
_TAIL = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_tasks: int
    n_attempts: int
    task_effect: float
    advantage: float
    longest: float
    far_horizon: float
    n_suites: int
    n_resamples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Tasks: log2 of the minutes people take, and what makes each harder than that."""

    lengths: np.ndarray
    extra: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Widths and answers of one suite, in doublings."""

    overlap: bool
    paired_differs: bool
    gain: float
    beyond: float
    drift: float  # the last step of any fit


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Compare two models on several suites."""
    setting = _Setting(**params)
    rng = ctx.rng("suites")
    suites = [compare(rng, setting, setting.advantage) for _ in range(setting.n_suites)]
    ctx.metric("overlap_share", np.mean([each.overlap for each in suites]))
    ctx.metric("paired_share", np.mean([each.paired_differs for each in suites]))
    ctx.metric("pairing_gain", np.median([each.gain for each in suites]))
    ctx.metric("beyond_width", np.median([each.beyond for each in suites]))
    _check(ctx, setting, max(each.drift for each in suites))
    _draw_chart(ctx, setting)


def draw_suite(rng: np.random.Generator, setting: _Setting) -> Suite:
    """Draw tasks of every length up to the longest."""
    lengths = rng.uniform(0, setting.longest, setting.n_tasks)
    return Suite(lengths=lengths, extra=setting.task_effect * rng.standard_normal(len(lengths)))


def attempt(rng: np.random.Generator, suite: Suite, horizon: float, n_attempts: int) -> np.ndarray:
    """Give the share of successful attempts at each task."""
    chance = _logistic(_SLOPE * (horizon - suite.lengths - suite.extra))
    return rng.binomial(n_attempts, chance) / n_attempts


def fit_horizons(
    lengths: np.ndarray, shares: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, float]:
    """Give the length at which half succeed, for each row of weights, and the last step.

    Newton's method for logistic regression on centred lengths, each step at most 1; weights, shape
    (n, n_tasks), count how often a task is drawn.
    """
    middle = lengths.mean()
    x = lengths - middle
    a, b = np.zeros(len(weights)), np.full(len(weights), -_SLOPE)
    step = np.inf
    for _ in range(_N_STEPS):
        p = _logistic(a[:, None] + b[:, None] * x)
        miss, spread = weights * (shares - p), weights * p * (1 - p)
        slope_a, slope_b = miss.sum(axis=1), miss @ x - _RIDGE * b
        aa, ab, bb = spread.sum(axis=1), spread @ x, spread @ x**2 + _RIDGE
        det = aa * bb - ab**2
        move_a, move_b = (bb * slope_a - ab * slope_b) / det, (aa * slope_b - ab * slope_a) / det
        a, b = a + np.clip(move_a, -1, 1), b + np.clip(move_b, -1, 1)
        step = float(np.maximum(np.abs(move_a), np.abs(move_b)).max())
        if step < 1e-9:
            break
    return middle - a / b, step


def compare(rng: np.random.Generator, setting: _Setting, advantage: float) -> Intervals:
    """Draw a suite, let three models attempt it and put intervals around their horizons."""
    suite, n, repeats = draw_suite(rng, setting), setting.n_tasks, setting.n_resamples
    horizons = (_MIDDLE, _MIDDLE + advantage, setting.far_horizon)
    shares = [attempt(rng, suite, horizon, setting.n_attempts) for horizon in horizons]
    tasks, others = (rng.multinomial(n, np.full(n, 1 / n), size=repeats) for _ in range(2))
    draws = (tasks, tasks, tasks, others)
    fits = [
        fit_horizons(suite.lengths, share, weights)
        for share, weights in zip([*shares, shares[1]], draws, strict=True)
    ]
    weak, strong, far, strong_apart = (found for found, _ in fits)
    ranges = [_interval(each) for each in (weak, strong)]
    paired, unpaired = _interval(strong - weak), _interval(strong_apart - weak)
    return Intervals(
        overlap=ranges[0][1] >= ranges[1][0] and ranges[1][1] >= ranges[0][0],
        paired_differs=not paired[0] <= 0 <= paired[1],
        gain=_width(unpaired) / _width(paired),
        beyond=_width(_interval(far)) / _width(ranges[0]),
        drift=max(step for _, step in fits),
    )


def _interval(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [_TAIL, 100 - _TAIL])
    return float(low), float(high)


def _width(ends: tuple[float, float]) -> float:
    return ends[1] - ends[0]


def _logistic(x: np.ndarray) -> np.ndarray:
    chance: np.ndarray = (1 + np.tanh(x / 2)) / 2  # no overflow at either end
    return chance


def _check(ctx: Context, setting: _Setting, drift: float) -> None:
    lengths = np.linspace(0, setting.longest, setting.n_tasks)
    expected = _logistic(_SLOPE * (_MIDDLE - lengths))
    found, step = fit_horizons(lengths, expected, np.ones((1, len(lengths))))
    ok = abs(float(found[0]) - _MIDDLE) < 1e-3
    ctx.guard("a horizon is recovered", ok=ok, detail=f"{found[0]:.5f}, in truth {_MIDDLE}")
    worst = max(drift, step)
    ctx.guard("fits have converged", ok=worst < 1e-6, detail=f"last step {worst:.2g}")
    rng = ctx.rng("controls")
    like = np.mean([compare(rng, setting, 0.0).paired_differs for _ in range(setting.n_suites)])
    # One suite in twenty is meant; six of ten have a chance of 3 in a million.
    ctx.guard("a model against its like", ok=like <= 0.5, detail=f"{like:.2f} of suites")
    ahead = compare(rng, setting, 3.0).paired_differs
    ctx.guard("a model far ahead", ok=ahead, detail="" if ahead else "not told apart")


def _draw_chart(ctx: Context, setting: _Setting) -> None:
    """Draw one suite: what share of attempts each model brings home at each length."""
    rng = ctx.rng("chart")
    suite = draw_suite(rng, setting)
    horizons = {"weaker": _MIDDLE, "stronger": _MIDDLE + setting.advantage}
    grid = np.linspace(0, setting.longest, 60)
    series = []
    for name, horizon in horizons.items():
        shares = attempt(rng, suite, horizon, setting.n_attempts)
        series.append(Series(name=name, x=suite.lengths, y=shares, style="points"))
        line = _logistic(_SLOPE * (horizon - grid))
        series.append(Series(name=f"{name}, plain task", x=grid, y=line, style="line"))
    chart = Chart(
        title="Two models on one suite of tasks",
        x=Axis(label="length of the task, log2 minutes"),
        y=Axis(label="share of attempts that succeed"),
        series=tuple(series),
    )
    write_chart(ctx.plot("suite.svg"), chart)
