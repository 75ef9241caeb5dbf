"""A network's error peaks where it can only just fit wrong labels, unless training stops early.

What it re-runs: networks of one hidden ReLU layer and rising width learn 300 digits, three in ten
with a wrong label, on the squared error until nothing is left to learn. The error on fresh digits
is taken at the end, and where 200 other digits would have stopped training.

Expected effect: the error first falls with the width, then rises to a peak about where the weights
are as many as the outputs to fit, and falls again, below where it was. Stopped early, it does not
rise, and the network at the peak errs less than any that was trained to the end.

The traps: the peak needs wrong labels, without them there is none, which is a guard. It lies where
the training *loss* vanishes, not where the last training error does. And the error alone is a
noisy guide to its place (a standard deviation of 0.013), so the peak is read off the loss.

Source: M. Belkin, D. Hsu, S. Ma and S. Mandal, PNAS 116 (2019), fig. 3,
doi:10.1073/pnas.1903070116; P. Nakkiran et al., Deep double descent (ICLR 2020), arXiv:1912.02292.

Simplified: full-batch Adam for 500 steps, one start a width, small images. Toy scale: a statement
on training to the end with wrong labels, not on networks as they are used.

Published and measured: the sources show the peak in figures. Here, over 20 planned and 10 fresh
seeds, it lies at 1.0 to 1.4 weights an output; the error rises by 0.02 to 0.12 to it (mean 0.07)
and the widest net errs 0.03 less than the best narrow one in the mean (-0.01 to 0.07). Stopped
early the rise is -0.03 to 0.07 (mean 0.02, too near the bound of 0.03 to be told from it), and the
net at the peak errs 0.07 to 0.18 less than the best that was trained to the end. Full profile, one
seed, 21 CPU seconds: the error rises from 0.45 at 32 units to 0.55 at 64 (1.2 weights an output)
and falls to 0.32, but the loss is higher still at 22 units, by a few digits that are far off; so
the place read off the loss is 0.3, and that seed does not meet the predicate.

Predicate against the catalogue: bounds on means and not on each seed, since one start a width has
the test's own noise. The penalty on weights is a failing setting, for a net that is held back by it
does not interpolate. Cross-entropy was not tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._adam import Adam
from noteweb.experiments._digit_net import N_CLASSES, Digits, split_digits
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
    from collections.abc import Mapping, Sequence

experiment = Experiment(
    summary="Wrong labels make a network's error peak at interpolation; stopping early does not.",
    source="Belkin et al. (2019), fig. 3; Nakkiran et al. (2020), arXiv:1912.02292",
    parameters={
        "widths": Parameter(
            default=[10, 14, 20, 28, 40, 56, 80, 256], low=1, high=4000, summary="rising"
        ),
        "n_train": Parameter(default=300, low=20, high=1000),
        "wrong_labels": Parameter(default=0.3, low=0.0, high=0.9, summary="share of them"),
        "decay": Parameter(default=0.0, low=0.0, high=1.0, summary="penalty on squared weights"),
        "n_steps": Parameter(default=500, low=2, high=100000),
    },
    metrics={
        "peak_position": Metric(
            low=0, summary="weights over outputs to fit, where the loss on fresh digits peaks"
        ),
        "rise": Metric(low=-1, high=1, summary="error there, less the least of narrower nets"),
        "widest_gain": Metric(
            low=-1, high=1, direction="up", summary="that least error, less the widest net's"
        ),
        "loss_ratio": Metric(low=0, summary="loss on fresh digits, at the peak over the widest"),
        "early_rise": Metric(low=-1, high=1, summary="as the second, stopped early"),
        "early_gain": Metric(
            low=-1,
            high=1,
            direction="up",
            summary="least error of any trained to the end, less that at the peak stopped early",
        ),
    },
    guards={
        "wide nets fit everything": Guard(
            kind="convergence", summary="the widest has a training loss below 0.01"
        ),
        "narrow nets do not": Guard(
            kind="positive-control", summary="the narrowest keeps a tenth of its training errors"
        ),
        "true labels make no peak": Guard(
            kind="negative-control",
            summary="the net at the threshold errs no more than a narrow one",
        ),
        "the gradient": Guard(kind="known-answer", summary="against differences of the loss"),
    },
    profiles={
        "quick": Profile(limits=Limits(cpu_s=30.0)),
        "full": Profile(
            params={
                "widths": [4, 8, 11, 16, 22, 32, 40, 48, 56, 64, 80, 128, 256, 512],
                "n_train": 400,
                "n_steps": 2000,
            },
            limits=Limits(cpu_s=300.0, wall_s=900.0),
        ),
    },
    failing=(
        FailingSetting(
            params={"wrong_labels": 0.0},
            verdicts=("refuted", "invalid"),
            summary="all labels right: nothing peaks",
        ),
        FailingSetting(
            params={"decay": 0.01},
            verdicts=("refuted", "invalid"),
            summary="a penalty on the weights, which flattens the peak",
        ),
        FailingSetting(
            params={"n_steps": 20},
            verdicts=("invalid",),
            summary="stopped before any network fits the labels",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_RATE = 0.02
_EVERY = 20  # steps between two looks at the digits that stop training
_N_STOP = 200
_N_PIXELS = 64
_SCALE = np.float32(2)  # of the pixels, for a faster start


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    widths: list[int]
    n_train: int
    wrong_labels: float
    decay: float
    n_steps: int

    def position(self, width: int) -> float:
        """Give the weights of a width, over the outputs to fit."""
        n_weights = (_N_PIXELS + 1 + N_CLASSES) * width + N_CLASSES
        return n_weights / (N_CLASSES * self.n_train)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Digits to learn with their targets, to stop by, and to test on."""

    train: Digits
    targets: np.ndarray  # one-hot, of the labels that are shown
    stop: Digits
    test: Digits


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What became of one width."""

    train_error: float
    train_loss: float
    error: float
    loss: float
    early_error: float


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train each width, with wrong labels and, for two of them, with right ones."""
    setting = _Setting(**params)
    data = draw_data(ctx.rng("data"), setting, setting.wrong_labels)
    ends = []
    for place, width in enumerate(setting.widths):
        ends.append(train(ctx.rng(f"start {width}"), data, width, setting))
        ctx.progress((place + 1) / len(setting.widths), f"width {width}")
    errors, early = (
        np.array([getattr(e, name) for e in ends]) for name in ("error", "early_error")
    )
    peak = find_peak([end.loss for end in ends])
    least = errors[:peak].min()
    ctx.metric("peak_position", setting.position(setting.widths[peak]))
    ctx.metric("rise", errors[peak] - least)
    ctx.metric("widest_gain", least - errors[-1])
    ctx.metric("loss_ratio", ends[peak].loss / ends[-1].loss)
    ctx.metric("early_rise", early[peak] - early[:peak].min())
    ctx.metric("early_gain", errors.min() - early[peak])
    _check_fits(ctx, ends)
    _check_true_labels(ctx, setting)
    _check_gradient(ctx, data)
    _draw_chart(ctx, setting, ends)


