"""Parts of a graph: each view and filter holds what it says, and nothing else."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link, make_mention, make_vault
from noteweb.cli import run
from noteweb.errors import BadRequest, NoteNotFound, NotInGraph
from noteweb.graph.build import build_graph, note_key
from noteweb.graph.claims import add_claims, add_findings
from noteweb.graph.community import communities
from noteweb.graph.selection import Answers, select
from noteweb.graph.view import cut, pick
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links
from noteweb.model.claim import Claim, EvidenceRef, Relation
from noteweb.model.relation import NodeKind
from noteweb.model.view import Filter, Span, View, ViewKind, parse_span, parse_view

CARDS = (
    make_card(
        "a",
        tags=("bees/wild", "x"),
        links=(make_link("b"), make_link("nowhere")),
        tools=(make_mention("Stan"),),
        created="2024-12-31",
    ),
    make_card("b", tags=("bees",), links=(make_link("c"),), created="2025-03-01T10:00:00"),
    make_card("c", domains=(make_mention("Optics"),), created="last spring", updated="2025-04"),
    make_card("d"),
)
CLAIMS = (
    Claim(
        id="sound",
        statement="It holds.",
        note_id="a",
        path="a.md",
        line=1,
        relations=(Relation(kind="supports", target="broken"),),
        evidence=(EvidenceRef(experiment="coins"),),
    ),
    Claim(id="broken", statement="It does not.", note_id="b", path="b.md", line=1),
)
#: What comes along with note a.
OF_A = "a claim:sound experiment:coins ghost:nowhere tag:bees tag:bees/wild tag:x tool:stan"


def make_graph():
    """Give a graph with every kind of node."""
    graph = build_graph(CARDS, resolve_links(CARDS), resolve_feedback(CARDS), [("a", "d", 0.9)])
    add_claims(graph, CLAIMS)
    add_findings(graph, {"sound": {"verdict": "supported", "standing": "in"}})
    add_findings(graph, {"broken": {"verdict": "refuted", "standing": "out"}})
    return graph


def find(name):
    """Give the id of a note by its id."""
    if name not in {card.id for card in CARDS}:
        raise NoteNotFound(name)
    return name


ANSWERS = Answers(
    find=find,
    search=lambda words: {words: {"score": 2.5}},
    activate=lambda file: {"b": {"score": 1.0, "fired": True}},
)


def chosen(view="whole", **only):
    """Give the sorted nodes of a view."""
    return sorted(select(make_graph(), parse_view(view), Filter(**only), ANSWERS))


@pytest.mark.parametrize(
    ("view", "nodes"),
    [
        ("ego:d", "note:a note:d"),
        ("ego:d:0", "note:d"),
        ("ego:c:1", "domain:optics note:b note:c"),
        ("claims", "claim:broken claim:sound experiment:coins note:a note:b"),
        ("layer:tags", "note:a note:b tag:bees tag:bees/wild tag:x"),
        ("layer:tools", "note:a tool:stan"),
        ("layer:domains", "domain:optics note:c"),
        ('query:"c"', "domain:optics note:c"),
        ("activation:any.pdf", "claim:broken note:b tag:bees"),
    ],
)
def test_a_view_holds_what_it_says(view, nodes):
    """Each kind of view gives exactly its nodes."""
    assert chosen(view) == nodes.split()


@pytest.mark.parametrize(
    ("only", "nodes"),
    [
        ({"kinds": ("domain", "ghost")}, "domain:optics ghost:nowhere"),
        ({"tags": ("bees",)}, f"{OF_A} b claim:broken"),
        ({"tags": ("#Bees", "x")}, OF_A),
        ({"verdicts": ("refuted",)}, "b claim:broken tag:bees"),
        ({"standings": ("in", "undecided"), "kinds": ("note",)}, "a"),
        ({"created": Span(start="2025", end="2025-03")}, "b claim:broken tag:bees"),
        ({"updated": Span(start="2025-04-01")}, ""),
        ({"updated": Span(end="2025-04"), "kinds": ("note",)}, "c"),
    ],
)
def test_a_filter_leaves_what_it_says(only, nodes):
    """Notes are chosen by tag, date and verdict, and bring along what they lead to."""
    named = [node if ":" in node else note_key(node) for node in nodes.split()]
    assert chosen(**only) == sorted(named)


def test_edges_are_chosen_by_kind_and_provenance():
    """What is left of the edges is of one of the kinds and of one of the origins asked for."""
    graph = make_graph()
    left = cut(graph, Filter(provenances=("similarity",)))
    assert [edge["kind"] for *_, edge in left.edges(data=True)] == ["similar"]
    assert set(left) == set(graph)
    left = cut(graph, Filter(relations=("links_to", "docks_to"), provenances=("inferred",)))
    assert list(left.edges()) == [("note:a", "tool:stan")]


def test_an_ego_view_walks_over_what_the_filter_leaves():
    """The note stays whatever the filter says, and steps go over edges that are left."""
    assert chosen("ego:a:3", provenances=("explicit",), kinds=("note",)) == [
        "note:a", "note:b", "note:c"
    ]  # fmt: skip
    assert chosen("ego:c:2", tags=("bees",), kinds=("note",)) == ["note:a", "note:b", "note:c"]


def test_a_community_is_that_of_the_whole_graph():
    """The number is the one that `noteweb graph communities` shows."""
    groups = communities(make_graph())
    for number, group in enumerate(groups, start=1):
        nodes = chosen(f"community:{number}", kinds=("note",))
        assert nodes == sorted(group.nodes)
    with pytest.raises(NotInGraph, match="no community '9'") as caught:
        chosen("community:9")
    assert f"there are {len(groups)}" in caught.value.hint


def test_notes_found_carry_what_the_answer_says_of_them():
    """A note's score stands in the view and not in the graph it was taken from."""
    graph = make_graph()
    part = select(graph, parse_view("query:c"), Filter(), ANSWERS)
    assert part.nodes["note:c"]["score"] == 2.5
    assert "score" not in graph.nodes["note:c"]


