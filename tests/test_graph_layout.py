"""The map: a place for every node, communities apart, and nothing jumps when a note comes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_graph import make_graph
from noteweb import NoteWeb
from noteweb.graph.layout import lay_out
from noteweb.graph.packing import find_overlaps, fit, spread
from noteweb.model.layout import Layout, read_layout


@pytest.fixture(scope="module")
def graph():
    """Give a made graph of middle size."""
    return make_graph(900, 4000, n_groups=9)


@pytest.fixture(scope="module")
def layout(graph):
    """Give its map."""
    return lay_out(graph)


def link(graph, start, end, **more):
    """Add an edge of the graph's form."""
    edge = {"kind": "links_to", "provenance": "explicit", "weight": 1.0} | more
    graph.add_edge(start, end, key=f"{edge['kind']}/{edge['provenance']}", **edge)


def add_note(graph, name, *ends):
    """Add a note that links to these nodes."""
    graph.add_node(f"note:{name}", kind="note", label=name)
    for end in ends:
        link(graph, f"note:{name}", end)


def shifts(one, other):
    """Give how far each node that both maps hold has moved."""
    return {
        node: np.hypot(spot.x - other.spots[node].x, spot.y - other.spots[node].y)
        for node, spot in one.spots.items()
        if node in other.spots
    }


def test_every_node_has_a_spot_in_the_disc_of_its_community(graph, layout):
    """Each node lies within its disc, the hub nearest the middle, and no two nodes overlap."""
    assert set(layout.spots) == set(graph)
    for spot in layout.spots.values():
        if spot.area >= 0:
            area = layout.areas[spot.area]
            away = np.hypot(spot.x - area.x, spot.y - area.y)
            assert away + spot.radius <= area.radius + 0.05
    places = np.array(list(layout.positions.values()))
    radii = np.array([spot.radius for spot in layout.spots.values()])
    assert len(find_overlaps(places, radii)[0]) == 0
    for area in layout.areas:
        hub = layout.spots[area.hub]
        assert np.hypot(hub.x - area.x, hub.y - area.y) < area.radius / 3


def test_communities_lie_apart(layout):
    """No disc of a community lies on another, the largest comes first, and each has a name."""
    discs = np.array([(area.x, area.y, area.radius) for area in layout.areas])
    assert len(discs) > 5
    assert len(find_overlaps(discs[:, :2], discs[:, 2])[0]) == 0
    sizes = [area.n_nodes for area in layout.areas]
    assert sizes == sorted(sizes, reverse=True)
    assert len({area.name for area in layout.areas}) == len(layout.areas)


def test_neighbours_lie_nearer_than_strangers(graph, layout):
    """Within communities, joined nodes are nearer to each other than any two are."""
    rng = np.random.default_rng(0)
    joined, strangers = [], []
    spots = layout.spots
    by_area = {}
    for node, spot in spots.items():
        by_area.setdefault(spot.area, []).append(node)
    for start, end, edge in graph.edges(data=True):
        one, other = spots[start], spots[end]
        if edge["provenance"] != "similarity" and one.area == other.area >= 0:
            joined.append(np.hypot(one.x - other.x, one.y - other.y))
            third = spots[rng.choice(by_area[one.area])]
            strangers.append(np.hypot(one.x - third.x, one.y - third.y))
    assert np.mean(joined) < 0.85 * np.mean(strangers)