def find_peak(losses: Sequence[float]) -> int:
    """Give the place of the highest of the losses, each taken with its neighbours.

    One start a width is noisy; ends are no peaks.
    """
    logs = np.log(losses)
    return 1 + int((logs[:-2] + logs[1:-1] + logs[2:]).argmax())


def draw_data(rng: np.random.Generator, setting: _Setting, wrong: float) -> Data:
    """Split the digits and give this share of those to learn a wrong label."""
    digits, rest = split_digits(rng, setting.n_train)
    n = len(digits.labels)
    moves = np.zeros(n, dtype=int)
    moves[rng.permutation(n)[: round(wrong * n)]] = 1
    shown = (digits.labels + moves * rng.integers(1, N_CLASSES, size=n)) % N_CLASSES
    return Data(
        train=digits,
        targets=np.eye(N_CLASSES, dtype=np.float32)[shown],
        stop=_cut(rest, slice(_N_STOP)),
        test=_cut(rest, slice(_N_STOP, None)),
    )


def _cut(digits: Digits, part: slice) -> Digits:
    return Digits(x=digits.x[part], labels=digits.labels[part], centre=digits.centre)


def train(rng: np.random.Generator, data: Data, width: int, setting: _Setting) -> End:
    """Train to the end, and remember the error where other digits would have stopped it."""
    weights = start_weights(rng, width)
    adam = Adam(weights=weights, decays=(0.9, 0.999))
    least, early_error = 1.0, 1.0
    for step in range(setting.n_steps + 1):
        if step % _EVERY == 0 or step == setting.n_steps:
            stop_error = find_error(weights, data.stop)
            if stop_error < least:
                least, early_error = stop_error, find_error(weights, data.test)
        slopes = find_gradients(weights, data.train.x, data.targets)
        for place in (0, 2):
            slopes[place] += np.float32(2 * setting.decay) * weights[place]
        rate = np.float32(_RATE * (1 - step / (setting.n_steps + 1)))
        adam.step(slopes, (rate,) * len(slopes))
    fitted = _forward(weights, data.train.x)[1]
    right = np.eye(N_CLASSES, dtype=np.float32)[data.test.labels]
    return End(
        train_error=float(np.mean(fitted.argmax(axis=1) != data.targets.argmax(axis=1))),
        train_loss=find_loss(weights, data.train.x, data.targets),
        error=find_error(weights, data.test),
        loss=find_loss(weights, data.test.x, right),
        early_error=early_error,
    )


