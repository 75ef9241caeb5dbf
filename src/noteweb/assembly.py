"""The graph of a vault from its index: links found anew, what cost vectors taken from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.feedback import resolve_feedback
from noteweb.graph import build_graph
from noteweb.links import resolve_links
from noteweb.lookup import find_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from noteweb.index import Index
    from noteweb.model.note import Card


def assemble_graph(index: Index, cards: Sequence[Card]) -> nx.MultiDiGraph[str]:
    """Build the graph of all notes with the feedback and similarity that the index knows."""
    raise SystemExit
