"""What reinforcement does to a mixture of personas depends on the reward before its strength.

What it re-runs: the optimum of reinforcement learning with a penalty on divergence, which is the
base model times exp(reward / beta), over all strings of five tokens out of four. The base is a
mixture of three writers. One reward is the log odds of one writer against the base, the other is
drawn without regard to any writer. The distance to the nearest mixture of the same writers is
found by expectation maximisation.

Expected effect: with the writer's reward and beta 1 the optimum is the writer. With the alien
reward a strong push (small beta) leaves all mixtures far behind and ends on a few strings; a weak
one moves so little that it looks like a mixture. Yet of what little it moves, most is outside the
mixtures too.

Source: T. Korbak, E. Perez and C. Buckley, RL with KL penalties is better viewed as Bayesian
inference (2022), section 3, arXiv:2205.11275.

Simplified: the exact optimum in the place of any training, strings that can be counted, writers
whose tokens are independent. Whether reasoning stays legible is not touched.

Published and measured: no figure is published. Here, over 20 planned and 20 fresh seeds: the
writer's reward ends 0.000 nats from the mixtures at beta 1 and 0.005 to 1.4 at 0.1; the alien one
4.2 to 8.5 at 0.1, with an entropy of 0.00 to 0.39 of the base's, and 0.003 to 0.006 at 10, of which
the mixtures leave 59 to 100 % unexplained.

Predicate against the catalogue: the entropy is asked to be at most 0.3 of the base's in the mean
and not 0.2, which fresh seeds (0.18) came too near; that direction comes before strength, and that
a weak push is no selection either, are claims of their own.
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
    summary="A writer's own reward stays in the mixture; an alien one leaves it by nats.",
    source="Korbak, Perez and Buckley (2022), arXiv:2205.11275",
    parameters={
        "n_types": Parameter(default=4, low=2, high=8, summary="of tokens"),
        "n_tokens": Parameter(default=5, low=1, high=7),
        "contrast": Parameter(
            default=1.5, low=0.0, high=10.0, summary="how far writers differ: deviation of logits"
        ),
        "beta_strong": Parameter(default=0.1, low=0.01, high=100.0),
        "beta_weak": Parameter(default=10.0, low=0.01, high=1000.0),
    },
    metrics={
        "persona_distance": Metric(
            unit="nats", low=0, summary="to the nearest mixture, a writer's reward, beta 1"
        ),
        "persona_distance_strong": Metric(unit="nats", low=0, summary="the same, strong"),
        "alien_distance_strong": Metric(unit="nats", low=0, summary="alien reward, strong"),
        "alien_distance_weak": Metric(unit="nats", low=0, summary="alien reward, weak"),
        "alien_entropy_strong": Metric(
            low=0, summary="entropy over that of the base, alien reward, strong"
        ),
        "alien_share_weak": Metric(
            low=0, high=1, summary="of the divergence from the base that no mixture explains, weak"
        ),
    },
    guards={
        "a mixture is found": Guard(
            kind="positive-control", summary="one of known weights has distance 0"
        ),
        "the nearest mixture": Guard(
            kind="convergence", summary="no writer would bring it nearer, to a thousandth of a nat"
        ),
        "the optimum": Guard(
            kind="known-answer", summary="its value is beta times the log of the mean exp reward"
        ),
        "without reward": Guard(kind="negative-control", summary="nothing moves"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"beta_strong": 10.0},
            verdicts=("refuted",),
            summary="a push that is weak: nothing leaves the mixture",
        ),
        FailingSetting(
            params={"beta_weak": 1.0},
            verdicts=("refuted",),
            summary="a push that is not weak: refutes that it looks like a mixture",
        ),
    ),
    libraries=("numpy",),
)

_N_WRITERS = 3
_BETAS = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03)
_N_ROUNDS = 20000
#: Rounds end when no writer could bring the mixture nearer by more than this, in nats.
_NEAR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_types: int
    n_tokens: int
    contrast: float
    beta_strong: float
    beta_weak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The mixture of writers nearest to a distribution."""

    weights: np.ndarray
    distance: float  # divergence of the distribution from the mixture, nats
    slack: float  # how much nearer another mixture could be, at most


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Push the base by two rewards at several strengths."""
    setting = _Setting(**params)
    writers = draw_writers(ctx.rng("writers"), setting)
    base = writers.mean(axis=0)
    persona = np.log(writers[0] / base)
    alien = ctx.rng("alien").standard_normal(len(base))
    strong, weak = setting.beta_strong, setting.beta_weak
    pushed = {
        "persona": tilt(base, persona, 1.0),
        "persona strong": tilt(base, persona, strong),
        "alien strong": tilt(base, alien, strong),
        "alien weak": tilt(base, alien, weak),
    }
    found = {name: find_nearest(each, writers) for name, each in pushed.items()}
    ctx.metric("persona_distance", found["persona"].distance)
    ctx.metric("persona_distance_strong", found["persona strong"].distance)
    ctx.metric("alien_distance_strong", found["alien strong"].distance)
    ctx.metric("alien_distance_weak", found["alien weak"].distance)
    ctx.metric("alien_entropy_strong", find_entropy(pushed["alien strong"]) / find_entropy(base))
    moved = diverge(pushed["alien weak"], base)
    ctx.metric("alien_share_weak", found["alien weak"].distance / moved)
    _check(ctx, writers, found)
    _check_optimum(ctx, base, alien, strong)
    _draw_chart(ctx, writers, {"a writer's": persona, "alien": alien})


def draw_writers(rng: np.random.Generator, setting: _Setting) -> np.ndarray:
    """Give each writer's distribution over all strings, shape (n_writers, n_strings)."""
    shares = np.exp(setting.contrast * rng.standard_normal((_N_WRITERS, setting.n_types)))
    tokens = shares / shares.sum(axis=1, keepdims=True)
    strings: np.ndarray = tokens
    for _ in range(setting.n_tokens - 1):
        strings = (strings[:, :, None] * tokens[:, None, :]).reshape(_N_WRITERS, -1)
    return strings


