"""Pictures for a paper: what they show, that no label covers another, that foreign readers read."""

from __future__ import annotations

import io
import os
from collections import Counter
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cards import make_card, make_link
from hostile import ATTACKS, make_hostile_graph
from made_graph import make_graph
from noteweb.cli import run
from noteweb.errors import BadRequest, FontMissing
from noteweb.export import export_graph, png
from noteweb.export.lettering import Box, Placer, break_label, clean, measure
from noteweb.export.material import Material, Paper
from noteweb.export.picture import draw
from noteweb.export.svg import _SIGNS, write
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims, add_findings
from noteweb.graph.layout import lay_out
from noteweb.links.resolve import resolve_links
from noteweb.model.claim import Claim
from noteweb.model.verdict import VerdictKind

SVG = "{http://www.w3.org/2000/svg}"
needs_font = pytest.mark.skipif(not png._has_font(), reason="no font is installed")


def material(graph, **paper):
    """Give the material of a graph alone."""
    return Material(graph=graph, layout=lambda: lay_out(graph), paper=Paper(**paper))


def small_graph(title="Тетрадь о пчёлах"):
    """Give two notes that are alike, one with a claim of each verdict."""
    cards = (
        make_card("a", title=title, tags=("t",), links=(make_link("b"), make_link("gone"))),
        make_card("b", title="Other"),
    )
    graph = build_graph(cards, resolve_links(cards), (), [("a", "b", 0.9)])
    claims = [
        Claim(id=kind, statement=f"It is {kind}.", note_id="a", path="a.md", line=1)
        for kind in VerdictKind
    ]
    add_claims(graph, claims)
    add_findings(graph, {kind.value: {"verdict": kind.value} for kind in VerdictKind})
    return graph


def boxes(picture):
    """Give the boxes that the labels take, by their own measure."""
    for label in picture.labels:
        half = max(measure(line, label.size) for line in label.lines) / 2
        down = (len(label.lines) - 1) * label.size * 1.18
        rise = label.size * 0.6
        yield Box(label.x - half, label.y - rise, label.x + half, label.y + down + rise)


def read(graph, **paper):
    """Give the SVG of a graph, parsed."""
    stream = io.BytesIO()
    write(material(graph, **paper), stream)
    return ET.fromstring(stream.getvalue())  # noqa: S314 - our own


@settings(max_examples=12)
@given(st.integers(2, 400), st.integers(1, 600), st.integers(0, 5), st.sampled_from([60, 180, 400]))
def test_no_label_covers_another_or_leaves_the_paper(n_nodes, n_edges, seed, width_mm):
    """Whatever the graph and paper, labels stand apart and inside."""
    graph = make_graph(n_nodes + 10, n_edges, seed=seed)
    picture = draw(material(graph, width_mm=width_mm))
    found = list(boxes(picture))
    for box in found:
        assert 0 < box.left < box.right < picture.width
        assert 0 < box.top < box.bottom < picture.height
    for one, other in combinations(found, 2):
        assert (
            one.right <= other.left
            or other.right <= one.left
            or one.bottom <= other.top
            or other.bottom <= one.top
        )


def test_a_map_names_its_communities_and_notes():
    """On a page's width there is room for most names of areas, and for a good part of the notes."""
    graph = make_graph(200, 600)
    picture = draw(material(graph))
    looks = Counter(label.look for label in picture.labels)
    assert looks["area"] >= 0.75 * len(picture.discs) > 0
    assert looks["note"] >= 12


def test_a_picture_shows_every_node_and_says_how_many():
    """Each node has its whole name as a title; the legend counts them."""
    graph = small_graph()
    root = read(graph)
    titles = [node.text for node in root.iter(f"{SVG}title")][1:]
    assert sorted(titles) == sorted(label for _, label in graph.nodes(data="label"))
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert {"2 notes", "11 claims", "1 tag", "1 unwritten note"} <= set(texts)


def test_every_verdict_has_its_sign():
    """A verdict that comes new gets a sign, here and in the legend."""
    assert set(_SIGNS) == {kind.value for kind in VerdictKind}
    texts = [node.text for node in read(small_graph()).iter(f"{SVG}text")]
    assert {f"1 {kind.value.replace('-', ' ')}" for kind in VerdictKind} <= set(texts)


