"""Discs packed so that those that are tied lie near one another and none lies on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))  # Vogel 1979, doi:10.1016/0025-5564(79)90080-4
_TIE_PULL = 0.25
_LEAST_HEAT = 0.3  # so that discs are pressed together to the end
_N_ROOM = 12  # rounds to make room
_N_ROOM_OF_FEW = 200
_N_MANY = 200  # discs from which on neighbours are looked up by cell
_TOUCH = 0.01  # of their distance: discs nearer than that lie on one another
_STRIDE = 1 << 24  # cells in a row, more than any map has


@dataclass(frozen=True, slots=True, kw_only=True)
class Discs:
    """What is to be packed.

    Attributes
    ----------
    places : shape (n, 2), where they begin
    radii : shape (n,), the free space around them included
    homes : shape (n, 2), what each is drawn to
    pulls : shape (n, 2), how strongly, 0 to 1 a round
    """

    places: Floats
    radii: Floats
    homes: Floats
    pulls: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Cords:
    """Ties between discs by number, each once, with weights above 0."""

    starts: Numbers
    ends: Numbers
    weights: Floats


def settle(discs: Discs, cords: Cords, n_rounds: int) -> Floats:
    """Give the places after the discs have drawn near what they are tied to, and made room.

    The same arguments give the same places.
    """
    places = discs.places.copy()
    for number in range(n_rounds):
        step = _TIE_PULL * (find_middles(places, cords) - places)
        step += discs.pulls * (discs.homes - places)
        places += max(1 - number / n_rounds, _LEAST_HEAT) * step
        places += _push(places, discs.radii)
    return make_room(places, discs.radii)


def make_room(places: Floats, radii: Floats) -> Floats:
    """Give the places after discs that lay on one another have moved apart, the smaller further.

    What still overlaps after the last round does so by little. Cost: about 20 ms a round for 10,000
    discs, and none where nothing overlaps.
    """
    for _ in range(_N_ROOM if len(places) >= _N_MANY else _N_ROOM_OF_FEW):
        step = _push(places, radii)
        if not step.any():
            break
        places = places + step
    return places


def fit(wanted: Floats, slots: Floats) -> Numbers:
    """Give for each place the number of a slot, so that neighbours get neighbouring slots.

    Both are halved along one axis and the other in turn, until one is left.
    """
    found = np.empty(len(wanted), np.int64)
    waiting = [(np.arange(len(wanted)), np.arange(len(wanted)))] if len(wanted) else []
    while waiting:
        rows, free = waiting.pop()
        axis = int(np.argmax(np.ptp(slots[free], axis=0)))
        rows = rows[np.argsort(wanted[rows, axis], kind="stable")]
        free = free[np.argsort(slots[free, axis], kind="stable")]
        half = len(rows) // 2
        if not half:
            found[rows] = free
        else:
            waiting += [(rows[:half], free[:half]), (rows[half:], free[half:])]
    return found


def spread(n: int, radius: float = 1.0) -> Floats:
    """Give `n` places of even density around the origin, the first in the middle."""
    number = np.arange(n)
    distance = radius * np.sqrt(number / max(n, 1))
    angle = number * _GOLDEN_ANGLE
    return np.column_stack((distance * np.cos(angle), distance * np.sin(angle)))


def find_overlaps(places: Floats, radii: Floats) -> tuple[Numbers, Numbers]:
    """Give the pairs of discs that lie on one another, the lesser number first or not."""
    one, other = _pair(places, 2 * float(radii.max(initial=0)))
    apart = places[one] - places[other]
    reach = (radii[one] + radii[other]) * (1 - _TOUCH)
    near = np.einsum("ij,ij->i", apart, apart) < reach**2
    return one[near], other[near]


def find_middles(places: Floats, cords: Cords) -> Floats:
    """Give for each disc the weighted middle of what it is tied to; its own place without ties."""
    n = len(places)
    starts = np.concatenate((cords.starts, cords.ends))
    ends = np.concatenate((cords.ends, cords.starts))
    weights = np.concatenate((cords.weights, cords.weights))
    total = np.bincount(starts, weights, n)
    sums = [np.bincount(starts, weights * places[ends, axis], n) for axis in (0, 1)]
    tied = total > 0
    middles = places.copy()
    middles[tied] = np.column_stack(sums)[tied] / total[tied, None]
    return middles


def _push(places: Floats, radii: Floats) -> Floats:
    """Give a step that takes discs off each other, the smaller ones further."""
    one, other = find_overlaps(places, radii)
    apart = places[one] - places[other]
    distance = np.hypot(apart[:, 0], apart[:, 1])
    same = distance < 1e-9  # noqa: PLR2004 - no direction: each pair gets one of its own
    apart[same] = np.column_stack((np.cos(one[same]), np.sin(one[same])))
    distance[same] = 1.0
    lack = radii[one] + radii[other] - np.where(same, 0, distance)
    push = apart / distance[:, None] * lack[:, None] * 0.5
    areas = radii**2
    share = 2 * areas[other] / (areas[one] + areas[other])
    n = len(places)
    steps = [
        np.bincount(one, push[:, axis] * share, n)
        - np.bincount(other, push[:, axis] * (2 - share), n)
        for axis in (0, 1)
    ]
    crowd = np.bincount(one, minlength=n) + np.bincount(other, minlength=n)
    step: Floats = np.column_stack(steps) / np.maximum(np.sqrt(crowd), 1)[:, None]
    return step


def _pair(places: Floats, reach: float) -> tuple[Numbers, Numbers]:
    """Give the pairs of places that may be nearer than `reach`."""
    if len(places) < _N_MANY:
        return np.triu_indices(len(places), 1)
    cells = np.floor(places / reach).astype(np.int64)
    keys = cells[:, 0] * _STRIDE + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    found = [_join_cells(keys, offset) for offset in (0, 1, _STRIDE - 1, _STRIDE, _STRIDE + 1)]
    one, other = (order[np.concatenate(part)] for part in zip(*found, strict=True))
    return one, other


def _join_cells(keys: Numbers, offset: int) -> tuple[Numbers, Numbers]:
    """Give the pairs of rows whose keys, in order, differ by `offset`, each pair once."""
    first = np.searchsorted(keys, keys + offset, "left")
    last = np.searchsorted(keys, keys + offset, "right")
    if not offset:
        first = np.arange(1, len(keys) + 1)
    counts = np.maximum(last - first, 0)
    one = np.repeat(np.arange(len(keys)), counts)
    within = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
    return one, np.repeat(first, counts) + within
