"""Long answers go through a pager, as git's do: only to a terminal, only what is longer than it.

What is written is held back until it is longer than the screen, or the command ends. A command
knows nothing of it: it writes to standard output, which tells that it is a terminal all the while.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from typer.core import TyperCommand, TyperGroup

from noteweb.text.width import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typer import Typer

#: What git gives less: leave where all fits, keep colours, leave the screen as it is. And lv.
_SETTINGS = {"LESS": "FRX", "LV": "-c"}
_DEFAULT = "less"
_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class PagedCommand(TyperCommand):
    """A command whose answer, where it is text for a person, may go through a pager."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401 - a context of typer's own click
        """Run the command."""
        with _paged_if_text(ctx):
            return super().invoke(ctx)


class PagedGroup(TyperGroup):
    """A group with an answer of its own, paged likewise; its commands see to theirs."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401 - a context of typer's own click
        """Run the group, or the command that is named."""
        if ctx._protected_args or ctx.args:  # noqa: SLF001 - click names it nowhere else so early
            return super().invoke(ctx)
        with _paged_if_text(ctx):
            return super().invoke(ctx)


@contextmanager
def _paged_if_text(ctx: Any) -> Iterator[None]:  # noqa: ANN401 - as above
    is_text = str(ctx.params.get("form", "")) == "text" and not ctx.params.get("interactive")
    pager = find_pager() if is_text and not ctx.find_root().params.get("no_pager") else ()
    if not pager or not sys.stdout.isatty():
        yield
        return
    with paged(pager):
        yield


def page_commands(app: Typer) -> None:
    """Let the commands of an application, and of those inside it, go through a pager."""
    for command in app.registered_commands:
        if not issubclass(command.cls or TyperCommand, PagedCommand):
            command.cls = PagedCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.cls = PagedGroup
            page_commands(group.typer_instance)


def find_pager() -> Sequence[str]:
    """Give the pager's words: of NOTEWEB_PAGER, else PAGER, else less; none for "" and cat."""
    told = os.environ.get("NOTEWEB_PAGER", os.environ.get("PAGER", _DEFAULT))
    try:
        words = shlex.split(told)
    except ValueError:  # an open quote
        return ()
    return () if words == ["cat"] or os.environ.get("TERM") == "dumb" else words


@contextmanager
def paged(pager: Sequence[str]) -> Iterator[None]:
    """Hold back what is written to standard output, and give it to the pager if it is long."""
    out, err = sys.stdout, sys.stderr
    page = _Page(out, pager)
    later = _Later(err, page) if err.isatty() else None
    sys.stdout, sys.stderr = page, later or err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
        page.finish()
        if later is not None:
            err.write("".join(later.kept))


class _Stream(io.TextIOBase):
    """A stream in another's place, which tells of the terminal behind it."""

    def __init__(self, under: TextIO) -> None:
        self.under = under

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.under.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self.under.errors

    @property
    def buffer(self) -> BinaryIO:
        return self.under.buffer

    def isatty(self) -> bool:
        return self.under.isatty()

    def fileno(self) -> int:
        return self.under.fileno()

    def writable(self) -> bool:
        return True


class _Page(_Stream):
    """Standard output: held back at first, then the pager's, or the terminal's."""

    def __init__(self, under: TextIO, pager: Sequence[str]) -> None:
        super().__init__(under)
        self._pager = pager
        self._held: list[str] | None = []
        self._process: subprocess.Popen[str] | None = None
        size = os.get_terminal_size(under.fileno())
        self._columns, self._rows = max(size.columns, 1), size.lines or sys.maxsize
        self._n_rows = self._column = 0

    @property
    def is_paged(self) -> bool:
        """Whether the pager has the screen."""
        return self._process is not None

    @property
    def buffer(self) -> BinaryIO:
        self.release()
        return self.under.buffer

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            message = "text is written here"
            raise TypeError(message)
        if self._held is not None:
            self._held.append(text)
            self._count(text)
            if self._n_rows >= self._rows:  # one is the prompt's
                self._start()
        else:
            self._pass_on(text)
        return len(text)

    def release(self) -> None:
        """Write what is held to the terminal, as all that follows."""
        if self._held:
            held, self._held = self._held, None
            self.under.write("".join(held))
            self.under.flush()

    def finish(self) -> None:
        """Wait until the reader has left the pager; Ctrl-C is the pager's meanwhile."""
        self.release()
        if self._process is None:
            return
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            self._process.wait()
        finally:
            signal.signal(signal.SIGINT, before)

    def _start(self) -> None:
        """Give what is held to the pager; to the terminal where there is no such program."""
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the reader's own
                self._pager,
                stdin=subprocess.PIPE,
                env={**_SETTINGS, **os.environ},
                encoding=self.under.encoding,
                errors="backslashreplace",
            )
        except (OSError, ValueError):
            self.release()
            return
        held, self._held = self._held or [], None
        self._pass_on("".join(held))

    def _pass_on(self, text: str) -> None:
        if self._process is None:
            self.under.write(text)
        elif self._process.stdin is not None:
            with suppress(BrokenPipeError, ValueError):  # the reader has seen enough
                self._process.stdin.write(text)

    def _count(self, text: str) -> None:
        """Count the rows of the screen that are full."""
        first, *rest = _CODES.sub("", text).split("\n")
        self._column += measure(first)
        for part in rest:
            self._n_rows += 1 + max(self._column - 1, 0) // self._columns
            self._column = measure(part)


class _Later(_Stream):
    """Standard error: after what is held; what is told while the pager has the screen waits."""

    def __init__(self, under: TextIO, page: _Page) -> None:
        super().__init__(under)
        self.kept: list[str] = []
        self._page = page

    def write(self, text: str, /) -> int:
        if self._page.is_paged:
            self.kept.append(text)
        else:
            self._page.release()
            self.under.write(text)
        return len(text)

    def flush(self) -> None:
        if not self._page.is_paged:
            self.under.flush()
