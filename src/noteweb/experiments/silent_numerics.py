"""A numerical result can be far off while nothing warns: only a study of convergence shows it.

What it re-runs: the energy of the tenth state of the harmonic oscillator (exactly 9.5 in units of
h-bar omega) from second-order finite differences on a box of half width 8, with 30 and with 480
points, and on a box that is too small.

Expected effect: the coarse grid gives finite, ordered, plausible numbers, raises nothing and is off
by about a quarter. Refining the grid shows the order 2 and removes the error. In a box that is too
small refinement shows order 2 as well and converges to a wrong number: the box is a numerical
parameter of its own.

Source: the failure is one that PRBench (arXiv:2603.27646) reports of agents that reproduce papers;
the method is P. J. Roache, Perspective: a method for uniform reporting of grid refinement studies,
J. Fluids Eng. 116 (1994), doi:10.1115/1.2910291.

Simplified: one linear problem with a known answer. It shows the mechanism and says nothing of how
often agents or people fall for it.

Published and measured: no figure to compare with. Here: 27 % off at 30 points, 0.066 % at 480 and
order 2.015; in the box of half width 2 order 1.997 and 232 % off at 480 points. The seed changes
nothing, so two runs are compared.

Predicate against the catalogue: "finite, no exception" and "at least 20 % off" are one metric, the
error that nothing announced, so that a setting without error cannot pass half of it.
"""

from __future__ import annotations

import math
import warnings
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
    summary="A coarse grid is a quarter off in silence; a convergence study finds it.",
    source="Roache (1994), doi:10.1115/1.2910291",
    parameters={
        "n_coarse": Parameter(default=30, low=12, high=4000, summary="grid points"),
        "n_fine": Parameter(default=480, low=96, high=4000, summary="grid points"),
        "half_width": Parameter(default=8.0, low=1.0, high=50.0, summary="of the box"),
        "small_half_width": Parameter(default=2.0, low=1.0, high=50.0),
    },
    metrics={
        "silent_error": Metric(
            summary="relative error on the coarse grid; 0 if anything warned or was not finite"
        ),
        "fine_error": Metric(direction="down", summary="relative error on the fine grid"),
        "order": Metric(summary="observed order on the last halving of the step"),
        "small_box_order": Metric(summary="the same in the box that is too small"),
        "small_box_error": Metric(summary="relative error there, on the fine grid"),
    },
    guards={
        "ground state": Guard(kind="known-answer", summary="0.5 within 0.1 % on the fine grid"),
        "free particle in the box": Guard(
            kind="known-answer", summary="without a potential the matrix has known values"
        ),
        "alarms are heard": Guard(
            kind="positive-control", summary="a potential that overflows counts as no silence"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=20.0))},
    failing=(
        FailingSetting(
            params={"n_coarse": 480},
            verdicts=("refuted",),
            summary="a grid that is fine enough has no error to be silent about",
        ),
        FailingSetting(
            params={"half_width": 2.0},
            verdicts=("invalid",),
            summary="the main box too small: the known answer is missed",
        ),
    ),
    is_deterministic=True,
    libraries=("numpy", "scipy"),
)

_LEVEL = 9
_EXACT = _LEVEL + 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_coarse: int
    n_fine: int
    half_width: float
    small_half_width: float


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Solve on coarse and fine grids, in a wide and in a small box."""
    setting = _Setting(**params)
    n, wide, small = setting.n_fine, setting.half_width, setting.small_half_width
    ctx.metric("silent_error", measure_silent_error(setting.n_coarse, wide))
    ctx.metric("fine_error", _error(find_levels(n, wide)[_LEVEL]))
    ctx.metric("order", observe_order(n, wide))
    ctx.metric("small_box_order", observe_order(n, small))
    ctx.metric("small_box_error", _error(find_levels(n, small)[_LEVEL]))
    ground = float(find_levels(n, wide)[0])
    ctx.guard("ground state", ok=abs(ground / 0.5 - 1) < 1e-3, detail=f"{ground:.6f}, exactly 0.5")
    _check_free_particle(ctx, n, wide)
    loud = measure_silent_error(setting.n_coarse, wide, strength=1e308)
    ctx.guard("alarms are heard", ok=loud == 0, detail=f"{loud:g}")
    _draw_chart(ctx, setting)


def find_levels(n_points: int, half_width: float, strength: float = 1.0) -> np.ndarray:
    """Give the ten lowest energies of ``-psi'' / 2 + strength x^2 psi / 2``, rising.

    The wave function is zero at the first and the last point, which are the ends of the box.
    """
    from scipy.linalg import eigh_tridiagonal

    step = 2 * half_width / (n_points - 1)
    x = np.linspace(-half_width, half_width, n_points)[1:-1]
    diagonal = 1 / step**2 + strength * x**2 / 2
    beside = np.full(len(x) - 1, -0.5 / step**2)
    levels: np.ndarray = eigh_tridiagonal(
        diagonal, beside, eigvals_only=True, select="i", select_range=(0, _LEVEL)
    )
    return levels


def measure_silent_error(n_points: int, half_width: float, strength: float = 1.0) -> float:
    """Give the relative error of level nine, or 0 if anything tells the user of trouble."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            levels = find_levels(n_points, half_width, strength)
    except (ArithmeticError, RuntimeWarning, ValueError, np.linalg.LinAlgError):
        return 0.0
    looks_right = np.isfinite(levels).all() and (np.diff(levels) > 0).all()
    return _error(levels[_LEVEL]) if looks_right else 0.0


def observe_order(n_points: int, half_width: float) -> float:
    """Give the order from three grids, each of half the step of the one before.

    It needs no exact answer, which is why it can be fooled.  Source: Roache (1994).
    """
    quarter = (n_points - 1) // 4
    values = [find_levels(quarter * k + 1, half_width)[_LEVEL] for k in (1, 2, 4)]
    return math.log2(abs((values[1] - values[0]) / (values[2] - values[1])))


def _error(energy: float) -> float:
    return abs(float(energy) - _EXACT) / _EXACT


def _check_free_particle(ctx: Context, n_points: int, half_width: float) -> None:
    """Compare with the matrix's own known values, ``2 sin^2(k pi / 2 (n - 1)) / step^2``."""
    step = 2 * half_width / (n_points - 1)
    k = np.arange(1, _LEVEL + 2)
    known = 2 * np.sin(k * np.pi / (2 * (n_points - 1))) ** 2 / step**2
    worst = float(np.abs(find_levels(n_points, half_width, 0.0) / known - 1).max())
    ctx.guard("free particle in the box", ok=worst < 1e-8, detail=f"{worst:.2g}")


def _draw_chart(ctx: Context, setting: _Setting) -> None:
    sizes = [30 * 2**k for k in range(5)]
    boxes = {"wide box": setting.half_width, "small box": setting.small_half_width}
    series = tuple(
        Series(name=name, x=sizes, y=[_error(find_levels(n, width)[_LEVEL]) for n in sizes])
        for name, width in boxes.items()
    )
    axes = Axis(label="grid points", is_log=True), Axis(label="relative error", is_log=True)
    title = "Error of level nine; in the small box it stays"
    write_chart(
        ctx.plot("convergence.svg"), Chart(title=title, x=axes[0], y=axes[1], series=series)
    )