def test_the_map_is_the_same_under_another_hash_seed(graph, layout):
    """Another process gives the same bytes."""
    code = (
        "from made_graph import make_graph; from noteweb.graph.layout import lay_out\n"
        "print(lay_out(make_graph(900, 4000, n_groups=9)).to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == layout.to_json()


def test_likeness_moves_nothing(graph, layout):
    """Similarity edges leave the map as it is."""
    more = graph.copy()
    nodes = sorted(graph)
    for one, other in zip(nodes[:100], nodes[100:200], strict=True):
        link(more, one, other, kind="similar", provenance="similarity", weight=0.9)
    assert lay_out(more) == layout


def test_a_new_note_moves_almost_nothing(graph, layout):
    """One note with four links: of a hundred nodes at most two move by more than a radius."""
    more = graph.copy()
    add_note(more, "new", *sorted(graph)[:40:10])
    after = lay_out(more, layout)
    moved = list(shifts(after, layout).values())
    assert np.percentile(moved, 98) <= 1.0
    assert after.n_changed == 1
    spot = after.spots["note:new"]
    area = after.areas[spot.area]
    assert np.hypot(spot.x - area.x, spot.y - area.y) < area.radius


def test_a_note_that_goes_leaves_the_others_where_they_are(graph, layout):
    """Without it the rest of the map stands."""
    less = graph.copy()
    less.remove_node(next(node for node, spot in layout.spots.items() if spot.area == 2))
    moved = list(shifts(lay_out(less, layout), layout).values())
    assert np.percentile(moved, 98) <= 1.0


def test_the_same_graph_keeps_its_map(graph, layout):
    """Nothing is computed for a graph whose map is there."""
    assert lay_out(graph, layout) is layout


def test_many_changes_find_the_communities_anew(graph, layout):
    """Past a tenth of the nodes the communities are found again, over several steps too."""
    more, kept, n_changed = graph.copy(), layout, []
    nodes = sorted(graph)
    for step in range(3):
        for number in range(40):
            add_note(more, f"new {step} {number}", nodes[number], nodes[number + 1])
        kept = lay_out(more, kept)
        n_changed.append(kept.n_changed)
    assert n_changed == [40, 80, 0]
    fresh = lay_out(more)
    assert [area.n_nodes for area in kept.areas] == [area.n_nodes for area in fresh.areas]


def test_a_new_community_finds_a_place_of_its_own(graph, layout):
    """Notes that only link to each other become a disc that lies on no other."""
    more = graph.copy()
    names = [f"note:island {number}" for number in range(6)]
    for name in names:
        add_note(more, name.removeprefix("note:"))
    for one in names:
        for other in names:
            if one < other:
                link(more, one, other)
    after = lay_out(more, layout)
    assert len({after.spots[name].area for name in names}) == 1
    discs = np.array([(area.x, area.y, area.radius) for area in after.areas])
    assert len(discs) == len(layout.areas) + 1
    assert len(find_overlaps(discs[:, :2], discs[:, 2])[0]) == 0
    assert np.percentile(list(shifts(after, layout).values()), 90) <= 1.0


def test_what_hangs_on_nothing_stands_in_a_strip_below():
    """Notes without any tie are in no community and lie under the map."""
    graph = make_graph(100, 400, n_groups=3)
    for name in ("alone", "lonely"):
        add_note(graph, name)
    spots = lay_out(graph).spots
    lowest = max(spot.y for spot in spots.values() if spot.area >= 0)
    assert [spots[f"note:{name}"].area for name in ("alone", "lonely")] == [-1, -1]
    assert min(spots["note:alone"].y, spots["note:lonely"].y) > lowest


def test_a_community_of_too_many_notes_is_split():
    """Three wide circles of four narrow ones each: no community holds a whole wide circle."""
    graph = nx.MultiDiGraph()
    for number in range(240):
        add_note(graph, f"{number:03d}")
    for number in range(240):
        wide, narrow = number // 80, number // 20
        for step in (1, 2, 3):
            link(graph, f"note:{number:03d}", f"note:{narrow * 20 + (number + step) % 20:03d}")
        for step in (20, 43):
            link(graph, f"note:{number:03d}", f"note:{wide * 80 + (number + step) % 80:03d}")
    assert max(area.n_nodes for area in lay_out(graph).areas) <= 60


def test_tags_name_a_community_else_its_hub():
    """The tags that set it apart are its name; without such tags the note most joined is."""
    graph = nx.MultiDiGraph()
    for number in range(4):
        add_note(graph, f"a{number}")
        add_note(graph, f"b{number}")
    for name in ("a", "b"):
        for number in (1, 2, 3):
            link(graph, f"note:{name}{number}", f"note:{name}0")
    graph.add_node("tag:topic/apples", kind="tag", label="topic/apples")
    for number in range(4):
        link(graph, f"note:a{number}", "tag:topic/apples", kind="tagged")
    assert [area.name for area in lay_out(graph).areas] == ["apples", "b0"]


def test_a_map_reads_back_as_it_was(layout):
    """What is stored gives the same map."""
    assert read_layout(layout.to_json()) == layout


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"version": 1}',
        '{"version": 99}',
        '{"version": 1, "spots": {"a": [1]}}',
    ],
)
def test_a_damaged_map_is_none(text):
    """What cannot be read as a map is made anew."""
    assert read_layout(text) is None


