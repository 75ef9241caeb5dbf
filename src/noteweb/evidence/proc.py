"""Processes below this one, read from /proc: who they are, what they use."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
_MB = 2.0**20
_MOST = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What processes use together; `cpu_s` with that of children they have waited for."""

    n_processes: int
    cpu_s: float
    memory_mb: float


def own_number() -> int:
    """Give this process's number as /proc has it, which may be that of a namespace above."""
    return int(Path("/proc/self").readlink().name)


def count_shown() -> int:
    """Give how many processes /proc shows, at the least cost there is."""
    return sum(name.isdigit() for name in os.listdir("/proc"))  # noqa: PTH208  # names alone


def count_tasks() -> int:
    """Give how many threads there are on the whole machine; 0 where it does not tell."""
    try:
        return int(_read("/proc/loadavg").split()[3].partition(b"/")[2])
    except (OSError, ValueError, IndexError):
        return 0


def find_descendants(pid: int, most: int = _MOST) -> list[int]:
    """Give every process below `pid`, parents before children; beyond `most` it looks no further.

    Processes may multiply faster than they are found.
    """
    found: list[int] = []
    waiting = [pid]
    while waiting and len(found) <= most:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def measure(pids: list[int], enough_mb: float) -> Usage:
    """Add up what the processes use.

    Resident memory counts pages that processes share once for each; where that sum is beyond
    `enough_mb`, the slower count is taken that shares them out.
    """
    cpu_s = sum(map(_cpu_s, pids))
    memory_mb = sum(map(_resident_mb, pids))
    if memory_mb > enough_mb and len(pids) > 1:
        memory_mb = sum(map(_proportional_mb, pids))
    return Usage(n_processes=len(pids), cpu_s=cpu_s, memory_mb=memory_mb)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to each; those that are gone are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def folder_size(folder: Path) -> tuple[int, int]:
    """Give the bytes that the folder takes on disk, and how many files lie in it."""
    n_bytes = n_files = 0
    waiting = [os.fspath(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                n_files += 1
                with suppress(OSError):
                    n_bytes += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return n_bytes, n_files


def _children(pid: int) -> list[int]:
    """Give the direct children: each thread of a process has its own list."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  # names alone, and fast
            with suppress(OSError):
                text = _read(f"/proc/{pid}/task/{thread}/children")
                found += [int(word) for word in text.split()]
    return found


def _cpu_s(pid: int) -> float:
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        return sum(map(int, fields[11:15])) * _TICK_S  # utime, stime, cutime, cstime
    except (OSError, ValueError):
        return 0.0


def _resident_mb(pid: int) -> float:
    try:
        return int(_read(f"/proc/{pid}/statm").split()[1]) * _PAGE_MB
    except (OSError, ValueError, IndexError):
        return 0.0


def _proportional_mb(pid: int) -> float:
    try:
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError, IndexError):
        return 0.0
    return 0.0


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)
