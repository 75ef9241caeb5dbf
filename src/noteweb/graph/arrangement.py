"""Where the nodes of a map go: communities as discs first, each node then in its own disc."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb.graph.packing import (
    Cords,
    Discs,
    find_middles,
    fit,
    make_room,
    settle,
    spread,
)
from noteweb.model.layout import STRIP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from noteweb.graph.packing import Floats, Numbers

_GAP = 1.1  # around a node, in radii of the smallest
_DISC_GAP = 5.0  # between two communities
_STRIP_GAP = 12.0
_STRIP_STEP = 7.0
_FILL = 0.62  # of a disc is covered by nodes and their gaps; a jam of equal discs reaches .84
_WIDTH = 1.6  # of the map over its height, as screens have it
_DISC_PULL = (0.06, 0.06 * _WIDTH**2)
_FAR_SHARE = 0.1  # of what ties weigh that leave the community
_N_CYCLES = 8
_N_DISC_ROUNDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be arranged; rows of all arrays are nodes.

    Attributes
    ----------
    radii : shape (n,)
    homes : shape (n,), the community of each from 0 on, without gaps, or `STRIP`
    is_hub : shape (n,), one in each community, its middle
    cords : between nodes
    before : shape (n, 2), where they were; not a number where they were not
    is_gentle : whether what was there stays there, but for what makes room
    """

    radii: Floats
    homes: Numbers
    is_hub: NDArray[np.bool_]
    cords: Cords
    before: Floats
    is_gentle: bool


def arrange(plan: Plan) -> tuple[Floats, Floats]:
    """Give the places, shape (n, 2), and the communities' discs as x, y, radius, shape (k, 3)."""
    members = [np.flatnonzero(plan.homes == home) for home in range(plan.homes.max() + 1)]
    places = np.zeros_like(plan.before)
    discs = np.zeros((0, 3))
    if members:
        if plan.is_gentle:
            _add_nodes(plan, members, places)
        else:
            _place_nodes(plan, members, _place_discs(plan, members), places)
        inside = np.flatnonzero(plan.homes != STRIP)
        places[inside] = make_room(places[inside], plan.radii[inside] + _GAP / 2)
        discs = _part_discs(plan, members, places)
    _fill_strip(plan, places)
    return places, discs


def _place_discs(plan: Plan, members: list[Numbers]) -> Floats:
    """Give each community its disc, near those that it is tied to."""
    space = (plan.radii + _GAP) ** 2
    radii = np.array([np.sqrt(space[rows].sum() / _FILL) for rows in members])
    places = spread(len(members), 2 * float(np.sqrt((radii**2).sum())))
    places *= (_WIDTH**0.5, _WIDTH**-0.5)
    for home, rows in enumerate(members):
        known = _choose_known(plan, rows)
        if len(known):
            places[home] = plan.before[known].mean(axis=0)
    starts, ends = plan.homes[plan.cords.starts], plan.homes[plan.cords.ends]
    far = (starts != ends) & (starts != STRIP) & (ends != STRIP)
    cords = Cords(starts=starts[far], ends=ends[far], weights=plan.cords.weights[far])
    discs = Discs(
        places=places,
        radii=radii + _DISC_GAP / 2,
        homes=np.zeros_like(places),
        pulls=np.tile(_DISC_PULL, (len(members), 1)),
    )
    return np.column_stack((settle(discs, cords, _N_DISC_ROUNDS), radii))


def _place_nodes(plan: Plan, members: list[Numbers], discs: Floats, places: Floats) -> None:
    """Place the nodes of each community about its middle, near what they are tied to."""
    for rows, (x, y, radius) in zip(members, discs, strict=True):
        ranked = rows[np.lexsort((-plan.radii[rows], ~plan.is_hub[rows]))]
        places[ranked] = spread(len(rows), radius)
        places[rows] += x, y
    _follow_ties(plan, members, places)
    for rows, middle in zip(members, discs[:, :2], strict=True):
        known = _choose_known(plan, rows)
        if len(known):
            places[known] = plan.before[known] + middle - plan.before[known].mean(axis=0)


def _add_nodes(plan: Plan, members: list[Numbers], places: Floats) -> None:
    """Leave the nodes where they were, and place each new one near what it is tied to."""
    places[:] = np.nan_to_num(plan.before)
    for rows in members:
        known = _choose_known(plan, rows)
        new = rows[np.isnan(plan.before[rows, 0])]
        if len(known):
            places[new] = plan.before[known].mean(axis=0)
        else:
            reach = np.nanmax(np.abs(plan.before), initial=0)
            places[new] = spread(len(new), len(new) ** 0.5)
            places[new] += 0, reach
    is_new = np.isnan(plan.before[:, 0]) & (plan.homes != STRIP)
    starts, ends = plan.cords.starts, plan.cords.ends
    is_used = (plan.homes[starts] == plan.homes[ends]) & (is_new[starts] != is_new[ends])
    near = replace(plan.cords, weights=plan.cords.weights * is_used)
    places[is_new] = find_middles(places, near)[is_new]


def _follow_ties(plan: Plan, members: list[Numbers], places: Floats) -> None:
    """Let nodes change places within their community until what is tied lies together."""
    slots = places.copy()
    near = plan.homes[plan.cords.starts] == plan.homes[plan.cords.ends]
    weights = np.where(near, plan.cords.weights, plan.cords.weights * _FAR_SHARE)
    cords = replace(plan.cords, weights=weights)
    for _ in range(_N_CYCLES):
        wanted = (places + find_middles(places, cords)) / 2
        for rows in members:
            rest = rows[~plan.is_hub[rows]]
            places[rest] = slots[rest][fit(wanted[rest], slots[rest])]


def _part_discs(plan: Plan, members: list[Numbers], places: Floats) -> Floats:
    """Move whole communities off each other, now that their true size is known."""
    discs = np.array([_enclose(places[rows], plan.radii[rows] + _GAP) for rows in members])
    parted = make_room(discs[:, :2], discs[:, 2] + _DISC_GAP / 2)
    for rows, shift in zip(members, parted - discs[:, :2], strict=True):
        places[rows] += shift
    discs[:, :2] = parted
    return discs


def _enclose(places: Floats, radii: Floats) -> tuple[float, float, float]:
    """Give a disc that holds these discs."""
    low, high = (places - radii[:, None]).min(axis=0), (places + radii[:, None]).max(axis=0)
    x, y = (low + high) / 2
    return x, y, float((np.hypot(*(places - (x, y)).T) + radii).max())


def _fill_strip(plan: Plan, places: Floats) -> None:
    """Put what has no community in rows below the map, what was there before first."""
    outside = plan.homes == STRIP
    rows = np.flatnonzero(outside)
    if not len(rows):
        return
    inside = places[~outside]
    n_columns = max(int(np.ceil(np.sqrt(len(rows) * _WIDTH))), 1)
    left = top = 0.0
    if len(inside):
        left, right = inside[:, 0].min(), inside[:, 0].max()
        n_columns = max(n_columns, int((right - left) / _STRIP_STEP))
        top = inside[:, 1].max() + _STRIP_GAP
    before = plan.before[rows]
    order = rows[np.lexsort((rows, before[:, 0], before[:, 1]))]
    number = np.arange(len(order))
    places[order, 0] = left + number % n_columns * _STRIP_STEP
    places[order, 1] = top + number // n_columns * _STRIP_STEP


def _choose_known(plan: Plan, rows: Numbers) -> Numbers:
    known: Numbers = rows[~np.isnan(plan.before[rows, 0])]
    return known
