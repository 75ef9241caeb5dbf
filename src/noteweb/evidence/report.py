"""What a run has left, held against what its supervisor and its warden know better.

Of the run's own report there count its metrics, guards, complaints and files, and how it says that
its code ended. Everything else on record (key, seed, attempt, how it ended, what it used, where,
when and with which versions) comes from the task, the warden and this process, and a report that
breaks the declaration is `invalid` whatever it calls itself.
"""

from __future__ import annotations

import hashlib
import json
import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from noteweb.evidence.atomic import read_plain
from noteweb.evidence.child import OUT, RECORD
from noteweb.evidence.host import describe_machine, list_versions
from noteweb.evidence.warden import END, End
from noteweb.lab import is_artifact_name
from noteweb.model.record import read_record
from noteweb.model.run import Artifact, Complaint, GuardKind, GuardResult, RunRecord, RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noteweb.evidence.task import Task

_LONGEST_RECORD = 4 << 20
_LONGEST_END = 10_000
_LONGEST_TEXT = 500
_MOST_COMPLAINTS = 20
#: How a run is ended whose supervisor has died: it is made again.
_WITH_ITS_PARENT = RunStatus.KILLED
#: How code may say that it ended; the other ways are seen from outside.
_OWN_WORD = {
    RunStatus.OK,
    RunStatus.INVALID,
    RunStatus.ERROR,
    RunStatus.NO_RECORD,
    RunStatus.OOM,
    RunStatus.DISK_LIMIT,
}
_OWN_FAULT = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
    signal.SIGTRAP,
    signal.SIGSYS,
}


def make_record(task: Task, folder: Path, end: End | None) -> RunRecord:
    """Give the final record from how the run ended and what it left."""
    blank = RunRecord(
        parts=task.parts,
        status=RunStatus.KILLED,
        detail="its warden ended without a word",
        is_deterministic=task.is_deterministic,
        attempt=task.attempt,
        versions=list_versions(task.parts.libraries),
        machine=describe_machine(),
        executor=task.executor,
    )
    if end is None:
        return blank
    known = replace(
        blank,
        sandbox=end.level,
        cpu_s=end.cpu_s,
        wall_s=end.wall_s,
        memory_mb=end.memory_mb,
        started=_write_time(end.started),
        ended=_write_time(end.started + end.wall_s),
    )
    report, fault = _read_report(task, folder)
    status, detail = _read_end(end)
    if status is None and fault:
        status, detail = RunStatus.INVALID, f"its report cannot be read: {fault}"
    elif status is None and report is None:
        status, detail = RunStatus.NO_RECORD, f"it ended with exit status {end.code}, no report"
    elif status is None and end.code != 0:
        status, detail = RunStatus.CRASH, f"exit status {end.code} after its report"
    if status is None and report is not None:
        return _accept(task, folder, known, report)
    # Guards that had failed by then are still to be known.
    guards = _read_guards(task, report) if report else ()
    return replace(known, status=status or known.status, detail=_cut(detail), guards=guards)


def read_left_record(task: Task, folder: Path) -> RunRecord | None:
    """Give the record of a run that ended before its supervisor died; None where it did not.

    That it ended, and how, is the warden's word, in a file that a run in a sandbox cannot write to.
    """
    if folder.is_symlink() or (folder / "work").is_symlink():
        return None
    try:
        end = End(**json.loads(read_plain(folder / END, _LONGEST_END)))
        return None if end.stopped == _WITH_ITS_PARENT else make_record(task, folder, end)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return None  # no word of a warden


def read_artifact(folder: Path, name: str, most: int) -> tuple[Artifact, bytes] | None:
    """Give an artifact in a task's folder with its content; None where it is no plain file.

    A link is none, since it could lead anywhere.
    """
    path = folder / "work" / OUT / name
    try:
        if not is_artifact_name(name) or any(each.is_symlink() for each in path.parents[:3]):
            return None
        data = read_plain(path, most)
    except (OSError, ValueError):  # no file has a name with half a character
        return None
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(name=name, path=name, sha256=digest, n_bytes=len(data)), data


