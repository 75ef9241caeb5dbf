"""Attacks in every name and text do nothing, and foreign readers read them back as they were."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.namespace import RDF, RDFS

from cards import make_card
from foreign import draw, read_with_node
from hostile import ATTACKS, make_hostile_graph, write_hostile_vault
from noteweb.cli import run
from noteweb.export import EXPORTERS, export_graph
from noteweb.graph.build import build_graph
from noteweb.library.table import unguard
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links

# Of rdflib about itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")


@cache
def exported(form):
    """Give the hostile graph in a format."""
    return export_graph(make_hostile_graph(), form)


def shown(text):
    """Give a text as formats show it that cannot hold every character."""
    legal = (chr(0x2400 + ord(c)) if ord(c) < 32 and c not in "\t\n\r" else c for c in text)
    return "".join(
        "\ufffd" if "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" else c for c in legal
    )


def kept(text):
    """Give a text as JSON inside such a format keeps it: controls stand there as escapes."""
    return "".join(c if ord(c) < 32 else shown(c) for c in text)


def titles(rows):
    """Give the titles of the notes among rows."""
    return Counter(row["title"] for row in rows if row["kind"] == "note")


def told(show=str):
    """Give the titles that a reader has to give back."""
    return Counter(map(show, ATTACKS))


def test_json_keeps_every_character():
    """The library networkx gives back each attack as it was, in titles, keys, lists, maps."""
    again = nx.node_link_graph(json.loads(exported("json")), edges="edges")
    graph = make_hostile_graph()
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert list(again.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))


@pytest.mark.parametrize(("form", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_xml_keeps_every_character_that_it_can_hold(form, read):
    """The library networkx gives back each attack, what XML does not know as pictures."""
    data = exported(form)
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(data).iter()}  # noqa: S314 - our own
    assert not tags & {"script", "img", "title", "textarea", "style"}
    again = read(io.BytesIO(data))
    nodes = dict(again.nodes(data=True))
    assert titles(nodes.values()) == told(shown)
    assert len(nodes) == len(make_hostile_graph())
    for number, text in enumerate(ATTACKS):
        note = nodes[shown(f"note:{number} {text}")]
        assert note[shown(text)] == shown(text)
        assert json.loads(note["map"]) == {kept(text): [kept(text)]}
    kinds = Counter(edge["kind"] for *_, edge in again.edges(data=True))
    assert kinds["tagged"] == len(ATTACKS)


def test_tables_keep_every_character_and_run_none():
    """No cell begins as a formula does, and what `unguard` gives is what was there."""
    with zipfile.ZipFile(io.BytesIO(exported("csv"))) as packed:
        rows = {
            name: list(csv.reader(io.StringIO(packed.read(f"{name}.csv").decode(), newline="")))
            for name in ("nodes", "edges")
        }
        assert {member.date_time[0] for member in packed.infolist()} == {1980}  # the same each time
    for header, *cells in rows.values():
        assert len(set(header)) == len(header)
        assert not [c for row in (header, *cells) for c in row if re.match(r"[=+\-@\t\r\n]", c)]
        assert {len(row) for row in cells} == {len(header)}
    header, *cells = ([unguard(cell) for cell in row] for row in rows["nodes"])
    nodes = [dict(zip(header, row, strict=True)) for row in cells]
    assert titles(nodes) == told(shown)
    assert all(nodes[number][shown(text)] == shown(text) for number, text in enumerate(ATTACKS))


def test_cytoscape_keeps_every_character():
    """The library cytoscape.js gives back each attack as it was, and no key of a note steers it."""
    again = read_with_node("cytoscape", exported("cytoscape"))
    assert titles(again["nodes"]) == told()
    nodes = {node["id"]: node for node in again["nodes"]}
    for number, text in enumerate(ATTACKS):
        key = "frontmatter___proto__" if text == "__proto__" else text
        assert nodes[f"note:{number} {text}"][key] == text
    edges = Counter(edge["kind"] for edge in again["edges"])
    assert edges == Counter(edge["kind"] for *_, edge in make_hostile_graph().edges(data=True))


def test_cypher_keeps_every_character_in_its_quotes():
    """Neo4j's lexer gives back each attack, and no text or name holds an escape by number."""
    data = exported("cypher")
    assert b"\\u" not in data
    assert b"\\U" not in data
    rows = read_with_node("cypher", data)
    nodes = {row["id"]: row for row in rows if "id" in row}
    assert Counter(n["own.title"] for n in nodes.values() if n["own.kind"] == "note") == told(shown)
    for number, text in enumerate(ATTACKS):
        name = shown(text).translate(str.maketrans("\\\n\r\t", "＼␊␍␉"))
        assert nodes[shown(f"note:{number} {text}")][f"own.{name}"] == shown(text)
    kinds = Counter(row["own.kind"] for row in rows if "start" in row)
    assert kinds["stated_in"] == len(ATTACKS)


