"""What problem codes mean: all of them, and no others."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest

from noteweb.cli import run
from noteweb.explanation import read_explanations
from noteweb.parse.code import CODES
from noteweb.schema import read_schema

SOURCE = Path(__file__).parents[1] / "src" / "noteweb"
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
#: Functions that make a problem of a code.
MAKERS = {
    "problem",
    "_problem",
    "_file_problem",
    "report",
    "error",
    "warn",
    "Finding",
    "Problem",
    "_warn",
}
MAKERS |= {"replace"}
#: Constants that name a code.
NAMES = {"_UNREADABLE", "_UNREADABLE_FILE", "_UNREADABLE_FOLDER"}


def emitted():
    """Give every code that the source can give, read out of its syntax trees."""
    found = set(CODES)
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found.update(codes_of(node))
    return found


def codes_of(node):
    """Give the codes that a node of the tree names."""
    if isinstance(node, ast.Assign) and {getattr(t, "id", "") for t in node.targets} & NAMES:
        yield from constants(node.value)
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    told = [each.value for each in node.keywords if each.arg == "code"]
    if name == "Fault":
        yield from (f"claim-{code}" for each in told for code in constants(each))
    elif name in MAKERS:
        for each in (*told, *node.args):
            yield from constants(each)


def constants(node):
    """Give the codes among the constants of an expression, an f-string's apart."""
    if isinstance(node, ast.Constant | ast.IfExp):
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and CODE.fullmatch(str(each.value)):
                yield each.value


def test_every_code_of_the_source_is_explained():
    """Each code that a problem can have has an explanation, and no other code has one."""
    codes = emitted()
    assert {"link-anchor", "claim-metric-unknown", "ledger-unreadable", "claim-stale"} <= codes
    assert codes == set(read_explanations())


def test_an_explanation_says_what_and_what_to_do():
    """Each says what it means, shows an example, and says what to do, in whole sentences."""
    for each in read_explanations().values():
        assert each.means.endswith(".")
        assert each.remedy.endswith(".")
        assert each.example.strip()


def test_codes_are_explained_on_demand(capsys):
    """The codes that are named, or all; as text for a person and as rows for a program."""
    assert run(["check", "--explain", "link-anchor"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("link-anchor\n")
    assert "[[Dropout#Resluts]]" in out
    assert run(["check", "--explain"]) == 0
    assert set(read_explanations()) <= set(capsys.readouterr().out.split("\n"))
    assert run(["check", "--explain", "--format", "jsonl"]) == 0
    for line in capsys.readouterr().out.splitlines():
        jsonschema.validate(json.loads(line), read_schema("explanation"))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--explain", "link-anker"], "did you mean: link-anchor"),
        (["--explain", "qqq"], "see: noteweb check --explain"),
        (["--write"], "noteweb check --help"),
        (["--fix", "--explain"], "noteweb check --help"),
        (["--fix", "--format", "json"], "leave --format away"),
        (["--explain", "--format", "paths"], "give --format"),
    ],
)
def test_what_makes_no_sense_is_refused(capsys, words, hint):
    """An unknown code gets near ones, and options that do not go together are told."""
    assert run(["check", *words]) == 2
    assert hint in capsys.readouterr().err