def _read_report(task: Task, folder: Path) -> tuple[RunRecord | None, str]:
    """Give what the run says, if it says it of this task, and what is wrong where it is there."""
    try:
        report = read_record(json.loads(read_plain(folder / "work" / RECORD, _LONGEST_RECORD)))
    except FileNotFoundError:
        return None, ""
    except OSError:
        return None, f"it is no plain file of at most {_LONGEST_RECORD >> 20} MB"
    except (ValueError, RecursionError) as error:
        return None, str(error)
    if report.parts != task.parts or report.attempt != task.attempt:
        return None, ""
    if report.status not in _OWN_WORD:
        return None, f"status: {report.status.value!r} is not the run's to say"
    return report, ""


def _accept(task: Task, folder: Path, known: RunRecord, report: RunRecord) -> RunRecord:
    """Take over what only the run can know."""
    status, detail = report.status, report.detail
    complaints = report.complaints
    if status is RunStatus.OK:
        complaints = (*complaints, *_find_breaches(task, report))
        if complaints:
            status = RunStatus.INVALID
            detail = "; ".join(f"{each.code}: {each.detail}" for each in complaints)
    return replace(
        known,
        status=status,
        detail=_cut(detail),
        metrics={name: report.metrics[name] for name in task.metrics if name in report.metrics},
        guards=_read_guards(task, report),
        artifacts=tuple(_find_artifacts(task, folder, report)),
        complaints=tuple(
            Complaint(code=_cut(each.code), detail=_cut(each.detail))
            for each in complaints[:_MOST_COMPLAINTS]
        ),
    )


def _read_guards(task: Task, report: RunRecord) -> tuple[GuardResult, ...]:
    """Give the declared guards, each once and not met where it was not every time."""
    found: dict[str, GuardResult] = {}
    for each in report.guards:
        held = found.get(each.name)
        if each.name in task.guards and (held is None or held.ok):
            kind = GuardKind(task.guards[each.name])
            found[each.name] = replace(each, detail=_cut(each.detail), kind=kind)
    return tuple(found.values())


def _find_breaches(task: Task, report: RunRecord) -> Iterator[Complaint]:
    """Give what the report has more, less or oftener than was declared."""
    metrics, guards = Counter(report.metrics.keys()), Counter(each.name for each in report.guards)
    for kind, declared, names in (
        ("metric", set(task.metrics), metrics),
        ("guard", task.guards.keys(), guards),
    ):
        for code, found in (
            (f"undeclared-{kind}", names.keys() - declared),
            (f"missing-{kind}", declared - names.keys()),
            (f"{kind}-twice", {name for name, count in names.items() if count > 1}),
        ):
            yield from (Complaint(code=code, detail=name) for name in sorted(found))


def _find_artifacts(task: Task, folder: Path, report: RunRecord) -> Iterator[Artifact]:
    """Give the files that lie there, each once, and no more bytes than the run had of disk.

    A file full of holes takes none, and many names may belong to one file.
    """
    left = task.limits.disk_mb << 20
    for name in dict.fromkeys(each.name for each in report.artifacts):
        if found := read_artifact(folder, name, left):
            left -= found[0].n_bytes
            yield found[0]


def _read_end(end: End) -> tuple[RunStatus | None, str]:
    """Give the status that the end alone decides, None where the run's own report does."""
    if end.stopped:
        return RunStatus(end.stopped), end.detail
    if end.code >= 0:
        return None, ""
    name = signal.Signals(-end.code).name if -end.code in set(signal.Signals) else str(end.code)
    if -end.code == signal.SIGXCPU:
        return RunStatus.CPU_LIMIT, name
    if -end.code == signal.SIGXFSZ:
        return RunStatus.DISK_LIMIT, name
    return (RunStatus.CRASH if -end.code in _OWN_FAULT else RunStatus.KILLED), f"ended by {name}"


def _write_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