def test_cypher_is_understood_by_its_own_grammar():
    """Neo4j's parser and semantic analysis find nothing wrong in statements full of attacks."""
    values = {text: text for text in ATTACKS if len(text) < 100}
    odd = {"l": [1, 2.5], "m": [1, "a"], "n": [], "o": {"p": None}, "q": -(2**63), "r": 1e300}
    graph = build(make_card("a", attributes=values | odd), make_card("b", tags=("'`\\u0060",)))
    assert read_with_node("cypher-check", export_graph(graph, "cypher")) == []
    assert read_with_node("cypher-check", b"MATCH (n RETURN n;") != []


def test_rdf_keeps_every_character_in_both_spellings():
    """The library rdflib reads the same from Turtle and JSON-LD, each attack in its place."""
    turtle = rdflib.Graph().parse(data=exported("turtle"), format="turtle")
    jsonld = rdflib.Graph().parse(data=exported("jsonld"), format="json-ld")
    assert len(turtle) == len(jsonld)

    def plain(graph):
        return {s for s in graph if not any(isinstance(term, rdflib.BNode) for term in s)}

    assert plain(turtle) == plain(jsonld)
    assert {"urn:a", "urn:b", "urn:c"}.isdisjoint(map(str, turtle.all_nodes()))

    def held(text):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)

    notes = list(turtle.subjects(RDF.type, rdflib.URIRef("urn:noteweb:ns:Note")))
    labels = Counter(str(turtle.value(note, RDFS.label)) for note in notes)
    assert labels == told(held)
    tags = rdflib.URIRef("urn:noteweb:ns:tags")
    lists = [list(turtle.items(turtle.value(note, tags))) for note in notes]
    assert Counter(str(item) for items in lists for item in items) == told(held)


def test_dot_keeps_every_character_and_draws_only_text():
    """Graphviz gives back each attack, and its picture has no element of another's making."""
    data = exported("dot")
    nodes = json.loads(draw(data, "dot_json"))["objects"]
    notes = [node for node in nodes if node["data_kind"] == "note"]
    assert Counter(node["data_title"] for node in notes) == told(lambda text: evened(shown(text)))
    picture = ET.fromstring(draw(data, "svg"))  # noqa: S314 - made by Graphviz here
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert tags <= set("svg g title polygon polyline path ellipse text a".split())
    hrefs = [value for element in picture.iter() for key, value in element.items() if "href" in key]
    assert hrefs == []
    texts = {element.text for element in picture.iter() if element.tag.endswith("}text")}
    assert {"<script>alert(1)</script>", "&amp; &lt; &#60; &#x3c; #60; #quot;"} <= texts


def evened(text):
    """Give a text as DOT holds it: an odd backslash before what it would change is doubled."""
    return re.sub(r'(?<!\\)((?:\\\\)*)\\(?=["\r\n]|\Z)', r"\1\\\\", text)


def test_dot_gives_backslashes_back():
    """Both readers of Graphviz give back each mixture of backslashes and quotes."""
    texts = ["".join(some) for n in range(6) for some in product('\\"a', repeat=n)]
    texts += [
        "\\\nodd",
        "\\\\\neven",
        "line\\nbreak",
        *("x" * n + "\\" * 9 + "end" for n in range(3991, 4001)),
    ]
    graph = nx.MultiDiGraph()
    for number, text in enumerate(texts):
        graph.add_node(f"note:{number}", kind="note", label="a", title=text)
    data = export_graph(graph, "dot")
    nodes = json.loads(draw(data, "dot_json"))["objects"]
    assert [node.get("data_title", "") for node in nodes] == list(map(evened, texts))
    assert all(node["data_label"] == "a" for node in nodes)
    gvpr = shutil.which("gvpr") or pytest.fail("Graphviz without gvpr")
    program = 'N { printf("%s%c", $.data_title, 30) }'
    done = subprocess.run([gvpr, program], input=data, capture_output=True, check=True)
    assert done.stdout.decode().split("\x1e")[:-1] == list(map(evened, texts))


