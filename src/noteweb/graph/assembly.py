"""The graph of a vault from its index: links found anew, what cost vectors taken from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from noteweb.claimset import read_claim_set
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims
from noteweb.index.catalogue import clean
from noteweb.index.lookup import find_edges
from noteweb.links.feedback import FeedbackEdge, Method, resolve_feedback
from noteweb.links.resolve import resolve_links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noteweb.graph.build import Graph
    from noteweb.index.folder import Index
    from noteweb.model.note import Card


def assemble_graph(index: Index, cards: Sequence[Card], root: Path) -> Graph:
    """Build the graph of all notes with the feedback and similarity that the index knows."""
    ids = dict(index.catalogue.rows("SELECT nid, id FROM notes"))
    similar = [
        (ids[edge.source], ids[edge.target], edge.weight)
        for edge in find_edges(index.catalogue, "similar")
    ]
    links = resolve_links(cards, root=root)
    graph = build_graph(cards, links, _feedback(index, cards, ids), similar)
    add_claims(graph, read_claim_set(cards).claims)
    return graph


def link_graph(cards: Sequence[Card], root: Path) -> Graph:
    """Build the graph that the notes themselves write: no likeness, no feedback by meaning."""
    graph = build_graph(cards, resolve_links(cards, root=root), resolve_feedback(cards))
    add_claims(graph, read_claim_set(cards).claims)
    return graph


def _feedback(index: Index, cards: Sequence[Card], ids: dict[int, str]) -> tuple[FeedbackEdge, ...]:
    """Resolve the names, by meaning too where the index has done so."""
    meant = {
        (ids[edge.source], edge.line, edge.name): edge
        for edge in find_edges(index.catalogue, "feeds_back")
        if edge.how == Method.MEANING
    }
    return tuple(
        replace(edge, target=ids[found.target], method=Method.MEANING, weight=found.weight)
        if (found := meant.get((edge.source, edge.line, clean(edge.name)))) and not edge.target
        else edge
        for edge in resolve_feedback(cards)
    )
