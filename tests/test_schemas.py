"""The schemas of claims, experiments and runs say what the code reads and writes, and no more."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from noteweb.errors import Severity
from noteweb.lab import Experiment, FailingSetting, Guard, Limits, Metric, Parameter, Profile
from noteweb.ledger import append_entries, register
from noteweb.model.claim import KNOWN_RELATIONS, ClaimKind, Estimand, Op
from noteweb.model.position import START
from noteweb.model.record import write_record
from noteweb.model.run import Artifact, Complaint, GuardKind, GuardResult, RunKey, RunRecord
from noteweb.model.run import RunStatus as Status
from noteweb.parse.claims import CLAIM_KEYS, SOURCE_KEYS, read_claims
from noteweb.parse.evidence import EVIDENCE_KEYS, EXPECTATION_KEYS
from records import ABOVE_ZERO, make_claim, make_records
from test_claims import CLAIM
from test_lab import TOY

SCHEMAS = {
    path.stem: json.loads(path.read_text())
    for path in (Path(__file__).parents[1] / "schemas").glob("*.json")
    if path.stem in {"claim", "experiment", "run"}
}
CHECKS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def names(kind):
    """Give the names of a dataclass's fields."""
    return {each.name for each in fields(kind)}


@pytest.mark.parametrize("name", ["claim", "experiment", "run"])
def test_the_schema_is_one(name):
    """It is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize(
    ("name", "part", "known"),
    [
        ("claim", None, CLAIM_KEYS | set(KNOWN_RELATIONS)),
        ("claim", "source", SOURCE_KEYS),
        ("claim", "evidence", EVIDENCE_KEYS),
        ("claim", "expectation", EXPECTATION_KEYS),
        ("experiment", None, names(Experiment)),
        ("experiment", "parameter", names(Parameter)),
        ("experiment", "metric", names(Metric)),
        ("experiment", "guard", names(Guard)),
        ("experiment", "profile", names(Profile)),
        ("experiment", "limits", names(Limits)),
        ("experiment", "failing", names(FailingSetting)),
        ("run", None, names(RunRecord) | {"key"}),
        ("run", "parts", names(RunKey)),
        ("run", "guard", names(GuardResult)),
        ("run", "artifact", names(Artifact)),
        ("run", "complaint", names(Complaint)),
    ],
)
def test_every_field_of_a_schema_is_known_to_the_model(name, part, known):
    """Schema and model have the same fields."""
    schema = SCHEMAS[name]["$defs"][part] if part else SCHEMAS[name]
    if part == "source":
        schema = schema["oneOf"][1]
    assert set(schema["properties"]) == set(known)


def test_every_vocabulary_is_the_models():
    """The words that a field may hold are the members of the enumeration."""
    claim, run = SCHEMAS["claim"], SCHEMAS["run"]
    expectation = claim["$defs"]["expectation"]["properties"]
    assert claim["properties"]["kind"]["enum"] == list(ClaimKind)
    assert expectation["op"]["enum"] == list(Op)
    assert expectation["estimand"]["enum"] == list(Estimand)
    assert run["properties"]["status"]["enum"] == list(Status)
    assert run["$defs"]["guard"]["properties"]["kind"]["enum"] == list(GuardKind)


def test_records_fit_their_schema():
    """A good record and a failed one are valid; one without its key is not."""
    for record in make_records([1.0, None]):
        raw = write_record(record)
        CHECKS["run"].validate(raw)
        del raw["key"]
        assert not CHECKS["run"].is_valid(raw)


def test_every_line_of_a_ledger_fits_a_schema(tmp_path):
    """A run, or that something was expected: as they stand in the file."""
    path = tmp_path / "toy.jsonl"
    evidence = make_claim(ABOVE_ZERO).evidence[0]
    append_entries(path, [*register("c", evidence, "2026-01-01"), *make_records([1.0])])
    expected, run = map(json.loads, path.read_text().splitlines())
    registration = CHECKS["run"].evolve(schema=SCHEMAS["run"]["$defs"]["registration"])
    registration.validate(expected)
    CHECKS["run"].validate(run)
    assert not registration.is_valid(run)
    assert not CHECKS["run"].is_valid(expected)
    del expected["registration"]["written"]
    assert not registration.is_valid(expected)


def test_a_declaration_fits_its_schema():
    """The lab writes what the schema says."""
    raw = json.loads(json.dumps(TOY.to_json()))
    CHECKS["experiment"].validate(raw)
    assert not CHECKS["experiment"].is_valid(raw | {"metrics": {}})


def test_a_written_claim_fits_its_schema():
    """The claim of the reader's test is valid once its unknown keys are taken out."""
    (raw,) = yaml.safe_load(CLAIM)
    assert not CHECKS["claim"].is_valid(raw)
    del raw["confidence"], raw["source"]["doc"]
    raw["evidence"][0]["expect"][1] |= {"op": "gt", "threshold": 0.001}
    CHECKS["claim"].validate(raw | {"Same As": ["twin"]})


NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2])
EXPECTATIONS = st.fixed_dictionaries(
    {"metric": st.sampled_from(["m", ""]), "op": st.sampled_from([*Op, "gtt"])},
    optional={
        "threshold": NUMBERS | st.just("x"),
        "low": st.just(0),
        "high": st.just(1),
        "margin": NUMBERS,
        "estimand": st.sampled_from(["mean", "median", "mode"]),
        "pass_share": NUMBERS,
        "shape": st.just(1),
    },
)


@given(EXPECTATIONS)
def test_reader_and_schema_refuse_the_same_expectations(expectation):
    """An expectation is an error for the reader exactly when the schema refuses it."""
    raw = {
        "id": "a",
        "statement": "s",
        "evidence": [{"experiment": "toy", "expect": [expectation]}],
    }
    _, problems = read_claims(raw, path="n.md", note_id="n", at=START)
    is_sound = not any(problem.severity is Severity.ERROR for problem in problems)
    assert is_sound == CHECKS["claim"].is_valid(raw)
