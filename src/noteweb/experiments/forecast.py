"""What an error in a probability costs depends on where the decisions lie.

What it re-runs: users who act when a forecast exceeds their ratio of cost to loss. Ratios are
spread evenly; the true probability of each event is known; the forecast is off by two points or by
forty, up or down. Then the same two points for rare events (2 %) and ratios below 5 %.

Expected effect: with ratios over the whole range two points cost next to nothing and hardly any
decision differs; forty points are worse than knowing nothing but the base rate, and a third of the
decisions differ. For rare events the same two points destroy a good part of the value.

Source: A. H. Murphy, A new vector partition of the probability score (1973),
doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; the value of a forecast to such users after
D. S. Richardson (2000), doi:10.1002/qj.49712656313.

Simplified: events are independent, forecasts are clipped to 0 and 1, an error is equally likely up
and down, and nobody learns from anybody: that a gap between two people helps a discussion is not
tested.

Published and measured: no figure is published. By algebra the regret is half the mean square of the
error where ratios are even, so forty points cost about four hundred times what two cost. Here, over
20 planned and 20 fresh seeds, two points keep 0.994 to 0.997 of the value and 2.0 % of the
decisions differ; forty keep -0.44 to -0.37 and 32 % differ; for rare events two points keep 0.10 to
0.28. How much is left there depends on how widely the true probabilities are spread; here their
deviation is 0.02.

Predicate against the catalogue: the same bounds. For rare events it had 0.615 with a spread of its
own; the bound of 0.8 asks for less than either.
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
    summary="Two points cost nothing in the middle and much at the edge; forty cost everything.",
    source="Murphy (1973), doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2",
    parameters={
        "n_events": Parameter(default=100000, low=1000, high=10000000),
        "base_rate": Parameter(default=0.5, low=0.001, high=0.999),
        "spread": Parameter(
            default=2.0, low=0.1, high=1000.0, summary="of true probabilities: Beta's a + b"
        ),
        "highest_ratio": Parameter(default=1.0, low=0.01, high=1.0, summary="of cost to loss"),
        "small_error": Parameter(default=0.02, low=0.0, high=1.0),
        "large_error": Parameter(default=0.4, low=0.0, high=1.0),
    },
    metrics={
        "small_value_kept": Metric(
            direction="up", high=1.1, summary="share of what the true probabilities would gain"
        ),
        "large_value_kept": Metric(direction="up", high=1.1, summary="below 0 is harm"),
        "small_split": Metric(
            low=0, high=1, summary="share of decisions on which the two readers differ"
        ),
        "large_split": Metric(low=0, high=1),
        "rare_value_kept": Metric(
            direction="up", high=1.1, summary="the small error, rare events and low ratios"
        ),
    },
    guards={
        "Murphy's parts add up": Guard(kind="known-answer"),
        "regret is half the square": Guard(kind="known-answer"),
        "the base rate has no value": Guard(kind="negative-control"),
        "events follow their probabilities": Guard(kind="positive-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"base_rate": 0.02, "spread": 50.0, "highest_ratio": 0.05},
            verdicts=("refuted",),
            summary="rare events: refutes that two points do not matter",
        ),
        FailingSetting(
            params={"large_error": 0.02},
            verdicts=("refuted",),
            summary="a gap of two points: refutes that the gap matters",
        ),
    ),
    libraries=("numpy",),
)

_RARE = {"base_rate": 0.02, "spread": 50.0, "highest_ratio": 0.05}
_MIDDLE = {"base_rate": 0.5, "spread": 2.0, "highest_ratio": 1.0}
_GAPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_events: int
    base_rate: float
    spread: float
    highest_ratio: float
    small_error: float
    large_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """True probabilities, what happened, and whether a reader errs up (1) or down (-1)."""

    p: np.ndarray
    happened: np.ndarray
    side: np.ndarray
    highest_ratio: float

    def forecast(self, error: float) -> np.ndarray:
        """Give what a reader says who is off by so much."""
        return np.clip(self.p + error * self.side, 0, 1)

    def expense(self, q: np.ndarray | float) -> float:
        """Give the mean expense in units of the loss, over users of all ratios.

        A user of ratio c pays c where q > c, and 1 where q <= c and the event happens; the mean
        over c from 0 to `highest_ratio` is taken by hand.
        """
        top = self.highest_ratio
        acted = np.clip(q, 0, top)
        return float(np.mean(acted**2 / 2 + (top - acted) * self.happened) / top)

    def value_kept(self, q: np.ndarray | float) -> float:
        """Give the saving against the base rate, as a share of what the truth would save."""
        worst = self.expense(float(self.happened.mean()))
        return (worst - self.expense(q)) / (worst - self.expense(self.p))

    def split(self, q: np.ndarray) -> float:
        """Give the share of decisions in which q and the true probability differ."""
        top = self.highest_ratio
        return float(np.mean(np.abs(np.clip(q, 0, top) - np.clip(self.p, 0, top))) / top)


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Give users forecasts that are a little and far off, for common and for rare events."""
    setting = _Setting(**params)
    events = draw(ctx.rng("events"), setting)
    small, large = (events.forecast(e) for e in (setting.small_error, setting.large_error))
    ctx.metric("small_value_kept", events.value_kept(small))
    ctx.metric("large_value_kept", events.value_kept(large))
    ctx.metric("small_split", events.split(small))
    ctx.metric("large_split", events.split(large))
    rare = draw(ctx.rng("rare"), _Setting(**{**params, **_RARE}))
    ctx.metric("rare_value_kept", rare.value_kept(rare.forecast(setting.small_error)))
    _check(ctx, draw(ctx.rng("check"), _Setting(**{**params, **_MIDDLE})))
    _draw_chart(ctx, events, rare)