def test_an_empty_graph_has_an_empty_map():
    """No node, no spot, no disc."""
    layout = lay_out(nx.MultiDiGraph())
    assert (layout.spots, layout.areas) == ({}, ())


ends = st.tuples(st.integers(0, 11), st.integers(0, 11))


@settings(max_examples=60, deadline=None)
@given(st.lists(ends, max_size=30), st.lists(ends, max_size=30), st.integers(0, 12))
def test_any_history_gives_every_node_a_finite_place(first, second, n_gone):
    """Whatever the edges, before and after, each node has one place, and none lies on another."""
    kinds = ("note", "claim", "tag", "experiment")

    def build(pairs, numbers):
        graph = nx.MultiDiGraph()
        for number in numbers:
            graph.add_node(f"n{number}", kind=kinds[number % 4], label=f"n{number}")
        for one, other in pairs:
            if one != other and f"n{one}" in graph and f"n{other}" in graph:
                link(graph, f"n{one}", f"n{other}", weight=float(one % 2))
        return graph

    before = lay_out(build(first, range(12)))
    graph = build(second, range(n_gone, 12))
    for layout in (lay_out(graph), lay_out(graph, before)):
        assert set(layout.spots) == set(graph)
        places = np.array([*layout.positions.values()]).reshape(-1, 2)
        assert np.isfinite(places).all()
        radii = np.array([spot.radius for spot in layout.spots.values()])
        assert len(find_overlaps(places, radii)[0]) == 0
        assert read_layout(layout.to_json()) == layout


@given(st.integers(0, 200), st.integers(0, 5))
def test_each_place_gets_one_slot(n, seed):
    """Fitting is one to one, whatever is wanted."""
    wanted = np.random.default_rng(seed).integers(0, 3, (n, 2)).astype(float)
    assert sorted(fit(wanted, spread(n))) == list(range(n))


def test_the_map_is_kept_with_the_index(tmp_path):
    """It is stored once, read again, and left alone by a look without the index."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    for name in "abc":
        (tmp_path / f"{name}.md").write_text("[[a]] [[b]] [[c]]\n", encoding="utf-8")
    stored = tmp_path / ".noteweb" / "layout.json"
    with NoteWeb.open(tmp_path) as web:
        web.has_index = False
        bare = web.layout()
        assert not stored.exists()
    with NoteWeb.open(tmp_path) as web:
        first = web.layout()
        part = web.graph.subgraph(["note:a", "note:b"])
        assert set(web.layout(part).spots) == {"note:a", "note:b"}
    assert read_layout(stored.read_text(encoding="utf-8")) == first == bare
    changed = json.loads(stored.read_text(encoding="utf-8"))
    changed["spots"]["note:a"][0] = 77.0
    stored.write_text(json.dumps(changed), encoding="utf-8")
    with NoteWeb.open(tmp_path) as web:
        assert web.layout().spots["note:a"].x == 77.0
        web.rebuild()
    assert not stored.exists()
    with NoteWeb.open(tmp_path) as web:
        assert web.layout() == first
    assert isinstance(first, Layout)
