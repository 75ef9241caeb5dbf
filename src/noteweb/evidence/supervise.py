"""One run from the outside: prepare its folder, start its warden, make its record final.

Whatever the run does, `supervise` gives a record for it, within its limits and a little; the run's
own word counts only where it ended well. A run that was stopped from above gives none.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from noteweb.evidence.atomic import read_plain, remove_folder
from noteweb.evidence.child import OUT, RECORD
from noteweb.evidence.sandbox import Level, import_paths, prefix
from noteweb.evidence.task import make_environment, write_task
from noteweb.evidence.warden import End
from noteweb.model.record import read_record
from noteweb.model.run import Artifact, RunRecord, RunStatus

if TYPE_CHECKING:
    from noteweb.evidence.task import Task

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1));"
    "from noteweb.evidence.warden import main; main()"
)
#: After its wall time a run has this long until its warden is no longer waited for.
_PATIENCE_S = 15.0
_LISTEN_S = 0.2
_CHUNK = 1 << 16
_LONGEST_RECORD = 4 << 20
_LARGEST_ARTIFACT = 1 << 30
_TAIL = 4000
_LONGEST_FAULT = 500
_OWN_FAULT = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
    signal.SIGTRAP,
    signal.SIGSYS,
}


class Stop(Protocol):
    """Something that can be asked whether to stop, such as ``threading.Event``."""

    def is_set(self) -> bool:
        """Tell whether to stop now."""
        ...


def supervise(task: Task, folder: Path, level: Level, stop: Stop) -> RunRecord | None:
    """Make the run in `folder` and give its record; None where it was told to stop.

    Artifacts lie in ``work/out`` afterwards; the folder is the caller's to remove.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    prepare(task, folder)
    process, control, status = _start(task, folder, level)
    talk = _Talk(task=task, process=process, control=control, status=status, stop=stop)
    try:
        end = talk.listen()
    finally:
        talk.close()
    if talk.is_stopped:
        return None
    record = _judge(task, folder, end)
    if not record.started:
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        record = replace(record, started=started, ended=ended, sandbox=level.value)
    if record.status is not RunStatus.OK and end is None:
        record = replace(record, detail=f"{record.detail}: {talk.tail()}"[:500])
    return record


def prepare(task: Task, folder: Path) -> None:
    """Lay out the folder of a task; whatever was there goes."""
    if folder.is_symlink():
        folder.unlink()
    remove_folder(folder)
    (folder / "work" / "tmp").mkdir(parents=True)
    (folder / "code").mkdir()
    for name, content in task.files.items():
        path = folder / "code" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "task.json").write_bytes(write_task(task))


def read_left_record(task: Task, folder: Path) -> RunRecord | None:
    """Give the record that a run left in its folder, if it is whole and that of this task.

    Artifacts are counted from what lies there; a link is none, since it could lead anywhere.
    """
    return _read_left(task, folder)[0]


def _read_left(task: Task, folder: Path) -> tuple[RunRecord | None, str]:
    """Give what `read_left_record` gives, and what is wrong with a report that is there."""
    if folder.is_symlink() or (folder / "work").is_symlink():
        return None, ""
    try:
        record = read_record(json.loads(read_plain(folder / "work" / RECORD, _LONGEST_RECORD)))
    except FileNotFoundError:
        return None, ""
    except OSError:
        return None, f"it is no plain file of at most {_LONGEST_RECORD >> 20} MB"
    except (ValueError, RecursionError) as error:
        return None, str(error)
    if record.parts != task.parts or record.attempt != task.attempt:
        return None, ""
    found = [read_artifact(folder, each.name) for each in record.artifacts]
    return replace(record, artifacts=tuple(each[0] for each in found if each)), ""


def read_artifact(folder: Path, name: str) -> tuple[Artifact, bytes] | None:
    """Give an artifact in a task's folder with its content; None where it is no plain file."""
    path = folder / "work" / OUT / name
    try:
        is_link = any(each.is_symlink() for each in path.parents[:3])
        if is_link or Path(name).name != name:
            return None
        data = read_plain(path, _LARGEST_ARTIFACT)
    except (OSError, ValueError):  # no file has a name with a NUL or half a character
        return None
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(name=name, path=name, sha256=digest, n_bytes=len(data)), data


