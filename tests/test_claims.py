"""Claims are read from whatever YAML gives, and every defect is named."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from noteweb.errors import Severity
from noteweb.model.claim import (
    Citation,
    ClaimKind,
    Estimand,
    Expectation,
    Op,
    Relation,
    Source,
    Stance,
)
from noteweb.model.position import START, Position
from noteweb.parse.claims import find_duplicate_claims, read_claims

CLAIM = """
- id: toy-peak
  statement: The toy's error peaks
    at one.
  kind: theoretical
  source: {doc: x, doi: "doi:10.1000/toy", quote: "a peak", locator: fig. 2, verified: false}
  supports: [other-claim]
  contradicts: []
  depends_on: "[[base-claim|the base]]"
  Same As: [[twin]]
  would-contradict: [ghost]
  mocks: [satire]
  confidence: 0.7
  evidence:
    - experiment: toy
      params: {n: 40}
      expect:
        - {metric: peak, op: between, low: 0.8, high: 1.25}
        - {metric: ratio, op: ">", threshold: 1e-3, estimand: median, pass_share: .8}
"""


def read(text):
    """Read the claims of a made note."""
    return read_claims(yaml.safe_load(text), path="a/n.md", note_id="a/n", at=Position(line=4))


def codes(text):
    """Give the problems' codes."""
    return [problem.code for problem in read(text)[1]]


def test_a_claim_with_all_its_parts():
    """Every part of the written form arrives as a value."""
    (claim,), problems = read(CLAIM)
    assert claim.id == "toy-peak"
    assert claim.statement == "The toy's error peaks at one."
    assert claim.kind is ClaimKind.THEORETICAL
    assert claim.source == Source(
        doi="10.1000/toy", quote="a peak", locator="fig. 2", is_verified=False
    )
    assert claim.relations == (
        Relation(kind="supports", target="other-claim"),
        Relation(kind="depends_on", target="base-claim"),
        Relation(kind="same_as", target="twin"),
        Relation(kind="would_contradict", target="ghost"),
        Relation(kind="mocks", target="satire"),
    )
    assert claim.targets("supports") == ("other-claim",)
    assert claim.attributes == {"confidence": 0.7}
    (evidence,) = claim.evidence
    assert (evidence.experiment, evidence.params) == ("toy", {"n": 40})
    assert evidence.expect == (
        Expectation(metric="peak", op=Op.BETWEEN, low=0.8, high=1.25),
        Expectation(
            metric="ratio", op=Op.GT, threshold=0.001, estimand=Estimand.MEDIAN, pass_share=0.8
        ),
    )
    assert (claim.note_id, claim.path, claim.line) == ("a/n", "a/n.md", 4)
    assert claim.n_expectations == 2
    assert [problem.message for problem in problems] == [
        "'toy-peak' has the unknown key 'confidence'",
        "the source of 'toy-peak' has the unknown key 'doc'",
    ]


def test_problems_stand_at_least_where_the_key_stands():
    """Where no more is known, a problem names the note and the line of `claims`."""
    _, (problem,) = read("- statement: nameless")
    assert (problem.path, problem.line, problem.column) == ("a/n.md", 4, 1)
    assert problem.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("[]", []),
        ("just words", ["claims-not-a-list"]),
        ("3", ["claims-not-a-list"]),
        ("- words", ["claim-not-a-map"]),
        ("- {statement: s}", ["claim-id-missing"]),
        ("- {id: [a], statement: s}", ["claim-id-missing"]),
        ("- {id: a}", ["claim-statement-missing"]),
        ("- {id: a, statement: s, kind: magic}", ["claim-kind-unknown"]),
        ("- {id: a, statement: s, supports: {b: c}}", ["claim-relation-invalid"]),
        ("- {id: a, statement: s, supports: [[b, c]]}", ["claim-relation-invalid"]),
        ("- {id: a, statement: s, suports: b}", ["claim-key-unknown"]),
        ("- {id: a, statement: s, relations: b}", ["claim-relations-invalid"]),
        ("- {id: a, statement: s, source: 3}", ["claim-source-invalid"]),
        ("[{id: a, statement: s}, {id: a, statement: t}]", ["claim-id-duplicate"]),
        ("- {id: a, statement: s, evidence: 3}", ["claim-evidence-invalid"]),
        ("- {id: a, statement: s, evidence: toy}", ["claim-expects-nothing"]),
        (
            "- {id: a, statement: s, kind: normative, evidence: toy}",
            ["claim-expects-nothing", "claim-kind-untestable"],
        ),
    ],
)
def test_each_defect_has_its_code(text, wanted):
    """What is wrong is told by a stable code, and nothing else is complained of."""
    assert codes(text) == wanted