def test_few_nodes_show_their_likenesses_and_many_do_not():
    """Dashed between few; among many they would hide the rest, and the legend says so."""
    few = draw(material(small_graph()))
    assert "1 alike in meaning" in [entry.text for entry in few.legend]
    assert len(few.lines["similarity", False]) == 1
    cards = tuple(make_card(str(number), links=(make_link("0"),)) for number in range(80))
    graph = build_graph(cards, resolve_links(cards), (), [("1", "2", 0.9), ("3", "4", 0.9)])
    many = draw(material(graph))
    assert "2 alike in meaning, not drawn" in [entry.text for entry in many.legend]
    assert not many.lines["similarity", False]


def test_attacks_stay_text():
    """Whatever names hold, the SVG has our elements alone, without links, events or styles."""
    root = read(make_hostile_graph())
    tags = {node.tag.removeprefix(SVG) for node in root.iter()}
    assert tags <= {"svg", "title", "rect", "g", "circle", "path", "text", "tspan"}
    for node in root.iter():
        assert not [n for n in node.attrib if n.startswith("on") or "href" in n or n == "style"]
    titles = Counter(node.text for node in root.iter(f"{SVG}title"))
    for attack in ATTACKS:
        assert titles[clean(attack) or None] >= 2, attack


def test_a_picture_is_always_the_same():
    """The same graph gives the same bytes."""
    assert export_graph(small_graph(), "svg") == export_graph(small_graph(), "svg")


def test_an_empty_graph_is_an_empty_picture():
    """Nothing to draw is no crash."""
    graph = build_graph((), resolve_links(()), ())
    assert draw(material(graph)).legend == ()
    assert read(graph).tag == f"{SVG}svg"


@needs_font
def test_a_png_has_the_size_and_density_that_were_asked_for():
    """As wide as the paper at this resolution, in pixels and in what the file says of it."""
    stream = io.BytesIO()
    png.write(material(small_graph(), width_mm=100, dpi=127), stream)
    with Image.open(stream) as image:
        image.load()
        assert image.format == "PNG"
        assert abs(image.width - 500) <= 1
        assert image.info["dpi"] == pytest.approx((127, 127), abs=0.1)


@needs_font
def test_cyrillic_is_drawn():
    """A title in another script has ink, and not the ink of other letters."""

    def ink(title):
        stream = io.BytesIO()
        png.write(material(small_graph(title), width_mm=100, dpi=96), stream)
        with Image.open(stream) as image:
            return image.convert("L").tobytes()

    assert len({ink("Жжжж"), ink("Щщщщ"), ink("\u3164")}) == 3


@needs_font
def test_a_picture_too_large_to_draw_is_refused():
    """Before the memory is gone."""
    with pytest.raises(BadRequest, match="million pixels"):
        png.write(material(small_graph(), width_mm=2000, dpi=2400), io.BytesIO())


def test_without_a_font_it_says_what_to_install(monkeypatch):
    """Labels are never left out in silence."""
    monkeypatch.setattr(os, "walk", lambda _folder: iter([("", [], ["readme.txt"])]))
    with pytest.raises(FontMissing, match="no font is installed"):
        png.write(material(small_graph()), io.BytesIO())


def test_the_command_takes_width_and_resolution(tmp_path, capsys):
    """`--width` is in the file as millimetres; text stays text."""
    (tmp_path / "a.md").write_text("---\ntitle: Bees\n---\n[[b]]\n")
    (tmp_path / "b.md").write_text("x\n")
    path = tmp_path / "out.svg"
    words = ["export", "svg", "-o", str(path), "--width", "88", "--no-index"]
    assert run([*words, "-C", str(tmp_path)]) == 0
    root = ET.fromstring(path.read_bytes())  # noqa: S314 - our own
    assert root.attrib["width"] == "88mm"
    assert "Bees" in [node.text for node in root.iter(f"{SVG}text")]
    capsys.readouterr()


@given(st.text(max_size=80), st.integers(1, 4), st.floats(12, 200))
def test_a_broken_label_keeps_to_its_room(text, n_lines, width):
    """At most so many lines, none too wide; what is left out shows."""
    lines = break_label(clean(text), 10.0, width, n_lines)
    assert len(lines) <= n_lines
    assert all(measure(line, 10.0) <= width or line == "…" for line in lines)
    whole = " ".join(clean(text).split())
    assert " ".join(lines) == whole or lines[-1].endswith("…") or any("…" in x for x in lines)


def test_a_placer_takes_no_place_twice():
    """Places that touch are free, places that meet are not, nor those outside the frame."""
    placer = Placer(Box(0, 0, 100, 100))
    assert placer.place(Box(10, 10, 50, 20))
    assert not placer.place(Box(49, 19, 60, 30))
    assert placer.place(Box(50, 10, 60, 20))
    assert not placer.place(Box(90, 90, 101, 95))
