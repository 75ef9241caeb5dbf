"""What stands out in a graph is told in figures and in order."""

from __future__ import annotations

import networkx as nx
import pytest

from cards import make_card, make_link, make_mention, make_vault
from noteweb.graph.build import build_graph
from noteweb.graph.census import EdgeCount, Ghost, dead_ends, ghosts, hubs, orphans, summary
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links


def build(*cards, similar=()):
    """Build the graph of these cards from end to end."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)


def small():
    """Give a and b that link to c, c to nobody, d named in prose by b, e alone but alike."""
    return build(
        make_card("a", links=(make_link("c"), make_link("Ghost One")), tags=("t",)),
        make_card(
            "b",
            links=(make_link("c"), make_link("ghost one"), make_link("Other")),
            feedback=(make_mention("delta note title"), make_mention("something unheard of")),
        ),
        make_card("c"),
        make_card("d", title="Delta Note Title", feedback=(make_mention("Ghost One"),)),
        make_card("e", tags=("t",)),
        similar=[("a", "e", 0.9)],
    )


def test_hubs_are_what_many_link_to():
    """The most linked note leads; names in prose and likeness give no rank."""
    found = hubs(small())
    assert (found[0].node, found[0].n_linking) == ("note:c", 2)
    assert {round(one.score, 9) for one in found[1:]} == {round(found[1].score, 9)}
    assert [one.node for one in found[1:]] == ["note:a", "note:b", "note:d", "note:e"]
    assert len(hubs(small(), 2)) == 2


def test_hubs_are_ranked_as_networkx_ranks():
    """Scores are PageRank's, with the rank of dead ends spread evenly."""
    dead = make_card("dead", title="Dead"), make_card("x", links=(make_link("dead"),))
    graph = build(*make_vault(80), *dead)
    plain = nx.DiGraph()
    plain.add_nodes_from(sorted(node for node in graph if node.startswith("note:")))
    for start, end, edge in graph.edges(data=True):
        if edge["kind"] == "links_to" and end in plain:
            plain.add_edge(start, end, weight=edge["weight"])
    want = nx.pagerank(plain, tol=1e-12)
    found = hubs(graph)
    assert sum(one.score for one in found) == pytest.approx(1)
    assert {one.node: one.score for one in found} == pytest.approx(want, abs=1e-8)


def test_without_links_there_are_no_hubs():
    """A vault without links has no ranking to show."""
    assert hubs(build(make_card("a"), make_card("b"))) == ()
    assert hubs(build()) == ()


def test_orphans_have_nothing_written_to_or_from_them():
    """A shared tag or likeness saves no note from being an orphan; a name in prose does."""
    assert orphans(small()) == ("note:e",)


def test_dead_ends_are_reached_and_lead_nowhere():
    """A link to a ghost leads to no note."""
    assert dead_ends(small()) == ("note:c", "note:d")
    chain = build(make_card("a", links=(make_link("b"),)), make_card("b", links=(make_link("a"),)))
    assert dead_ends(chain) == ()


def test_ghosts_come_by_how_many_want_them():
    """Links and names in prose both want; all that want a ghost count before those that link."""
    link, name = (make_link("linked"),), (make_mention("named only in prose"),)
    both = make_card("a", links=link, feedback=name), make_card("b", feedback=name)
    assert [one.n_linking for one in ghosts(build(*both))] == [0, 1]
    assert ghosts(small()) == (
        Ghost(node="ghost:ghost one", label="Ghost One", n_notes=3, n_linking=2),
        Ghost(node="ghost:other", label="Other", n_notes=1, n_linking=1),
        Ghost(
            node="ghost:something unheard of",
            label="something unheard of",
            n_notes=1,
            n_linking=0,
        ),
    )


def test_the_summary_counts_everything():
    """Nodes by kind, edges by kind and provenance, and the shape of the written web."""
    found = summary(small())
    assert found.n_nodes == (("ghost", 3), ("note", 5), ("tag", 1))
    assert found.n_edges == (
        EdgeCount(kind="feeds_back", provenance="inferred", n_edges=3),
        EdgeCount(kind="links_to", provenance="explicit", n_edges=5),
        EdgeCount(kind="similar", provenance="similarity", n_edges=1),
        EdgeCount(kind="tagged", provenance="explicit", n_edges=2),
    )
    assert (found.n_components, found.n_in_largest) == (2, 4)
    assert found.density == pytest.approx(3 / 20)
    assert (found.n_orphans, found.n_dead_ends, found.n_bridges) == (1, 2, 2)
    assert found.hubs == hubs(small())
    assert found.ghosts == ghosts(small())


def test_an_empty_vault_has_a_summary():
    """No notes give zeros, not an error."""
    found = summary(build())
    assert (found.n_nodes, found.n_components, found.density, found.hubs) == ((), 0, 0.0, ())
