"""One point fixes no polynomial; what it leaves open is all that lies elsewhere.

What it re-runs: polynomials of degree 6 through one, two, four and seven given points. The number
of free directions is read off the singular values of the system; many polynomials through the
points are drawn, and the spread of their values at a place outside is measured.

Expected effect: with n points 7 - n directions are free, and the spread vanishes at seven points
and not before. Whoever picks one polynomial from a single point has a taste that is not in the
data.

Source: linear algebra; for the interpolation J.-L. Lagrange, see any textbook. The use of it as an
analogy, for world views that rest on one datum, is that of the sixth post of the discussion.

Simplified: exact data and a known degree. Nothing but the analogy's mathematics is tested.

Published and measured: exact. Here, over 20 planned and 20 fresh seeds, the free directions are as
many as foretold in each, the spread at 2 is 63 to 85 with one point, 20 to 61 with six
and at most 3e-12 with seven, which is rounding.

Predicate against the catalogue: the same. The nullity comes out alike in every seed, so its median
is asked for.
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
    summary="Through one point go polynomials of every value elsewhere; seven points fix one.",
    source="linear algebra; Lagrange's interpolation",
    parameters={
        "degree": Parameter(default=6, low=0, high=12),
        "n_few": Parameter(default=1, low=1, high=13, summary="points given"),
        "n_draws": Parameter(default=200, low=10, high=100000, summary="of polynomials"),
        "place": Parameter(default=2.0, low=1.1, high=10.0, summary="where they are compared"),
    },
    metrics={
        "nullity_gap": Metric(
            low=0, summary="largest difference of the free directions from degree + 1 - n"
        ),
        "spread_few": Metric(low=0, summary="of the values at the place, with the few points"),
        "spread_last_but_one": Metric(low=0, summary="the same with one point too few"),
        "spread_all": Metric(low=0, summary="the same with degree + 1 points"),
    },
    guards={
        "points are met": Guard(kind="known-answer", summary="by every polynomial drawn"),
        "a known polynomial": Guard(kind="known-answer", summary="is found from all its points"),
        "a constant needs one point": Guard(kind="negative-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"degree": 0},
            verdicts=("refuted",),
            summary="constants: one point is enough",
        ),
        FailingSetting(
            params={"n_few": 7},
            verdicts=("refuted",),
            summary="as many points as coefficients: nothing is left open",
        ),
    ),
    libraries=("numpy",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    degree: int
    n_few: int
    n_draws: int
    place: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All polynomials through some points: ``particular + free @ anything``."""

    particular: np.ndarray  # coefficients, the highest power first; those of least norm
    free: np.ndarray  # shape (degree + 1, nullity), orthonormal

    def draw(self, rng: np.random.Generator, n_draws: int) -> np.ndarray:
        """Give coefficients, shape (n_draws, degree + 1), normal in every free direction."""
        steps = rng.standard_normal((n_draws, self.free.shape[1]))
        drawn: np.ndarray = self.particular + steps @ self.free.T
        return drawn


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Give one point after the other and see what is left open."""
    setting = _Setting(**params)
    rng = ctx.rng("points")
    n_all = setting.degree + 1
    n_few = min(setting.n_few, n_all)
    x = draw_places(rng, n_all)
    y = rng.standard_normal(n_all)
    families = [solve(x[:n], y[:n], setting.degree) for n in range(1, n_all + 1)]
    gaps = [abs(each.free.shape[1] - (n_all - n)) for n, each in enumerate(families, start=1)]
    spreads = [measure_spread(rng, each, setting) for each in families]
    ctx.metric("nullity_gap", max(gaps))
    ctx.metric("spread_few", spreads[n_few - 1])
    ctx.metric("spread_last_but_one", spreads[max(n_all - 2, 0)])
    ctx.metric("spread_all", spreads[-1])
    _check(ctx, setting, x, y, families)
    _draw_chart(ctx, x[:n_few], y[:n_few], families[n_few - 1])


def draw_places(rng: np.random.Generator, n_points: int) -> np.ndarray:
    """Give places from -1 to 1 in random order, one in the middle half of each of equal cells.

    Points as close as chance would have them make the system all but singular.
    """
    cells = (np.arange(n_points) + rng.uniform(0.25, 0.75, n_points)) / n_points
    return rng.permutation(2 * cells - 1)


def solve(x: np.ndarray, y: np.ndarray, degree: int) -> Family:
    """Give all polynomials through the points."""
    system = np.vander(x, degree + 1)
    _, values, right = np.linalg.svd(system)
    rank = int(np.sum(values > values[0] * 1e-12))
    particular = np.linalg.lstsq(system, y, rcond=1e-13)[0]
    return Family(particular=particular, free=right[rank:].T)


def measure_spread(rng: np.random.Generator, family: Family, setting: _Setting) -> float:
    """Give the standard deviation of the values at the place."""
    powers = np.vander([setting.place], setting.degree + 1)[0]
    return float(np.std(family.draw(rng, setting.n_draws) @ powers))


def _check(
    ctx: Context, setting: _Setting, x: np.ndarray, y: np.ndarray, families: list[Family]
) -> None:
    rng = ctx.rng("check")
    misses = []
    for n, family in enumerate(families, start=1):
        values = family.draw(rng, 10) @ np.vander(x[:n], setting.degree + 1).T
        misses.append(float(np.abs(values - y[:n]).max()))
    scale = float(np.abs(families[-1].particular).max())  # points that lie close need large ones
    worst = max(misses)
    ok = worst < 1e-6 * max(scale, 1.0)
    ctx.guard("points are met", ok=ok, detail=f"at most {worst:.2g} off")
    places = np.linspace(-1, 1, 4)
    cubic = solve(places, np.polyval([1.0, -2.0, 0.5, 3.0], places), 3).particular
    worst = float(np.abs(cubic - [1.0, -2.0, 0.5, 3.0]).max())
    ctx.guard("a known polynomial", ok=worst < 1e-9, detail=f"{worst:.2g}")
    constant = solve(x[:1], y[:1], 0)
    ok = constant.free.shape[1] == 0 and abs(constant.particular[0] - y[0]) < 1e-12
    ctx.guard("a constant needs one point", ok=ok)


def _draw_chart(ctx: Context, x: np.ndarray, y: np.ndarray, family: Family) -> None:
    grid = np.linspace(-1.2, 1.2, 60)
    curves = family.draw(ctx.rng("chart"), 5)
    lines = [
        Series(name=f"drawn {n}", x=grid, y=np.polyval(each, grid), style="line")
        for n, each in enumerate(curves, start=1)
    ]
    chart = Chart(
        title="Polynomials that meet the points given",
        x=Axis(label="x"),
        y=Axis(label="value"),
        series=(Series(name="given", x=x, y=y, style="points"), *lines),
    )
    write_chart(ctx.plot("polynomials.svg"), chart)
