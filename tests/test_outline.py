"""A node's surroundings as a tree of ties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link
from noteweb.errors import NoteNotFound
from noteweb.graph.build import build_graph
from noteweb.graph.outline import Direction, outline
from noteweb.graph.walk import neighbours
from noteweb.links.resolve import resolve_links


def make_graph():
    """Give a, which links to b, c and a ghost; b links back; b and c link; d leads to a."""
    cards = (
        make_card("a", links=(make_link("b"), make_link("c"), make_link("gone")), tags=("t",)),
        make_card("b", links=(make_link("a"), make_link("e"))),
        make_card("c", links=(make_link("d"), make_link("d", relation="supports")), tags=("t",)),
        make_card("d", links=(make_link("a", relation="doubts"), make_link("a"))),
        make_card("e"),
        make_card("f"),
    )
    return build_graph(cards, resolve_links(cards), [], [("a", "e", 0.7)])


def tell(groups):
    """Give the groups as plain values."""
    return [
        (group.text, group.way.value, [branch.node for branch in group.branches])
        for group in groups
    ]


def test_neighbours_stand_by_kind_of_tie_and_direction():
    """Notes before names, out before both ways before in, written before alike."""
    assert tell(outline(make_graph(), "note:a")) == [
        ("links to", "out", ["note:c", "ghost:gone"]),
        ("links to", "both", ["note:b"]),
        ('stands under "doubts" in', "in", ["note:d"]),
        ("is similar to", "both", ["note:e"]),
        ("carries tag", "out", ["tag:t"]),
    ]


def test_a_node_tells_its_other_ties_and_whom_it_is_joined_to():
    """Each node stands once; further ties to the root and to the others are told with it."""
    found = {
        branch.node: branch
        for group in outline(make_graph(), "note:a")
        for branch in group.branches
    }
    assert set(found["note:c"].joined) == {"note:d", "tag:t"}
    assert found["note:d"].also == ("is linked from",)  # a named relation comes first
    assert found["note:b"].joined == ("note:e",)
    assert found["ghost:gone"].joined == ()


def test_what_is_further_hangs_on_what_leads_there():
    """Two steps away from e, the nodes stand on the branch that reaches them."""
    groups = outline(make_graph(), "note:e", 2)
    assert tell(groups) == [
        ("is linked from", "in", ["note:b"]),
        ("is similar to", "both", ["note:a"]),
    ]
    below = groups[1].branches[0].branches
    assert {each.node for each in below} == {"note:c", "note:d", "ghost:gone", "tag:t"}
    assert below[0].way is Direction.OUT
    assert "note:a" not in below[0].joined


@given(st.sampled_from("abcdef"), st.integers(1, 4))
def test_the_tree_holds_all_neighbours_once(name, depth):
    """Whatever the node and depth, the tree and the walk hold the same nodes."""
    graph, node = make_graph(), f"note:{name}"
    waiting = [branch for group in outline(graph, node, depth) for branch in group.branches]
    found = []
    while waiting:
        branch = waiting.pop()
        found.append(branch.node)
        waiting += branch.branches
    assert sorted(found) == sorted(one.node for one in neighbours(graph, node, depth))


def test_an_unknown_node_is_told():
    """A node that the graph does not hold is a bad request."""
    with pytest.raises(NoteNotFound):
        outline(make_graph(), "note:zzz")
