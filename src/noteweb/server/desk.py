"""The one thread that asks the vault, question by question.

SQLite is read in the thread that opened it, and one model is enough for all who ask.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from noteweb.model.progress import Progress
    from noteweb.web import NoteWeb

    Tell = Callable[[float, float, str], Awaitable[None]]

Found = TypeVar("Found")

_PAUSE_S = 0.3  # between two words on how far work is
_PATIENCE_S = 2.0  # for a word to be taken, and for work to end


class Stopped(BaseException):
    """Nobody waits for the answer any more; it ends work as Ctrl-C would."""


class Listener:
    """Hears how far the work for one question is, tells who asked, and can end it.

    Parameters
    ----------
    tell : takes steps done, steps in all and what is being done, over all pieces of work
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._before = self._n_done = self._total = 0.0
        self._label = ""
        self._told = time.monotonic()
        self._is_stopped = False

    def stop(self) -> None:
        """End the work at its next word."""
        self._is_stopped = True

    def check(self) -> None:
        """Raise Stopped where nobody waits any more."""
        if self._is_stopped:
            raise Stopped

    def begin(self, label: str, total: int) -> None:
        """Hear of a new piece of work; what went before counts as done."""
        self._before += self._total
        self._label, self._total, self._n_done = label, total, 0
        self._say(0, "")

    def advance(self, n_steps: int) -> None:
        """Hear that steps are done."""
        self._n_done += n_steps
        self._say(0, "")

    def tell(self, n_steps: float, note: str) -> None:
        """Hear of steps under way."""
        self._say(n_steps, note)

    def _say(self, under_way: float, note: str) -> None:
        self.check()
        if time.monotonic() - self._told < _PAUSE_S:
            return
        self._told = time.monotonic()
        done = self._before + self._n_done + under_way
        words = self._tell(done, self._before + self._total, note or self._label)
        said = asyncio.run_coroutine_threadsafe(_await(words), self._loop)
        try:
            said.result(_PATIENCE_S)
        except Late:
            said.cancel()


class Desk:
    """Takes questions to the vault, one after the other, in a thread of its own.

    Parameters
    ----------
    open_web : opens the vault; called once, in that thread
    """

    def __init__(self, open_web: Callable[[Progress], NoteWeb]) -> None:
        self._open_web = open_web
        self._web: NoteWeb | None = None
        self._relay = _Relay()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="noteweb-desk")

    async def ask(self, question: Callable[[NoteWeb], Found], tell: Tell) -> Found:
        """Give the answer to a question, with the index brought up to date.

        Where the wait for it is cancelled, the work ends as soon as it can.

        Raises
        ------
        NotewebError
        """
        listener = Listener(tell)
        waiting = self._pool.submit(self._answer, question, listener)
        try:
            return await asyncio.wrap_future(waiting)
        finally:
            listener.stop()

    def stop(self) -> None:
        """End what is under way, and wait a moment for it; takes no lock, so a signal may call."""
        until = time.monotonic() + _PATIENCE_S
        while (listener := self._relay.listener) is not None and time.monotonic() < until:
            listener.stop()
            time.sleep(_PAUSE_S / 10)

    def close(self) -> bool:
        """End what is under way and close the vault; tell whether it came to its end in time."""
        if (listener := self._relay.listener) is not None:
            listener.stop()
        closing = self._pool.submit(self._close)
        self._pool.shutdown(wait=False)
        try:
            closing.result(_PATIENCE_S)
        except Late:
            return False
        return True

    def _answer(self, question: Callable[[NoteWeb], Found], listener: Listener) -> Found:
        listener.check()
        self._relay.listener = listener
        if self._web is None:
            self._web = self._open_web(self._relay)
        try:
            self._web.renew()
            return question(self._web)
        finally:
            self._relay.listener = None

    def _close(self) -> None:
        if self._web is not None:
            self._web.close()


class _Relay:
    """Passes what the vault tells of its work to whoever is being answered."""

    def __init__(self) -> None:
        self.listener: Listener | None = None

    def begin(self, label: str, total: int) -> None:
        """Pass it on."""
        if self.listener is not None:
            self.listener.begin(label, total)

    def advance(self, n_steps: int) -> None:
        """Pass it on."""
        if self.listener is not None:
            self.listener.advance(n_steps)

    def tell(self, n_steps: float, note: str) -> None:
        """Pass it on."""
        if self.listener is not None:
            self.listener.tell(n_steps, note)


async def _await(words: Awaitable[None]) -> None:
    await words