def draw(rng: np.random.Generator, setting: _Setting) -> Events:
    """Draw events whose probabilities follow a Beta distribution."""
    a = setting.base_rate * setting.spread
    p = rng.beta(a, setting.spread - a, setting.n_events)
    happened = (rng.random(setting.n_events) < p).astype(float)
    side = rng.choice([-1.0, 1.0], setting.n_events)
    return Events(p=p, happened=happened, side=side, highest_ratio=setting.highest_ratio)


def partition(q: np.ndarray, happened: np.ndarray) -> tuple[float, float, float]:
    """Give reliability, resolution and uncertainty of forecasts that take few values."""
    _, place, counts = np.unique(q, return_inverse=True, return_counts=True)
    share = counts / len(q)
    said, seen = (np.bincount(place, each) / counts for each in (q, happened))
    base = happened.mean()
    return (
        float(share @ (said - seen) ** 2),
        float(share @ (seen - base) ** 2),
        float(base * (1 - base)),
    )


def _check(ctx: Context, events: Events) -> None:
    """Check the scores on events in the middle, whatever the setting."""
    q = np.round(events.forecast(0.1), 2)
    reliability, resolution, uncertainty = partition(q, events.happened)
    brier = float(np.mean((q - events.happened) ** 2))
    left = abs(brier - (reliability - resolution + uncertainty))
    ctx.guard("Murphy's parts add up", ok=left < 1e-10, detail=f"{left:.2g}")
    q = events.forecast(0.2)
    regret = events.expense(q) - events.expense(events.p)
    known = float(np.mean((q - events.p) ** 2)) / 2
    error = abs(regret - known) * np.sqrt(len(q))
    ok = error < 0.5  # five standard errors: the difference has a deviation of 0.1 at most
    ctx.guard("regret is half the square", ok=ok, detail=f"{regret:.5f}, in theory {known:.5f}")
    kept = events.value_kept(float(events.happened.mean()))
    ctx.guard("the base rate has no value", ok=abs(kept) < 1e-9, detail=f"{kept:.2g}")
    reliability, _, _ = partition(np.round(events.p, 2), events.happened)
    ok = reliability < 101 / len(q)  # in expectation a quarter of this, for 101 values
    ctx.guard("events follow their probabilities", ok=ok, detail=f"reliability {reliability:.2g}")


def _draw_chart(ctx: Context, events: Events, rare: Events) -> None:
    def trace(of: Events) -> list[float]:
        return [of.value_kept(of.forecast(gap)) for gap in _GAPS]

    points = [100 * gap for gap in _GAPS]
    chart = Chart(
        title="Share of a forecast's value that is left",
        x=Axis(label="error of the forecast, points", is_log=True),
        y=Axis(label="value kept; 0 is the base rate"),
        series=(
            Series(name="as set", x=points, y=trace(events)),
            Series(name="rare, ratio < 5 %", x=points[:3], y=trace(rare)[:3]),
        ),
    )
    write_chart(ctx.plot("value.svg"), chart)
