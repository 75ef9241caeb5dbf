"""The sandbox ``unshare``: own namespaces for users, mounts, network, messages and processes.

Entered by the warden, which has one thread; the run that it forks then gives up the capabilities
that the namespace gave, so it can undo nothing.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from noteweb.evidence import kernel
from noteweb.evidence.held import SHARED_MEMORY

_DEVICES = Path("/dev")
#: What programs expect of any machine; none of these holds or reaches anything.
_USUAL_DEVICES = ("null", "zero", "full", "random", "urandom")
_GPUS = ("nvidia*", "dri", "kfd")
#: Of what covers a folder, and of shared memory: no file there gives rights or is a device.
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounts:
    """What a run may see and change of the file system; everything else is read-only.

    Attributes
    ----------
    hidden : folders that are empty to it
    readable : what it may read inside hidden folders
    writable : the one folder it may write to
    devices : all that there is in ``/dev``
    """

    hidden: tuple[Path, ...]
    readable: tuple[Path, ...]
    writable: Path
    devices: tuple[Path, ...] = ()


def find_gpus() -> tuple[Path, ...]:
    """Give the devices of the machine's GPUs."""
    return tuple(path for pattern in _GPUS for path in sorted(_DEVICES.glob(pattern)))


def plan_mounts(folder: Path, *, needs_gpu: bool = False) -> Mounts:
    """Give the mounts for the task in `folder`.

    Hidden are the user's home, temporary folders, and ``/run`` with its sockets; inside them Python
    and its libraries stay readable.
    """
    # The variable HOME is the run's own already.
    import pwd

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    candidates = {home, Path("/home"), Path("/root"), Path("/tmp"), Path("/var/tmp"), Path("/run")}  # noqa: S108
    hidden = sorted({each.resolve() for each in candidates if each.is_dir() and each != Path("/")})
    outer = tuple(
        each
        for each in hidden
        if not any(each != other and each.is_relative_to(other) for other in hidden)
    )
    wanted = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[1]]
    wanted += [Path(entry) for entry in sys.path if entry]
    readable = {
        path.resolve()
        for path in wanted
        if path.exists()
        and any(path.resolve().is_relative_to(each) for each in outer)
        and not any(each.is_relative_to(path.resolve()) for each in outer)
    }
    usual = [path for name in _USUAL_DEVICES if (path := _DEVICES / name).exists()]
    return Mounts(
        hidden=outer,
        readable=(*sorted(readable), folder),
        writable=folder / "work",
        devices=(*usual, *(find_gpus() if needs_gpu else ())),
    )


def enter(mounts: Mounts, memory_mb: int = 64) -> None:
    """Move this process into namespaces of its own, with shared memory of twice `memory_mb`.

    That of processes holds what it forks next.

    Raises
    ------
    OSError : the kernel does not allow it
    """
    user, group = os.getuid(), os.getgid()
    kernel.unshare(
        kernel.CLONE_NEWUSER
        | kernel.CLONE_NEWNS
        | kernel.CLONE_NEWNET
        | kernel.CLONE_NEWIPC
        | kernel.CLONE_NEWPID
    )
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kept = (*mounts.readable, *mounts.devices)
    doors = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in kept}
    for path in (*mounts.hidden, _DEVICES):
        kernel.mount("tmpfs", str(path), "tmpfs", _PLAIN, "size=1m,mode=755")
    for path, door in doors.items():
        _mount_back(path, door)
    _furnish_devices(memory_mb)
    # In namespaces inside this one a run could mount what nobody counts.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    work = str(mounts.writable)
    kernel.mount(work, work, "", kernel.MS_BIND)
    kernel.set_read_only("/", is_on=True, is_recursive=True)
    for place in (work, SHARED_MEMORY):
        kernel.set_read_only(place, is_on=False)


def become_first(*descriptors: int) -> None:
    """Go on as the first process of the new namespace; with its end all others there end at once.

    No process in there can kill it. The one that this was called in waits for it and ends too;
    `descriptors` are closed in that one.
    """
    pid = os.fork()
    if pid:
        for each in descriptors:
            os.close(each)
        os._exit(1 if os.waitpid(pid, 0)[1] else 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    # Where /proc is covered in part, as in some containers, the old one stays.
    with suppress(OSError):
        kernel.mount("proc", "/proc", "proc", _PLAIN | kernel.MS_NOEXEC)


def _furnish_devices(memory_mb: int) -> None:
    """Make what is no device of the empty ``/dev``."""
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        (_DEVICES / name).symlink_to(f"/proc/self/fd/{number}")
    (_DEVICES / "fd").symlink_to("/proc/self/fd")
    Path(SHARED_MEMORY).mkdir()
    kernel.mount("tmpfs", SHARED_MEMORY, "tmpfs", _PLAIN, f"size={2 * memory_mb}m,mode=1777")


def _mount_back(path: Path, door: int) -> None:
    if not path.exists():
        is_folder = os.path.isdir(f"/proc/self/fd/{door}")  # noqa: PTH112  # no path, but a door
        (path if is_folder else path.parent).mkdir(parents=True, exist_ok=True)
        if not is_folder:
            path.touch()
    kernel.mount(f"/proc/self/fd/{door}", str(path), "", kernel.MS_BIND | kernel.MS_REC)
    os.close(door)
