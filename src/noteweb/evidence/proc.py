"""Processes below this one, read from /proc: who they are, what they use."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
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


def measure(pids: list[int], enough_mb: float, held_mb: float = 0.0) -> Usage:
    """Add up what the processes use, and the shared memory that was found beside it.

    Resident memory counts pages that processes share once for each, and shared memory may be
    resident too; where that sum is beyond `enough_mb`, the slower count is taken that shares pages
    out and counts shared memory once: the greater of what is mapped and what was found.
    """
    cpu_s = sum(map(_cpu_s, pids))
    memory_mb = sum(map(_resident_mb, pids)) + held_mb
    if memory_mb > enough_mb and (len(pids) > 1 or held_mb):
        parts = [_proportional_mb(pid) for pid in pids]
        mapped_mb = sum(shared for _, shared in parts)
        memory_mb = sum(own for own, _ in parts) + max(mapped_mb, held_mb)
    return Usage(n_processes=len(pids), cpu_s=cpu_s, memory_mb=memory_mb)


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to each; those that are gone are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def folder_size(folder: Path) -> tuple[int, int, str]:
    """Give the bytes that the folder takes on disk, how many files lie in it, and what hides.

    What hides is the first folder that cannot be looked into, because its rights or the length of
    its path forbid it; empty where there is none.
    """
    n_bytes = n_files = 0
    hidden = ""
    waiting = [os.fspath(folder)]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    n_files += 1
                    with suppress(FileNotFoundError):
                        n_bytes += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone or replaced since it was listed
        except OSError:
            hidden = hidden or path
    return n_bytes, n_files, hidden


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
    if n_pages := _resident_pages(f"/proc/{pid}/statm"):
        return n_pages * _PAGE_MB
    # Where the first thread has ended, the others still hold what the process has.
    with suppress(OSError):
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  # names alone, and fast
        if len(threads) > 1:
            pages = (_resident_pages(f"/proc/{pid}/task/{thread}/statm") for thread in threads)
            return max(pages) * _PAGE_MB
    return 0.0


def _resident_pages(path: str) -> int:
    try:
        return int(_read(path).split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _proportional_mb(pid: int) -> tuple[float, float]:
    """Give a process's part of its memory: what is its own or a file's, and what is shared memory.

    Where the kernel does not tell them apart (before Linux 5.4), all is taken for its own; where
    it tells nothing, resident memory is.
    """
    found: dict[bytes, float] = {}
    with suppress(OSError, ValueError, IndexError):
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith(b"Pss"):
                words = line.split()
                found[words[0]] = int(words[1]) / 1024
    if b"Pss:" not in found:
        return _resident_mb(pid), 0.0
    shared = found.get(b"Pss_Shmem:", 0.0)
    return found[b"Pss:"] - shared, shared


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)