def start_weights(rng: np.random.Generator, width: int) -> list[np.ndarray]:
    """Draw a matrix and a bias for each layer: He et al. (2015), doi:10.1109/ICCV.2015.123."""
    first = rng.standard_normal((_N_PIXELS, width)) * np.sqrt(2 / _N_PIXELS)
    second = rng.standard_normal((width, N_CLASSES)) / np.sqrt(width)
    raw = (first, np.zeros(width), second, np.zeros(N_CLASSES))
    return [each.astype(np.float32) for each in raw]


def _forward(weights: Sequence[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hidden = np.maximum(x * _SCALE @ weights[0] + weights[1], 0)
    return hidden, hidden @ weights[2] + weights[3]


def find_error(weights: Sequence[np.ndarray], digits: Digits) -> float:
    """Give the share of the digits that is labelled wrongly."""
    return float(np.mean(_forward(weights, digits.x)[1].argmax(axis=1) != digits.labels))


def find_loss(weights: Sequence[np.ndarray], x: np.ndarray, targets: np.ndarray) -> float:
    """Give the squared error, summed over the outputs, in the mean over the digits."""
    return float(((_forward(weights, x)[1] - targets) ** 2).sum(axis=1).mean())


def find_gradients(
    weights: Sequence[np.ndarray], x: np.ndarray, targets: np.ndarray
) -> list[np.ndarray]:
    """Give the gradient of the loss for each of the weights."""
    hidden, outputs = _forward(weights, x)
    back = (outputs - targets) * x.dtype.type(2 / len(x))
    inner = (back @ weights[2].T) * (hidden > 0)
    return [(x * _SCALE).T @ inner, inner.sum(axis=0), hidden.T @ back, back.sum(axis=0)]


def _check_fits(ctx: Context, ends: Sequence[End]) -> None:
    loss, error = ends[-1].train_loss, ends[0].train_error
    ctx.guard("wide nets fit everything", ok=loss < 0.01, detail=f"training loss {loss:.2g}")
    ctx.guard("narrow nets do not", ok=error > 0.1, detail=f"training error {error:.3f}")


def _check_true_labels(ctx: Context, setting: _Setting) -> None:
    """Compare the widths nearest to half of the threshold and to it, all labels being right."""
    data = draw_data(ctx.rng("data"), setting, 0.0)
    positions = np.array([setting.position(width) for width in setting.widths])
    narrow, middle = (
        train(ctx.rng(f"start {width}"), data, width, setting).error
        for width in (setting.widths[np.abs(np.log(positions / at)).argmin()] for at in (0.5, 1.3))
    )
    rise = middle - narrow
    ctx.guard("true labels make no peak", ok=rise <= 0.02, detail=f"rise {rise:.3f}")


def _check_gradient(ctx: Context, data: Data) -> None:
    rng = ctx.rng("check")
    x, targets = data.train.x[:20].astype(float), data.targets[:20].astype(float)
    error = find_gradient_error(
        rng,
        start_weights(rng, 6),
        lambda parts: find_loss(parts, x, targets),
        lambda parts: find_gradients(parts, x, targets),
    )
    ctx.guard("the gradient", ok=error < 1e-3, detail=f"{error:.2g} off, relative")


def _draw_chart(ctx: Context, setting: _Setting, ends: Sequence[End]) -> None:
    chart = Chart(
        title="Error on fresh digits against width, three labels in ten being wrong",
        x=Axis(label="hidden units", is_log=True),
        y=Axis(label="error"),
        series=(
            Series(name="to the end", x=setting.widths, y=[end.error for end in ends]),
            Series(name="stopped early", x=setting.widths, y=[end.early_error for end in ends]),
            Series(name="training error", x=setting.widths, y=[end.train_error for end in ends]),
        ),
    )
    write_chart(ctx.plot("error.svg"), chart)
