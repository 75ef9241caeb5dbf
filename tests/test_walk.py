"""The neighbourhood of a node, near before far."""

from __future__ import annotations

import pytest

from cards import make_card, make_link
from noteweb.errors import NoteNotFound
from noteweb.graph.build import build_graph
from noteweb.graph.walk import Direction, Neighbour, neighbours
from noteweb.links.resolve import resolve_links


def chain():
    """Give a -> b -> c, where a and c carry one tag and d stands alone."""
    cards = (
        make_card("a", links=(make_link("b"),), tags=("t",)),
        make_card("b", links=(make_link("c"), make_link("c", relation="supports"))),
        make_card("c", tags=("t",)),
        make_card("d"),
    )
    return build_graph(cards, resolve_links(cards), ())


def test_neighbours_come_by_distance_then_name():
    """Each node is told once, at its least distance, with the step that reaches it."""
    found = neighbours(chain(), "note:a", depth=2)
    assert [(one.node, one.distance) for one in found] == [
        ("note:b", 1),
        ("tag:t", 1),
        ("note:c", 2),
    ]
    assert found[0] == Neighbour(
        node="note:b", distance=1, previous="note:a", kind="links_to", provenance="explicit"
    )


def test_kinds_and_directions_limit_the_walk():
    """Only edges of the kinds asked for are walked, and only the way asked for."""
    graph = chain()
    assert [one.node for one in neighbours(graph, "note:a", 3, {"tagged"})] == ["tag:t", "note:c"]
    assert [one.node for one in neighbours(graph, "note:b", 2, {"supports"})] == ["note:c"]
    back = neighbours(graph, "note:c", 5, direction=Direction.IN)
    assert [one.node for one in back] == ["note:b", "note:a"]
    out = neighbours(graph, "note:b", 5, direction=Direction.OUT)
    assert [one.node for one in out] == ["note:c", "tag:t"]


def test_nothing_is_near_a_lonely_note_or_at_depth_zero():
    """No edges or no steps give no neighbours."""
    assert neighbours(chain(), "note:d", 9) == ()
    assert neighbours(chain(), "note:a", 0) == ()


def test_an_unknown_node_is_told():
    """A node that the graph does not hold is a bad request."""
    with pytest.raises(NoteNotFound):
        neighbours(chain(), "note:zzz")
