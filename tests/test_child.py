"""The process of a run from the inside: what each end of an experiment leaves on record."""

from __future__ import annotations

import errno
import json
import sys
from dataclasses import replace

import pytest

from abuse import GOOD, make_task
from noteweb.evidence.child import OUT, RECORD, run_task
from noteweb.evidence.share import SHARE, read_share
from noteweb.model.record import read_record
from noteweb.model.run import RunStatus


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Make a run in the test's own process, which forgets what the run has loaded."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "stderr", sys.stderr)

    def run(task, *beside):
        work, code = tmp_path / "work", tmp_path / "code"
        work.mkdir()
        for name, content in task.files.items():
            path = code / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        run_task(task, code, work)
        assert {each.name for each in work.iterdir()} - {OUT} == {RECORD, *beside}
        return read_record(json.loads((work / RECORD).read_bytes()))

    return run


def test_a_report_is_left_with_the_tasks_own_parts(make):
    """Metrics, guards and files; what others know better is left to them."""
    task = make_task(f'{GOOD}\nctx.table("t").write_text("ab")', attempt=3, is_deterministic=True)
    record = make(task)
    assert (record.parts, record.attempt, record.status) == (task.parts, 3, RunStatus.OK)
    assert (record.detail, record.complaints) == ("", ())
    assert record.metrics == {"gap": 0.5}
    assert [(each.name, each.ok) for each in record.guards] == [("known", True)]
    assert [(each.name, each.n_bytes) for each in record.artifacts] == [("t.csv", 2)]
    assert (record.sandbox, record.started, record.machine, record.cpu_s) == ("", "", {}, 0)


def test_what_the_run_tells_of_itself_is_left_beside(make, tmp_path):
    """How far it is stands in a file that a watcher reads, and never in the way of the run."""
    body = 'ctx.progress(0.25, "a\\nb")\nctx.progress(0.5, "too soon after")\n' + GOOD
    assert make(make_task(body), SHARE).status is RunStatus.OK
    assert read_share(tmp_path / "work") == (0.25, "a b")


def test_a_report_that_breaks_the_declaration_is_invalid(make):
    """What was declared and not reported is named, in the detail as among the complaints."""
    record = make(make_task('ctx.metric("gap", float("nan"))'))
    assert record.status is RunStatus.INVALID
    assert [each.code for each in record.complaints] == ["not-finite", "missing-guard"]
    assert record.detail == "not-finite: gap is nan; missing-guard: known"


RAISED = {
    "memory": ("raise MemoryError", RunStatus.OOM, "MemoryError"),
    "exit": ("sys.exit('enough')", RunStatus.NO_RECORD, "it called sys.exit('enough')"),
    "disk": (
        f"raise OSError({errno.ENOSPC}, 'full')",
        RunStatus.DISK_LIMIT,
        f"OSError: [Errno {errno.ENOSPC}] full (toy.py:4)",
    ),
    "file": (
        "open('no-such-file')",
        RunStatus.ERROR,
        "FileNotFoundError: [Errno 2] No such file or directory: 'no-such-file' (toy.py:4)",
    ),
    "value": ("raise ValueError('a\\n b')", RunStatus.ERROR, "ValueError: a b (toy.py:4)"),
    "interrupt": ("raise KeyboardInterrupt", RunStatus.ERROR, "KeyboardInterrupt: (toy.py:4)"),
    "mute": (
        "class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute",
        RunStatus.ERROR,
        "Mute (toy.py:6)",
    ),
    "closed": (
        "sys.stderr = open(os.devnull, 'w')\nsys.stderr.close()\nraise ValueError('no')",
        RunStatus.ERROR,
        "ValueError: no (toy.py:6)",
    ),
    "surrogate": (
        "raise ValueError(chr(0xdc80))",
        RunStatus.ERROR,
        "ValueError: \\udc80 (toy.py:4)",
    ),
}


@pytest.mark.parametrize("name", RAISED)
def test_what_is_raised_has_its_status_and_place(make, name):
    """One line says what was raised and where in the experiment, and is never raised further."""
    body, status, detail = RAISED[name]
    record = make(make_task(f'ctx.guard("known", ok=False)\n{body}'))
    assert (record.status, record.detail) == (status, detail)
    assert [each.ok for each in record.guards] == [False]
    assert (record.artifacts, record.complaints) == ((), ())


def test_a_long_message_keeps_its_place(make):
    """The line is cut so that the place still stands at its end."""
    record = make(make_task("raise ValueError('x' * 9999)"))
    assert len(record.detail) == 500
    assert record.detail.endswith("x (toy.py:3)")


def test_an_error_while_loading_is_the_runs_own(make):
    """A file that is no experiment is an error on record."""
    task = make_task("pass", files={"experiments/toy.py": b"import no_such_module_at_all"}.items())
    record = make(task)
    assert record.status is RunStatus.ERROR
    assert record.detail == (
        "ModuleNotFoundError: No module named 'no_such_module_at_all' (toy.py:1)"
    )


def test_a_file_that_python_does_not_load_is_an_error(make):
    """What has no loader is told by its name."""
    task = make_task("pass", files={"experiments/toy.txt": b""}.items())
    record = make(replace(task, file="experiments/toy.txt"))
    assert record.status is RunStatus.ERROR
    assert record.detail.startswith("ImportError")


def test_the_folder_of_the_file_comes_first(make):
    """Its neighbours are imported before anything installed of the same name."""
    files = {"experiments/json.py": b"value = 0.25\n", "experiments/near.py": b"value = 0.5\n"}
    body = 'import near\nctx.guard("known", ok=True)\nctx.metric("gap", near.value)'
    record = make(make_task(body, files=files.items()))
    assert record.metrics == {"gap": 0.5}
    assert sys.path[0].endswith("experiments")


def test_an_installed_experiment_is_imported_by_its_name(make, tmp_path, monkeypatch):
    """A module is taken from where Python finds it; it has the task's parameters and seed."""
    (tmp_path / "an_installed_toy.py").write_text(
        "def run(ctx, params, seed):\n"
        "    ctx.guard('known', ok=ctx.profile == 'quick')\n"
        "    ctx.metric('gap', seed + len(params))\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    task = make_task("pass")
    record = make(replace(task, module="an_installed_toy", file="", files={}))
    assert (record.status, record.metrics) == (RunStatus.OK, {"gap": 7.0})
