"""The graph holds every note, name and relation once, with where it comes from."""

from __future__ import annotations

import gc

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link, make_mention, make_vault
from noteweb.graph.build import build_graph, note_key
from noteweb.links.feedback import FeedbackEdge, Method, resolve_feedback
from noteweb.links.resolve import resolve_links
from noteweb.model.note import LinkKind, Scores
from noteweb.model.relation import NodeKind, Provenance


def build(*cards, similar=()):
    """Build the graph of these cards from end to end."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)


def edges(graph):
    """Give (start, end, key) of every edge."""
    return sorted((start, end, key) for start, end, key in graph.edges(keys=True))


def test_a_link_is_an_edge_at_its_first_line():
    """A link written twice is one edge of weight 2; a link to the note itself is none."""
    links = make_link("b", line=9), make_link("B.md", line=4), make_link("a"), make_link("")
    graph = build(make_card("a", links=links), make_card("b"))
    assert edges(graph) == [("note:a", "note:b", "links_to/explicit")]
    assert graph.edges["note:a", "note:b", "links_to/explicit"] == {
        "kind": "links_to",
        "provenance": "explicit",
        "weight": 2.0,
        "line": 4,
    }


def test_embeds_and_typed_relations_are_kinds_of_their_own():
    """The same two notes may be joined by a link, an embed and a typed relation at once."""
    links = (
        make_link("b"),
        make_link("b", kind=LinkKind.EMBED),
        make_link("b", relation="supports", line=3),
        make_link("b", relation="similar"),
    )
    graph = build(make_card("a", links=links), make_card("b"), similar=[("b", "a", 0.9)])
    assert edges(graph) == [
        ("note:a", "note:b", "embeds/explicit"),
        ("note:a", "note:b", "links_to/explicit"),
        ("note:a", "note:b", "similar/explicit"),
        ("note:a", "note:b", "similar/similarity"),
        ("note:a", "note:b", "supports/explicit"),
    ]


def test_names_are_folded_and_labelled_as_mostly_written():
    """Spellings of a tag, tool or domain are one node that bears the most frequent of them."""
    graph = build(
        make_card(
            "a", tags=("ML",), tools=(make_mention("pytorch", 5), make_mention("PyTorch", 7))
        ),
        make_card("b", tags=("ml",), tools=(make_mention("PyTorch"),)),
        make_card("c", tags=("ml",), domains=(make_mention("Physics", 8),)),
    )
    labels = {node: about["label"] for node, about in graph.nodes(data=True)}
    assert labels == {
        "note:a": "a",
        "note:b": "b",
        "note:c": "c",
        "tag:ml": "ml",
        "tool:pytorch": "PyTorch",
        "domain:physics": "Physics",
    }
    assert graph.edges["note:a", "tool:pytorch", "docks_to/inferred"]["line"] == 5
    assert graph.edges["note:c", "domain:physics", "speaks_to/inferred"]["line"] == 8


def test_a_nested_tag_is_part_of_its_parents():
    """a/b/c is part of a/b, and that of a; the note carries only what it wrote."""
    graph = build(make_card("n", tags=("A/b/C",)))
    assert edges(graph) == [
        ("note:n", "tag:a/b/c", "tagged/explicit"),
        ("tag:a/b", "tag:a", "part_of/explicit"),
        ("tag:a/b/c", "tag:a/b", "part_of/explicit"),
    ]
    assert graph.nodes["tag:a/b"] == {"kind": "tag", "label": "A/b"}


def test_a_missing_note_is_a_ghost_with_its_usual_spelling():
    """All spellings of a missing note meet in one ghost; ambiguous links make none."""
    links = make_link("New Idea"), make_link("new idea"), make_link("new idea"), make_link("twin")
    graph = build(make_card("a", links=links), make_card("x/twin"), make_card("y/twin"))
    ghosts = [node for node, about in graph.nodes(data=True) if about["kind"] == "ghost"]
    assert ghosts == ["ghost:new idea"]
    assert graph.nodes["ghost:new idea"]["label"] == "new idea"
    assert graph.edges["note:a", "ghost:new idea", "links_to/explicit"]["weight"] == 3.0


def test_a_ghost_keeps_the_spelling_of_its_links():
    """A name in prose for the same missing note joins its ghost and does not rename it."""
    names = (make_mention("NEW IDEA"),)
    graph = build(make_card("a", links=(make_link("New Idea"),), feedback=names))
    assert dict(graph.nodes["ghost:new idea"]) == {"kind": "ghost", "label": "New Idea"}
    assert graph.number_of_edges("note:a", "ghost:new idea") == 2


def test_names_in_prose_are_kept_apart_from_links():
    """A feedback edge is inferred and says how it was found; what it cannot find is a ghost."""
    names = make_mention("Target Title shapes this", 6), make_mention("Unwritten Thing", 7)
    card = make_card("a", feedback=names, links=(make_link("b"),))
    graph = build(card, make_card("b", title="Target Title"))
    assert edges(graph) == [
        ("note:a", "ghost:unwritten thing", "feeds_back/inferred"),
        ("note:a", "note:b", "feeds_back/inferred"),
        ("note:a", "note:b", "links_to/explicit"),
    ]
    assert graph.edges["note:a", "note:b", "feeds_back/inferred"] == {
        "kind": "feeds_back",
        "provenance": "inferred",
        "weight": 1.0,
        "line": 6,
        "method": "exact",
        "name": "Target Title shapes this",
    }


def test_of_two_names_for_one_note_the_surer_counts():
    """A note named exactly and closely gets the edge of the exact name; ambiguous names none."""
    about = {"source": "a", "target": "b", "line": 1}
    feedback = [
        FeedbackEdge(**about, name="x", method=Method.CLOSE, weight=0.9),
        FeedbackEdge(**about, name="y", method=Method.EXACT, weight=1.0),
        FeedbackEdge(**about, name="z", method=Method.MEANING, weight=0.7),
        FeedbackEdge(source="a", target=None, name="t", method=Method.AMBIGUOUS, weight=0, line=2),
    ]
    cards = make_card("a"), make_card("b")
    graph = build_graph(cards, resolve_links(cards), feedback)
    assert [edge["name"] for *_, edge in graph.edges(data=True)] == ["y"]
    assert len(graph) == 2


def test_a_note_carries_its_frontmatter():
    """Every key of the frontmatter is an attribute; one that has a word of the graph is renamed."""
    card = make_card(
        "a",
        title="T",
        tags=("x",),
        scores=Scores(novelty=7.0),
        created="2025-01-01",
        attributes={
            "status": "draft",
            "kind": "essay",
            "refs": [1, "b"],
            "gone": None,
            "n": 0,
            "id": "own",
            "frontmatter_kind": "odd",
        },
    )
    node = build(card).nodes["note:a"]
    assert node == {
        "kind": "note",
        "label": "T",
        "note": "a",
        "path": "a.md",
        "title": "T",
        "tags": ["x"],
        "created": "2025-01-01",
        "novelty": 7.0,
        "status": "draft",
        "n": 0,
        "frontmatter_id": "own",
        "frontmatter_kind": "essay",
        "frontmatter_frontmatter_kind": "odd",
        "refs": [1, "b"],
    }


def test_the_graph_shares_nothing_with_the_cards():
    """Changing a node's list leaves the card as it was."""
    card = make_card("a", attributes={"refs": [1]})
    build(card).nodes["note:a"]["refs"].append(2)
    assert card.attributes["refs"] == [1]


