"""Making the runs that claims need, and giving their verdicts.

One round after the other: every open case says what its next look needs, the runs that several
cases share are made once, each record goes into its ledger as soon as it is there, and all are
judged again. What an earlier `verify` had finished and could not write down is taken up first.
"""

from __future__ import annotations

import platform
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from noteweb.errors import BadRequest, ExecutorUnavailable
from noteweb.evidence.case import open_cases
from noteweb.evidence.plan import plan_step, plan_tasks
from noteweb.evidence.share import read_share
from noteweb.judge import judge_claim
from noteweb.ledger import append_entries, name_ledger
from noteweb.model.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noteweb.evidence.case import Case
    from noteweb.evidence.executors import Executor, Job, Result
    from noteweb.evidence.plan import Step
    from noteweb.evidence.store import Store
    from noteweb.evidence.task import Task
    from noteweb.evidence.workplace import Workplace
    from noteweb.model.claim import Claim
    from noteweb.model.progress import Progress
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import Verdict

#: Three looks are planned; one more round for what another `verify` has changed meanwhile.
_MOST_ROUNDS = 4
_PAUSE_S = 0.01
_LOOK_S = 0.25  # between two looks at how far runs are
PROCESS, DASK = "process", "dask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to verify.

    Attributes
    ----------
    n_jobs : runs at once; 0 lets the executor choose
    is_forced : run again what is on record, as further attempts
    executor, scheduler : ``process``, or ``dask`` with the address of its scheduler

    Raises
    ------
    BadRequest : there is no such executor, it lacks its scheduler, or it has none
    """

    profile: str = "quick"
    n_jobs: int = 0
    is_forced: bool = False
    is_sandbox_required: bool = False
    executor: str = PROCESS
    scheduler: str = ""

    def __post_init__(self) -> None:
        if self.executor not in {PROCESS, DASK}:
            raise BadRequest(f"no executor {self.executor!r}", f"there are: {PROCESS}, {DASK}")
        if self.executor == DASK and not self.scheduler:
            message = "the executor dask needs a scheduler"
            raise BadRequest(message, "give one: --scheduler tcp://HOST:8786")
        if self.executor != DASK and self.scheduler:
            raise BadRequest("a scheduler is for the executor dask", "add --executor dask")


def read_verdicts(claims: Sequence[Claim], workplace: Workplace, profile: str) -> list[Verdict]:
    """Give the verdicts as the records have them; nothing is run."""
    return [_conclude(claim, open_cases(claim, workplace, profile)) for claim in claims]


def explain(claims: Sequence[Claim], workplace: Workplace, options: Options) -> list[Step]:
    """Say what `verify` would run next, and why; nothing is run."""
    return [
        plan_step(case, is_forced=options.is_forced)
        for claim in claims
        for case in open_cases(claim, workplace, options.profile)
    ]


def verify(
    claims: Sequence[Claim],
    workplace: Workplace,
    cache: Path,
    options: Options,
    progress: Progress,
) -> list[Verdict]:
    """Make the runs that are missing, and give each claim's verdict.

    Raises
    ------
    WriteFailed, SandboxUnavailable, ExecutorUnavailable
    """
    opened = [(claim, open_cases(claim, workplace, options.profile)) for claim in claims]
    cases = [case for _, each in opened for case in each]
    is_forced = options.is_forced
    if plan_tasks(cases, options.executor, is_forced=is_forced):
        with open_shop(workplace, cache, options) as shop:
            for _ in range(_MOST_ROUNDS):
                tasks = plan_tasks(cases, options.executor, is_forced=is_forced)
                if not tasks:
                    break
                shop.register(cases)
                shop.make(tasks, progress)
                is_forced = False
    return [_conclude(claim, each) for claim, each in opened]


def require_kernel() -> None:
    """Make sure that there is the one kernel on which runs can be watched and bounded.

    Raises
    ------
    ExecutorUnavailable
    """
    system = platform.system()
    if system != "Linux":
        raise ExecutorUnavailable(
            f"experiments are run on Linux alone, and this is {system}",
            "run noteweb verify on Linux and bring runs/ back: verdicts are read anywhere",
        )


def open_shop(workplace: Workplace, cache: Path, options: Options) -> Shop:
    """Open the store and the executor.

    Raises
    ------
    WriteFailed, SandboxUnavailable, ExecutorUnavailable
    """
    require_kernel()
    from noteweb.evidence.store import Store

    store = Store(workplace.runs.parent, cache)
    try:
        return Shop(workplace, store, _open_executor(store, options))
    except BaseException:
        store.close()
        raise


class Shop:
    """Where runs are made: a store and an executor, opened; closing stops what is under way."""

    def __init__(self, workplace: Workplace, store: Store, executor: Executor) -> None:
        self._workplace = workplace
        self._store = store
        self._executor = executor
        self._next_look = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._store):
            self._executor.close()

    def register(self, cases: Sequence[Case]) -> None:
        """Write down what the claims expect, before anything of it has been seen.

        Raises
        ------
        WriteFailed
        """
        written = datetime.now(UTC).isoformat(timespec="seconds")
        for case in cases:
            if case.refusal is None and case.is_allowed:
                path = name_ledger(self._store.runs, case.evidence.experiment)
                append_entries(path, case.registrations(written))

    def make(self, tasks: Sequence[Task], progress: Progress) -> None:
        """Make these runs, and put each on record as soon as it is there.

        Raises
        ------
        WriteFailed, ExecutorUnavailable
        """
        progress.begin("running experiments", len(tasks))
        for task, result in self.run(tasks, progress, is_recorded=True):
            if result is not None and result.record is not None:
                self._record(task, self._store.keep(result.record, result.artifacts))
            self.release(task)
            progress.advance(1)

    def run(
        self, tasks: Sequence[Task], progress: Progress, *, is_recorded: bool
    ) -> Iterator[tuple[Task, Result | None]]:
        """Give each task with its result as they come; None for one that another has recorded.

        With `is_recorded`, a run that is on record by now is not made, and one that lies finished
        in its folder is taken as it is. The caller releases each task, and counts it as done.
        """
        waiting = deque(tasks)
        flying: dict[str, tuple[Task, Job]] = {}
        while waiting or flying:
            n_moved = 0
            for _ in range(len(waiting)):
                if len(flying) >= self._executor.n_slots:
                    break
                task = waiting.popleft()
                if not self._store.lock(task):
                    waiting.append(task)  # another noteweb is making it
                    continue
                n_moved += 1
                if is_recorded and (known := self._known(task)):
                    yield task, known[0]
                else:
                    flying[task.name] = task, self._executor.submit(task)
            for task, job in [each for each in flying.values() if each[1].done()]:
                del flying[task.name]
                n_moved += 1
                yield task, job.result()
            if not n_moved:
                self._tell([task for task, _ in flying.values()], progress)
                time.sleep(_PAUSE_S)

    def release(self, task: Task) -> None:
        """Give a task back, and take its folder away."""
        self._store.release(task)

    def _tell(self, tasks: Sequence[Task], progress: Progress) -> None:
        """Tell how far the runs under way are; those on other machines tell nothing."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_S
        told = [(task, *read_share(self._store.folder(task) / "work")) for task in tasks]
        notes = (f"{task.parts.experiment}: {note}" for task, _, note in told if note)
        progress.tell(sum(share for _, share, _ in told), next(notes, ""))

    def _known(self, task: Task) -> tuple[Result | None] | None:
        from noteweb.evidence.executors import Result

        digest = task.parts.digest()
        ledger = self._workplace.ledger(task.parts.experiment)
        if any(each.key == digest and each.attempt == task.attempt for each in ledger.records):
            return (None,)
        left = self._store.find_left(task)
        return None if left is None else (Result(record=left[0], artifacts=left[1]),)

    def _record(self, task: Task, record: RunRecord) -> None:
        path = name_ledger(self._store.runs, task.parts.experiment)
        append_entries(path, [replace(record, executor=task.executor)])


def _conclude(claim: Claim, cases: Sequence[Case]) -> Verdict:
    verdict = judge_claim(claim, [case.verdict() for case in cases])
    # A verdict joined from several keeps what the worst of them had been.
    if verdict.kind in {VerdictKind.STALE, VerdictKind.BLOCKED} and verdict.previous is None:
        previous = [case.verdict().previous for case in cases]
        return replace(verdict, previous=next(filter(None, previous), None))
    return verdict


def _open_executor(store: Store, options: Options) -> Executor:
    if options.executor == DASK:
        from noteweb.evidence.executors.dask import DaskExecutor

        return DaskExecutor(
            options.scheduler, options.n_jobs, is_sandbox_required=options.is_sandbox_required
        )
    from noteweb.evidence.executors.process import ProcessExecutor
    from noteweb.evidence.sandbox import require_level

    level = require_level(is_sandbox_required=options.is_sandbox_required)
    return ProcessExecutor(store, level, options.n_jobs)