def test_a_view_of_all_is_the_graph_itself():
    """Nothing is copied where nothing is left out, and a part keeps keys, order and attributes."""
    graph = make_graph()
    assert select(graph, View(), Filter(), ANSWERS) is graph
    part = pick(graph, graph)
    assert list(part.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(part.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))


@given(st.sampled_from(["", "w", "2024", "2024-05", "2024-05-17", "2024-05-17T23:00:00Z"]))
def test_a_span_holds_its_own_ends(when):
    """A day lies in its own year, month and day, from either side, and words lie in none."""
    parts = [part for part in ("2024", "2024-05", "2024-05-17") if when.startswith(part)]
    for start, end in product(["", *parts], repeat=2):
        assert (when in Span(start=start, end=end)) == (bool(parts) or not (start or end))
    assert when not in Span(start="2025")
    assert when not in Span(end="2023-12")


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("whole", View()),
        ("ego:a", View(kind=ViewKind.EGO, name="a")),
        ("ego:a: b:3", View(kind=ViewKind.EGO, name="a: b", depth=3)),
        ('ego:"12:30":2', View(kind=ViewKind.EGO, name="12:30", depth=2)),
        ('ego:"12:30"', View(kind=ViewKind.EGO, name="12:30")),
        ("query:“two words”", View(kind=ViewKind.QUERY, name="two words")),
        ("activation:C:/x.pdf", View(kind=ViewKind.ACTIVATION, name="C:/x.pdf")),
    ],
)
def test_a_view_is_read_as_written(text, view):
    """Names may hold colons, and quotes keep a number at the end from being a depth."""
    assert parse_view(text) == view


def test_a_depth_beyond_any_is_part_of_the_name():
    """Python reads no number of 5,000 digits; a note may be called so."""
    name = "a:" + "9" * 5_000
    assert parse_view(f"ego:{name}") == View(kind=ViewKind.EGO, name=name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("eggo:a", "ego"),
        ("xyz", "community:N"),
        ("", "whole"),
        ("ego:", "ego:NOTE:DEPTH"),
        ("query", "query"),
        ("claims:x", "claims"),
        ("layer:hats", "domains, tools, tags"),
        ("community:0", "graph communities"),
        ("community:first", "graph communities"),
        ("community:" + "9" * 5_000, "graph communities"),
    ],
)
def test_what_is_no_view_is_refused_with_what_there_is(text, told):
    """The hint names the nearest kind, or how views are written."""
    with pytest.raises(BadRequest) as caught:
        parse_view(text)
    assert told in caught.value.hint


