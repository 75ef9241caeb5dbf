"""One expectation and the interval of what was found, on one line: places, for any drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.model.claim import Op

if TYPE_CHECKING:
    from noteweb.model.claim import Expectation
    from noteweb.report.exhibit import Finding

_MARGIN = 0.18  # of what has to be seen, on either side
_REACH = 1.0  # single seeds farther off than this many widths would press all else together


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Places between 0 and 1 along the line.

    Attributes
    ----------
    bounds : the ends of what is expected, with their values
    wanted : the stretch that is expected
    interval : its two ends; one that the sample does not bound stands at the edge
    is_open : for either end of the interval, whether it goes on beyond the edge
    dots : single seeds; `n_beyond` of them lie outside
    """

    bounds: tuple[tuple[float, float], ...]
    wanted: tuple[float, float]
    estimate: float
    interval: tuple[float, float]
    is_open: tuple[bool, bool]
    dots: tuple[float, ...] = ()
    n_beyond: int = 0


def measure(finding: Finding) -> Scale | None:
    """Give the places, or None where nothing was estimated."""
    result, expectation = finding.result, finding.expectation
    if result is None or result.estimate is None or not math.isfinite(result.estimate):
        return None
    bounds, wanted = _find_bounds(expectation)
    ends = result.interval or (result.estimate, result.estimate)
    core = [each for each in (*bounds, *ends, result.estimate) if math.isfinite(each)]
    is_share = expectation.pass_share is not None
    values = () if is_share else finding.values
    low, high = (0.0, 1.0) if is_share else _find_range(core, values)

    def place(value: float) -> float:
        return min(max((value - low) / (high - low), 0.0), 1.0)

    dots = tuple(place(value) for value in values if low <= value <= high)
    return Scale(
        bounds=tuple((place(bound), bound) for bound in bounds),
        wanted=(place(wanted[0]), place(wanted[1])),
        estimate=place(result.estimate),
        interval=(place(ends[0]), place(ends[1])),
        is_open=(math.isinf(ends[0]), math.isinf(ends[1])),
        dots=dots,
        n_beyond=len(values) - len(dots),
    )


def _find_range(core: list[float], values: tuple[float, ...]) -> tuple[float, float]:
    low, high = min(core), max(core)
    width = high - low or abs(high) or 1.0
    near = [value for value in values if low - _REACH * width <= value <= high + _REACH * width]
    low, high = min([low, *near]), max([high, *near])
    pad = _MARGIN * (high - low or width)
    return low - pad, high + pad


def _find_bounds(expectation: Expectation) -> tuple[tuple[float, ...], tuple[float, float]]:
    """Give the bounds to draw, and the stretch that is expected."""
    if expectation.pass_share is not None:
        return (expectation.pass_share,), (expectation.pass_share, 1.0)
    at = expectation.threshold or 0.0
    match expectation.op:
        case Op.GT | Op.GE:
            return (at,), (at, math.inf)
        case Op.LT | Op.LE:
            return (at,), (-math.inf, at)
        case Op.BETWEEN:
            ends = expectation.low or 0.0, expectation.high or 0.0
            return ends, ends
        case Op.EQUIV:
            margin = expectation.margin or 0.0
            return (at - margin, at + margin), (at - margin, at + margin)
        case Op.EQ:
            return (at,), (at, at)
