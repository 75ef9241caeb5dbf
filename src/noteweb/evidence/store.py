"""Where runs work and what they leave: task folders in the cache, artifacts beside the ledgers.

A run is locked while somebody makes it, by a lock that ends with its holder: two ``verify`` never
make the same run, and one that was killed blocks nobody.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed
from noteweb.evidence.atomic import remove_folder, write_atomic
from noteweb.evidence.report import read_artifact, read_left_record
from noteweb.evidence.workplace import RUNS
from noteweb.journal import refuse_links
from noteweb.ledger import name_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.evidence.task import Task
    from noteweb.model.run import RunRecord

ARTIFACTS = "artifacts"
_TASK_NAME = re.compile(r"[0-9a-f]{32}-[0-9]{1,20}")
_KEPT_S = 86_400.0  # what a killed run has finished is taken up, if at all, by the next `verify`
_IGNORED = f".lock\n{ARTIFACTS}/\n"


class Store:
    """The folders of one vault's runs.

    Parameters
    ----------
    root : the vault
    cache : its cache folder

    Raises
    ------
    WriteFailed : a folder cannot be made
    """

    def __init__(self, root: Path, cache: Path) -> None:
        self.runs = root / RUNS
        self.work = (cache / "work").absolute()
        refuse_links(self.runs, cache, self.work, self.work / "lock")
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            self.work.mkdir(parents=True, exist_ok=True)
            ignore = self.runs / ".gitignore"
            if not ignore.exists():
                write_atomic(ignore, _IGNORED.encode())
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._locks = os.open(self.work / "lock", flags, 0o644)
        except OSError as error:
            raise WriteFailed(Path(error.filename or self.runs), str(error.strerror)) from error
        self._sweep()

    def close(self) -> None:
        """Let go of all locks."""
        os.close(self._locks)

    def folder(self, task: Task) -> Path:
        """Give the folder that the task works in."""
        return self.work / task.name

    def lock(self, task: Task) -> bool:
        """Take the task for this process; False where another one has it."""
        try:
            self._set_lock(task.name, fcntl.F_WRLCK)
        except OSError:
            return False
        return True

    def release(self, task: Task) -> None:
        """Give the task back, and take its folder away."""
        remove_folder(self.folder(task))
        self._set_lock(task.name, fcntl.F_UNLCK)

    def find_left(self, task: Task) -> tuple[RunRecord, dict[str, bytes]] | None:
        """Give what a run has left whose `verify` was killed before it could take it."""
        record = read_left_record(task, self.folder(task))
        return None if record is None else (record, read_artifacts(record, self.folder(task)))

    def keep(self, record: RunRecord, contents: Mapping[str, bytes]) -> RunRecord:
        """Put the run's artifacts in their place and give the record that says so.

        Raises
        ------
        WriteFailed
        """
        stem = name_ledger(self.runs, record.parts.experiment).stem
        place = f"{ARTIFACTS}/{stem}/{record.key[:12]}-{record.attempt}"
        kept = [each for each in record.artifacts if each.name in contents]
        folder = self.runs / place
        refuse_links(folder, *folder.parents[:3])
        try:
            if kept:
                folder.mkdir(parents=True, exist_ok=True)
            for each in kept:
                write_atomic(folder / each.name, contents[each.name])
        except OSError as error:
            raise WriteFailed(folder, error.strerror or str(error)) from error
        artifacts = tuple(replace(each, path=f"{place}/{each.name}") for each in kept)
        return replace(record, artifacts=artifacts)

    def _sweep(self) -> None:
        """Take away folders of runs that a killed `verify` left and no later one has asked for."""
        oldest = time.time() - _KEPT_S
        for folder in self.work.iterdir():
            if _TASK_NAME.fullmatch(folder.name) and folder.lstat().st_mtime < oldest:
                with suppress(OSError):  # somebody holds it
                    self._set_lock(folder.name, fcntl.F_WRLCK)
                    remove_folder(folder)
                    self._set_lock(folder.name, fcntl.F_UNLCK)

    def _set_lock(self, name: str, kind: int) -> None:
        """Lock one byte of one file for each run: no lock files pile up."""
        digest, _, attempt = name.partition("-")
        place = int(digest[:10], 16) * 64 + int(attempt) % 64
        wanted = struct.pack("hhqqi", kind, os.SEEK_SET, place, 1, 0)
        fcntl.fcntl(self._locks, fcntl.F_OFD_SETLK, wanted)


def read_artifacts(record: RunRecord, folder: Path) -> dict[str, bytes]:
    """Read the artifacts that a run left in its task folder, those whose hash is on record."""
    contents = {}
    for each in record.artifacts:
        found = read_artifact(folder, each.name, each.n_bytes)
        if found is not None and found[0].sha256 == each.sha256:
            contents[each.name] = found[1]
    return contents
