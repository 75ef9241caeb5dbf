"""What holds for every shipped experiment."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import noteweb.experiments
from noteweb import NoteWeb
from noteweb.evidence.case import open_cases
from noteweb.evidence.declare import parse_source, read_declaration
from trials import SMALL, load, try_out

FOLDER = Path(noteweb.experiments.__file__).parent
NOTES = Path(__file__).parents[2] / "notes"
NAMES = sorted(each.stem for each in FOLDER.glob("[a-z]*.py"))


def test_each_has_a_small_setting():
    """No experiment is left out of these tests."""
    assert sorted(SMALL) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_declaration_is_read_without_a_run(name):
    """What is read from the source is what the module says, and nothing is wrong with it."""
    tree = parse_source((FOLDER / f"{name}.py").read_bytes())
    declared = read_declaration(tree).experiment
    assert declared == load(name).experiment
    assert declared.defects() == ()


@pytest.mark.parametrize("name", NAMES)
def test_each_has_guards_and_a_way_to_fail(name):
    """Three guards at least, a failing setting, a source, and an account of what was measured."""
    module = load(name)
    assert len(module.experiment.guards) >= 3
    assert module.experiment.failing
    assert module.experiment.source
    assert module.experiment.profiles["quick"].limits.cpu_s <= 60
    for heading in ("re-runs", "Expected effect", "Source", "Simplified", "Published and measured"):
        assert heading in module.__doc__, heading


@pytest.mark.parametrize("name", NAMES)
def test_each_failing_setting_is_tried(name):
    """The experiment's own tests change what its failing settings change, and judge it."""
    text = (Path(__file__).parent / f"test_{name}.py").read_text(encoding="utf-8")
    assert "judge(" in text
    if ".failing" not in text:
        changed = {key for setting in load(name).experiment.failing for key in setting.params}
        assert not {key for key in changed if not re.search(rf"\b{key}\b", text)}


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_everything(name, tmp_path):
    """Two runs of a seed agree to the last bit, picture included; another seed differs."""
    reports = [try_out(name, tmp_path / str(n), seed) for n, seed in enumerate((7, 7, 8))]
    first, again, other = reports
    assert (first.metrics, first.guards) == (again.metrics, again.guards)
    pictures = [(tmp_path / str(n) / first.artifacts[0]).read_bytes() for n in range(3)]
    assert pictures[0] == pictures[1]
    ET.fromstring(pictures[0])  # noqa: S314  # our own text
    is_same = (first.metrics, pictures[0]) == (other.metrics, pictures[2])
    assert is_same is load(name).experiment.is_deterministic


def test_the_records_that_are_shipped_fit_the_code():
    """Each claim of the notes has runs of the code that is here, whatever the libraries."""
    web = NoteWeb.open(NOTES, model="none")
    cases = [
        case for claim in web.claims for case in open_cases(claim, web.evidence.workplace, "quick")
    ]
    stale = {
        case.evidence.experiment
        for case in cases
        if case.key and dict(case.key.code) not in [dict(r.parts.code) for r in case.ledger.records]
    }
    assert len(cases) > 20
    assert not stale, f"run `noteweb verify --vault notes` and commit notes/runs: {sorted(stale)}"
