"""Making a persona improbable delays it by a few tokens; only a weight of zero removes it.

What it re-runs: a mixture of three writers, each with its own distribution over tokens. Text of one
of them is read token by token and the mixture is updated by Bayes' rule, once with the writer's
weight at a third, once after tuning has cut it to 0.005.

Expected effect: the cut is a factor of a hundred in odds, which the evidence of a few tokens makes
good; the writer is back at a weight of 0.9 within 15 tokens. With a weight of exactly zero it never
is.

Source: the argument is that of the post on Larry, Bob and Alice in the discussion of personas; the
delay follows from A. Wald, Sequential Analysis (1947), section 3.4.

Simplified: three writers whose tokens are independent, an exact reader, tuning as a cut of one
weight. It is about the logic of the argument and not about a deployed model.

Published and measured: no figure is published. Here, over 20 planned and 20 fresh seeds, the writer
is back after 1.4 to 6.4 tokens in the mean before the cut and after 3.4 to 13.7 tokens after it, in
98 to 100 % of texts of 30 tokens, and in none with a weight of zero. The figures go with how much
writers differ, which was chosen.

Predicate against the catalogue: the bound of 15 tokens is asked of the mean over texts, since with
writers drawn afresh for each seed some texts of 15 tokens tell too little (in trials up to 29 %).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    summary="A persona made a hundred times less likely is back after a few tokens; zero is not.",
    source="Wald, Sequential Analysis (1947)",
    parameters={
        "n_types": Parameter(default=20, low=2, high=1000, summary="of tokens"),
        "contrast": Parameter(
            default=1.5, low=0.0, high=10.0, summary="how far writers differ: deviation of logits"
        ),
        "first_weight": Parameter(default=0.333, low=0.0, high=0.98),
        "tuned_weight": Parameter(default=0.005, low=0.0, high=0.98),
        "n_texts": Parameter(default=1000, low=10, high=100000),
        "n_tokens": Parameter(default=30, low=1, high=1000),
    },
    metrics={
        "tokens_before": Metric(unit="tokens", summary="mean until back, before tuning; capped"),
        "tokens_after": Metric(unit="tokens", summary="the same after tuning"),
        "recovered_share": Metric(
            low=0, high=1, summary="of texts that bring the writer back after tuning"
        ),
        "erased_share": Metric(low=0, high=1, summary="the same with a weight of zero"),
    },
    guards={
        "Bayes by hand": Guard(kind="known-answer"),
        "evidence of a token": Guard(
            kind="known-answer", summary="the log odds grow by the divergence from the others"
        ),
        "another's text": Guard(
            kind="negative-control", summary="seldom brings the writer: at most odds over odds"
        ),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=10.0))},
    failing=(
        FailingSetting(
            params={"tuned_weight": 0.0},
            verdicts=("refuted",),
            summary="erased: never back",
        ),
        FailingSetting(
            params={"contrast": 0.1},
            verdicts=("refuted",),
            summary="writers who are all alike: a few tokens tell nothing",
        ),
    ),
    libraries=("numpy",),
)

_N_WRITERS = 3
_BACK = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_types: int
    contrast: float
    first_weight: float
    tuned_weight: float
    n_texts: int
    n_tokens: int


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Read the first writer's texts with three weights."""
    setting = _Setting(**params)
    writers = draw_writers(ctx.rng("writers"), setting)
    texts = write(ctx.rng("texts"), setting, writers[0])
    weights = {
        "before": setting.first_weight,
        "tuned": setting.tuned_weight,
        "erased": 0.0,
    }
    paths = {name: follow(writers, texts, weight) for name, weight in weights.items()}
    ctx.metric("tokens_before", find_times(paths["before"]).mean())
    ctx.metric("tokens_after", find_times(paths["tuned"]).mean())
    ctx.metric("recovered_share", find_share(paths["tuned"]))
    ctx.metric("erased_share", find_share(paths["erased"]))
    _check(ctx, setting, writers, texts)
    _draw_chart(ctx, paths)