def test_other_ways_to_write_the_list():
    """One claim alone, and a map from id to claim, are taken as lists."""
    one, _ = read("{id: a, statement: s}")
    named, _ = read("a: {statement: s}")
    listed, _ = read("- {id: a, statement: s}")
    assert one == named == listed
    assert read("- {id: 2024, statement: s}")[0][0].id == "2024"


def test_a_map_of_relations():
    """`relations` holds what could stand in keys of its own, each target once."""
    (claim,), problems = read("{id: a, statement: s, supports: b, relations: {supports: [b, c]}}")
    assert claim.targets("supports") == ("b", "c")
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("doi:10.1000/x", Source(doi="10.1000/x")),
        ("https://doi.org/10.1000/x", Source(doi="10.1000/x")),
        ("https://example.org/x", Source(url="https://example.org/x")),
        ("'[[A note|n]]'", Source(note="A note")),
        ("Somebody 1999", Source(title="Somebody 1999")),
    ],
)
def test_a_source_in_one_line(text, source):
    """A source may be a DOI, an address, a note or a title."""
    (claim,), problems = read(f"{{id: a, statement: s, source: {text}}}")
    assert claim.source == source
    assert claim.source
    assert problems == ()


def test_an_unknown_kind_lets_no_experiment_decide():
    """A misspelt `normative` must not become an empirical claim."""
    (claim,), _ = read("{id: a, statement: s, kind: normativ}")
    assert not claim.kind.is_testable


@pytest.mark.parametrize(
    ("expect", "defect"),
    [
        ("3", "a number, not a map"),
        ("{op: gt, threshold: 1}", "no metric is named"),
        ("{metric: m, threshold: 1}", "op a blank is none of"),
        ("{metric: m, op: gtt, threshold: 1}", "op 'gtt' is none of"),
        ("{metric: m, op: gt}", "gt needs threshold"),
        ("{metric: m, op: gt, threshold: high}", "threshold is no finite number"),
        ("{metric: m, op: gt, threshold: yes}", "threshold is no finite number"),
        ("{metric: m, op: gt, threshold: .nan}", "threshold is no finite number"),
        ("{metric: m, op: gt, threshold: 1, low: 0}", "gt has no use for low"),
        ("{metric: m, op: between, low: 0}", "between needs high"),
        ("{metric: m, op: between, low: 2, high: 1}", "low lies above high"),
        ("{metric: m, op: equiv, threshold: 1}", "equiv needs margin"),
        ("{metric: m, op: equiv, threshold: 1, margin: 0}", "margin must be above 0"),
        ("{metric: m, op: gt, threshold: 1, pass_share: 1.1}", "pass_share must be above 0"),
        ("{metric: m, op: gt, threshold: 1, pass_share: 0}", "pass_share must be above 0"),
        ("{metric: m, op: gt, threshold: 1, estimand: mode}", "estimand 'mode' is none of"),
        ("{metric: m, op: gt, treshold: 1, threshold: 1}", "unknown key 'treshold'"),
    ],
)
def test_a_defect_in_an_expectation_spoils_its_evidence(expect, defect):
    """The evidence is kept with its defect, so that it cannot be judged by what is left of it."""
    text = f"{{id: a, statement: s, evidence: {{experiment: toy, expect: [{expect}]}}}}"
    (claim,), (problem,) = read(text)
    assert problem.code == "claim-evidence-invalid"
    assert defect in problem.message
    (evidence,) = claim.evidence
    assert evidence.expect == ()
    assert defect in evidence.defects[0]


