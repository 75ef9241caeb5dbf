"""The map of a graph: a place for every node, communities as discs, and their names.

Communities are packed first, each node then in the disc of its own, the most joined one in the
middle; what is joined to almost nothing stands in a strip below.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np

from noteweb.graph.arrangement import Plan, arrange
from noteweb.graph.community import (
    find_groups,
    find_telling_tags,
    gather_groups,
    house_strangers,
    improve,
    part,
)
from noteweb.graph.packing import Cords
from noteweb.graph.tie import find_ties, join_ties
from noteweb.model.layout import STRIP, Area, Layout, Spot
from noteweb.model.relation import NodeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from noteweb.graph.build import Graph
    from noteweb.graph.packing import Floats
    from noteweb.graph.tie import Ties, Web

_MAX_SHARE = 0.25  # of all nodes, beyond which a community is split
_MIN_SPLIT = 60
_MIN_AREA = 4  # nodes; fewer stand in the strip
_CHANGED_SHARE = 0.1  # of the nodes that came or went, beyond which communities are found anew
_NOTE_RADIUS = 1.4
_MAX_RADIUS = 3.2
_GROWTH = 0.28
_TELLING_SHARE = 0.2  # of a community's notes that a tag must have to name it
_N_TAGS = 2


def lay_out(graph: Graph, old: Layout | None = None) -> Layout:
    """Give the map of a graph; the same arguments give the same map.

    With the `old` map of nearly the same graph what was there stays where it was, but for what
    makes room; of the same graph it comes back as it is. Once a tenth of the nodes came or went,
    the communities are found anew, and their places begin from the old ones.
    Cost: about 3 CPU seconds for 10,000 nodes and 50,000 edges.
    """
    ties = find_ties(graph)
    digest = _digest(graph, ties)
    if old is not None and old.digest == digest:
        return old
    if not graph:
        return Layout(digest=digest)
    before = old or Layout()
    n_changed = len(before.spots.keys() ^ set(graph)) + before.n_changed
    is_gentle = n_changed <= _CHANGED_SHARE * len(graph)
    web = join_ties(ties, graph)
    groups = _keep_groups(web, before) if is_gentle else _find_groups(graph, ties, web)
    members = _choose_members(groups, web)
    hubs = [_find_hub(graph, web, group) for group in members]
    plan = _plan(web, (members, hubs), before, is_gentle=is_gentle)
    places, discs = arrange(plan)
    return Layout(
        spots=_give_spots(web, plan, places),
        areas=_give_areas(graph, members, hubs, discs),
        digest=digest,
        n_changed=n_changed if is_gentle else 0,
    )


def _digest(graph: Graph, ties: Ties) -> str:
    """Give a name for all that the map depends on."""
    known = sorted((node, about["label"]) for node, about in graph.nodes(data=True))
    told = known, sorted((*ends, round(weight, 9)) for ends, weight in ties.items())
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def _keep_groups(web: Web, old: Layout) -> list[list[str]]:
    """Give the communities of the old map with what came since, each moved where it fits better."""
    spots = old.spots.items()
    homes = {node: spot.area for node, spot in spots if spot.area != STRIP and node in web}
    house_strangers(web, homes)
    improve(web, homes)
    return gather_groups(homes)


def _find_groups(graph: Graph, ties: Ties, web: Web) -> list[list[str]]:
    """Give the communities, none with far more than a quarter of all nodes, the largest first."""
    most = max(_MIN_SPLIT, _MAX_SHARE * len(graph))
    found: list[Collection[str]] = []
    for group in find_groups(graph, ties):
        inside = set(group)
        is_large = len(group) > most
        within = {e: w for e, w in ties.items() if inside.issuperset(e)} if is_large else {}
        found.extend(part(within, group) if is_large else [group])
    homes = {node: number for number, group in enumerate(found) for node in group}
    improve(web, homes)
    return sorted(gather_groups(homes), key=lambda group: (-len(group), group))


def _choose_members(groups: list[list[str]], web: Web) -> list[list[str]]:
    """Give the groups that are large enough; a small one joins what it is tied to."""
    least = _MIN_AREA if len(web) >= _MIN_SPLIT else 2
    large = [group for group in groups if len(group) >= least]
    homes = {node: number for number, group in enumerate(large) for node in group}
    house_strangers(web, homes)
    return gather_groups(homes)[: len(large)]


def _plan(
    web: Web, communities: tuple[list[list[str]], list[str]], old: Layout, *, is_gentle: bool
) -> Plan:
    members, hubs = communities
    homes = dict.fromkeys(web, STRIP)
    homes.update({node: number for number, group in enumerate(members) for node in group})
    nodes = sorted(web)
    rows = {node: row for row, node in enumerate(nodes)}
    before = np.full((len(nodes), 2), np.nan)
    for node, spot in _find_kept(homes, old).items():
        before[rows[node]] = spot.x, spot.y
    cords = [
        (rows[one], rows[other], weight)
        for one in nodes
        for other, weight in sorted(web[one].items())
        if one < other
    ]
    starts, ends, weights = zip(*cords, strict=True) if cords else ((), (), ())
    return Plan(
        radii=np.array([_size(node, web) for node in nodes]),
        homes=np.array([homes[node] for node in nodes]),
        is_hub=np.isin(np.arange(len(nodes)), [rows[hub] for hub in hubs]),
        cords=Cords(
            starts=np.array(starts, np.int64),
            ends=np.array(ends, np.int64),
            weights=np.array(weights, np.float64),
        ),
        before=before,
        is_gentle=is_gentle,
    )


def _find_kept(homes: Mapping[str, int], old: Layout) -> dict[str, Spot]:
    """Give the old spots of the nodes that are still in the community of most of their own."""
    votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    known = {node: spot for node, spot in old.spots.items() if node in homes}
    for node, spot in known.items():
        votes[homes[node]][spot.area] += 1
    same = {home: max(seen, key=lambda area: (seen[area], -area)) for home, seen in votes.items()}
    same[STRIP] = STRIP
    return {node: spot for node, spot in known.items() if same[homes[node]] == spot.area}


def _size(node: str, web: Web) -> float:
    """Give a node's radius, by how many others it is tied to; a note is never among the least."""
    least = _NOTE_RADIUS if node.startswith(f"{NodeKind.NOTE}:") else 1.0
    return min(least + _GROWTH * (sqrt(max(len(web[node]), 1)) - 1), _MAX_RADIUS)


