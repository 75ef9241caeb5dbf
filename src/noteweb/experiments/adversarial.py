"""A small step along the gradient fools a network that noise of the same size does not.

What it re-runs: the fast gradient sign method against one hidden ReLU layer trained on the 8 x 8
digits. Each pixel moves by 0.3 of the pixels' deviation, along the sign of the loss's gradient or
with a random sign. Beside it a linear classifier in 64 to 1,024 dimensions, whose classes are
always as far apart.

Expected effect: the step along the gradient takes many digits, the random one few. The linear
picture foretells how much margin each digit loses. For the linear classifier the step that fools it
shrinks with the root of the dimension; a random step does not.

Source: I. Goodfellow, J. Shlens and C. Szegedy, Explaining and harnessing adversarial examples
(ICLR 2015), sections 3 and 4, arXiv:1412.6572.

Simplified: toy scale; whether a person sees the step cannot be asked of 8 x 8 pixels.

Published and measured: the source's figures are of other data. In theory the exponent is -1/2.
Here, over 20 planned and 20 fresh seeds, 0.50 to 0.60 are right after the step and 0.95 to 0.98
after random signs; the correlation is 0.91 to 0.96; the exponents are -0.56 to -0.45 and -0.08 to
0.12.

Predicate against the catalogue: the step is 0.3 deviations and not 0.2, where the gap of this
narrower network, 0.2 in trials, was no clear one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.experiments._digit_net import Digits, Net, split_digits, train_net
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
    summary="A step along the gradient's sign fools the network; noise of that size does not.",
    source="Goodfellow et al. (2015), arXiv:1412.6572",
    parameters={
        "n_train": Parameter(default=1000, low=200, high=1500),
        "width": Parameter(default=64, low=8, high=4096, summary="hidden units"),
        "step": Parameter(
            default=0.3, low=0.0, high=10.0, summary="of each pixel, in deviations of the pixels"
        ),
        "attack": Parameter(default="gradient", choices=("gradient", "random")),
    },
    metrics={
        "attacked_accuracy": Metric(low=0, high=1, direction="up", summary="after the attack"),
        "random_accuracy": Metric(low=0, high=1, direction="up", summary="after random signs"),
        "gap": Metric(low=-1, high=1, summary="the second less the first"),
        "linear_correlation": Metric(
            low=-1, high=1, summary="of the loss of margin foretold with the one seen"
        ),
        "dimension_slope": Metric(
            summary="of log step that fools a linear classifier over log dimension"
        ),
        "random_dimension_slope": Metric(summary="the same with random signs"),
    },
    guards={
        "digits are read": Guard(kind="positive-control", summary="0.92 of them"),
        "the gradient": Guard(kind="known-answer", summary="against differences of the margin"),
        "no step, no harm": Guard(kind="negative-control"),
        "random signs do little": Guard(
            kind="negative-control", summary="a step of 0.3 takes 0.05 at most"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=30.0))},
    failing=(
        FailingSetting(
            params={"attack": "random"},
            verdicts=("refuted",),
            summary="random signs in the place of the gradient's",
        ),
        FailingSetting(
            params={"step": 0.02},
            verdicts=("refuted",),
            summary="a step that is too small",
        ),
    ),
    libraries=("numpy", "scikit-learn"),
)

_READ = 0.92
_CONTROL_STEP = 0.3
_STEPS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
_DIMENSIONS = (64, 256, 1024)
_N_LINEAR = 200
_APART = 2.0  # of each class from the plane, in deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_train: int
    width: int
    step: float
    attack: str


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Attack a trained network, then linear classifiers of many dimensions."""
    setting = _Setting(**params)
    train_set, test_set = split_digits(ctx.rng("split"), setting.n_train)
    net = train_net(ctx.rng("training"), train_set, width=setting.width)
    signs = {
        "gradient": -np.sign(find_slopes(net, test_set)),
        "random": ctx.rng("signs").choice([-1.0, 1.0], size=test_set.x.shape),
    }
    unit = float(train_set.x.std())
    size = setting.step * unit
    random = size * signs["random"]
    chosen = size * signs["gradient"]
    if setting.attack == "random":
        chosen = size * ctx.rng("other signs").choice([-1.0, 1.0], size=test_set.x.shape)
    attacked = net.accuracy(test_set.add(chosen))
    noisy = net.accuracy(test_set.add(random))
    ctx.metric("attacked_accuracy", attacked)
    ctx.metric("random_accuracy", noisy)
    ctx.metric("gap", noisy - attacked)
    foretold = np.sum(find_slopes(net, test_set) * chosen, axis=1)
    seen = find_margins(net, test_set.add(chosen)) - find_margins(net, test_set)
    ctx.metric("linear_correlation", np.corrcoef(foretold, seen)[0, 1] if size else 0.0)
    slopes = find_dimension_slopes(ctx.rng("linear"))
    ctx.metric("dimension_slope", slopes[0])
    ctx.metric("random_dimension_slope", slopes[1])
    _check(ctx, net, test_set, _CONTROL_STEP * unit * signs["random"])
    _draw_chart(ctx, net, test_set, {name: unit * sign for name, sign in signs.items()})


