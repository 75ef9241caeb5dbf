"""A progress bar on standard error, where a person watches it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from noteweb.model.progress import Silent
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from noteweb.model.progress import Progress

#: Shorter work is over before a bar can be read, unless it has taken `_PATIENCE_S` already.
_FEWEST_STEPS = 32
_PATIENCE_S = 1.0


def choose_progress(*, quiet: bool) -> Progress:
    """Give a bar where standard error is a terminal, else silence."""
    return Silent() if quiet or not sys.stderr.isatty() else TerminalBar()


class TerminalBar:
    """One bar after the other, each gone when the next begins or the command ends."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._label = ""
        self._total = self._n_done = 0
        self._begun = 0.0

    def begin(self, label: str, total: int) -> None:
        """Show a new bar as soon as the work is long enough for one."""
        self.close()
        self._label, self._total, self._n_done = label, total, 0
        self._begun = time.monotonic()
        self._show(0, "")

    def advance(self, n_steps: int) -> None:
        """Move the bar on; it goes away when it is full."""
        self._n_done += n_steps
        self._show(0, "")
        if self._n_done >= self._total:
            self.close()

    def tell(self, n_steps: float, note: str) -> None:
        """Move the bar by steps that are not done yet, and show the note beside it."""
        self._show(n_steps, note)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, n_steps: float, note: str) -> None:
        is_long = self._total >= _FEWEST_STEPS or time.monotonic() - self._begun > _PATIENCE_S
        if self._bar is None and is_long and self._n_done < self._total:
            self._start()
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task,
                completed=self._n_done + n_steps,
                n_done=self._n_done,
                note=visible(note),
            )

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            "{task.fields[n_done]}/{task.total}",
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(self._label, total=self._total, n_done=0, note="")
        self._bar.start()