def _give_spots(web: Web, plan: Plan, places: Floats) -> dict[str, Spot]:
    rows = zip(
        sorted(web),
        places.round(2).tolist(),
        plan.radii.round(2).tolist(),
        plan.homes.tolist(),
        strict=True,
    )
    return {node: Spot(x=x, y=y, radius=radius, area=home) for node, (x, y), radius, home in rows}


def _give_areas(
    graph: Graph, members: list[list[str]], hubs: list[str], discs: Floats
) -> tuple[Area, ...]:
    areas: list[Area] = []
    for group, hub, (x, y, radius) in zip(members, hubs, discs.round(2).tolist(), strict=True):
        name = _name(graph, group, hub, [area.name for area in areas])
        areas.append(Area(name=name, hub=hub, x=x, y=y, radius=radius, n_nodes=len(group)))
    return tuple(areas)


def _find_hub(graph: Graph, web: Web, group: Sequence[str]) -> str:
    """Give the note that most is tied to; where there is no note, the name; else the claim."""
    kinds = {node: graph.nodes[node]["kind"] for node in group}
    notes = [node for node in group if kinds[node] == NodeKind.NOTE]
    names = [node for node in group if kinds[node] != NodeKind.CLAIM]
    return min(notes or names or group, key=lambda node: (-len(web[node]), node))


def _name(graph: Graph, group: Sequence[str], hub: str, taken: Collection[str]) -> str:
    """Give the tags that many notes of the group have and few others; else the hub's title."""
    notes = [node for node in group if graph.nodes[node]["kind"] == NodeKind.NOTE]
    least = max(2, ceil(len(notes) * _TELLING_SHARE))
    tags = find_telling_tags(graph, notes, least)[:_N_TAGS]
    name = " · ".join(tag.rpartition("/")[2] for tag in tags)
    return name if name and name not in taken else str(graph.nodes[hub]["label"])
