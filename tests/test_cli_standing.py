"""At the terminal: what claims make of one another."""

from __future__ import annotations

import json
import shutil

import pytest

from noteweb.cli import run

NOTE = """---
claims:
  - id: base
    statement: The comb is made of wax.
    kind: reported
  - id: rule
    statement: Wax melts in the sun.
    depends_on: [base]
    contradicts: [myth]
  - id: tale
    statement: Bees fear noon.
    supports: [myth]
    depends_on: [rule]
  - id: lost
    statement: It is written in a lost book.
    depends_on: [no-such-claim]
---
"""
MYTH = """---
claims:
  - id: myth
    statement: Wax never melts.
    contradicts: [rule]
---
"""


@pytest.fixture
def vault(tmp_path):
    """Two notes with five claims, none of them tested."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "a.md").write_text(NOTE, encoding="utf-8")
    (tmp_path / "b.md").write_text(MYTH, encoding="utf-8")
    return tmp_path


@pytest.fixture
def ask(vault, capsys):
    """Run a command in the vault; give its exit code, output and errors."""

    def asked(*words):
        code = run([*words, "--vault", str(vault)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return asked


def test_claims_tell_standing_beside_the_verdict(ask):
    """The verdict stays what it is, and the standing stands beside it, in text and as JSON."""
    code, out, _ = ask("claims", "--standing")
    assert code == 0
    lines = {line.split()[0]: line.split()[1:4] for line in out.splitlines()}
    assert lines["claim"] == ["verdict", "standing", "strength"]
    assert lines["base"] == ["not-testable", "in", "0.50"]
    assert lines["rule"][:2] == lines["myth"][:2] == ["not-testable", "undecided"]
    assert lines["lost"][1] == "out"
    _, out, _ = ask("claims", "--format", "json")
    found = {each["claim"]: each["standing"] for each in json.loads(out)["claims"]}
    assert found == {
        "base": "in",
        "rule": "undecided",
        "tale": "undecided",
        "lost": "out",
        "myth": "undecided",
    }


def test_claims_without_the_option_tell_no_standing(ask):
    """The short table stays short."""
    assert "standing" not in ask("claims")[1]


def test_why_gives_the_chain_of_reasons(ask):
    """Each step of the chain has its label and its reason; a missing claim is named."""
    code, out, _ = ask("why", "tale")
    assert code == 0
    chain = out.split("among the other claims\n")[1]
    assert chain == (
        "tale undecided\n"
        "  because depends on rule\n"
        "  rule undecided\n"
        "    because contradicted by myth\n"
        "    myth undecided\n"
        "      because contradicted by rule\n"
        "      rule undecided (above)\n"
    )
    assert "depends on what is no claim of the vault: no-such-claim" in ask("why", "lost")[1]
    standing = json.loads(ask("why", "base", "--format", "json")[1])["standing"]
    assert standing == {
        "standing": "in",
        "strength": 0.5,
        "chain": [
            {
                "claim": "base",
                "standing": "in",
                "depth": 0,
                "because": [{"ground": "unopposed", "claim": None}],
            }
        ],
        "rests_on": [["base"]],
        "rests_on_is_cut": False,
    }


def test_impact_tells_what_changes_and_how(ask):
    """What falls comes with the way there, what rises and what is weakened too."""
    code, out, _ = ask("impact", "base")
    assert code == 0
    rows = [line.split(maxsplit=2) for line in out.splitlines()[1:]]
    assert [row[:2] for row in rows] == [["falls", "rule"], ["falls", "tale"], ["rises", "myth"]]
    assert "undecided -> out" in rows[0][2]
    assert "rule depends on base; tale depends on rule" in rows[1][2]
    found = json.loads(ask("impact", "base", "--format", "json")[1])
    assert found["claim"] == "base"
    assert found["reached"][2]["before"] == "undecided"
    assert found["reached"][2]["after"] == "in"


def test_impact_without_any_says_so(ask):
    """A claim on which nothing rests, one that has fallen and a wrong name are told apart."""
    code, out, err = ask("impact", "lost")
    assert (code, out) == (1, "")
    assert "lost has fallen already: depends on what is no claim of the vault: no-such-cl" in err
    code, _, err = ask("impact", "bse")
    assert code == 3
    assert "did you mean: base" in err
    assert ask("impact", "tale")[0] == 0  # it supports the myth


def test_taking_the_claim_out_does_what_impact_said(ask, vault, tmp_path):
    """Without the claim in the notes the labels are those that impact told."""
    reached = json.loads(ask("impact", "base", "--format", "json")[1])["reached"]
    before = json.loads(ask("claims", "--format", "json")[1])["claims"]
    note = NOTE.replace(NOTE[NOTE.index("  - id: base") : NOTE.index("  - id: rule")], "")
    (vault / "a.md").write_text(note, encoding="utf-8")
    after = {
        each["claim"]: each["standing"]
        for each in json.loads(ask("claims", "--format", "json")[1])["claims"]
    }
    changed = {
        each["claim"]: after[each["claim"]]
        for each in before
        if each["claim"] in after and each["standing"] != after[each["claim"]]
    }
    told = {each["claim"]: each["after"] for each in reached if each["before"] != each["after"]}
    assert changed == told
    shutil.rmtree(tmp_path / ".noteweb", ignore_errors=True)


def test_the_graph_holds_the_standing(ask, vault):
    """Exports and filters know a claim's standing and strength."""
    code, out, _ = ask("export", "json", "--standing", "out")
    assert code == 0
    claims = [node for node in json.loads(out)["nodes"] if node["kind"] == "claim"]
    assert [(each["claim"], each["standing"], each["strength"]) for each in claims] == [
        ("lost", "out", 0.5)
    ]
