"""Runs on a Dask cluster: every task watches over a process of its own on the worker.

An experiment that crashes ends its process and never the worker; a worker that is lost gives its
tasks to another, at most `_ALLOWED_FAILURES` times. No wait is without an end.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noteweb.cluster import connect
from noteweb.errors import ExecutorUnavailable
from noteweb.evidence.atomic import remove_folder
from noteweb.evidence.executors import Result
from noteweb.evidence.executors.process import make_run
from noteweb.evidence.sandbox import Level, choose_level
from noteweb.evidence.task import read_task
from noteweb.model.record import RecordInvalid, read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.evidence.task import Task
    from noteweb.model.note import Json
    from noteweb.model.run import RunRecord

_ALLOWED_FAILURES = 3
#: A task that neither runs nor fails: the cluster has lost all workers, or they are all taken.
_QUEUE_S = 600.0
_CLOSE_S = 10.0
_LOOK_S = 5.0


class DaskExecutor:
    """Hands tasks to the workers of a scheduler.

    Parameters
    ----------
    scheduler : its address, such as ``tcp://10.0.0.1:8786``
    n_jobs : tasks at once; 0 for the threads that the workers have

    Raises
    ------
    ExecutorUnavailable : dask.distributed is not installed, or the scheduler does not answer
    """

    def __init__(
        self, scheduler: str, n_jobs: int = 0, *, is_sandbox_required: bool = False
    ) -> None:
        self._client: Any = connect(scheduler)
        self._scheduler = scheduler
        self._n_jobs = n_jobs
        self._needs_sandbox = is_sandbox_required
        self._counted = -_LOOK_S
        self._n_threads = 1

    @property
    def n_slots(self) -> int:
        """How many tasks to hand over at once; follows the cluster as it grows."""
        if self._n_jobs:
            return self._n_jobs
        if time.monotonic() - self._counted > _LOOK_S:
            self._counted = time.monotonic()
            with suppress(OSError):  # between two looks the scheduler may be out of reach
                self._n_threads = max(1, sum(self._client.nthreads().values()))
        return self._n_threads

    def submit(self, task: Task) -> _DaskJob:
        """Start a task on some worker."""
        future = self._client.submit(
            run_on_worker,
            task.to_json(),
            dict(task.files),
            self._needs_sandbox,
            key=f"noteweb-{task.name}-{time.monotonic_ns()}",
            retries=0,
            pure=False,
        )
        patience_s = task.limits.wall_s * (_ALLOWED_FAILURES + 1) + _QUEUE_S
        return _DaskJob(future, task, patience_s)

    def close(self) -> None:
        """Give up what is under way; each worker sees that and ends the processes of its tasks."""
        self._client.close(timeout=_CLOSE_S)


class _DaskJob:
    """One task on the cluster."""

    def __init__(self, future: Any, task: Task, patience_s: float) -> None:  # noqa: ANN401
        self._future = future
        self._task = task
        self._until = time.monotonic() + patience_s

    def done(self) -> bool:
        """Tell whether there is an answer, or no more hope for one."""
        return bool(self._future.done()) or time.monotonic() > self._until

    def result(self) -> Result:
        """Give the result that the worker sent.

        Raises
        ------
        ExecutorUnavailable : the cluster lost the task, or the worker could not make the run
        """
        experiment = self._task.parts.experiment
        if not self._future.done():
            self._future.cancel()
            message = f"no worker has run {experiment} in time"
            raise ExecutorUnavailable(message)
        if self._future.status != "finished":
            error = self._future.exception(timeout=_CLOSE_S)
            message = f"the cluster could not run {experiment}: {error}"
            raise ExecutorUnavailable(message)
        raw, artifacts = self._future.result(timeout=_CLOSE_S)
        return Result(record=_read_answer(raw, self._task), artifacts=artifacts)


def run_on_worker(
    raw: Mapping[str, Json],
    files: Mapping[str, bytes],
    needs_sandbox: bool,  # noqa: FBT001
) -> tuple[dict[str, Json] | None, dict[str, bytes]]:
    """Make one run on the machine this is called on; what goes in and out is plain data.

    Raises
    ------
    RuntimeError : the worker has other code or libraries than the task is keyed by, or no sandbox
    """
    task = read_task(raw, files)
    level = choose_level()[0]
    if needs_sandbox and level is Level.LIMITS:
        raise RuntimeError(f"no sandbox works on this worker: {choose_level()[1]}")
    _check_installed(task)
    with tempfile.TemporaryDirectory(prefix="noteweb-") as outer:
        folder = Path(outer).resolve() / "task"
        try:
            result = make_run(task, folder, level, _find_stop())
        finally:
            remove_folder(folder)
    record = None if result.record is None else write_record(result.record)
    return record, dict(result.artifacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TaskStop:
    """Asks a worker whether one of its tasks is still wanted."""

    worker: Any
    key: Any

    def is_set(self) -> bool:
        """Tell whether whoever wanted the task has given it up."""
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state == "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoStop:
    """Never stops; for a call outside a worker."""

    def is_set(self) -> bool:
        """Tell that the task goes on."""
        return False


def _find_stop() -> _TaskStop | _NoStop:
    from distributed import get_worker

    try:
        worker: Any = get_worker()
    except ValueError:
        return _NoStop()
    return _TaskStop(worker=worker, key=worker.get_current_task())


def _check_installed(task: Task) -> None:
    from noteweb.evidence.closure import hash_installed, read_release

    for library, version in task.parts.libraries.items():
        here = read_release(library)
        if here != version:
            message = f"this worker has {library} {here}, not {version}"
            raise RuntimeError(message)
    for name, digest in task.parts.code.items():
        if name not in task.files and hash_installed(name) != digest:
            message = f"this worker has another {name}: install the same noteweb on all machines"
            raise RuntimeError(message)


def _read_answer(raw: Json, task: Task) -> RunRecord | None:
    if raw is None:
        return None
    try:
        record = read_record(raw)
    except RecordInvalid as error:
        message = f"a worker sent no record of {task.parts.experiment}: {error}"
        raise ExecutorUnavailable(message) from error
    if record.parts != task.parts or record.attempt != task.attempt:
        message = f"a worker sent the record of another run than {task.parts.experiment}"
        raise ExecutorUnavailable(message)
    return record
