"""One run from the outside: prepare its folder, start its warden, make its record final.

Whatever the run does, `supervise` gives a record for it, within its limits and a little; what of it
is the run's own word, `noteweb.evidence.report` says. A run that was stopped from above gives none.
"""

from __future__ import annotations

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
from typing import TYPE_CHECKING, Protocol

from noteweb.evidence.atomic import remove_folder
from noteweb.evidence.cgroup import make_group
from noteweb.evidence.report import make_record
from noteweb.evidence.sandbox import Level, import_paths, prefix
from noteweb.evidence.task import make_environment, write_task
from noteweb.evidence.warden import END, MOST_TASKS, End
from noteweb.model.run import RunStatus

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.evidence.cgroup import Group
    from noteweb.evidence.task import Task
    from noteweb.model.run import RunRecord

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1));"
    "from noteweb.evidence.warden import main; main()"
)
#: After its wall time a run has this long until its warden is no longer waited for.
_PATIENCE_S = 15.0
_LISTEN_S = 0.2
_CHUNK = 1 << 16
_TAIL = 4000


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
    with make_group(MOST_TASKS) as group:
        talk = _start(task, folder, (level, group), stop)
        try:
            end = talk.listen()
        finally:
            talk.close()
        if talk.is_stopped:
            return None
        record = make_record(task, folder, end)
        if end is not None:
            return record
        silent = replace(
            record,
            detail=f"{record.detail}: {talk.tail()}",
            sandbox=level.value,
            wall_s=round(talk.wall_s, 3),
            started=started,
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return _explain_silence(silent, talk, group)


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


def _explain_silence(record: RunRecord, talk: _Talk, group: Group) -> RunRecord:
    """Say what is known from here of a run whose warden did not speak."""
    if group.has_refused():
        detail = "it started more processes than there may be, and its warden could say nothing"
        return replace(record, status=RunStatus.LEFTOVER, detail=detail)
    if talk.is_late:
        detail = f"it ran for more than {talk.task.limits.wall_s:g} s"
        detail += f", and its warden said nothing in {_PATIENCE_S:g} s more"
        return replace(record, status=RunStatus.TIMEOUT, detail=detail)
    return record


def _start(task: Task, folder: Path, how: tuple[Level, Group], stop: Stop) -> _Talk:
    level, group = how
    # Opened here: to the warden, inside a sandbox, the folder is read-only.
    end = os.open(folder / END, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    read_control, control = os.pipe()
    status, write_status = os.pipe()
    command = [
        *group.prefix(),
        *prefix(level, folder, needs_gpu=task.needs_gpu, memory_mb=task.limits.memory_mb),
        *(sys.executable, "-s", "-P", "-B", "-X", "utf8", "-c", _BOOT),
        *(json.dumps(import_paths()), str(folder), level.value),
        *map(str, (read_control, write_status, end)),
    ]
    try:
        process = subprocess.Popen(  # noqa: S603  # the command is put together here
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(read_control, write_status, end),
            cwd=folder / "work",
            env=make_environment(str(folder / "work"), os.environ, task.parts.seed),
            start_new_session=True,
        )
    except BaseException:
        os.close(control)
        os.close(status)
        raise
    finally:
        for each in (read_control, write_status, end):
            os.close(each)
    return _Talk(task=task, process=process, control=control, status=status, stop=stop)


@dataclass(slots=True, kw_only=True)
class _Talk:
    """The pipes to a warden and its run."""

    task: Task
    process: subprocess.Popen[bytes]
    control: int
    status: int
    stop: Stop
    is_stopped: bool = False
    is_late: bool = False  # the run had its wall time, and the warden had its patience
    wall_s: float = 0.0
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
        self.wall_s = time.monotonic() - self.begun
        os.close(self.status)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def tail(self) -> str:
        """Give the last line that was written: of an error in the warden, what it was."""
        lines = self.output.decode("utf-8", "replace").split("\n")
        told = [" ".join(line.split()) for line in lines if line.strip()]
        return told[-1][-400:] if told else "nothing was written"

    def _is_due(self) -> bool:
        if self.stop.is_set():
            self.is_stopped = True
            self._shut_control()
            return False
        self.is_late = time.monotonic() - self.begun >= self.task.limits.wall_s + _PATIENCE_S
        return not self.is_late

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
