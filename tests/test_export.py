"""Exported graphs read back as they were, whatever the notes hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card, make_link, make_mention, make_vault
from noteweb import __version__
from noteweb.errors import BadRequest
from noteweb.export import EXPORTERS, export_graph
from noteweb.export.columns import Columns, flatten
from noteweb.graph.build import build_graph
from noteweb.links.feedback import resolve_feedback
from noteweb.links.resolve import resolve_links

NASTY = (
    "<script>alert(1)</script>",
    "a \"quoted\" & 'apostrophed' ]]> title",
    "emoji \N{TEST TUBE} and \N{FAMILY}",
    "nul \x00 escape \x1b[31m bell \x07",
    "lone \ud800 surrogate \udcff",
    "non-characters \ufffe \uffff",
    "line\nbreak and\ttab",
)


def build(*cards):
    """Build the graph of these cards from end to end."""
    return build_graph(cards, resolve_links(cards), resolve_feedback(cards))


def nasty_graph():
    """Give a graph whose notes, tags, names and attributes hold what breaks writers."""
    return build(
        *(
            make_card(
                f"{number} {text}",
                title=text,
                tags=(text,),
                tools=(make_mention(text),),
                links=(make_link("ghost of " + text),),
                attributes={text: text, "when": number if number % 2 else number + 0.5},
            )
            for number, text in enumerate(NASTY)
        )
    )


def read_graphml(data):
    """Read a graph back from GraphML."""
    return nx.read_graphml(BytesIO(data), force_multigraph=True)


@pytest.mark.parametrize(
    "name", sorted(EXPORTERS.keys() - {"rocrate"})
)  # a graph alone has no evidence
def test_every_format_can_be_written(name):
    """Each registered format has its module and description, and gives the same bytes again."""
    exporter = EXPORTERS[name]
    assert callable(import_module(f"noteweb.export.{exporter.module}").write)
    assert exporter.suffix.startswith(".")
    assert exporter.description
    graph = nasty_graph()
    assert export_graph(graph, name) == export_graph(nasty_graph(), name)
    assert export_graph(build(), name)


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_format_stands_in_the_readme(name):
    """README tells who reads each format, in the format's own words."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"| `{name}` | for {EXPORTERS[name].description} |" in readme


def test_an_unknown_format_names_the_known_ones():
    """The error says which formats there are."""
    with pytest.raises(BadRequest) as caught:
        export_graph(build(), "xlsx")
    assert "xlsx" in caught.value.message
    assert "graphml, gexf, html, json" in caught.value.hint


def test_naming_the_formats_loads_no_library():
    """The list of formats costs no import of networkx."""
    code = "import sys, noteweb.export; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_json_reads_back_to_the_same_graph():
    """Nodes, edges, keys and attributes are the same after a round trip through networkx."""
    graph = nasty_graph()
    again = nx.node_link_graph(json.loads(export_graph(graph, "json")), edges="edges")
    assert list(again.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(again.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))


def test_json_says_who_wrote_it_and_how_much_it_holds():
    """The version and the counts by kind stand in `meta`."""
    cards = make_card("a", tags=("t", "u"), links=(make_link("b"),)), make_card("b")
    meta = json.loads(export_graph(build(*cards), "json"))["meta"]
    assert meta == {
        "generator": f"noteweb {__version__}",
        "nodes": {"note": 2, "tag": 2},
        "edges": {"links_to": 1, "tagged": 2},
    }


def test_json_is_strict():
    """Numbers that JSON does not know are written by name, and the bytes are UTF-8."""
    card = make_card("a\ud800", attributes={"x": float("nan"), "y": [float("inf"), {"z": 1e400}]})
    data = export_graph(build(card), "json")
    data.decode("utf-8")
    (node,) = json.loads(data, parse_constant=pytest.fail)["nodes"]
    assert (node["x"], node["y"]) == ("nan", ["inf", {"z": "inf"}])
    assert (node["id"], node["note"]) == ("note:a\ud800", "a\ud800")


def test_graphml_keeps_every_node_and_edge():
    """A made vault comes back with the same ends, kinds, weights and lines."""
    graph = build(*make_vault(40))
    again = read_graphml(export_graph(graph, "graphml"))
    assert set(again) == set(graph)

    def told(some):
        return sorted(
            (start, end, edge["kind"], edge["provenance"], edge["weight"], edge.get("line", 0))
            for start, end, edge in some.edges(data=True)
        )

    assert told(again) == told(graph)
    assert again.nodes["tool:tool 1"] == {"kind": "tool", "label": "Tool 1"}