def _start(task: Task, folder: Path, level: Level) -> tuple[subprocess.Popen[bytes], int, int]:
    read_control, control = os.pipe()
    status, write_status = os.pipe()
    command = [
        *prefix(level, folder, needs_gpu=task.needs_gpu, memory_mb=task.limits.memory_mb),
        *(sys.executable, "-s", "-P", "-B", "-X", "utf8", "-c", _BOOT),
        *(json.dumps(import_paths()), str(folder), level.value),
        *(str(read_control), str(write_status)),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603  # the command is put together here
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(read_control, write_status),
            cwd=folder / "work",
            env=make_environment(str(folder / "work"), os.environ, task.parts.seed),
            start_new_session=True,
        )
    except BaseException:
        os.close(control)
        os.close(status)
        raise
    finally:
        os.close(read_control)
        os.close(write_status)
    return process, control, status


@dataclass(slots=True, kw_only=True)
class _Talk:
    """The pipes to a warden and its run."""

    task: Task
    process: subprocess.Popen[bytes]
    control: int
    status: int
    stop: Stop
    is_stopped: bool = False
    n_output: int = 0
    output: bytes = b""
    report: bytes = b""
    begun: float = field(default_factory=time.monotonic)

    def listen(self) -> End | None:
        """Read both pipes until the warden has spoken and ended; None where it never spoke."""
        pipe = self.process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(self.status, selectors.EVENT_READ)
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ)
            # The run may pass its output pipe on to processes of its own, the status pipe it
            # cannot: the end of that one is the end.
            while self._is_due():
                for key, _ in selector.select(_LISTEN_S):
                    if key.fd == self.status:
                        if not (chunk := os.read(self.status, _CHUNK)):
                            return self._end()
                        self.report += chunk
                    elif not self._drain(key.fd):
                        selector.unregister(key.fileobj)
        return self._end()

    def close(self) -> None:
        """Make sure that nothing of the run is left, and let go of the pipes."""
        self._shut_control()
        try:
            self.process.wait(_PATIENCE_S if self.report or self.is_stopped else 1.0)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.status)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def tail(self) -> str:
        """Give the end of what the run wrote, in one line."""
        return " ".join(self.output.decode("utf-8", "replace").split())[-400:]

    def _is_due(self) -> bool:
        if self.stop.is_set():
            self.is_stopped = True
            self._shut_control()
            return False
        return time.monotonic() - self.begun < self.task.limits.wall_s + _PATIENCE_S

    def _drain(self, descriptor: int) -> bool:
        chunk = os.read(descriptor, _CHUNK)
        self.output = (self.output + chunk)[-_TAIL:]
        before, self.n_output = self.n_output, self.n_output + len(chunk)
        most = self.task.limits.output_mb << 20
        if before <= most < self.n_output and self.control >= 0:
            with suppress(BrokenPipeError):
                os.write(self.control, RunStatus.OUTPUT_LIMIT.encode())
        return bool(chunk)

    def _shut_control(self) -> None:
        if self.control >= 0:
            os.close(self.control)
            self.control = -1

    def _end(self) -> End | None:
        try:
            return End(**json.loads(self.report))
        except (ValueError, TypeError):
            return None


def _judge(task: Task, folder: Path, end: End | None) -> RunRecord:
    """Give the final record from how the run ended and what it left."""
    left, fault = _read_left(task, folder)
    blank = RunRecord(
        parts=task.parts,
        status=RunStatus.KILLED,
        detail="its warden ended without a word",
        is_deterministic=task.is_deterministic,
        attempt=task.attempt,
        executor=task.executor,
    )
    if end is None:
        return blank
    status, detail = _read_end(end)
    if status is None and fault:
        status, detail = RunStatus.INVALID, f"its report cannot be read: {fault}"[:_LONGEST_FAULT]
    elif status is None and left is None:
        status, detail = RunStatus.NO_RECORD, f"it ended with exit status {end.code}, no report"
    elif status is None and end.code != 0:
        status, detail = RunStatus.CRASH, f"exit status {end.code} after its report"
    record = left if status is None and left else replace(blank, status=status or blank.status)
    if status is not None:
        # Guards that had failed by then are still to be known.
        record = replace(record, detail=detail, guards=left.guards if left else ())
    return replace(record, cpu_s=end.cpu_s, wall_s=end.wall_s, memory_mb=end.memory_mb)


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
