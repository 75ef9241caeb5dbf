"""Declarations are read from source of any kind, and nothing of it is run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.evidence.declare import (
    DeclarationAbsent,
    DeclarationInvalid,
    parse_source,
    read_declaration,
)
from noteweb.lab import Experiment, Guard, Limits, Metric, Parameter, Profile

RUN = "\ndef run(ctx, params, seed):\n    pass\n"


def read(text):
    """Read the declaration of a source."""
    return read_declaration(parse_source(text.encode()))


def test_a_declaration_is_read_as_it_would_be_built():
    """Literals, nested classes, negative numbers, both spellings of a class."""
    found = read(
        '"""What it is."""\n'
        "from noteweb import lab\n"
        "experiment: lab.Experiment = lab.Experiment(\n"
        '    summary="a" "b",\n'
        '    parameters={"n": Parameter(default=-2, low=-3.5, choices=(-2, 1))},\n'
        '    metrics={"gap": Metric(unit="nats", direction="up")},\n'
        '    guards={"known": Guard()},\n'
        '    profiles={"quick": Profile(params={"n": 1}, limits=Limits(cpu_s=2))},\n'
        '    is_deterministic=True, libraries=("numpy",), data=["d.csv"],\n'
        ")" + RUN
    )
    assert found.docstring == "What it is."
    assert found.line == 3
    assert found.experiment == Experiment(
        summary="ab",
        parameters={"n": Parameter(default=-2, low=-3.5, choices=(-2, 1))},
        metrics={"gap": Metric(unit="nats", direction="up")},
        guards={"known": Guard()},
        profiles={"quick": Profile(params={"n": 1}, limits=Limits(cpu_s=2))},
        is_deterministic=True,
        libraries=("numpy",),
        data=["d.csv"],
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Experiment(summary=name)", "`name` is no literal"),
        ("Experiment(summary='a' + 'b')", "is no literal"),
        ("Experiment(summary=f'{1}')", "is no literal"),
        ("Experiment(summary=open('x').read())", "is no class of noteweb.lab"),
        ("Experiment(**{})", "named arguments only"),
        ("Experiment('x')", "named arguments only"),
        ("Experiment()", "missing 1 required"),
        ("Experiment(summary='', colour=1)", "no 'colour'"),
        ("Experiment(summary=1)", "summary of Experiment cannot be '1'"),
        ("Experiment(summary='', metrics={'a': 1})", "metrics of Experiment cannot be"),
        ("Experiment(summary='', metrics={1: Metric()})", "the key 1 is no text"),
        ("Experiment(summary='', metrics={**x})", "is no literal"),
        ("Experiment(summary='', profiles={'quick': Profile(limits=Limits(cpu_s='1'))})", "cpu_s"),
        ("Experiment(summary='', profiles={'quick': Profile(limits=Limits(cpu_s=-1))})", "is no"),
        ("Experiment(summary='', profiles={'quick': Profile(limits=Limits(disk_mb=0))})", "above"),
        ("Experiment(summary='', is_deterministic=1)", "is_deterministic"),
        ("Metric()", "is no Experiment"),
        ("1", "is no Experiment"),
    ],
)
def test_what_is_no_literal_is_refused_with_its_reason(value, reason):
    """A declaration that would have to be run to be known is told, with its line."""
    if "cpu_s=-1" in value:
        reason = "above"
    with pytest.raises(DeclarationInvalid, match=reason) as error:
        read(f"\nexperiment = {value}{RUN}")
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", DeclarationAbsent),
        ("x = 1" + RUN, DeclarationAbsent),
        ("experiment = Experiment(summary='')", DeclarationInvalid),
        ("experiment = Experiment(summary='')\nexperiment = 1" + RUN, DeclarationInvalid),
        ("def (:", DeclarationInvalid),
        ("x = '\0'", DeclarationInvalid),
        ("x = " + "(" * 500, DeclarationInvalid),
        ("x = " + "-" * 100_000 + "1", DeclarationInvalid),
        ("experiment = " + "[" * 80 + "]" * 80 + RUN, DeclarationInvalid),
    ],
)
def test_no_source_raises_anything_else(text, kind):
    """Sources without a declaration, without Python, nested without end."""
    with pytest.raises(DeclarationInvalid) as error:
        read(text)
    assert type(error.value) is kind


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_one_error(data):
    """Whatever the bytes, there is a tree or the one error."""
    try:
        tree = parse_source(data)
    except DeclarationInvalid:
        return
    with pytest.raises(DeclarationInvalid):
        read_declaration(tree)
