"""A progress bar on standard error, where a person watches it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noteweb.model.progress import Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from noteweb.model.progress import Progress

#: Shorter work is over before a bar can be read.
_FEWEST_STEPS = 32


def choose_progress(*, quiet: bool) -> Progress:
    """Give a bar where standard error is a terminal, else silence."""
    return Silent() if quiet or not sys.stderr.isatty() else TerminalBar()


class TerminalBar:
    """One bar after the other, each gone when the next begins or the command ends."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def begin(self, label: str, total: int) -> None:
        """Show a new bar, where the work is long enough for one."""
        self.close()
        if total < _FEWEST_STEPS:
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(label, total=total)
        self._bar.start()

    def advance(self, n_steps: int) -> None:
        """Move the bar on; it goes away when it is full."""
        if self._bar is None or self._task is None:
            return
        self._bar.advance(self._task, n_steps)
        if self._bar.finished:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
