"""How pictures tell kinds and origins apart, also to the colour-blind: one set of colours for all.

Source: Okabe and Ito 2008, Color universal design, jfly.uni-koeln.de/color.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.model.relation import NodeKind, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.model.note import Json

#: On the page in the light and on paper, where words stand beside the discs; ghosts are rings.
LIGHT: Mapping[str, str] = {
    NodeKind.NOTE: "#0072b2",
    NodeKind.GHOST: "#8d8980",
    NodeKind.TAG: "#a09c94",
    NodeKind.DOMAIN: "#009e73",
    NodeKind.TOOL: "#e69f00",
    NodeKind.CLAIM: "#cc79a7",
    NodeKind.EXPERIMENT: "#d55e00",
}

#: On the page in the dark: the same hues, lighter.
DARK: Mapping[str, str] = {
    NodeKind.NOTE: "#4aa5dc",
    NodeKind.GHOST: "#8d8980",
    NodeKind.TAG: "#7f7b74",
    NodeKind.DOMAIN: "#1fb58a",
    NodeKind.TOOL: "#e8ab2d",
    NodeKind.CLAIM: "#d78fb5",
    NodeKind.EXPERIMENT: "#e8743a",
}

#: In charts, whose black words stand on the fills: a note's blue and a ghost's grey are lighter.
KIND_COLOURS: Mapping[str, str] = {
    **LIGHT,
    NodeKind.NOTE: "#56b4e9",
    NodeKind.GHOST: "#cccccc",
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
