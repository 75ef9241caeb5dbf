"""A map of the graph: where each node is drawn, and the discs of its communities."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STRIP = -1  # the area of what hangs on almost nothing and stands in a strip below the map
_VERSION = 1  # of what is stored; another one is made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a node is drawn; `area` is the number of its community, -1 in the strip."""

    x: float
    y: float
    radius: float
    area: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A community on the map, as a disc that holds its nodes."""

    name: str
    hub: str  # the node in its middle
    x: float
    y: float
    radius: float
    n_nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The map: lengths in radii of the smallest node, y downward.

    `digest` names the graph it was made for, `n_changed` how many nodes came and went since the
    communities were found.
    """

    spots: Mapping[str, Spot] = field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    digest: str = ""
    n_changed: int = 0

    @property
    def positions(self) -> dict[str, tuple[float, float]]:
        """The place of each node."""
        return {node: (spot.x, spot.y) for node, spot in self.spots.items()}

    def to_json(self) -> str:
        """Give the text that `read_layout` reads."""
        spots = {node: [s.x, s.y, s.radius, s.area] for node, s in self.spots.items()}
        rest = {"areas": [asdict(area) for area in self.areas], "n_changed": self.n_changed}
        data = {"version": _VERSION, "digest": self.digest, **rest, "spots": spots}
        return json.dumps(data, separators=(",", ":"))


def read_layout(text: str) -> Layout | None:
    """Give a layout from its text; None where it is none, or of another version."""
    try:
        data = json.loads(text)
        if data["version"] != _VERSION:
            return None
        spots = {
            node: Spot(x=float(x), y=float(y), radius=float(radius), area=int(area))
            for node, (x, y, radius, area) in data["spots"].items()
        }
        areas = tuple(Area(**area) for area in data["areas"])
        n_changed, digest = int(data["n_changed"]), str(data["digest"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Layout(spots=spots, areas=areas, digest=digest, n_changed=n_changed)
