"""How far a run is shut in: the level that works on this machine, found by trying it.

=============================================  =======  =========  ==========
held back                                      bwrap    unshare    limits
=============================================  =======  =========  ==========
CPU and wall time, memory, its folder's size,  yes      yes        yes
output, processes (root's: see ``cgroup``)
its own environment without the user's keys    yes      yes        yes
environments of other processes                yes      yes        no
network, also to this machine                  yes      yes        no
reading the home folder, ``/tmp``, ``/run``    yes      yes        no
writing anywhere but its work folder           yes      yes        no
seeing or signalling other processes           yes      yes        no
devices of the machine                         yes      yes        by rights
living on when it kills its warden             yes      yes        no
=============================================  =======  =========  ==========

No level holds back: reading what is readable outside those folders (the vault, if it lies there),
use of a hole in the kernel, and false reports, for an experiment is what says how it went. At the
level ``limits`` code that wants to do harm can do what its user can; the limits then guard against
accidents alone. `tests/faults/sandbox.py` tries each of these.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from enum import StrEnum
from functools import cache
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING

from noteweb.errors import SandboxUnavailable
from noteweb.evidence.held import SHARED_MEMORY
from noteweb.evidence.namespace import find_gpus, plan_mounts

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROBE_S = 20.0
#: Tries what a sandbox must prevent; ends with 0 where it may write to its folder and nothing else.
_PROBE = """\
import os, socket, sys
sys.path[:] = {paths!r}
if {level!r} == "unshare":
    from pathlib import Path
    from noteweb.evidence import kernel
    from noteweb.evidence.namespace import enter, plan_mounts
    enter(plan_mounts(Path({folder!r})))
    kernel.drop_privileges()
open(os.path.join({folder!r}, "work", "own"), "w").close()
for attempt in (
    lambda: open(os.path.join({folder!r}, "foreign"), "w"),
    lambda: open({hidden!r}),
    lambda: socket.create_connection(("127.0.0.1", {port}), 1),
):
    try:
        attempt()
    except OSError:
        continue
    sys.exit(3)
"""


class Level(StrEnum):
    """How far a run is shut in, the strictest first."""

    BWRAP = "bwrap"
    UNSHARE = "unshare"
    LIMITS = "limits"


@cache
def choose_level() -> tuple[Level, str]:
    """Give the strictest level that works here, and why no stricter one does."""
    reasons: list[str] = []
    for level in (Level.BWRAP, Level.UNSHARE):
        reason = probe(level)
        if not reason:
            return level, "; ".join(reasons)
        reasons.append(f"{level}: {reason}")
    return Level.LIMITS, "; ".join(reasons)


def require_level(*, is_sandbox_required: bool) -> Level:
    """Give the level to run at.

    Raises
    ------
    SandboxUnavailable : only limits work here, and that is not enough
    """
    level, reason = choose_level()
    if is_sandbox_required and level is Level.LIMITS:
        raise SandboxUnavailable(reason)
    return level


def probe(level: Level) -> str:
    """Try the level; give the reason why it does not hold, empty where it does."""
    if level is Level.LIMITS:
        return ""
    if level is Level.BWRAP and shutil.which("bwrap") is None:
        return "not installed"
    with tempfile.TemporaryDirectory() as outer, create_server(("127.0.0.1", 0)) as server:
        folder, hidden = Path(outer).resolve() / "task", Path(outer).resolve() / "hidden"
        (folder / "work").mkdir(parents=True)
        hidden.touch()
        program = _PROBE.format(
            paths=import_paths(),
            level=level.value,
            folder=str(folder),
            hidden=str(hidden),
            port=server.getsockname()[1],
        )
        return _try([*prefix(level, folder), sys.executable, "-s", "-P", "-B", "-c", program])


def prefix(
    level: Level, folder: Path, *, needs_gpu: bool = False, memory_mb: int = 64
) -> list[str]:
    """Give what goes before the command of a run in `folder`.

    `memory_mb` is the run's limit. Its shared memory may be twice as large before the kernel
    refuses, so that the warden's word comes first.
    """
    if level is not Level.BWRAP:
        return []
    mounts = plan_mounts(folder)
    command = ["bwrap", "--die-with-parent", "--unshare-all", "--new-session", "--cap-drop", "ALL"]
    command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    command += [*_own_users(), *_sized(memory_mb << 21), "--tmpfs", SHARED_MEMORY]
    if needs_gpu:
        for device in find_gpus():
            command += ["--dev-bind-try", str(device), str(device)]
    for path in mounts.hidden:
        command += ["--tmpfs", str(path)]
    for path in mounts.readable:
        command += ["--ro-bind", str(path), str(path)]
    command += ["--bind", str(mounts.writable), str(mounts.writable)]
    for path in (Path("/dev"), *mounts.hidden):
        command += ["--remount-ro", str(path)]
    return [*command, "--chdir", str(mounts.writable)]


def import_paths() -> list[str]:
    """Give the folders that this process imports from, for a run to have the same libraries.

    The folder of the program and the current folder are none of them.
    """
    program = str(Path(sys.argv[0]).resolve().parent) if sys.argv and sys.argv[0] else ""
    here = os.fspath(Path.cwd())
    own = str(Path(__file__).parents[2])
    paths = [str(Path(entry).absolute()) for entry in sys.path if entry]
    kept = [path for path in paths if path not in {program, here} or path == own]
    return list(dict.fromkeys([*kept, own]))


@cache
def _own_users() -> tuple[str, ...]:
    """Give the words that forbid namespaces inside, in which a run could mount what nobody counts.

    Older bwrap does not know them, and one that is setuid may not take them.
    """
    words = ("--unshare-user", "--disable-userns")
    return () if _try(["bwrap", *words, "--ro-bind", "/", "/", "true"]) else words


@cache
def _sized(n_bytes: int) -> tuple[str, ...]:
    """Give the words that bound the next file system in memory; older bwrap knows none."""
    words = ("--size", str(n_bytes))
    trial = ["bwrap", "--ro-bind", "/", "/", *words, "--tmpfs", SHARED_MEMORY, "true"]
    return () if _try(trial) else words


def _try(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # the command is put together here
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else f"it does not hold (exit status {done.returncode})"
