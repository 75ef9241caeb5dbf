"""Run records keep everything through JSON, and their keys name what a result depends on."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.model.record import RecordInvalid, read_record, write_record
from noteweb.model.run import (
    Artifact,
    Change,
    Complaint,
    GuardKind,
    GuardResult,
    RunKey,
    RunRecord,
    RunStatus,
    find_changes,
)
from records import make_record

NAMES = st.text(max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
KEY = RunKey(
    experiment="toy",
    profile="quick",
    seed=7,
    params={"n": 40, "sizes": [1, 2], "mode": None},
    code={"toy.py": "aa", "nets.py": "bb"},
    data={"digits.csv": "cc"},
    libraries={"numpy": "2.4.0"},
)


def keys():
    """Give any run keys."""
    return st.builds(
        RunKey,
        experiment=NAMES,
        profile=NAMES,
        seed=st.integers(0, 2**31),
        params=st.dictionaries(NAMES, st.none() | st.booleans() | NUMBERS | NAMES, max_size=3),
        code=st.dictionaries(NAMES, NAMES, max_size=3),
        data=st.dictionaries(NAMES, NAMES, max_size=3),
        libraries=st.dictionaries(NAMES, NAMES, max_size=3),
        format_version=st.just(1),
    )


def records():
    """Give any records."""
    return st.builds(
        RunRecord,
        parts=keys(),
        status=st.sampled_from(RunStatus),
        detail=NAMES,
        metrics=st.dictionaries(NAMES, NUMBERS, max_size=3),
        guards=st.lists(
            st.builds(
                GuardResult, name=NAMES, ok=st.booleans(), detail=NAMES,
                kind=st.sampled_from(GuardKind),
            ),
            max_size=2,
        ).map(tuple),
        artifacts=st.lists(st.builds(Artifact, name=NAMES, path=NAMES), max_size=2).map(tuple),
        complaints=st.lists(st.builds(Complaint, code=NAMES, detail=NAMES), max_size=2).map(tuple),
        is_deterministic=st.booleans(),
        attempt=st.integers(1, 3),
        versions=st.dictionaries(NAMES, NAMES, max_size=2),
        machine=st.dictionaries(NAMES, NAMES, max_size=2),
        sandbox=NAMES,
        executor=NAMES,
        cpu_s=NUMBERS,
        wall_s=NUMBERS,
        memory_mb=NUMBERS,
        started=NAMES,
        ended=NAMES,
    )  # fmt: skip


@given(records())
def test_a_record_comes_back_equal(record):
    """Every field survives the way through JSON text, and so does the key."""
    back = read_record(json.loads(json.dumps(write_record(record), allow_nan=False)))
    assert back == record
    assert back.key == record.key


@pytest.mark.parametrize("name", [each.name for each in fields(RunRecord)])
@pytest.mark.parametrize("value", [None, "x", -1.5, {"a": []}, ["b"]])
def test_a_field_of_the_wrong_type_is_refused_by_name(name, value):
    """Whatever else stands in a field, the message names it, and nothing else is raised."""
    raw = write_record(make_record(1, gap=1.0))
    if type(raw[name]) is type(value) and not isinstance(value, dict | list):
        return
    with pytest.raises(RecordInvalid, match=name):
        read_record(raw | {name: value})
    del raw[name]
    with pytest.raises(RecordInvalid, match=f"{name}: absent"):
        read_record(raw)


def test_a_record_of_a_newer_format_is_refused():
    """What a later noteweb wrote may mean something else."""
    raw = write_record(make_record(1))
    raw["parts"]["format_version"] = 2
    with pytest.raises(RecordInvalid, match="newer noteweb"):
        read_record(raw)


def test_an_edited_record_is_refused():
    """A key that does not fit its parts shows that somebody changed them."""
    raw = write_record(make_record(1))
    raw["parts"]["seed"] = 2
    with pytest.raises(RecordInvalid, match="does not fit"):
        read_record(raw)


def test_fields_of_a_later_noteweb_are_passed_over():
    """A further field of the same format is no defect."""
    record = make_record(1)
    assert read_record(write_record(record) | {"mood": "fine"}) == record


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "other"},
        {"profile": "full"},
        {"seed": 8},
        {"params": {"n": 41}},
        {"code": {"toy.py": "ab", "nets.py": "bb"}},
        {"data": {}},
        {"libraries": {"numpy": "2.4.1"}},
        {"format_version": 2},
    ],
)
def test_the_key_changes_with_every_part(change):
    """No part of a run can change without its key."""
    assert replace(KEY, **change).digest() != KEY.digest()


def test_the_key_does_not_depend_on_the_order_of_names():
    """Maps with the same content give the same key."""
    turned = dict(reversed(KEY.code.items()))
    assert replace(KEY, code=turned).digest() == KEY.digest()


def test_the_key_is_the_same_on_every_machine():
    """The digest is part of the format: a change of it would run everything again."""
    assert KEY.digest() == "0e4cf9cd10ce7e7c1a6ff78867d134e9"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"seed": 9}, []),
        ({"profile": "full"}, [Change(part="profile", name="")]),
        ({"code": {"toy.py": "aa", "nets.py": "XX"}}, [Change(part="code", name="nets.py")]),
        ({"code": {"toy.py": "aa"}}, [Change(part="code", name="nets.py")]),
        ({"libraries": {"numpy": "2.5"}}, [Change(part="libraries", name="numpy")]),
        (
            {"params": {"n": 40, "sizes": [1], "mode": None, "extra": None}},
            [Change(part="params", name="extra"), Change(part="params", name="sizes")],
        ),
    ],
)
def test_what_changed_is_named(change, found):
    """A changed file, library or parameter is named, and the seed is no change."""
    assert list(find_changes(KEY, replace(KEY, **change))) == found
