"""A network that reads digits well fails once they are moved by a pixel; width does not mend it.

What it re-runs: one hidden ReLU layer trained on 1,000 of the 8 x 8 digits and tested on the other
797, as they are, moved by one pixel, turned by a quarter, and with noise; with 64 and with 256
hidden units; and once trained on moved digits too.

Expected effect: nearly all digits are right as they are. Moved by one pixel about half are, turned
a tenth. Noise of half the pixels' deviation does little, so it is not any change that hurts. Four
times the width changes nothing of it. Trained on moved digits the network reads moved ones.

Source: A. Azulay and Y. Weiss, Why do deep convolutional networks generalize so poorly to small
image transformations? (2019), arXiv:1805.12177; D. Hendrycks and T. Dietterich (2019),
arXiv:1903.12261.

Simplified: toy scale, small images, where one pixel is an eighth of the width; no convolution,
which would help with moving. Nothing is said of large models.

Published and measured: no figure of the sources is comparable. Here, over 20 planned and 20 fresh
seeds: 0.947 to 0.985 as they are; a drop of 0.50 to 0.56 when moved, with four times the width as
with one; 0.08 to 0.13 turned; a drop of 0.005 to 0.036 with noise.

Predicate against the catalogue: the same 0.25. That width does not mend it, and that noise does
little, are claims of their own; accuracy as it is, 0.95 there, is a guard at 0.92.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._digit_net import N_SIDE, Digits, Net, split_digits, train_net
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
    summary="Digits moved by a pixel are half misread, at any width, though noise does little.",
    source="Azulay and Weiss (2019), arXiv:1805.12177",
    parameters={
        "n_train": Parameter(default=1000, low=200, high=1500),
        "width": Parameter(default=64, low=8, high=4096, summary="hidden units"),
        "wide": Parameter(default=256, low=8, high=4096, summary="the same, to compare"),
        "pixels": Parameter(default=1, low=0, high=4, summary="that the digits are moved by"),
        "noise": Parameter(default=0.5, low=0.0, high=10.0, summary="in deviations of the pixels"),
        "trained_on_moved": Parameter(default=False),
    },
    metrics={
        "accuracy": Metric(low=0, high=1, direction="up", summary="on digits as they are"),
        "moved_drop": Metric(
            low=-1, high=1, direction="down", summary="of accuracy, mean of four directions"
        ),
        "wide_moved_drop": Metric(low=-1, high=1, direction="down", summary="the same, wide"),
        "turned_accuracy": Metric(low=0, high=1, direction="up", summary="turned by a quarter"),
        "noise_drop": Metric(low=-1, high=1, direction="down"),
    },
    guards={
        "digits are read": Guard(kind="positive-control", summary="0.92 of them, by both networks"),
        "moved digits can be learnt": Guard(
            kind="positive-control", summary="trained on them the drop is below 0.15"
        ),
        "a move of nothing": Guard(kind="negative-control"),
        "a known move": Guard(kind="known-answer"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"trained_on_moved": True},
            verdicts=("refuted",),
            summary="what was seen in training does little harm",
        ),
        FailingSetting(
            params={"noise": 3.0},
            verdicts=("refuted",),
            summary="noise that drowns the digits: refutes that noise does little",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_READ = 0.92
#: On five times as many images; enough for the control.
_EPOCHS_MOVED = 5
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_train: int
    width: int
    wide: int
    pixels: int
    noise: float
    trained_on_moved: bool


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Train, move, turn, disturb."""
    setting = _Setting(**params)
    train_set, test_set = split_digits(ctx.rng("split"), setting.n_train)
    net, wide = (
        teach(ctx.rng("training"), train_set, width, is_moved=setting.trained_on_moved)
        for width in (setting.width, setting.wide)
    )
    clean, wide_clean = net.accuracy(test_set), wide.accuracy(test_set)
    size = setting.noise * float(train_set.x.std())
    noise = size * ctx.rng("noise").standard_normal(test_set.x.shape)
    ctx.metric("accuracy", clean)
    ctx.metric("moved_drop", clean - read_moved(net, test_set, setting.pixels))
    ctx.metric("wide_moved_drop", wide_clean - read_moved(wide, test_set, setting.pixels))
    ctx.metric("turned_accuracy", net.accuracy(test_set.turn()))
    ctx.metric("noise_drop", clean - net.accuracy(test_set.add(noise)))
    ok = min(clean, wide_clean) >= _READ
    ctx.guard("digits are read", ok=ok, detail=f"{clean:.3f} and {wide_clean:.3f}")
    _check(ctx, setting, train_set, test_set)
    _draw_chart(ctx, {setting.width: net, setting.wide: wide}, test_set)


def teach(rng: np.random.Generator, digits: Digits, width: int, *, is_moved: bool) -> Net:
    """Train on the digits as they are, or on moved ones too."""
    if is_moved:
        return train_net(rng, join_moved(digits, 1), width=width, max_epochs=_EPOCHS_MOVED)
    return train_net(rng, digits, width=width)


def join_moved(digits: Digits, pixels: int) -> Digits:
    """Give the digits together with themselves moved in four directions."""
    moved = [digits.move(pixels * down, pixels * right) for down, right in _DIRECTIONS]
    return Digits(
        x=np.concatenate([digits.x, *(each.x for each in moved)]),
        labels=np.tile(digits.labels, 1 + len(moved)),
        centre=digits.centre,
    )


def read_moved(net: Net, digits: Digits, pixels: int) -> float:
    """Give the mean accuracy over four directions."""
    moved = (digits.move(pixels * down, pixels * right) for down, right in _DIRECTIONS)
    return float(np.mean([net.accuracy(each) for each in moved]))


def _check(ctx: Context, setting: _Setting, train_set: Digits, test_set: Digits) -> None:
    taught = teach(ctx.rng("taught"), train_set, setting.width, is_moved=True)
    drop = taught.accuracy(test_set) - read_moved(taught, test_set, 1)
    ctx.guard("moved digits can be learnt", ok=drop < 0.15, detail=f"drop {drop:.3f}")
    still = float(np.abs(test_set.move(0, 0).x - test_set.x).max())
    ctx.guard("a move of nothing", ok=still < 1e-6, detail=f"{still:.2g}")
    dot = np.zeros((1, N_SIDE, N_SIDE))
    dot[0, 2, 3] = 1.0
    moved = test_set.show(dot).move(1, -2)
    place = int((moved.x + moved.centre).argmax())
    ok = place == 3 * N_SIDE + 1 and abs(float((moved.x + moved.centre).sum()) - 1) < 1e-6
    ctx.guard("a known move", ok=ok, detail=f"row {place // N_SIDE}, column {place % N_SIDE}")


def _draw_chart(ctx: Context, nets: Mapping[int, Net], test_set: Digits) -> None:
    pixels = [0, 1, 2, 3]
    chart = Chart(
        title="Accuracy on digits that are moved",
        x=Axis(label="pixels moved by"),
        y=Axis(label="accuracy"),
        series=tuple(
            Series(
                name=f"{width} units", x=pixels, y=[read_moved(net, test_set, k) for k in pixels]
            )
            for width, net in nets.items()
        ),
    )
    write_chart(ctx.plot("moved.svg"), chart)
