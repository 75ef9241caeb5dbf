"""The scores of attention cost the square of the length; a whole block does so only late.

What it re-runs: softmax attention on arrays, with every multiplication counted as it is made, for
lengths from 32 to 512; the same for attention that is read off a running state (a linear kernel),
for attention that is computed block by block, and for a whole transformer block with its
projections and feed-forward part.

Expected effect: operations and stored scores of plain attention grow with the square of the length.
Block by block the operations stay and the storage becomes linear. In a whole block of width d the
projections and the feed-forward part, 12 d^2 multiplications a token, outweigh the scores, 2 L d,
until L = 6 d.

Source: A. Vaswani et al., Attention is all you need (NeurIPS 2017), section 3.2 and table 1,
arXiv:1706.03762; block by block T. Dao et al. (2022), arXiv:2205.14135; read off a state
A. Katharopoulos et al. (2020), arXiv:2006.16236.

Simplified: one head, one layer, no causal mask, feed-forward part of four times the width. What is
counted are multiplications and stored numbers. Seconds depend on the machine, so they stand in
`timing.csv` and decide nothing.

Published and measured: the exponent 2 of the source's table 1 is found exactly, since the counts
are exact; 1 for the linear kernel; 6 d for the crossing. The seed changes nothing.

Predicate against the catalogue: the slope of the timing, 2.15 there, is not asked for; the storage,
the whole block and the crossing are added, because the square alone says little of what a long
context costs.
"""

from __future__ import annotations

import math
import time
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
    from collections.abc import Callable, Mapping

experiment = Experiment(
    summary="Attention's scores cost the square of the length; a whole block only past 6 widths.",
    source="Vaswani et al. (2017), arXiv:1706.03762",
    parameters={
        "width": Parameter(default=32, low=4, high=256, summary="of keys and values: d"),
        "shortest": Parameter(default=32, low=8, high=512, summary="length: L"),
        "n_doublings": Parameter(default=4, low=2, high=6),
        "kernel": Parameter(default="softmax", choices=("softmax", "linear")),
    },
    metrics={
        "operations_slope": Metric(summary="of log multiplications over log L"),
        "storage_slope": Metric(summary="of log numbers held at once over log L"),
        "blockwise_storage_slope": Metric(summary="the same, scores made block by block"),
        "short_block_slope": Metric(
            summary="of a whole block's multiplications, from d / 4 to d tokens"
        ),
        "crossing": Metric(unit="widths", summary="L / d at which scores cost half of a block"),
    },
    guards={
        "equal keys give the mean": Guard(kind="known-answer"),
        "block by block gives the same": Guard(kind="known-answer"),
        "a running state gives the same": Guard(
            kind="known-answer", summary="the linear kernel against its own square of scores"
        ),
        "a running state has no square": Guard(kind="negative-control"),
    },
    profiles={"quick": Profile(limits=Limits(cpu_s=20.0))},
    failing=(
        FailingSetting(
            params={"kernel": "linear"},
            verdicts=("refuted",),
            summary="attention read off a running state costs the length, not its square",
        ),
    ),
    is_deterministic=True,
    libraries=("numpy",),
)

_BLOCK = 16
_FEED_FORWARD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """The parameters of a run."""

    width: int
    shortest: int
    n_doublings: int
    kernel: str

    @property
    def lengths(self) -> list[int]:
        """The lengths, doubling."""
        return [self.shortest * 2**k for k in range(self.n_doublings + 1)]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts multiplications of matrix products, and the most numbers of one result."""

    n_operations: int = 0
    n_stored: int = 0

    def multiply(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Give the matrix product, counted."""
        product: np.ndarray = a @ b
        self.n_operations += a.shape[0] * a.shape[1] * b.shape[1]
        self.n_stored = max(self.n_stored, product.size)
        return product


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Queries, keys and values, each of shape (length, width)."""

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray


def run(ctx: Context, params: Mapping[str, Any], seed: int) -> None:
    """Count at each length, find the slopes and the crossing."""
    setting = _Setting(**params)
    kernel = attend if setting.kernel == "softmax" else attend_by_state
    lengths, d = setting.lengths, setting.width
    counts = [count(kernel, length, d) for length in lengths]
    blockwise = [count(attend_by_block, length, d) for length in lengths]
    ctx.metric("operations_slope", _slope(lengths, [each.n_operations for each in counts]))
    ctx.metric("storage_slope", _slope(lengths, [each.n_stored for each in counts]))
    stored = [each.n_stored for each in blockwise]
    ctx.metric("blockwise_storage_slope", _slope(lengths, stored))
    short = [d // 4, d // 2, d]
    blocks = [count_rest(n, d) + count(kernel, n, d).n_operations for n in short]
    ctx.metric("short_block_slope", _slope(short, blocks))
    ctx.metric("crossing", find_crossing(kernel, d))
    _check(ctx, setting)
    _draw_chart(ctx, lengths, d, [each.n_operations for each in counts])
    _write_timing(ctx, setting)


def draw_tokens(length: int, width: int) -> Tokens:
    """Give tokens that are the same in every run."""
    q, k, v = np.random.default_rng(length).standard_normal((3, length, width))
    return Tokens(q=q, k=k / math.sqrt(width), v=v)


def attend(tokens: Tokens, tally: Tally) -> np.ndarray:
    """Attend with all scores at once."""
    weights = np.exp(tally.multiply(tokens.q, tokens.k.T))
    return tally.multiply(weights / weights.sum(axis=1, keepdims=True), tokens.v)


def attend_by_block(tokens: Tokens, tally: Tally) -> np.ndarray:
    """Attend to a few keys at a time; the sums go on from block to block."""
    summed, total = np.zeros_like(tokens.v), np.zeros((len(tokens.q), 1))
    for first in range(0, len(tokens.k), _BLOCK):
        part = slice(first, first + _BLOCK)
        weights = np.exp(tally.multiply(tokens.q, tokens.k[part].T))
        summed += tally.multiply(weights, tokens.v[part])
        total += weights.sum(axis=1, keepdims=True)
    mean: np.ndarray = summed / total
    return mean


def attend_by_state(tokens: Tokens, tally: Tally) -> np.ndarray:
    """Attend with the kernel of `_lift`, whose sum over keys is one state of fixed size."""
    q, k = _lift(tokens.q), _lift(tokens.k)
    state = tally.multiply(k.T, tokens.v)
    mean: np.ndarray = tally.multiply(q, state) / (q @ k.sum(axis=0))[:, None]
    return mean


def _lift(x: np.ndarray) -> np.ndarray:
    """Give positive features: Katharopoulos et al. (2020), eq. 7."""
    lifted: np.ndarray = np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))
    return lifted


def count(kernel: Callable[[Tokens, Tally], np.ndarray], length: int, width: int) -> Tally:
    """Count what the kernel does with tokens of this length."""
    tally = Tally()
    kernel(draw_tokens(length, width), tally)
    return tally


def count_rest(length: int, width: int) -> int:
    """Count a block's multiplications outside the kernel: four projections, two feed-forward."""
    tally = Tally()
    x = np.zeros((length, width))
    for _ in range(4):
        tally.multiply(x, np.zeros((width, width)))
    inner = tally.multiply(x, np.zeros((width, _FEED_FORWARD * width)))
    tally.multiply(inner, np.zeros((_FEED_FORWARD * width, width)))
    return tally.n_operations


