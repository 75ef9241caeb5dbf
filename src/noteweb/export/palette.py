"""How charts with words inside their nodes tell kinds and origins apart, also to the colour-blind.

Black words stand on these fills, so notes and tags are lighter than on the map, whose words stand
beside its discs.

Source: Okabe and Ito 2008, Color universal design, jfly.uni-koeln.de/color.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.model.note import Json

KIND_COLOURS: Mapping[str, str] = {
    NodeKind.NOTE: "#56b4e9",
    NodeKind.GHOST: "#cccccc",
    NodeKind.TAG: "#f0e442",
    NodeKind.DOMAIN: "#009e73",
    NodeKind.TOOL: "#e69f00",
    NodeKind.CLAIM: "#cc79a7",
    NodeKind.EXPERIMENT: "#d55e00",
}

#: The line of an edge, in words that DOT and CSS share.
LINES: Mapping[str, str] = {
    Provenance.EXPLICIT: "solid",
    Provenance.INFERRED: "dashed",
    Provenance.SIMILARITY: "dotted",
    Provenance.MEASURED: "bold",
}

_N_SHOWN = 60  # characters of a label in a picture


def caption(about: Mapping[str, Json]) -> str:
    """Give what a picture writes on a node: its label, shortened, and a claim's verdict."""
    verdict = about.get("verdict")
    label = shorten(str(about["label"]))
    return f"{label} · {verdict}" if verdict and about["kind"] == NodeKind.CLAIM else label


def shorten(label: str) -> str:
    """Give a label that fits into a picture, on one line; what is cut off shows as an ellipsis."""
    line = " ".join(label.split())
    return line if len(line) <= _N_SHOWN else line[: _N_SHOWN - 1] + "…"
