"""`bench links` hides links, looks for them in a copy without any, and touches no note."""

from __future__ import annotations

import json

import jsonschema
import pytest

from noteweb.bench.links import strip_links
from noteweb.cli import run
from noteweb.parse.notes import parse_note
from noteweb.schema import read_schema

N_NOTES = 12


@pytest.fixture
def garden(tmp_path):
    """Write two rings of notes, each about a matter of its own, whose neighbours are linked."""
    for number in range(N_NOTES):
        words = "honey bees hive swarm" if number % 2 else "tax state money ledger"
        near = [(number + step) % N_NOTES for step in (2, 4)]
        links = " ".join(f"[[note-{i}|see {i}]]" for i in near)
        text = f"{words} {number}\n\n{links}\n"
        (tmp_path / f"note-{number}.md").write_text(text, encoding="utf-8")
    (tmp_path / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    return tmp_path


def measure(folder, capsys, *more):
    """Run the command and read its answer."""
    assert run(["bench", "links", "-q", "-C", str(folder), "--format", "json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_hidden_links_are_looked_for_in_each_way(garden, capsys):
    """Every signal alone and all together have figures; the same seed gives the same ones."""
    before = {path.name: path.read_bytes() for path in garden.glob("*.md")}
    told = measure(garden, capsys, "--folds", "2")
    jsonschema.validate(told, read_schema("bench-links-result"))
    assert {path.name: path.read_bytes() for path in garden.glob("*.md")} == before
    assert (told["n_notes"], told["n_links"], told["n_hidden"]) == (12, 24, 10)
    names = [each["name"] for each in told["methods"]]
    assert {"words", "meaning", "walk", "Adamic-Adar", "text and graph"} <= {*names}
    # Of the twelve notes hardly more than ten are left: all are found.
    assert told["methods"][names.index("text and graph")]["hits_10"]["estimate"] == 1
    assert measure(garden, capsys, "--folds", "2") == told


def test_no_label_tells_where_a_link_leads(tmp_path):
    """The copy has neither links nor their labels, in the frontmatter neither."""
    text = "---\nup: '[[A]]'\n---\nSee [[A|the label]], [b](b.md) and ![[C]].\n"
    assert strip_links(parse_note(text.encode(), path="n.md")) == "---\nup: ''\n---\nSee ,  and .\n"


def test_too_few_links_are_refused(tmp_path, capsys):
    """A vault with hardly a link is told so, in one line."""
    (tmp_path / "a.md").write_text("[[b]]", encoding="utf-8")
    (tmp_path / "b.md").write_text("b", encoding="utf-8")
    assert run(["bench", "links", "--model", "none", "-C", str(tmp_path)]) == 2
    assert "too few notes are linked: 1 to another" in capsys.readouterr().err
