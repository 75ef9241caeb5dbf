"""A bridge is a note without which the web falls apart."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link
from noteweb.graph.bridge import Bridge, bridges
from noteweb.graph.build import build_graph
from noteweb.links.resolve import resolve_links


def build(links, n_notes=8, similar=()):
    """Give the graph of notes n0, n1, ... with these links by number."""
    cards = [
        make_card(
            f"n{number}",
            tags=("all",),
            links=tuple(make_link(f"n{end}") for start, end in links if start == number),
        )
        for number in range(n_notes)
    ]
    return build_graph(cards, resolve_links(cards), (), similar)


def test_the_note_between_two_rings_is_the_bridge():
    """A note that joins rings of three and two notes cuts off the smaller side."""
    rings = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    found = bridges(build(rings, 6))
    assert found == (
        Bridge(node="note:n2", n_cut=2, n_parts=2),
        Bridge(node="note:n3", n_cut=2, n_parts=2),
    )


def test_the_middle_of_a_star_holds_all():
    """Each ray is a part of its own, and only the largest counts as what remains."""
    assert bridges(build([(0, 1), (0, 2), (0, 3)], 4)) == (
        Bridge(node="note:n0", n_cut=2, n_parts=3),
    )


def test_neither_tags_nor_likeness_hold_the_web_together():
    """Only what is written between notes counts."""
    chain = [(0, 1), (1, 2)]
    assert [one.node for one in bridges(build(chain, 3, [("n0", "n2", 0.9)]))] == ["note:n1"]


numbers = st.integers(0, 7)


@given(st.lists(st.tuples(numbers, numbers), max_size=14))
def test_bridges_are_the_articulation_points(links):
    """They are what networkx finds, and taking one out leaves the parts that were told."""
    plain = nx.Graph((f"note:n{a}", f"note:n{b}") for a, b in links if a != b)
    plain.add_nodes_from(f"note:n{number}" for number in range(8))
    found = bridges(build(links))
    assert {one.node for one in found} == set(nx.articulation_points(plain))
    for bridge in found:
        whole = nx.node_connected_component(plain, bridge.node) - {bridge.node}
        parts = list(nx.connected_components(plain.subgraph(whole)))
        assert bridge.n_parts == len(parts)
        assert bridge.n_cut == len(whole) - max(map(len, parts))
