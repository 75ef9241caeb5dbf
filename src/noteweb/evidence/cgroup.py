"""A bound on the processes of a run that holds root too: a control group of the kernel.

``RLIMIT_NPROC`` bounds every user but root, on any machine; this bounds root, where the machine
offers groups that it may write to.  A container often does not: there the warden's looks alone
bound a run, and one that multiplies quickly slows the machine until it is ended.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from noteweb.evidence import proc

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "noteweb"
_PAUSE_S = 0.01
#: Its last processes are the kernel's to end.
_EMPTY_S = 5.0
#: What it runs joins first; it runs without where the group has gone meanwhile.
_JOIN = 'echo 0 2>/dev/null >"$0"; exec "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A control group with a bound on its tasks, which are processes and their threads.

    `folder` is None where none is needed or none can be made: then nothing is bounded here.
    """

    folder: Path | None = None

    def prefix(self) -> list[str]:
        """Give what goes before a command for it to run in here."""
        if self.folder is None:
            return []
        return ["/bin/sh", "-c", _JOIN, str(self.folder / "cgroup.procs")]

    def has_refused(self) -> bool:
        """Tell whether the bound was ever reached."""
        words = _read(self.folder / "pids.events") if self.folder else []
        return words[:1] == ["max"] and words[1:2] != ["0"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left in here and take the group away."""
        until = time.monotonic() + _EMPTY_S
        while self.folder and not _remove(self.folder) and time.monotonic() < until:
            proc.kill([*map(int, _read(self.folder / "cgroup.procs"))])
            time.sleep(_PAUSE_S)


def make_group(n_tasks: int, system: Path = Path("/proc")) -> Group:
    """Give a group of at most so many tasks, where the user is root and the machine offers one."""
    for parent in _find_parents(system) if os.geteuid() == 0 else ():
        _sweep(parent, system)
        folder = parent / f"{_NAME}-{os.getpid()}-{os.urandom(4).hex()}"
        try:
            folder.mkdir()
            with (folder / "pids.max").open("r+") as stream:  # never made by opening it
                stream.write(str(n_tasks))
        except OSError:
            _remove(folder)
            continue
        return Group(folder=folder)
    return Group()


def _find_parents(system: Path) -> Iterator[Path]:
    """Give the folders in which a group may be made: version 1 of the kernel's, then version 2.

    In version 1 that is this process's own group; in version 2 a group with processes has none
    inside it, so it is the one above.
    """
    try:
        mounts = [line.split() for line in _read_lines(system / "self/mountinfo")]
        lines = [line.split(":", 2) for line in _read_lines(system / "self/cgroup")]
    except OSError:
        return
    own = {each: path for _, names, path in lines for each in names.split(",")}
    for words in mounts:
        root, place = words[3:5]
        kind, _, options = words[words.index("-") + 1 :][:3]
        if kind == "cgroup" and "pids" in options.split(",") and "pids" in own:
            yield _locate(Path(place), root, own["pids"])
    for words in mounts:
        root, place = words[3:5]
        if words[words.index("-") + 1] == "cgroup2" and own.get("", root) != root:
            yield _locate(Path(place), root, own[""]).parent


def _read_lines(path: Path) -> list[str]:
    return os.fsdecode(path.read_bytes()).splitlines()


def _locate(place: Path, root: str, path: str) -> Path:
    return place / os.path.relpath(path, root)


def _sweep(parent: Path, system: Path) -> None:
    """Take away the empty groups of processes that were killed before they could."""
    for folder in parent.glob(f"{_NAME}-*-*"):
        if not (system / folder.name.split("-")[1]).exists():
            _remove(folder)


def _read(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []


def _remove(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
