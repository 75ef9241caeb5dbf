"""Models trained on the output of models lose their variety, unless real data are kept.

What it re-runs: two chains of 300 generations. A Gaussian is fitted to samples of the one before
(100 samples each); a distribution over tokens is estimated from counts of what the one before
wrote. Each chain is run with its data replaced every time, with all data kept and added to, and
with a fifth of fresh real data.

Expected effect: where the data are replaced, the variance drifts to nothing and token types that
were once missed never come back. Where the old data are kept, or a fifth is fresh, little is lost.

Source: I. Shumailov et al., AI models collapse when trained on recursively generated data, Nature
631 (2024), doi:10.1038/s41586-024-07566-y; for data that are kept M. Gerstgrasser et al. (2024),
arXiv:2404.01413.

Simplified: two distributions and no network; every generation is fitted without a bias of its own,
so that what is lost is lost to the size of the samples alone. The pace is one over that size.

Published and measured: the sources show it in language models; no figure of theirs is comparable.
Here, over 20 planned and 20 fresh seeds, replaced data leave 0.02 to 0.12 of the variance and 2 to
3 % of the types; kept data 0.90 to 1.04 of the variance; a fifth of fresh data 0.93 to 1.08 and 67
to 81 % of the types.

Predicate against the catalogue: the same bounds, and 0.5 for the types that fresh data save. The
failing setting now reaches the tokens too, whose number follows that of the samples.
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
    summary="Replaced by its own output a distribution narrows; kept or freshened it does not.",
    source="Shumailov et al. (2024), doi:10.1038/s41586-024-07566-y",
    parameters={
        "n_samples": Parameter(
            default=100, low=2, high=100000, summary="a generation; tokens twenty times as many"
        ),
        "n_generations": Parameter(default=300, low=1, high=10000),
        "n_chains": Parameter(default=50, low=2, high=1000, summary="of Gaussians"),
        "n_types": Parameter(default=1000, low=2, high=100000, summary="of tokens"),
        "fresh_share": Parameter(default=0.2, low=0.0, high=1.0, summary="of real data"),
    },
    metrics={
        "variance_replaced": Metric(low=0, summary="median over chains; 1 at the start"),
        "variance_kept": Metric(low=0, summary="the same, all earlier data kept"),
        "variance_fresh": Metric(low=0, summary="the same, a share of real data each time"),
        "types_replaced": Metric(
            low=0, high=1, summary="token types that are left, as a share of the first generation's"
        ),
        "types_fresh": Metric(low=0, summary="the same, a share of real data each time"),
    },
    guards={
        "drift of the logarithm": Guard(
            kind="known-answer", summary="of the variance, from one generation to the next"
        ),
        "real data each time": Guard(kind="negative-control", summary="then nothing is lost"),
        "a type that is lost stays lost": Guard(kind="positive-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=20.0))},
    failing=(
        FailingSetting(
            params={"n_samples": 10000, "n_generations": 30},
            verdicts=("refuted",),
            summary="large samples and few generations: nothing is lost yet",
        ),
        FailingSetting(
            params={"fresh_share": 0.0},
            verdicts=("refuted",),
            summary="no fresh data: refutes that the chain with a share of them is safe",
        ),
    ),
    libraries=("numpy",),
)

_TOKENS_PER_SAMPLE = 20
#: Zipf's law, the usual shape of counts of words.
_ZIPF = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    n_samples: int
    n_generations: int
    n_chains: int
    n_types: int
    fresh_share: float


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Run both chains under each regime."""
    setting = _Setting(**params)
    replaced = chain_gaussians(ctx.rng("replaced"), setting, 0.0)
    fresh = chain_gaussians(ctx.rng("fresh"), setting, setting.fresh_share)
    kept = chain_kept_gaussians(ctx.rng("kept"), setting)
    lost = chain_tokens(ctx.rng("tokens"), setting, 0.0)
    saved = chain_tokens(ctx.rng("fresh tokens"), setting, setting.fresh_share)
    ctx.metric("variance_replaced", np.median(replaced[-1]))
    ctx.metric("variance_kept", np.median(kept[-1]))
    ctx.metric("variance_fresh", np.median(fresh[-1]))
    ctx.metric("types_replaced", lost[-1] / lost[0])
    ctx.metric("types_fresh", saved[-1] / saved[0])
    _check(ctx, setting, replaced, lost)
    _draw_chart(ctx, {"replaced": replaced, "kept": kept, "fresh": fresh}, lost)