@pytest.mark.parametrize(
    "evidence",
    [
        "{expect: []}",
        "{experiment: toy, params: [1]}",
        "{experiment: toy, params: {x: .inf}}",
        "{experiment: toy, expects: []}",
    ],
)
def test_a_defect_in_evidence_is_kept_with_it(evidence):
    """No name, no map of parameters, a parameter JSON cannot hold, a misspelt key."""
    (claim,), problems = read(f"{{id: a, statement: s, evidence: {evidence}}}")
    assert claim.evidence[0].defects
    assert problems[0].code == "claim-evidence-invalid"


def test_a_share_out_of_reach_is_warned_of():
    """A pass share that twenty seeds cannot show is told before anything runs."""
    expect = "{metric: m, op: gt, threshold: 1, pass_share: .95}"
    text = f"{{id: a, statement: s, evidence: {{experiment: toy, expect: [{expect}]}}}}"
    assert codes(text) == ["claim-pass-share-out-of-reach"]


def test_a_claim_of_another_note_with_the_same_id():
    """The later one is reported, with the path of the earlier."""
    first = read_claims({"id": "a", "statement": "s"}, path="1.md", note_id="1", at=START)[0]
    there = Position(line=3, column=5)
    second = read_claims({"id": "a", "statement": "t"}, path="2.md", note_id="2", at=there)[0]
    (problem,) = find_duplicate_claims(first + second)
    assert (problem.path, problem.code) == ("2.md", "claim-id-duplicate")
    assert (problem.line, problem.column) == (3, 5)
    assert "1.md" in problem.message


WORDS = [
    *("id", "statement", "kind", "source", "supports", "evidence", "relations"),
    *("experiment", "params", "expect", "metric", "op", "threshold", "margin", "estimand", ""),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_value_upsets_the_reader(raw):
    """Any JSON value gives claims and problems, and is never raised at."""
    claims, problems = read_claims(raw, path="n.md", note_id="n", at=START)
    assert all(claim.id for claim in claims)
    assert all(problem.message for problem in problems)


def test_values_that_break_plain_code():
    """A whole number too long to print, and a list nested a thousand deep."""
    deep = []
    for _ in range(1000):
        deep = [deep]
    raw = {
        "id": "a",
        "statement": 16**5000,
        "source": deep,
        "supports": deep,
        "kind": 16**5000,
        "evidence": [{"experiment": "toy", "params": {"x": deep}}, {"experiment": 16**5000}],
    }
    (claim,), _ = read_claims(raw, path="n.md", note_id="n", at=START)
    assert all(evidence.defects for evidence in claim.evidence)


def test_a_claim_says_how_it_is_cited_and_what_it_needs():
    """A figure read elsewhere is not recalled, a need is no place, and what is no text is told."""
    (claim,), problems = read("""
- {id: a, statement: A., needs: a vote, source: {title: B, verified: false, citation: quoted}}
""")
    assert (claim.source.citation, claim.needs, problems) == (Citation.QUOTED, "a vote", ())
    (claim,), problems = read("""
- {id: a, statement: A., needs: [b], source: {title: B, citation: seen}}
""")
    assert (claim.source.citation, claim.needs) == (Citation.RECALLED, "")
    assert {problem.code for problem in problems} == {
        "claim-needs-invalid", "claim-citation-unknown"
    }  # fmt: skip


def test_a_claim_says_what_its_source_makes_of_it():
    """The stance is one of four words, none is guessed, and what is none of them is told."""
    for stance in Stance:
        (claim,), problems = read(
            f"- {{id: a, statement: A., source: {{title: B, stance: {stance}}}}}"
        )
        assert (claim.source.stance, problems) == (stance, ())
    (claim,), problems = read("""
- {id: a, statement: A., source: {title: B, stance: agrees}}
""")
    assert claim.source.stance is None
    assert [problem.code for problem in problems] == ["claim-stance-unknown"]
