"""Claims of several notes together, and in the graph."""

from __future__ import annotations

import pytest

from noteweb.claimset import read_claim_set
from noteweb.graph.build import build_graph
from noteweb.graph.claims import add_claims
from noteweb.links.resolve import resolve_links
from noteweb.model.note import Card


def make_card(name, *claims):
    """Give a note with these claims."""
    return Card(id=name, path=f"{name}.md", title=name, attributes={"claims": list(claims)})


CARDS = (
    make_card(
        "a",
        {
            "id": "wide",
            "statement": "Wide is flat.",
            "supports": ["flat"],
            "contradicts": ["flatt", "wide"],
            "evidence": {
                "experiment": "toy",
                "expect": {"metric": "m", "op": "gt", "threshold": 0},
            },
        },
    ),
    make_card("b", {"id": "flat", "statement": "Flat."}, {"id": "wide", "statement": "Again."}),
    Card(id="c", path="c.md", title="C"),
)


def test_ids_and_targets_are_checked_over_all_notes():
    """A second claim of one id and a relation to no claim are problems, with the near id."""
    found = read_claim_set(CARDS)
    assert [claim.id for claim in found.claims] == ["wide", "flat"]
    assert found.by_id()["wide"].statement == "Wide is flat."
    told = {problem.code: problem for problem in found.problems}
    assert told.keys() == {"claim-id-duplicate", "claim-target-unknown", "claim-target-self"}
    assert told["claim-id-duplicate"].path == "b.md"
    assert "did you mean 'flat'?" in told["claim-target-unknown"].message


def test_claims_stand_in_the_graph_as_written():
    """Nodes for claims and experiments; edges to note, experiment and claims, all explicit."""
    graph = build_graph(CARDS, resolve_links(CARDS), ())
    add_claims(graph, read_claim_set(CARDS).claims)
    edges = {(a, edge["kind"], b, edge["provenance"]) for a, b, edge in graph.edges(data=True)}
    assert edges == {
        ("claim:wide", "stated_in", "note:a", "explicit"),
        ("claim:flat", "stated_in", "note:b", "explicit"),
        ("claim:wide", "supports", "claim:flat", "explicit"),
        ("claim:wide", "evidence", "experiment:toy", "explicit"),
    }
    assert graph.nodes["claim:wide"]["kind"] == "claim"
    assert graph.nodes["experiment:toy"]["label"] == "toy"


@pytest.mark.parametrize("kind", ["supports", "contradicts", "depends_on"])
def test_a_claim_that_bears_on_itself_is_told(kind):
    """A claim can neither support nor contradict itself, nor rest on itself."""
    entries = [{"id": "a", "statement": "A.", kind: ["b", "a"]}, {"id": "b", "statement": "B."}]
    (problem,) = read_claim_set([make_card("n", *entries)]).problems
    assert (problem.code, problem.message) == ("claim-target-self", f"'a' {kind} itself")