def test_edges_to_notes_that_are_not_there_are_left_out():
    """A stale resolution or likeness never brings in a node without a kind."""
    cards = make_card("a", links=(make_link("b"),)), make_card("b")
    graph = build_graph(cards[:1], resolve_links(cards), (), [("a", "b", 0.8)])
    assert list(graph) == ["note:a"]


def test_building_leaves_the_garbage_collector_as_it_was():
    """The pause ends with the build, and a collector that was off stays off."""
    build(make_card("a"))
    assert gc.isenabled()
    gc.disable()
    try:
        build(make_card("a"))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_graph_is_what_networkx_would_have_built():
    """The quick way of writing edges gives the same structure as add_node and add_edge."""
    graph = build(*make_vault(60), similar=[("a", "b", 0.5)])
    slow = nx.MultiDiGraph()
    slow.add_nodes_from(graph.nodes(data=True))
    slow.add_edges_from(graph.edges(keys=True, data=True))
    assert dict(slow.adj) == dict(graph.adj)
    assert {node: dict(graph.pred[node]) for node in graph} == dict(slow.pred)
    assert slow.number_of_edges() == graph.number_of_edges() > 1000
    copy = graph.copy()
    copy.remove_node("note:" + make_vault(60)[0].id)
    assert len(copy) == len(graph) - 1


words = st.sampled_from(["a", "A", "b", "c", "a/b", "straße", "STRASSE", "deep learning flows"])
cards_with_relations = st.lists(
    st.builds(
        lambda note_id, links, tags, tools, feedback: make_card(
            note_id,
            title=note_id.upper(),
            links=tuple(make_link(target) for target in links),
            tags=tuple(tags),
            tools=tuple(make_mention(tool) for tool in tools),
            feedback=tuple(make_mention(name) for name in feedback),
        ),
        words,
        *(st.lists(words, max_size=4) for _ in range(4)),
    ),
    max_size=6,
)
pairs = st.lists(st.tuples(words, words, st.floats(0, 1)), max_size=3)


@given(cards_with_relations, pairs)
def test_every_node_and_edge_is_described(cards, similar):
    """Nodes have kind and label, edges join two nodes and have kind, provenance and weight."""
    graph = build(*cards, similar=similar)
    kinds, provenances = set(NodeKind), set(Provenance)
    for node, about in graph.nodes(data=True):
        assert about["kind"] in kinds
        assert isinstance(about["label"], str)
        assert node.startswith(about["kind"] + ":")
    for start, end, key, edge in graph.edges(keys=True, data=True):
        assert start != end
        assert "kind" in graph.nodes[start]
        assert "kind" in graph.nodes[end]
        assert edge["provenance"] in provenances
        assert key == f"{edge['kind']}/{edge['provenance']}"
        assert edge["weight"] >= 0
    assert {note_key(card.id) for card in cards} <= set(graph)


@given(cards_with_relations, pairs)
def test_building_twice_gives_the_same_graph(cards, similar):
    """The same cards give the same nodes and edges in the same order."""
    one, two = build(*cards, similar=similar), build(*cards, similar=similar)
    assert list(one.nodes(data=True)) == list(two.nodes(data=True))
    assert list(one.edges(keys=True, data=True)) == list(two.edges(keys=True, data=True))


@given(cards_with_relations)
def test_likeness_never_changes_what_is_written(cards):
    """The similarity layer adds its own edges and nothing else."""
    plain = build(*cards)
    alike = build(*cards, similar=[(one.id, two.id, 0.5) for one in cards for two in cards])
    written = [
        edge for edge in alike.edges(keys=True, data=True) if edge[3]["provenance"] != "similarity"
    ]
    assert sorted(map(repr, written)) == sorted(map(repr, plain.edges(keys=True, data=True)))
    assert list(alike) == list(plain)