def find_margins(net: Net, digits: Digits) -> np.ndarray:
    """Give by how much the right output exceeds the best wrong one."""
    outputs, places = net.outputs(digits.x), np.arange(len(digits.x))
    rivals = _find_rivals(outputs, digits.labels)
    margins: np.ndarray = outputs[places, digits.labels] - outputs[places, rivals]
    return margins


def find_slopes(net: Net, digits: Digits) -> np.ndarray:
    """Give the gradient of each digit's margin for its pixels."""
    outputs, places = net.outputs(digits.x), np.arange(len(digits.x))
    back = np.zeros_like(outputs)
    back[places, digits.labels] = 1
    back[places, _find_rivals(outputs, digits.labels)] = -1
    return net.pull(digits.x, back)


def _find_rivals(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Give the best of the wrong outputs."""
    others = outputs.copy()
    others[np.arange(len(labels)), labels] = -np.inf
    rivals: np.ndarray = others.argmax(axis=1)
    return rivals


def find_dimension_slopes(rng: np.random.Generator) -> tuple[float, float]:
    """Give the exponents of the median step that fools a linear classifier, and of a random one.

    A point's step along the signs is its margin over the sum of absolute weights; with random signs
    it is the margin over the absolute sum of the weights with these signs.
    """
    along, random = [], []
    for n in _DIMENSIONS:
        w = rng.standard_normal(n)
        w /= np.linalg.norm(w)
        margins = np.abs(_APART + rng.standard_normal(_N_LINEAR))
        signs = rng.choice([-1.0, 1.0], size=(_N_LINEAR, n))
        along.append(np.median(margins) / np.abs(w).sum())
        random.append(np.median(margins / np.abs(signs @ w)))
    first, second = (
        float(np.polyfit(np.log(_DIMENSIONS), np.log(steps), 1)[0]) for steps in (along, random)
    )
    return first, second


def _check(ctx: Context, net: Net, test_set: Digits, noise: np.ndarray) -> None:
    clean = net.accuracy(test_set)
    ctx.guard("digits are read", ok=clean >= _READ, detail=f"{clean:.3f}")
    still = clean - net.accuracy(test_set.add(np.zeros_like(noise)))
    ctx.guard("no step, no harm", ok=still == 0, detail=f"drop {still:.3f}")
    drop = clean - net.accuracy(test_set.add(noise))
    ctx.guard("random signs do little", ok=drop < 0.05, detail=f"drop {drop:.3f}")
    tiny = 1e-3 * noise
    ahead, behind = (find_margins(net, test_set.add(sign * tiny)) for sign in (1, -1))
    known = 2 * np.sum(find_slopes(net, test_set) * tiny, axis=1)
    # At a kink of the network the two differ; that is the case for few digits.
    worst = float(np.median(np.abs(ahead - behind - known)) / np.median(np.abs(known)))
    ctx.guard("the gradient", ok=worst < 0.02, detail=f"median {worst:.2g} off, relative")


def _draw_chart(
    ctx: Context, net: Net, test_set: Digits, directions: Mapping[str, np.ndarray]
) -> None:
    chart = Chart(
        title="Accuracy after a step of every pixel",
        x=Axis(label="step, in deviations of the pixels"),
        y=Axis(label="accuracy"),
        series=tuple(
            Series(
                name=f"{name} signs",
                x=_STEPS,
                y=[net.accuracy(test_set.add(step * way)) for step in _STEPS],
            )
            for name, way in directions.items()
        ),
    )
    write_chart(ctx.plot("attack.svg"), chart)