def find_crossing(kernel: Callable[[Tokens, Tally], np.ndarray], width: int) -> float:
    """Give the length, in widths, from which the kernel costs what the rest costs.

    Both counts are read at two lengths and continued: the rest grows with the length, the kernel
    with the power found.
    """
    near, far = 2 * width, 4 * width
    ratios = [count(kernel, n, width).n_operations / count_rest(n, width) for n in (near, far)]
    power = math.log2(ratios[1] / ratios[0])
    return 2 * ratios[0] ** (-1 / power) if power > 0 else 0.0


def _slope(lengths: list[int], counts: list[int]) -> float:
    """Give the mean local exponent from the first length to the last."""
    return math.log(counts[-1] / counts[0]) / math.log(lengths[-1] / lengths[0])


def _check(ctx: Context, setting: _Setting) -> None:
    n, d = setting.shortest, setting.width
    tokens = draw_tokens(n, d)
    equal = Tokens(q=tokens.q, k=np.zeros_like(tokens.k), v=tokens.v)
    worst = _differ(attend(equal, Tally()), np.tile(tokens.v.mean(axis=0), (n, 1)))
    ctx.guard("equal keys give the mean", ok=worst < 1e-12, detail=f"{worst:.2g}")
    worst = _differ(attend_by_block(tokens, Tally()), attend(tokens, Tally()))
    ctx.guard("block by block gives the same", ok=worst < 1e-12, detail=f"{worst:.2g}")
    scores = _lift(tokens.q) @ _lift(tokens.k).T
    expected = scores / scores.sum(axis=1, keepdims=True) @ tokens.v
    worst = _differ(attend_by_state(tokens, Tally()), expected)
    ctx.guard("a running state gives the same", ok=worst < 1e-12, detail=f"{worst:.2g}")
    lengths = setting.lengths
    counts = [count(attend_by_state, length, d).n_operations for length in lengths]
    slope = _slope(lengths, counts)
    ctx.guard("a running state has no square", ok=abs(slope - 1) < 0.01, detail=f"{slope:.4f}")


def _differ(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max())


def _draw_chart(ctx: Context, lengths: list[int], width: int, counts: list[int]) -> None:
    state = [count(attend_by_state, length, width).n_operations for length in lengths]
    chart = Chart(
        title=f"Multiplications of one layer of width {width}",
        x=Axis(label="tokens", is_log=True),
        y=Axis(label="multiplications", is_log=True),
        series=(
            Series(name="attention", x=lengths, y=counts),
            Series(name="running state", x=lengths, y=state),
            Series(name="rest of block", x=lengths, y=[count_rest(n, width) for n in lengths]),
        ),
    )
    write_chart(ctx.plot("operations.svg"), chart)


def _write_timing(ctx: Context, setting: _Setting) -> None:
    """Write seconds of this machine, the best of three; nothing is concluded from them."""
    lines = ["length,attention_s,running_state_s"]
    for length in setting.lengths:
        tokens = draw_tokens(length, setting.width)
        best = [
            min(_time(kernel, tokens) for _ in range(3)) for kernel in (attend, attend_by_state)
        ]
        lines.append(f"{length},{best[0]:.3g},{best[1]:.3g}")
    ctx.table("timing").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _time(kernel: Callable[[Tokens, Tally], np.ndarray], tokens: Tokens) -> float:
    start = time.process_time()
    kernel(tokens, Tally())
    return time.process_time() - start
