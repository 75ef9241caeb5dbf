"""The process around one run: it starts the run, watches its limits, and leaves nothing behind.

Program: ``python -c BOOT FOLDER LEVEL CONTROL STATUS END``, started by
`noteweb.evidence.supervise`. ``CONTROL`` is a pipe from the parent: when it closes, the parent is
gone or wants the end, and the run is killed. ``STATUS`` is a pipe to the parent for one line of
JSON, the `End`; ``END`` is a file for the same line, for whoever comes after a parent that died.

All that the run starts becomes a child of the warden when its own parent ends (it is a
"subreaper"), so no process gets away by a double fork or a session of its own. In a sandbox it is
the first process of a namespace, or the only child of that, and whatever is in there ends with it:
so the run can neither outlive it nor outrun it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.evidence import kernel, proc
from noteweb.evidence.held import Held, find_held
from noteweb.evidence.task import read_task
from noteweb.model.run import RunStatus

if TYPE_CHECKING:
    from noteweb.evidence.task import Task
    from noteweb.lab import Limits

#: Between two looks at what the run uses. It may pass a limit by what it takes in that time.
_FIRST_POLL_S, _LAST_POLL_S = 0.002, 0.03
_DISK_POLL_S = 0.2
#: Looking at what is held takes longer than a look at memory; at most this share of the time.
_HELD_SHARE = 0.1
#: Helper processes of a well-behaved run end by themselves when it does.
_GRACE_S = 1.0
_MOST_PROCESSES = 256
#: Processes and threads that the kernel lets a run have at all, in case it outruns these looks.
MOST_TASKS = 4 * _MOST_PROCESSES
_OURS = 4  # in a namespace: its first process, bwrap's and the warden
_MOST_FILES = 20_000
#: Backstop only: libraries reserve far more address space than they use.
_ADDRESS_SPACE_MB = 1 << 16
_KILL_S = 5.0
#: Of the file in a task's folder in which the run's end is kept.
END = "end.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a run ended.

    Attributes
    ----------
    code : its exit status, or minus the signal that ended it
    stopped : the status that the warden ended it for; empty where it ended by itself
    started : seconds since 1970
    level : how far it was shut in
    """

    code: int = 0
    stopped: str = ""
    detail: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    memory_mb: float = 0.0
    started: float = 0.0
    level: str = ""


def main() -> None:
    """Run the task that the command line names, and report its end."""
    folder, level = Path(sys.argv[1]), sys.argv[2]
    pipes = control, status, kept = int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    task = read_task(json.loads((folder / "task.json").read_bytes()))
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    if level == "unshare":
        from noteweb.evidence.namespace import become_first, enter, plan_mounts

        enter(plan_mounts(folder, needs_gpu=task.needs_gpu), task.limits.memory_mb)
        become_first(*pipes)
    parent, started = os.getpid(), time.time()
    shut, door = os.pipe()
    pid = os.fork()
    if pid == 0:
        for each in (*pipes, door):
            os.close(each)
        os.read(shut, 1)
        os.close(shut)
        _become_child(task, folder, level, parent)
    # Else the run could reach the pipes of this process through /proc; only then may it begin.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    os.close(shut)
    os.close(door)
    work = folder / "work"
    is_alone = level != "limits"
    end = _Watch(pid=pid, control=control, limits=task.limits, work=work, is_alone=is_alone).run()
    line = json.dumps(asdict(replace(end, started=round(started, 3), level=level))).encode() + b"\n"
    with suppress(OSError):  # where the disk is full, a parent that lives knows all the same
        os.write(kept, line)
    os.write(status, line)