def tilt(base: np.ndarray, reward: np.ndarray, beta: float) -> np.ndarray:
    """Give the distribution of best reward less beta times its divergence from the base."""
    logits = np.log(base) + reward / beta
    shares = np.exp(logits - logits.max())
    scaled: np.ndarray = shares / shares.sum()
    return scaled


def diverge(p: np.ndarray, q: np.ndarray) -> float:
    """Give the divergence of p from q, in nats."""
    seen = p > 0
    return float(max(p[seen] @ np.log(p[seen] / q[seen]), 0.0))


def find_entropy(p: np.ndarray) -> float:
    """Give the entropy, in nats."""
    seen = p > 0
    return float(-p[seen] @ np.log(p[seen]))


def find_nearest(p: np.ndarray, writers: np.ndarray) -> Nearest:
    """Find the weights of least divergence by expectation maximisation.

    The problem is convex; the largest gain of any writer bounds what is still to be won.  Source:
    T. Cover, An algorithm for maximizing expected log investment return (1984),
    doi:10.1109/TIT.1984.1056869.
    """
    weights = np.full(len(writers), 1 / len(writers))
    slack = np.inf
    for _ in range(_N_ROUNDS):
        gains = writers @ (p / (weights @ writers))
        slack = float(np.log(gains.max()))
        if slack < _NEAR:
            break
        weights = weights * gains
        weights /= weights.sum()
    return Nearest(weights=weights, distance=diverge(p, weights @ writers), slack=slack)


def _check(ctx: Context, writers: np.ndarray, found: Mapping[str, Nearest]) -> None:
    weights = np.array([0.7, 0.2, 0.1])
    known = find_nearest(weights @ writers, writers)
    ok = known.distance < 1e-4
    ctx.guard("a mixture is found", ok=ok, detail=f"distance {known.distance:.2g}")
    slack = max(each.slack for each in (known, *found.values()))
    ctx.guard("the nearest mixture", ok=slack < 1e-3, detail=f"at most {slack:.2g} nearer")
    base = writers.mean(axis=0)
    still = diverge(tilt(base, np.zeros(len(base)), 0.1), base)
    ctx.guard("without reward", ok=still < 1e-9, detail=f"{still:.2g} nats")


def _check_optimum(ctx: Context, base: np.ndarray, reward: np.ndarray, beta: float) -> None:
    """Compare the objective with its known maximum: Korbak et al. (2022), section 3."""
    best = tilt(base, reward, beta)
    value = float(best @ reward) - beta * diverge(best, base)
    top = float(reward.max())
    known = top + beta * float(np.log(base @ np.exp((reward - top) / beta)))
    ok = abs(value - known) < 1e-9
    ctx.guard("the optimum", ok=ok, detail=f"{value:.6f}, in theory {known:.6f}")


def _draw_chart(ctx: Context, writers: np.ndarray, rewards: Mapping[str, np.ndarray]) -> None:
    base = writers.mean(axis=0)
    pushes = 1 / np.array(_BETAS)
    chart = Chart(
        title="Distance to the nearest mixture of the writers",
        x=Axis(label="strength of the push, 1 / beta", is_log=True),
        y=Axis(label="nats"),
        series=tuple(
            Series(
                name=f"{name} reward",
                x=pushes,
                y=[find_nearest(tilt(base, reward, b), writers).distance for b in _BETAS],
            )
            for name, reward in rewards.items()
        ),
    )
    write_chart(ctx.plot("distance.svg"), chart)
