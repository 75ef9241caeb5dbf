"""The process of one run: load the experiment, run it, leave the record, end.

It is forked from its warden, already inside the sandbox. The record is written under another name
and renamed, so that it is there whole or not at all; what happens after it cannot take it back.
"""

from __future__ import annotations

import errno
import importlib
import importlib.util
import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.evidence.atomic import write_atomic
from noteweb.evidence.share import ShareFile
from noteweb.lab import Context
from noteweb.model.record import write_record
from noteweb.model.run import Artifact, Complaint, RunRecord, RunStatus

if TYPE_CHECKING:
    from types import ModuleType

    from noteweb.evidence.task import Task
    from noteweb.lab import Report

RECORD = "record.json"
OUT = "out"  # artifacts, below the work folder
_MODULE = "noteweb_experiment"
_LONGEST_DETAIL = 500
_NO_SPACE = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def run_task(task: Task, code: Path, work: Path) -> None:
    """Run the task with the files under `code`, and leave its report in `work`.

    It tells what only the run can know; `noteweb.evidence.report` adds how it ended, what it used,
    when and where.
    """
    context = Context(
        task.declaration(),
        seed=task.parts.seed,
        out=work / OUT,
        profile=task.parts.profile,
        on_progress=ShareFile(work),
    )
    status, detail = _attempt(task, code, context)
    report = context.close()
    ok = status is RunStatus.OK
    record = RunRecord(
        parts=task.parts,
        status=report.status if ok else status,
        detail=detail or _describe(report.complaints),
        metrics=report.metrics,
        guards=report.guards,
        artifacts=_list_artifacts(report, work) if ok else (),
        # Of a run that did not come to its end nothing more is asked.
        complaints=report.complaints if ok else (),
        is_deterministic=task.is_deterministic,
        attempt=task.attempt,
    )
    text = json.dumps(write_record(record), allow_nan=False)  # ASCII: lone surrogates are escaped
    write_atomic(work / RECORD, text.encode())


def _attempt(task: Task, code: Path, context: Context) -> tuple[RunStatus, str]:
    """Run the experiment and say how it ended; whatever it raises is its own affair."""
    try:
        module = _load(task, code)
        module.run(context, dict(task.parts.params), task.parts.seed)
    except MemoryError:
        return RunStatus.OOM, "MemoryError"
    except SystemExit as error:
        return RunStatus.NO_RECORD, f"it called sys.exit({error.code!r})"
    except OSError as error:
        status = RunStatus.DISK_LIMIT if error.errno in _NO_SPACE else RunStatus.ERROR
        return status, _explain(error)
    except BaseException as error:  # noqa: BLE001  # the boundary between its code and ours
        return RunStatus.ERROR, _explain(error)
    return RunStatus.OK, ""


def _load(task: Task, code: Path) -> ModuleType:
    if task.module:
        return importlib.import_module(task.module)
    path = code / task.file
    # As for a script, the folder it lies in comes first.
    sys.path.insert(0, os.fspath(path.parent))
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise ImportError(name=task.file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    spec.loader.exec_module(module)
    return module


def _explain(error: BaseException) -> str:
    """Give the error in one line, with the last place in the experiment's own files."""
    with suppress(Exception):  # the run may have closed or replaced its standard error
        traceback.print_exception(error)
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # an error that cannot even say what it is
        text = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    places = [frame for frame in frames if "noteweb/evidence" not in frame.filename]
    place = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
    line = " ".join(text.split())[: _LONGEST_DETAIL - len(place)] + place
    return line.encode("utf-8", "backslashreplace").decode()


def _describe(complaints: tuple[Complaint, ...]) -> str:
    return "; ".join(f"{each.code}: {each.detail}" for each in complaints)[:_LONGEST_DETAIL]


def _list_artifacts(report: Report, work: Path) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(name=name, path=name, n_bytes=(work / OUT / name).stat().st_size)
        for name in report.artifacts
    )