def _become_child(task: Task, folder: Path, level: str, parent: int) -> None:
    """Turn into the run; never returns."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    with suppress(OSError):
        # Where the whole machine runs out of memory, this process and no other is to go.
        Path("/proc/self/oom_score_adj").write_text("1000")
    _set_limits(task.limits)
    if level == "unshare":
        kernel.drop_privileges()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    work = folder / "work"
    os.chdir(work)
    sys.argv = [task.module or task.file]
    from noteweb.evidence.child import run_task

    run_task(task, folder / "code", work)
    sys.exit(0)


def _set_limits(limits: Limits) -> None:
    cpu_s = int(limits.cpu_s) + 2
    address = (4 * limits.memory_mb + _ADDRESS_SPACE_MB) << 20
    size = limits.disk_mb << 20
    # Counted for each user, on old kernels outside the namespace too, so those there are come on
    # top. It does not bind root, whom a control group does.
    n_tasks = proc.count_tasks() + MOST_TASKS
    for which, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 2),
        (resource.RLIMIT_AS, address, address),
        (resource.RLIMIT_FSIZE, size, size),
        (resource.RLIMIT_NOFILE, 1024, 1024),
        (resource.RLIMIT_NPROC, n_tasks, n_tasks),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(which)[1]
        known = [each for each in (most,) if each != resource.RLIM_INFINITY]
        resource.setrlimit(which, (min([soft, *known]), min([hard, *known])))


@dataclass(slots=True, kw_only=True)
class _Watch:
    """One run under watch.

    Attributes
    ----------
    is_alone : a namespace of processes holds the run, which ends with this process or before
    """

    pid: int
    control: int
    limits: Limits
    work: Path
    is_alone: bool  # processes and shared memory in sight are the run's own
    number: int = field(default_factory=proc.own_number)
    cpu_s: float = 0.0
    begun: float = field(default_factory=time.monotonic)
    peak_mb: float = 0.0
    code: int | None = None  # exit status, or minus the signal, once the run has ended
    next_disk_look: float = 0.0
    next_held_look: float = 0.0
    held: Held = field(default_factory=Held)

    def run(self) -> End:
        stopped, detail = self._wait()
        wall_s = time.monotonic() - self.begun
        if not stopped:
            stopped, detail = self._await_helpers()
        self._kill_all()
        if not stopped:
            self.held, self.next_disk_look = Held(), 0.0
            stopped, detail = self._look_at_disk() or ("", "")
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return End(
            code=self.code or 0,
            stopped=stopped,
            detail=detail,
            cpu_s=round(max(self.cpu_s, usage.ru_utime + usage.ru_stime), 3),
            wall_s=round(wall_s, 3),
            memory_mb=round(max(self.peak_mb, usage.ru_maxrss / 1024), 1),
        )

    def _wait(self) -> tuple[str, str]:
        """Wait until the run ends, a limit is passed or the parent speaks."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN | select.POLLHUP)
        with suppress(OSError):  # a kernel without it: the end is seen at the next look
            poll.register(os.pidfd_open(self.pid), select.POLLIN)
        pause_s = _FIRST_POLL_S
        while True:
            ready = [descriptor for descriptor, _ in poll.poll(1000 * pause_s)]
            if self.control in ready:
                return self._hear()
            self._reap()
            if self.code is not None:
                return "", ""
            if passed := self._look():
                return passed
            pause_s = min(1.5 * pause_s, _LAST_POLL_S)

    def _hear(self) -> tuple[str, str]:
        word = os.read(self.control, 100).decode()
        if word:
            return word, f"it wrote more than {self.limits.output_mb} MB"
        return RunStatus.KILLED, "the process that watched it is gone"

    def _look(self) -> tuple[str, str] | None:
        limits = self.limits
        if time.monotonic() - self.begun > limits.wall_s:
            return RunStatus.TIMEOUT, f"it ran for more than {limits.wall_s:g} s"
        if (found := self._find()) is None:
            return RunStatus.LEFTOVER, f"it started more than {_MOST_PROCESSES} processes"
        self._look_at_held(found)
        usage = proc.measure(found, limits.memory_mb, self.held.memory_mb)
        self.peak_mb = max(self.peak_mb, usage.memory_mb)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_s = max(self.cpu_s, usage.cpu_s + ended.ru_utime + ended.ru_stime)
        if self.cpu_s > limits.cpu_s:
            return RunStatus.CPU_LIMIT, f"it used more than {limits.cpu_s:g} CPU seconds"
        if usage.memory_mb > limits.memory_mb:
            return RunStatus.OOM, f"it held more than {limits.memory_mb} MB"
        if self.held.hidden is not None:
            return RunStatus.OOM, "a process of it hides what it holds"
        return self._look_at_disk()

    def _find(self) -> list[int] | None:
        """Give the run's processes; None where they are too many, found out quickly."""
        # The more they are, the less this process gets of the machine: first the one cheap look.
        is_own = self.is_alone and self.number == os.getpid()
        if is_own and proc.count_shown() > _MOST_PROCESSES + _OURS:
            return None
        found = proc.find_descendants(self.number, _MOST_PROCESSES)
        return None if len(found) > _MOST_PROCESSES else found

    def _look_at_held(self, pids: list[int]) -> None:
        begun = time.monotonic()
        if begun >= self.next_held_look:
            self.held = find_held(pids, is_private=self.is_alone)
            now = time.monotonic()
            self.next_held_look = now + (now - begun) / _HELD_SHARE

    def _look_at_disk(self) -> tuple[str, str] | None:
        if time.monotonic() < self.next_disk_look:
            return None
        n_bytes, n_files, hidden = proc.folder_size(self.work)
        self.next_disk_look = time.monotonic() + _DISK_POLL_S
        if n_bytes / 2**20 + self.held.disk_mb > self.limits.disk_mb:
            return RunStatus.DISK_LIMIT, f"it filled more than {self.limits.disk_mb} MB of disk"
        if n_files > _MOST_FILES:
            return RunStatus.DISK_LIMIT, f"it made more than {_MOST_FILES} files"
        if hidden:
            return RunStatus.DISK_LIMIT, "it made a folder that cannot be looked into"
        return None

    def _await_helpers(self) -> tuple[str, str]:
        """Give processes that the run left a moment to end."""
        until = time.monotonic() + _GRACE_S
        while left := proc.find_descendants(self.number, _MOST_PROCESSES):
            if time.monotonic() > until:
                return RunStatus.LEFTOVER, f"it left {len(left)} processes behind"
            time.sleep(_FIRST_POLL_S)
            self._reap()
        return "", ""

    def _kill_all(self) -> None:
        until = time.monotonic() + _KILL_S
        if self.is_alone:
            # The kernel ends the others with this process, however fast they multiply.
            self._reap()
            while self.code is None and time.monotonic() < until:
                proc.kill([self.pid])
                time.sleep(_FIRST_POLL_S)
                self._reap()
            return
        self._stop_all(until)
        while (left := proc.find_descendants(self.number)) and time.monotonic() < until:
            proc.kill(left)
            time.sleep(_FIRST_POLL_S)
            self._reap()
        self._reap()

    def _stop_all(self, until: float) -> None:
        """Stop what there is until nothing is new: while some run, others die no faster."""
        seen: set[int] = set()
        while (fresh := set(proc.find_descendants(self.number)) - seen) and (
            time.monotonic() < until
        ):
            proc.kill(list(fresh), signal.SIGSTOP)
            seen |= fresh

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.pid:
                    self.code = os.waitstatus_to_exitcode(status)