def test_mermaid_shows_every_label_and_draws_only_it():
    """Mermaid's own parser gives back each label, shortened and on one line."""
    again = read_with_node("mermaid", exported("mermaid"))
    graph = make_hostile_graph()
    assert len(again["nodes"]) == len(graph)
    assert len(again["edges"]) == graph.number_of_edges()
    labels = [node["label"] for node in again["nodes"] if node["kind"] == "note"]
    wanted = [" ".join(text.split()) for text in ATTACKS]
    short = [text if len(text) <= 60 else text[:59] + "…" for text in wanted]
    assert labels == [shown(text) for text in short]
    assert Counter(edge["line"] for edge in again["edges"]).keys() == {"normal", "dotted"}


# A crate has its own test: a graph alone holds no evidence.
@pytest.mark.parametrize("form", sorted(EXPORTERS.keys() - {"rocrate"}))
def test_every_file_is_whole(form):
    """Half a character in a name breaks no file."""
    data = exported(form)
    if EXPORTERS[form].is_text or form == "html":
        assert data.decode("utf-8")
    elif form == "png":
        assert data.startswith(b"\x89PNG")
    else:
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def build(*cards):
    """Build the graph of these cards."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards))


def test_a_vault_of_attacks_is_exported(tmp_path, monkeypatch, capsys):
    """From files with such names and frontmatter, each format is written, with every title."""
    write_hostile_vault(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for form in EXPORTERS:
        assert run(["export", form, "-o", f"out.{form}", "-q"]) == 0, (form, capsys.readouterr())
    assert capsys.readouterr() == ("", "")
    nodes = json.loads(Path("out.json").read_bytes())["nodes"]
    notes = [node for node in nodes if node["kind"] == "note"]
    assert len(notes) == len(ATTACKS)
    assert len(nodes) > 3 * len(ATTACKS)
    again = [nx.read_graphml("out.graphml"), nx.read_gexf("out.gexf")]
    assert {len(graph) for graph in again} == {len(nodes)}
    turtle = rdflib.Graph().parse("out.turtle", format="turtle")
    assert len(list(turtle.subjects(RDF.type, rdflib.URIRef("urn:noteweb:ns:Note")))) == len(notes)
    draw(Path("out.dot").read_bytes(), "canon")
    assert len(read_with_node("mermaid", Path("out.mermaid").read_bytes())["nodes"]) == len(nodes)


anything = st.text(st.characters(), max_size=8) | st.sampled_from(ATTACKS)


@given(st.lists(st.tuples(anything, st.dictionaries(anything, anything, max_size=2)), max_size=3))
def test_any_title_and_key_reads_back_from_each_format(notes):
    """Whatever titles and keys hold, readers that are quick to start give all notes back."""
    cards = [
        make_card(str(number), title=title, attributes=attributes)
        for number, (title, attributes) in enumerate(notes)
    ]
    graph = build(*cards)
    labels = [title or str(number) for number, (title, _) in enumerate(notes)]
    for form, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        again = read(io.BytesIO(export_graph(graph, form)))
        assert [again.nodes[node].get("label", "") for node in again] == list(map(shown, labels))
    turtle = rdflib.Graph().parse(data=export_graph(graph, "turtle"), format="turtle")
    jsonld = rdflib.Graph().parse(data=export_graph(graph, "jsonld"), format="json-ld")
    assert set(turtle) == set(jsonld)
    with zipfile.ZipFile(io.BytesIO(export_graph(graph, "csv"))) as packed:
        table = csv.DictReader(io.StringIO(packed.read("nodes.csv").decode(), newline=""))
        assert [unguard(row["label"]) for row in table] == list(map(shown, labels))
