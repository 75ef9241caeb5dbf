"""What processes hold that lies in no folder: files without a name, and shared memory.

A file that was deleted while open, and memory made by ``memfd_create``, have no name to be found
by, and take what they take until the last descriptor of them is closed. Here they are found by the
descriptors, each once however many hold it. A shared-memory file system of the run's own is asked
as a whole.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass

SHARED_MEMORY = "/dev/shm"  # noqa: S108  # no temporary file of ours
_MB = 2.0**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held beside resident memory and beside files with a name.

    Attributes
    ----------
    memory_mb : in shared memory, mapped or not
    disk_mb : in deleted files that are still open
    hidden : a process that does not let itself be looked at; None where each does
    """

    memory_mb: float = 0.0
    disk_mb: float = 0.0
    hidden: int | None = None


def find_held(pids: list[int], *, is_private: bool) -> Held:
    """Add up what these processes hold.

    With `is_private` the folder of shared memory is theirs alone, and all that lies in it counts;
    else only what they have open there. About 2 microseconds a descriptor.
    """
    ours = _device(SHARED_MEMORY)
    memory = {_unnamed_memory(), ours}
    in_memory: dict[tuple[int, int], int] = {}
    on_disk: dict[tuple[int, int], int] = {}
    for pid in pids:
        opened = _open_files(pid)
        if opened is None:
            return Held(hidden=pid)
        for found in opened:
            place = found.st_dev, found.st_ino
            if found.st_dev in memory:
                in_memory[place] = found.st_blocks * 512
            elif not found.st_nlink:
                on_disk[place] = found.st_blocks * 512
    n_bytes = sum(n for (device, _), n in in_memory.items() if not (is_private and device == ours))
    if is_private:
        n_bytes += _filled(SHARED_MEMORY) + _detached()
    return Held(memory_mb=n_bytes / _MB, disk_mb=sum(on_disk.values()) / _MB)


def _open_files(pid: int) -> list[os.stat_result] | None:
    """Give the plain files that a process has open; None where it may not be looked at.

    Every thread may have a table of its own.
    """
    found: dict[tuple[int, int], os.stat_result] = {}
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  # names alone, and fast
            folder = f"/proc/{pid}/task/{thread}"
            try:
                found |= _read_table(f"{folder}/fd")
            except PermissionError:
                # A thread that has ended belongs to root until it is waited for.
                if not _has_ended(folder):
                    return None
    return list(found.values())


def _read_table(folder: str) -> dict[tuple[int, int], os.stat_result]:
    found = {}
    with suppress(FileNotFoundError, ProcessLookupError):
        for name in os.listdir(folder):  # noqa: PTH208  # names alone, and fast
            with suppress(FileNotFoundError, ProcessLookupError):
                each = os.stat(f"{folder}/{name}")  # noqa: PTH116
                if stat.S_ISREG(each.st_mode):
                    found[each.st_dev, each.st_ino] = each
    return found


def _has_ended(thread: str) -> bool:
    """Tell whether a thread has given its memory back."""
    try:
        with open(f"{thread}/statm", "rb") as stream:  # noqa: PTH123
            return stream.read().startswith(b"0 ")
    except OSError:
        return True


def _unnamed_memory() -> int:
    """Give the device number of all memory made by ``memfd_create``."""
    try:
        descriptor = os.memfd_create("noteweb")
    except OSError:
        return -1
    try:
        return os.fstat(descriptor).st_dev
    finally:
        os.close(descriptor)


def _device(path: str) -> int:
    try:
        return os.stat(path).st_dev  # noqa: PTH116
    except OSError:
        return -1


def _filled(path: str) -> int:
    try:
        found = os.statvfs(path)
    except OSError:
        return 0
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _detached() -> int:
    """Give the bytes of System V segments that no process has mapped."""
    total = 0
    with (
        suppress(OSError, ValueError, IndexError),
        open("/proc/sysvipc/shm", encoding="ascii") as stream,  # noqa: PTH123
    ):
        head = stream.readline().split()
        n_mapped, resident = head.index("nattch"), head.index("rss")
        for line in stream:
            words = line.split()
            total += int(words[resident]) if words[n_mapped] == "0" else 0
    return total
