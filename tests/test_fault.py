"""What claims ask of experiments that cannot be had of them, told where it is written."""

from __future__ import annotations

import pytest

from bench_vault import Lab, write_experiment
from noteweb.claimset import read_claim_set
from noteweb.evidence.fault import find_claim_faults
from noteweb.evidence.find import Finder
from noteweb.parse.notes import parse_card

NOTE = """\
---
claims:
- id: a
  statement: s
  evidence:
    - experiment: {name}
      params: {params}
      expect:
        - {{metric: gap, op: gt, threshold: 0}}
        - {{metric: {metric}, op: gt, threshold: 0}}
---
"""


def read(**asked):
    """Give the claims of a note that asks this."""
    asked = {"name": "toy", "params": "{}", "metric": "gap"} | asked
    return read_claim_set([parse_card(NOTE.format(**asked).encode(), path="n.md")]).claims


def find(root, **asked):
    """Give the faults as (line, column, code, message)."""
    told = find_claim_faults(read(**asked), Finder(root))
    return [(each.line, each.column, each.code, each.message) for each in told]


FAULTS = {
    "experiment": (
        {"name": "toi"},
        (6, 7, "claim-experiment-unknown", "no experiment is named 'toi'; near: toy"),
    ),
    "shipped": (
        {"name": "casual"},
        (6, 7, "claim-experiment-unknown", "no experiment is named 'casual'; near: causal"),
    ),
    "far": (
        {"name": "nothing_like_it"},
        (6, 7, "claim-experiment-unknown", "no experiment is named 'nothing_like_it'"),
    ),
    "metric": (
        {"metric": "gab"},
        (10, 12, "claim-metric-unknown", "toy declares no metric 'gab'; near: gap"),
    ),
    "parameter": (
        {"params": "{shift: 2.0, shft: 1.0}"},
        (7, 28, "claim-parameter-invalid", "no parameter is named 'shft'; near: shift"),
    ),
    "value": (
        {"params": "{shift: far}"},
        (7, 16, "claim-parameter-invalid", "parameter 'shift' must be like 1.0, not 'far'"),
    ),
    "file": (
        {"name": "broken"},
        (
            6,
            7,
            "claim-experiment-invalid",
            "experiments/broken.py:1: no Python: '(' was never closed",
        ),
    ),
    "declared": (
        {"name": "odd"},
        (6, 7, "claim-experiment-invalid", "experiments/odd.py:7: metric 'gap' has direction 'on'"),
    ),
    "helper": (
        {"name": "helper"},
        (
            6,
            7,
            "claim-experiment-invalid",
            "experiments/helper.py:1: no line `experiment = Experiment(...)`",
        ),
    ),
}


def write_all(root):
    """Write one good experiment, two that cannot be used and a helper."""
    write_experiment(root, "toy")
    write_experiment(root, "odd", more='metrics={"gap": Metric(direction="on")},')
    odd = root / "experiments" / "odd.py"
    odd.write_text(odd.read_text().replace('    metrics={"gap": Metric()},\n', ""))
    (root / "experiments" / "broken.py").write_text("experiment = Experiment(\n")
    (root / "experiments" / "helper.py").write_text("x = 1\n")


@pytest.fixture
def root(tmp_path):
    """Give a vault with these experiments."""
    write_all(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_where_it_is_written(root, name):
    """An unknown or broken experiment, metric or parameter has its line, column and near name."""
    asked, (line, column, code, detail) = FAULTS[name]
    assert find(root, **asked) == [(line, column, code, f"the evidence of 'a': {detail}")]


def test_what_can_be_asked_is_no_fault(root):
    """A claim in order is not mentioned."""
    assert find(root, params="{shift: 2}") == []


def test_all_that_is_wrong_is_told_at_once(root):
    """Metrics and parameters are each told, so that one look mends all."""
    told = find(root, metric="gab", params="{a: 1, b: 2}")
    assert [code for _, _, code, _ in told] == [
        "claim-metric-unknown",
        "claim-parameter-invalid",
        "claim-parameter-invalid",
    ]


def test_evidence_that_names_nothing_is_left_to_its_reader(root):
    """No experiment named is a defect of the claim itself, told once and elsewhere."""
    assert find(root, name="") == []


def test_with_a_defect_no_wrong_entry_is_pointed_at(root):
    """Where an expectation is left out, the others are told at the list."""
    claims = read_claim_set(
        [
            parse_card(
                NOTE.format(name="toy", params="{}", metric="gab")
                .replace("metric: gap, op: gt", "metric: gap, op: gtt")
                .encode(),
                path="n.md",
            )
        ]
    ).claims
    (problem,) = find_claim_faults(claims, Finder(root))
    assert (problem.line, problem.code) == (8, "claim-metric-unknown")


@pytest.mark.parametrize("name", FAULTS)
def test_the_verdict_says_the_same(tmp_path, name):
    """What check tells is why the verdict is invalid; nothing is run."""
    lab = Lab(tmp_path)
    write_all(lab.root)
    asked, (*_, detail) = FAULTS[name]
    (verdict,) = lab.verify(*read(**asked))
    assert (verdict.kind, verdict.reason.detail) == ("invalid", detail)