def chain_gaussians(rng: np.random.Generator, setting: _Setting, fresh_share: float) -> np.ndarray:
    """Give the fitted variances, shape (n_generations + 1, n_chains), the first of them 1."""
    n, shape = setting.n_samples, (setting.n_samples, setting.n_chains)
    n_fresh = round(fresh_share * n)
    mean, variance = np.zeros(setting.n_chains), np.ones(setting.n_chains)
    path = [variance]
    for _ in range(setting.n_generations):
        x = mean + np.sqrt(variance) * rng.standard_normal(shape)
        x[:n_fresh] = rng.standard_normal((n_fresh, setting.n_chains))
        mean, variance = x.mean(axis=0), x.var(axis=0, ddof=1)
        path.append(variance)
    return np.array(path)


def chain_kept_gaussians(rng: np.random.Generator, setting: _Setting) -> np.ndarray:
    """Give the same where each generation is fitted to all data so far, the real ones included."""
    shape = (setting.n_samples, setting.n_chains)
    x = rng.standard_normal(shape)
    count, total, squares = setting.n_samples, x.sum(axis=0), (x**2).sum(axis=0)
    path = [np.ones(setting.n_chains)]
    for _ in range(setting.n_generations):
        mean = total / count
        variance = (squares - count * mean**2) / (count - 1)
        path.append(variance)
        x = mean + np.sqrt(variance) * rng.standard_normal(shape)
        count += setting.n_samples
        total, squares = total + x.sum(axis=0), squares + (x**2).sum(axis=0)
    return np.array(path)


def chain_tokens(rng: np.random.Generator, setting: _Setting, fresh_share: float) -> np.ndarray:
    """Give the number of token types in the text of each generation."""
    n = _TOKENS_PER_SAMPLE * setting.n_samples
    n_fresh = round(fresh_share * n)
    real = np.arange(1.0, setting.n_types + 1) ** -_ZIPF
    real /= real.sum()
    counts = rng.multinomial(n, real)
    path = [np.count_nonzero(counts)]
    for _ in range(setting.n_generations):
        counts = rng.multinomial(n - n_fresh, counts / n) + rng.multinomial(n_fresh, real)
        path.append(np.count_nonzero(counts))
    return np.array(path)


def foretell_drift(n_samples: int) -> float:
    """Give the mean change of the logarithm of the variance in one generation.

    That of a chi-squared number over its degrees of freedom k is ``-1/k - 1/(3 k^2)``, up to
    ``2/(15 k^4)``.
    """
    k = n_samples - 1
    return -1 / k - 1 / (3 * k**2)


def _check(ctx: Context, setting: _Setting, replaced: np.ndarray, lost: np.ndarray) -> None:
    steps = np.diff(np.log(replaced), axis=0)
    drift, known = float(steps.mean()), foretell_drift(setting.n_samples)
    error = float(steps.std() / np.sqrt(steps.size))
    ok = abs(drift - known) < 5 * error
    detail = f"{drift:.5f}, in theory {known:.5f}, standard error {error:.2g}"
    ctx.guard("drift of the logarithm", ok=ok, detail=detail)
    real = float(np.median(chain_gaussians(ctx.rng("real"), setting, 1.0)[1:]))
    ok = abs(real - 1) < 0.1
    ctx.guard("real data each time", ok=ok, detail=f"median variance {real:.3f}")
    ok = bool((np.diff(lost) <= 0).all())
    ctx.guard("a type that is lost stays lost", ok=ok, detail=f"{lost[0]}, then {lost[-1]}")


def _draw_chart(ctx: Context, paths: Mapping[str, np.ndarray], lost: np.ndarray) -> None:
    generations = np.arange(len(lost))
    series = [
        Series(name=f"variance, {name}", x=generations, y=np.median(path, axis=1), style="line")
        for name, path in paths.items()
    ]
    types = Series(name="types, replaced", x=generations, y=lost / lost[0], style="line")
    chart = Chart(
        title="What is left of a distribution",
        x=Axis(label="generation"),
        y=Axis(label="share of the first"),
        series=(*series, types),
    )
    write_chart(ctx.plot("collapse.svg"), chart)
