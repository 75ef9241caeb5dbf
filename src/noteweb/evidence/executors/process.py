"""Runs on this machine, as many at once as there are cores to have."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from noteweb.evidence.executors import Result
from noteweb.evidence.store import read_artifacts
from noteweb.evidence.supervise import supervise

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from noteweb.evidence.sandbox import Level
    from noteweb.evidence.store import Store
    from noteweb.evidence.supervise import Stop
    from noteweb.evidence.task import Task


class ProcessExecutor:
    """One thread per run under way, each waiting for the processes of its run.

    Parameters
    ----------
    n_jobs : runs at once; 0 for the cores that this process may use
    """

    def __init__(self, store: Store, level: Level, n_jobs: int = 0) -> None:
        self.n_slots = n_jobs or count_cores()
        self._store = store
        self._level = level
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(self.n_slots, thread_name_prefix="noteweb-run")

    def submit(self, task: Task) -> Future[Result]:
        """Start a task as soon as a slot is free."""
        return self._pool.submit(self._run, task)

    def close(self) -> None:
        """Kill what runs, and wait until it is gone."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, task: Task) -> Result:
        return make_run(task, self._store.folder(task), self._level, self._stop)


def make_run(task: Task, folder: Path, level: Level, stop: Stop) -> Result:
    """Make the run in `folder`, which stays, and read what it left."""
    record = supervise(task, folder, level, stop)
    if record is None:
        return Result(record=None)
    return Result(record=record, artifacts=read_artifacts(record, folder))


def count_cores() -> int:
    """Give the cores that this process may use, less those that are busy; at least 1."""
    n_cores = len(os.sched_getaffinity(0))
    return max(1, n_cores - int(os.getloadavg()[0] / (os.cpu_count() or 1) * n_cores / 2))
