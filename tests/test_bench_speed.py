"""`noteweb bench speed` measures on a copy, and says what it could not set beside."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import jsonschema
import pytest

from noteweb.bench import rival, speed
from noteweb.bench.process import run_command
from noteweb.cli import run
from noteweb.errors import PeerFailed
from noteweb.schema import read_schema

SMALL = Path(__file__).parent / "vaults" / "small"


@pytest.fixture
def vault(tmp_path):
    """Give a copy of the small vault that goes without a model."""
    root = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    (root / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    return root


def read_files(root):
    """Give what each file of the vault holds."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def bench(vault, *tasks, notes=3):
    """Give the command that measures these tasks once."""
    only = [word for task in tasks for word in ("--only", task)]
    command = ["bench", "speed", "--vault", str(vault), "--notes", str(notes), "--runs", "1"]
    return [*command, *only, "--quiet"]


def test_tasks_are_measured_on_a_copy(vault, capsys):
    """Each task has a figure, no note is touched, and the answer fits its schema."""
    before = read_files(vault)
    assert run([*bench(vault, "query", "edit"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(read_schema("bench-speed-result")).validate(found)
    assert read_files(vault) == before
    own = [each for each in found["figures"] if each["tool"] == "noteweb"]
    assert [each["task"] for each in own] == ["query", "edit"]
    assert all(each["cpu_s"] > 0 and each["peak_mb"] > 10 for each in own)
    assert found["n_notes"] == 3
    assert found["n_passages"] >= found["n_encoded"] > 0


def test_what_is_not_installed_is_told(vault, capsys, monkeypatch):
    """A program that is not there is one line, with what installs it."""
    missing = rival.Rival(tool="nobody", package="no-such", install="pip x", steps=("help",))
    monkeypatch.setattr(speed, "RIVALS", (missing,))
    assert run(bench(vault, "help")) == 0
    out = capsys.readouterr().out
    assert "noteweb --help" in out
    assert "nobody is not installed: pip x" in out


def test_a_program_that_fails_costs_no_other_figure(vault, capsys, monkeypatch):
    """What another program fails with stands in its line."""
    broken = rival.Rival(tool="nobody", package="pytest", install="pip x", steps=("help",))
    monkeypatch.setattr(speed, "RIVALS", (broken,))
    assert run(bench(vault, "help")) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "nobody" in line]
    assert "KeyError" in line


def test_an_unknown_task_is_refused(vault, capsys):
    """A task that there is not is refused with the list."""
    assert run(bench(vault, "cooking")) == 2
    assert "there are: help, graph" in capsys.readouterr().err


def test_memory_is_the_commands_own():
    """The peak is that of the command, however large the process that measures it."""
    held = bytearray(300_000_000)
    small = run_command([sys.executable, "-c", "pass"])
    large = run_command([sys.executable, "-c", "x = b'1' * 200_000_000"])
    assert len(held) > 0
    assert small.peak_mb < 100 < large.peak_mb


def test_a_command_that_fails_is_told_by_its_last_line():
    """An exit code beyond 1 is an error that names what the command said last."""
    with pytest.raises(PeerFailed, match="boom"):
        run_command([sys.executable, "-c", "import sys; sys.stderr.write('boom'); sys.exit(5)"])
