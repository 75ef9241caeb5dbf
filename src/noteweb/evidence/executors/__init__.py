"""Where runs are made: on this machine or on many, behind one small port."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.evidence.task import Task
    from noteweb.model.run import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a task: its record, None where it was stopped, and its artifacts' contents."""

    record: RunRecord | None
    artifacts: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))


class Job(Protocol):
    """A task under way."""

    def done(self) -> bool:
        """Tell whether the result is there; never waits."""
        ...

    def result(self) -> Result:
        """Give the result of a job that is done.

        Raises
        ------
        NotewebError : the executor could not make the run
        """
        ...


class Executor(Protocol):
    """Something that makes runs."""

    @property
    def n_slots(self) -> int:
        """How many tasks to hand over at once."""
        ...

    def submit(self, task: Task) -> Job:
        """Start a task."""
        ...

    def close(self) -> None:
        """Stop what is under way and leave nothing running."""
        ...