def test_wrong_names_in_a_filter_get_near_ones():
    """Kinds are the same in any vault, tags are the vault's."""
    for only, near in (
        ({"kinds": ("notes",)}, "note"),
        ({"relations": ("link_to",)}, "links_to"),
        ({"provenances": ("explicitly",)}, "explicit"),
        ({"verdicts": ("support",)}, "supported"),
    ):
        with pytest.raises(BadRequest) as caught:
            chosen(**only)
        assert near in caught.value.hint
    with pytest.raises(NotInGraph, match="no tag 'beez'") as caught:
        chosen(tags=("beez",))
    assert "bees" in caught.value.hint
    with pytest.raises(BadRequest, match="'spring' is no date"):
        parse_span("spring:")
    for wrong in ("2025-13", "2025-02-31", "0000", ":2025-00", "２０２５"):
        with pytest.raises(BadRequest, match="is no date"):
            parse_span(wrong)
    for wrong in ("2025:2024", "2025-03:2025-02-28", "2025-03-02:2025-03-01"):
        with pytest.raises(BadRequest, match="is before"):
            parse_span(wrong)
    for right in ("2025:2025-03", "2025-03:2025", "2024-02-29:", "2025-03-31:2025-03"):
        assert parse_span(right)
    assert parse_span("2025-03") == Span(start="2025-03", end="2025-03")


def test_a_large_graph_is_cut_to_its_parts():
    """Parts of a made vault hold only nodes and edges of the whole."""
    cards = make_vault(60)
    graph = build_graph(cards, resolve_links(cards), resolve_feedback(cards))
    for view in ("ego:" + cards[0].id, "layer:tags", "community:1"):
        answers = Answers(find=str, search=dict, activate=dict)
        part = select(graph, parse_view(view), Filter(kinds=("note", "tag")), answers)
        assert part
        assert set(part) < set(graph)
        assert set(part.edges(keys=True)) < set(graph.edges(keys=True))
        kinds = {about["kind"] for _, about in part.nodes(data=True)}
        assert kinds <= {NodeKind.NOTE, NodeKind.TAG}


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Give a small vault with a claim."""
    (tmp_path / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    (tmp_path / "Honey.md").write_text(
        "---\ntags: [bees]\ncreated: 2025-02-01\nReceptor:\n  - honey in the comb is measured\n"
        "claims:\n  - id: sweet\n    statement: Honey is sweet.\n    kind: normative\n---\n"
        "Honey rests in [[Comb]].\n",
        encoding="utf-8",
    )
    (tmp_path / "Comb.md").write_text("A comb of wax.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nodes_of(capsys, *words):
    """Run an export to JSON and give the ids of its nodes."""
    assert run(["export", "json", "-q", *words]) == 0
    return {node["id"]: node for node in json.loads(capsys.readouterr().out)["nodes"]}


def test_views_are_asked_for_on_the_command_line(capsys, vault):
    """Each kind of view and filter works from end to end."""
    (vault / "paper.txt").write_text("Honey in the comb is measured.\n", encoding="utf-8")
    assert set(nodes_of(capsys, "--view", "ego:Comb")) == {"note:Comb", "note:Honey"}
    found = nodes_of(capsys, "--view", "query:wax", "--kind", "note")
    assert found["note:Comb"]["score"]
    assert nodes_of(capsys, "--view", "activation:paper.txt")["note:Honey"]["score"]
    assert set(nodes_of(capsys, "--created", "2025", "--kind", "note")) == {"note:Honey"}
    found = nodes_of(capsys, "--verdict", "not-testable", "--kind", "claim")
    assert found["claim:sweet"]["verdict"] == "not-testable"
    assert nodes_of(capsys, "--standing", "in")["claim:sweet"]["standing"] == "in"
    assert run(["graph", "--view", "layer:tags", "--format", "json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["n_nodes"] == {"note": 1, "tag": 1}


def test_a_view_with_nothing_in_it_is_told(capsys, vault):
    """Nothing is written, the reason stands on one line, and the answer is no."""
    assert run(["export", "json", "--created", "1999", "-o", "x.json", "-q"]) == 1
    assert "none of the 4 nodes" in capsys.readouterr().err
    assert not (vault / "x.json").exists()
    assert run(["graph", "--standing", "inn", "-q"]) == 2
    assert "did you mean: in" in capsys.readouterr().err
    assert run(["export", "json", "--view", "ego:Hony"]) == 3
    assert "did you mean: Honey" in capsys.readouterr().err
    assert run(["graph", "--view", "query:wax", "--no-index", "-q"]) == 2
    assert "--no-index" in capsys.readouterr().err
    (vault / "empty").mkdir()
    assert run(["export", "json", "-C", "empty", "-q"]) == 1
    assert "no notes" in capsys.readouterr().err