def test_graphml_shows_what_xml_cannot_hold():
    """Markup and quotes survive; control characters and lone surrogates are shown, not dropped."""
    data = export_graph(nasty_graph(), "graphml")
    assert not re.search(rb"<script|[\x00-\x08\x0b\x0c\x0e-\x1f]", data)
    again = read_graphml(data)
    titles = {about["title"] for _, about in again.nodes(data=True) if about["kind"] == "note"}
    assert titles == {
        *NASTY[:3],
        "nul ␀ escape ␛[31m bell ␇",
        "lone \ufffd surrogate \ufffd",
        "non-characters \ufffd \ufffd",
        NASTY[6],
    }
    assert len(again) == len(nasty_graph())
    assert again.nodes["note:0 " + NASTY[0]][NASTY[0]] == NASTY[0]


def test_graphml_gives_each_attribute_one_type():
    """Whole and broken numbers share a type; lists and maps are text; None is left out."""
    cards = (
        make_card("a", attributes={"n": 1, "m": 1, "b": True, "l": ["x", "y"], "d": {"k": [1]}}),
        make_card("b", attributes={"n": 2.5, "m": "two", "b": None, "big": 2**70, "c": [[1], 2]}),
    )
    data = export_graph(build(*cards), "graphml")
    keys = ET.fromstring(data).findall("{*}key[@for='node']")  # noqa: S314 - our own bytes
    types = {key.get("attr.name"): key.get("attr.type") for key in keys}
    assert len(types) == len(keys)
    assert {name: types[name] for name in ("n", "m", "b", "l", "d", "big", "c")} == {
        "n": "double",
        "m": "string",
        "b": "boolean",
        "l": "string",
        "d": "string",
        "big": "string",
        "c": "string",
    }
    nodes = read_graphml(data).nodes
    one, two = nodes["note:a"], nodes["note:b"]
    assert (one["n"], one["m"], one["b"], one["l"], one["d"]) == (
        1.0,
        "1",
        True,
        "x; y",
        '{"k": [1]}',
    )
    assert (two["n"], two["m"], two["big"], two["c"]) == (2.5, "two", str(2**70), "[[1], 2]")
    assert "b" not in two


def test_graphml_keeps_names_apart_that_xml_would_join():
    """Two ids or attributes that become one spelling stay two."""
    attributes = {"k\x00": "first", "k␀": "second"}
    cards = make_card("n\x00", attributes=attributes), make_card("n␀"), make_card("n\ud800")
    again = read_graphml(export_graph(build(*cards), "graphml"))
    assert set(again) == {"note:n␀", "note:n␀ (2)", "note:n\ufffd"}
    assert again.nodes["note:n␀"]["k␀"] == "first"
    assert again.nodes["note:n␀"]["k␀ (2)"] == "second"


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        (["a", 1, 2.5, True], "a; 1; 2.5; True"),
        ([], ""),
        (["a", None], '["a", null]'),
        ({"k": "é"}, '{"k": "é"}'),
        (float("inf"), "inf"),
        (2**63, str(2**63)),
        (2**63 - 1, 2**63 - 1),
        (False, False),
    ],
)
def test_a_value_becomes_one_cell(value, flat):
    """Containers become text, and so do numbers that no column of numbers holds."""
    assert flatten(value) == flat
    assert type(flatten(value)) is type(flat)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
rows = st.lists(st.dictionaries(st.sampled_from("abc"), json_values), max_size=5)


@given(rows)
def test_columns_have_one_type_and_lose_no_cell(table):
    """Any values at all give columns of one type, with a cell wherever there was a value."""
    columns = Columns(table)
    settled = [columns.settle(row) for row in table]
    assert [set(row) for row in settled] == [
        {name for name, value in row.items() if value is not None} for row in table
    ]
    for name in "abc":
        assert len({type(row[name]) for row in settled if name in row}) <= 1


anything = st.text(st.characters(), max_size=8)


@given(st.lists(st.tuples(anything, anything, st.dictionaries(anything, json_values)), max_size=4))
def test_any_text_reads_back(notes):
    """Whatever ids, titles and attributes hold, both formats read back with every node."""
    cards = [
        make_card(note_id, title=title, tags=(title,), attributes=attributes)
        for note_id, title, attributes in notes
    ]
    graph = build(*cards)
    again = nx.node_link_graph(json.loads(export_graph(graph, "json")), edges="edges")
    assert list(again) == list(graph)
    assert len(read_graphml(export_graph(graph, "graphml"))) == len(graph)
