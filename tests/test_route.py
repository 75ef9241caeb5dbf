"""The way between two notes takes what is written first, and explains each step."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link, make_mention, make_vault
from noteweb.errors import NoteNotFound
from noteweb.graph.build import build_graph
from noteweb.graph.route import shortest_route
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links


def build(*cards, similar=()):
    """Build the graph of these cards from end to end."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards), similar)


def texts(graph, start="note:a", end="note:z", kinds=None):
    """Give what the route says at each step."""
    return [step.text for step in shortest_route(graph, start, end, kinds).steps]


def relate(*, link=False, feedback=False, tag=False, similar=False):
    """Give a graph where a and z hang together in these ways only."""
    one = make_card(
        "a",
        links=(make_link("z", line=12),) if link else (),
        feedback=(make_mention("zeta title is near", 5),) if feedback else (),
        tags=("scaling",) if tag else (),
    )
    other = make_card("z", title="Zeta Title", tags=("Scaling",) if tag else ())
    return build(one, other, similar=[("a", "z", 0.99)] if similar else ())


@pytest.mark.parametrize(
    ("ways", "text"),
    [
        ({"link", "feedback", "tag", "similar"}, "links to, line 12"),
        (
            {"feedback", "tag", "similar"},
            'feeds back into, line 5, named "zeta title is near" (exact)',
        ),
        ({"tag", "similar"}, "both carry tag scaling"),
        ({"similar"}, "is similar to, cosine 0.99"),
    ],
)
def test_the_surest_relation_is_taken(ways, text):
    """A link comes before a name in prose, that before a shared tag, that before likeness."""
    assert texts(relate(**dict.fromkeys(ways, True))) == [text]


@pytest.mark.parametrize(
    ("cards", "text"),
    [
        ({"tools": (make_mention("PyTorch"),)}, "both dock to PyTorch"),
        ({"domains": (make_mention("Physics"),)}, "both speak to Physics"),
        (
            {"links": (make_link("Missing"),)},
            "both link to Missing, which nobody has written yet",
        ),
        (
            {"links": (make_link("Missing", relation="cites"),)},
            "both: cites Missing, which nobody has written yet",
        ),
    ],
)
def test_what_two_notes_share_is_one_step(cards, text):
    """A tool, a domain or a missing note that both name joins them in one step."""
    graph = build(make_card("a", **cards), make_card("z", **cards))
    assert texts(graph) == [text]
    (step,) = shortest_route(graph, "note:a", "note:z").steps
    assert (step.start, step.end) == ("note:a", "note:z")
    assert step.via in graph


def test_steps_against_an_edge_say_so():
    """A backward step is worded from where the reader stands, with its line and weight."""
    graph = build(
        make_card("a"),
        make_card("m", links=(make_link("a", line=3), make_link("z", line=4, relation="supports"))),
        make_card("z"),
    )
    back, on = shortest_route(graph, "note:a", "note:z").steps
    assert (back.start, back.end, back.is_forward, back.line) == ("note:a", "note:m", False, 3)
    assert back.text == "is linked from, line 3"
    assert (on.kind, on.provenance, on.is_forward, on.text) == (
        "supports",
        "explicit",
        True,
        "supports, line 4",
    )
    assert texts(graph, "note:z", "note:m") == ["is supported by, line 4"]


def test_a_crowded_tag_is_no_short_cut():
    """Five links in a row are nearer than a tag that a hundred notes carry."""
    way = ["a", "b", "c", "d", "e", "z"]
    notes = [
        make_card(one, tags=("all",) if one in "az" else (), links=(make_link(other),))
        for one, other in zip(way, [*way[1:], "z"], strict=True)
    ]
    crowd = [make_card(f"n{number}", tags=("all",)) for number in range(100)]
    assert texts(build(*notes, *crowd)) == ["links to, line 1"] * 5
    assert texts(build(*notes)) == ["both carry tag all"]


def test_nested_tags_join_at_their_parent():
    """Notes under one parent tag are joined through it, step by step."""
    graph = build(make_card("a", tags=("x/one",)), make_card("z", tags=("x/two",)))
    assert texts(graph) == ["carries tag", "both are part of x", "is a tag of"]


def test_only_the_same_relation_is_shared():
    """A ghost that one note links to and another names in prose takes a step for each."""
    graph = build(
        make_card("a", links=(make_link("Missing One"),)),
        make_card("z", feedback=(make_mention("missing one", 3),)),
    )
    assert texts(graph) == [
        "links to, line 1",
        'is fed back into by, line 3, named "missing one" (unresolved)',
    ]
    nested = build(make_card("a", tags=("x/y/one",)))
    assert texts(nested, "note:a", "tag:x") == ["carries tag", "is part of", "is part of"]


def test_kinds_limit_the_route():
    """A route over tags alone leaves a link aside, and may not exist."""
    graph = relate(link=True, tag=True)
    assert texts(graph, kinds={"tagged"}) == ["both carry tag scaling"]
    assert shortest_route(graph, "note:a", "note:z", {"embeds"}) is None


def test_the_way_from_a_note_to_itself_is_empty():
    """Start and end in one need no step."""
    route = shortest_route(relate(), "note:a", "note:a")
    assert (route.steps, route.cost) == ((), 0.0)


def test_an_unknown_end_is_told():
    """Both ends must be nodes of the graph."""
    for ends in (("note:a", "note:q"), ("note:q", "note:a")):
        with pytest.raises(NoteNotFound):
            shortest_route(relate(link=True), *ends)


@given(st.integers(0, 49), st.integers(0, 49))
def test_no_way_over_links_is_shorter(one, other):
    """Over links alone a route has as many steps as networkx's shortest path, end to end."""
    graph = VAULT
    start, end = NOTES[one], NOTES[other]
    route = shortest_route(graph, start, end, {"links_to"})
    plain = nx.Graph((a, b) for a, b, edge in graph.edges(data=True) if edge["kind"] == "links_to")
    assert len(route.steps) == nx.shortest_path_length(plain, start, end)
    ends = [start, *(step.end for step in route.steps)]
    assert [step.start for step in route.steps] == ends[:-1]
    assert ends[-1] == end


VAULT = build(*make_vault(50))
NOTES = [node for node in VAULT if node.startswith("note:")]
