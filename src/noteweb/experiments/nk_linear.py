"""A linear classifier with no test error that errs on nearly every mirrored training point.

What it re-runs: the linear example of Nagarajan and Kolter. A point is (2 y u, v): y = +-1 is the
label, u is a fixed vector of squared norm 1/m, and v is noise in D dimensions of variance 32/D a
coordinate. One gradient step from zero on m points gives the weights (2 m u, sum of y v).

Expected effect: the learned weights classify fresh points without error, and yet they get the
mirrored training set wrong, which has every v turned round. That set is as probable a sample as the
training set itself, so a bound that holds for all learned hypotheses on all such samples at once
cannot lie below the gap between the two errors, which is nearly 1.

Source: V. Nagarajan and J. Z. Kolter, Uniform convergence may be unable to explain generalization
in deep learning (NeurIPS 2019), section 3.1, arXiv:1902.04742.

Simplified: one step of gradient descent on the linear part of the loss; n and D of one size. The
variance 32/D is quoted from memory; a reading of 1/D makes the noise too weak to mirror anything.

Published and measured: error 1 on the mirrored set and at most epsilon on fresh points; here 1 and
0 of 400 in each of 20 seeds, with margins near 36 (training), 4 (fresh) and -28 (mirrored), as the
algebra says. In theory the error on fresh points is Phi(-4 / (32 sqrt(m / D))) = 4e-5.

Predicate against the catalogue: no training error and at most 1 % test error are premises, so they
are guards; the claim asks for the mirrored error and for the gap.
"""

from __future__ import annotations

import math
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
    summary="Weights that generalise err on the whole mirrored training set.",
    source="Nagarajan and Kolter (2019), section 3.1, arXiv:1902.04742",
    parameters={
        "n_train": Parameter(default=100, low=2, high=10000),
        "n_test": Parameter(default=400, low=50, high=100000),
        "n_noise": Parameter(default=100000, low=10, high=1000000, summary="dimensions: D"),
        "signal": Parameter(default=2.0, low=0.0, summary="factor of y u; 8 drowns the noise"),
    },
    metrics={
        "mirrored_error": Metric(
            low=0, high=1, summary="on training points whose noise is turned round"
        ),
        "test_error": Metric(direction="down", low=0, high=1),
        "gap": Metric(low=-1, high=1, summary="mirrored error, less test error"),
    },
    guards={
        "no training error": Guard(kind="convergence"),
        "it generalises": Guard(kind="positive-control", summary="at most 1 % on fresh points"),
        "margins as computed": Guard(kind="known-answer"),
        "mirrored fresh points": Guard(
            kind="negative-control", summary="turning fresh noise round changes nothing"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"signal": 8.0},
            verdicts=("refuted",),
            summary="the signal outweighs what was memorised, and mirroring does no harm",
        ),
        FailingSetting(
            params={"n_noise": 3000},
            verdicts=("invalid",),
            summary="too few dimensions: fresh noise is no longer orthogonal, test error 25 %",
        ),
    ),
    libraries=("numpy",),
)

#: The noise's squared norm, whatever its dimension.
_NOISE = 32.0
_CHUNK = 50  # fresh points held in memory at once
_MOST_TEST_ERROR = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """The parameters of a run."""

    n_train: int
    n_test: int
    n_noise: int
    signal: float

    @property
    def signal_margin(self) -> float:
        """What the signal adds to every point's margin: ``signal^2 m |u|^2``."""
        return self.signal**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Label times output, for each point; an error is a margin that is not positive."""

    train: np.ndarray  # shape (n_train,)
    mirrored: np.ndarray  # shape (n_train,)
    test: np.ndarray  # shape (n_test,)
    mirrored_test: np.ndarray  # shape (n_test,)


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Take the one step, then read the margins of four sets of points."""
    size = _Size(**params)
    margins = measure_margins(ctx, size)
    mirrored, test = _error(margins.mirrored), _error(margins.test)
    ctx.metric("mirrored_error", mirrored)
    ctx.metric("test_error", test)
    ctx.metric("gap", mirrored - test)
    _check(ctx, size, margins)
    _draw_chart(ctx, margins)


def measure_margins(ctx: Context, size: _Size) -> Margins:
    """Learn from a sample and give the margins of that sample, its mirror and fresh points."""
    labels = ctx.rng("labels").choice([-1.0, 1.0], size=size.n_train).astype(np.float32)
    noise = _draw_noise(ctx.rng("train"), size.n_train, size.n_noise)
    weights = labels @ noise
    own = labels * (noise @ weights)
    rng = ctx.rng("test")
    chunks = [_CHUNK] * (size.n_test // _CHUNK) + [size.n_test % _CHUNK]
    fresh = np.concatenate([_draw_noise(rng, n, size.n_noise) @ weights for n in chunks])
    return Margins(
        train=size.signal_margin + own,
        mirrored=size.signal_margin - own,
        test=size.signal_margin + fresh,
        mirrored_test=size.signal_margin - fresh,
    )


def _draw_noise(rng: np.random.Generator, n: int, n_noise: int) -> np.ndarray:
    scale = np.float32(math.sqrt(_NOISE / n_noise))
    return rng.standard_normal((n, n_noise), dtype=np.float32) * scale


def _error(margins: np.ndarray) -> float:
    return float(np.mean(margins <= 0))


def _check(ctx: Context, size: _Size, margins: Margins) -> None:
    train, test, turned = map(_error, (margins.train, margins.test, margins.mirrored_test))
    ctx.guard("no training error", ok=train == 0, detail=f"{train:.3f}")
    ctx.guard("it generalises", ok=test <= _MOST_TEST_ERROR, detail=f"{test:.4f}")
    ctx.guard("mirrored fresh points", ok=turned <= _MOST_TEST_ERROR, detail=f"{turned:.4f}")
    mean, known = float(margins.train.mean()), size.signal_margin + _NOISE
    # The mean of 100 margins, of standard deviation about 1 each, is known to 0.1.
    detail = f"mean training margin {mean:.2f}, computed {known:.2f}"
    ctx.guard("margins as computed", ok=abs(mean - known) < 1, detail=detail)


def _draw_chart(ctx: Context, margins: Margins) -> None:
    sets = {"training": margins.train, "fresh": margins.test, "mirrored": margins.mirrored}
    series = tuple(
        Series(name=name, x=np.sort(each), y=np.linspace(0, 1, len(each)), style="line")
        for name, each in sets.items()
    )
    title = "Margins of training, fresh and mirrored points"
    axes = Axis(label="margin (below 0: an error)"), Axis(label="share of points below")
    write_chart(ctx.plot("margins.svg"), Chart(title=title, x=axes[0], y=axes[1], series=series))
