"""How much has been found, and whether that is enough.

The records read since any one moment are taken for a draw from those that were left: were more
relevant records still unread, more would have turned up. A ranking that puts relevant records
first makes them turn up more often than a draw would, so what is claimed errs on the safe side: of
200 made reviews each with a ranking of AUC .64 to .95 none to three stopped below the aim, where
ten are meant. With a ranking no better than chance, looked at every ten records, 8 to 16 of 100
did, where five are meant: then nothing makes up for looking again and again.

Source: Callaghan and Müller-Hansen, Statistical stopping criteria for automated screening in
systematic reviews, Systematic Reviews 9 (2020), doi:10.1186/s13643-020-01521-4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.interval import Interval
from noteweb.model.hit import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The aim: 95 of 100 relevant records, and wrong in at most 5 of 100 reviews.
TARGET = 0.95
_ALPHA = 0.05
_MOST_WINDOWS = 200
_EVEN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a screening stands.

    Attributes
    ----------
    n_records : of the library
    n_read : records answered, unsure ones and those that came labelled included
    recall : the share of the relevant records that is included; None before the first. The
        estimate is the recall that is as likely exceeded as not, if records came by chance; its
        high end is always 1, for nothing says that any are left
    n_missing : relevant records that may still be unread, at most, with the interval's confidence
    reason : why to stop or not, of kind all-read, nothing-found, recall-reached or recall-open
    """

    n_records: int
    n_read: int
    n_relevant: int
    n_unsure: int
    recall: Interval | None
    n_missing: int
    is_enough: bool
    reason: Reason


def bound_missing(found: Sequence[bool], n_unread: int, alpha: float = _ALPHA) -> int:
    """Give the most relevant records that may be unread, wrong with chance `alpha` at most.

    Parameters
    ----------
    found : of every record read, in that order, whether it is relevant
    """
    starts, n_found = _windows(found)
    sizes = len(found) - starts
    low, high = -1, n_unread  # `low` missing are believable, one more than `high` is not asked
    if not len(found) or not n_unread:
        return n_unread
    while low < high:
        middle = (low + high + 1) // 2
        if _chance(n_found, sizes, n_unread, middle).min() > alpha:
            low = middle
        else:
            high = middle - 1
    return max(low, 0)


def judge(found: Sequence[bool], n_unread: int, n_known: int = 0) -> tuple[Interval | None, int]:
    """Give the recall so far, None where nothing is found, and the most that may be missing.

    Parameters
    ----------
    n_known : relevant records that were labelled before the screening began
    """
    n_missing = bound_missing(found, n_unread)
    n_relevant = sum(found) + n_known
    if not n_relevant:
        return None, n_missing
    middle = bound_missing(found, n_unread, _EVEN)
    recall = Interval(
        estimate=n_relevant / (n_relevant + middle),
        low=n_relevant / (n_relevant + n_missing),
        high=1.0,
        alpha=_ALPHA,
    )
    return recall, n_missing


def explain(recall: Interval | None, n_missing: int, n_unread: int) -> tuple[bool, Reason]:
    """Tell whether to stop, and why."""
    if not n_unread:
        return True, Reason(kind="all-read", detail="every record is read", value=1.0)
    if recall is None:
        detail = f"none is relevant yet; up to {n_missing:,} may be"
        return False, Reason(kind="nothing-found", detail=detail, value=0.0)
    sure = f"with {100 * (1 - _ALPHA):.0f} % confidence"
    said = f"at least {math.floor(recall.low * 100)} % found, {sure}"
    if recall.low >= TARGET:
        return True, Reason(kind="recall-reached", detail=said, value=recall.low)
    detail = f"{said}; the aim is {100 * TARGET:.0f} %"
    return False, Reason(kind="recall-open", detail=detail, value=recall.low)


def _windows(found: Sequence[bool]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give where windows begin and how many relevant each holds to the end.

    At the first record and behind each relevant one: any other window is a shorter one of these.
    """
    places = np.flatnonzero(np.asarray(found, bool))
    starts = np.concatenate([[0], places + 1]).astype(np.intp)
    n_found = np.arange(places.size, -1, -1)
    if starts.size > _MOST_WINDOWS:
        kept = np.linspace(0, starts.size - 1, _MOST_WINDOWS).round().astype(np.intp)
        starts, n_found = starts[kept], n_found[kept]
    return starts, n_found


def _chance(
    n_found: NDArray[np.intp], sizes: NDArray[np.intp], n_unread: int, n_missing: int
) -> NDArray[np.float64]:
    """Give for each window the hypergeometric chance to find so few, were `n_missing` unread."""
    sums = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, sizes.max() + n_unread + 1)))])
    size, some = sizes[:, None], np.arange(n_found.max() + 1)[None, :]
    left = size + n_unread  # when the window began
    relevant = n_found[:, None] + n_missing
    is_possible = (some <= n_found[:, None]) & (some <= size) & (size - some <= left - relevant)
    drawn, others = np.where(is_possible, some, 0), np.where(is_possible, size - some, 0)
    logs = (
        _log_choose(sums, relevant, drawn)
        + _log_choose(sums, left - relevant, others)
        - _log_choose(sums, left, size)
    )
    chances: NDArray[np.float64] = np.exp(np.where(is_possible, logs, -np.inf)).sum(axis=1)
    return np.where(sizes > 0, chances, 1.0)


def _log_choose(
    sums: NDArray[np.float64], n: NDArray[np.intp], k: NDArray[np.intp]
) -> NDArray[np.float64]:
    chosen: NDArray[np.float64] = sums[n] - sums[k] - sums[n - k]
    return chosen