def draw_writers(rng: np.random.Generator, setting: _Setting) -> np.ndarray:
    """Give each writer's distribution over tokens, shape (n_writers, n_types)."""
    shares = np.exp(setting.contrast * rng.standard_normal((_N_WRITERS, setting.n_types)))
    scaled: np.ndarray = shares / shares.sum(axis=1, keepdims=True)
    return scaled


def write(rng: np.random.Generator, setting: _Setting, writer: np.ndarray) -> np.ndarray:
    """Give texts of this writer, shape (n_texts, n_tokens)."""
    return rng.choice(len(writer), size=(setting.n_texts, setting.n_tokens), p=writer)


def follow(writers: np.ndarray, texts: np.ndarray, weight: float) -> np.ndarray:
    """Give the first writer's weight after each token; the others share the rest evenly.

    Sums of logarithms, so that long texts do not underflow.
    """
    weights = np.array([weight, *[(1 - weight) / (len(writers) - 1)] * (len(writers) - 1)])
    with np.errstate(divide="ignore"):  # a weight of zero is meant
        start = np.log(weights)
    evidence = start[:, None, None] + np.log(writers)[:, texts].cumsum(axis=2)
    shares = np.exp(evidence - evidence.max(axis=0))
    back: np.ndarray = shares[0] / shares.sum(axis=0)
    return back


def find_times(path: np.ndarray) -> np.ndarray:
    """Give after how many tokens the writer is back; never counts as one more than were read."""
    is_back = path >= _BACK
    times: np.ndarray = np.where(is_back.any(axis=1), is_back.argmax(axis=1), path.shape[1]) + 1
    return times


def find_share(path: np.ndarray) -> float:
    """Give the share of texts in which the writer comes back."""
    return float((path >= _BACK).any(axis=1).mean())


def _check(ctx: Context, setting: _Setting, writers: np.ndarray, texts: np.ndarray) -> None:
    weight, first = setting.first_weight, texts[:1, :3]
    rest = (1 - weight) / (_N_WRITERS - 1)
    likely = writers[:, first[0]].prod(axis=1) * [weight, rest, rest]
    found, known = float(follow(writers, first, weight)[0, -1]), float(likely[0] / likely.sum())
    ctx.guard("Bayes by hand", ok=abs(found - known) < 1e-9, detail=f"{found:.6f}, {known:.6f}")
    steps = np.log(writers[0] / writers[1])
    seen, known = steps[texts], float(writers[0] @ steps)
    error = float(seen.std() / np.sqrt(seen.size))
    ok = abs(float(seen.mean()) - known) < 5 * error + 1e-12
    detail = f"{seen.mean():.4f} nats, in theory {known:.4f}"
    ctx.guard("evidence of a token", ok=ok, detail=detail)
    half = setting.n_texts // 2
    rng, small = ctx.rng("others"), replace(setting, n_texts=half)
    others = np.concatenate([write(rng, small, writer) for writer in writers[1:]])
    share = find_share(follow(writers, others, weight))
    # Ville's inequality: odds that stake on the wrong writer seldom grow to those of `_BACK`.
    bound = weight / (1 - weight) * (1 - _BACK) / _BACK
    ok = share <= bound + 5 * np.sqrt(bound * (1 - bound) / len(others))
    ctx.guard("another's text", ok=ok, detail=f"in {share:.4f} of texts, at most {bound:.4f}")


def _draw_chart(ctx: Context, paths: Mapping[str, np.ndarray]) -> None:
    tokens = np.arange(1, next(iter(paths.values())).shape[1] + 1)
    chart = Chart(
        title="Weight of the writer whose text is read",
        x=Axis(label="tokens read"),
        y=Axis(label="weight, median of the texts"),
        series=tuple(
            Series(name=name, x=tokens, y=np.median(path, axis=0)) for name, path in paths.items()
        ),
    )
    write_chart(ctx.plot("persona.svg"), chart)
