"""Communities gather the notes that hang together."""

from __future__ import annotations

from cards import make_card, make_link, make_mention, make_vault
from noteweb.graph.build import build_graph
from noteweb.graph.community import communities
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links


def build(cards, similar=()):
    """Build the graph of these cards from end to end."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)


def ring(name, size, **values):
    """Give notes that all link to each other."""
    names = [f"{name}{number}" for number in range(size)]
    return [make_card(one, links=tuple(map(make_link, names)), **values) for one in names]


def test_two_rings_and_a_lonely_note_are_three_communities():
    """The larger comes first, one link between rings does not join them."""
    cards = [*ring("a", 5, tags=("alpha", "all")), *ring("b", 4, tags=("beta", "all"))]
    cards.append(make_card("c", links=(make_link("a0"),)))
    cards.append(make_card("lonely"))
    found = communities(build(cards))
    assert [len(one.nodes) for one in found] == [6, 4, 1]
    assert found[0].nodes == tuple(f"note:{name}" for name in ("a0", "a1", "a2", "a3", "a4", "c"))
    assert found[0].tags[0] == "alpha"
    assert found[1].tags[0] == "beta"
    assert found[2].tags == ()


def test_shared_tools_gather_notes_without_links():
    """Notes that dock to the same tools belong together even where nobody links."""
    cards = [
        make_card(f"{tool}{number}", tools=(make_mention(tool), make_mention(f"{tool} more")))
        for tool in ("x", "y")
        for number in range(4)
    ]
    found = communities(build(cards))
    assert [one.nodes for one in found] == [
        tuple(f"note:{tool}{number}" for number in range(4)) for tool in ("x", "y")
    ]


def test_a_link_outweighs_a_tag_that_several_share():
    """A note goes with the ring it links to, not with the ring whose two tags it carries."""
    cards = [*ring("a", 4), *ring("b", 4, tags=("s", "t", "u"))]
    cards.append(make_card("c", links=(make_link("a0"),), tags=("s", "t", "u")))
    assert "note:c" in next(
        one.nodes for one in communities(build(cards)) if "note:a0" in one.nodes
    )


def test_likeness_gathers_nothing():
    """Similarity edges leave the communities as they were."""
    cards = [make_card("a"), make_card("b")]
    assert len(communities(build(cards, [("a", "b", 1.0)]))) == 2


def test_every_note_is_in_one_community_and_again_the_same():
    """Communities part the notes, and come out the same each time."""
    graph = build(make_vault(120))
    found = communities(graph)
    nodes = [node for one in found for node in one.nodes]
    assert sorted(nodes) == sorted(node for node in graph if node.startswith("note:"))
    assert found == communities(build(make_vault(120)))
