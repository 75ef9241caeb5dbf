"""One key at a time, on a screen of its own; the terminal is given back however it ends.

An end by Ctrl-C, a signal that ends a process or an exception restores the terminal; Ctrl-Z gives
it back until the job is resumed. Only what no process can hear (`kill -9`) leaves it to `reset`.
"""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import sys
from typing import TYPE_CHECKING, Self, TextIO

from noteweb.errors import NobodyToAsk

try:
    import termios
except ModuleNotFoundError as error:  # Windows
    raise NobodyToAsk("press single keys: this system has no terminal of that kind") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

    Handler = Callable[[int, FrameType | None], object] | int | None

#: What `Keyboard.read` gives where no key was pressed: the window's size has changed, the
#: terminal is gone, or the time is up.
RESIZED, CLOSED, WAITED = "resized", "closed", "waited"

_KEY = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1bO[ -~]|\x1b[ -~]|.", re.DOTALL)
_NAMES = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    " ": "page down",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\x08": "backspace",
}
#: The names where a text is typed, in which a blank is a letter.
TYPING = {keys: name for keys, name in _NAMES.items() if keys != " "}
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_KILLED = 128
_OPEN = "\x1b[?1049h\x1b[?25l\x1b[2J"  # the other screen, no cursor
_CLOSE = "\x1b[?25h\x1b[?1049l"
_REST_S = 0.05  # within which the rest of a key's sequence has come


class Keyboard:
    """A terminal that gives keys and shows pages; use it as a context manager."""

    def __init__(
        self,
        source: TextIO | None = None,
        sink: TextIO | None = None,
        *,
        names: Mapping[str, str] = _NAMES,
    ) -> None:
        self._names = names
        self._sink = sink or sys.stdout
        self._fd = (source or sys.stdin).fileno()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._keys: list[str] = []
        self._wake: tuple[int, int] = (-1, -1)
        self._handlers: dict[int, Handler] = {}

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            for number in _ENDING:
                self._handle(number, _end)
            self._handle(signal.SIGWINCH, self._on_resize)
            self._handle(signal.SIGTSTP, self._on_stop)
            self._take()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()
        try:
            self._give_back()
        finally:
            for end in self._wake:
                os.close(end)

    def read(self, wait_s: float | None = None) -> str:
        """Wait for a key, at most so long: its character, or the name of one that has none."""
        while not self._keys:
            ready, _, _ = select.select([self._fd, self._wake[0]], [], [], wait_s)
            if not ready:
                return WAITED
            if self._wake[0] in ready:
                os.read(self._wake[0], 512)
                return RESIZED
            data = self._read()
            if not data:
                return CLOSED
            self._keys = split_keys(data, self._names)
        return self._keys.pop(0)

    def forget(self) -> None:
        """Drop what was typed ahead: no key answers a page that was not on the screen."""
        self._keys.clear()
        termios.tcflush(self._fd, termios.TCIFLUSH)

    def size(self) -> tuple[int, int]:
        """Give the window's columns and lines."""
        try:
            return os.get_terminal_size(self._fd)
        except OSError:
            return 80, 24

    def show(self, lines: list[str]) -> None:
        """Put a page on the screen, a line a row."""
        page = "\x1b[K\r\n".join(lines)
        self._sink.write(f"\x1b[H{page}\x1b[K\x1b[J")
        self._sink.flush()

    def _read(self) -> str:
        data = self._receive()
        text = self._decoder.decode(data)
        # A sequence may come in two parts; an escape alone is a key that nothing follows.
        while text.endswith(("\x1b", "\x1b[")) and select.select([self._fd], [], [], _REST_S)[0]:
            text += self._decoder.decode(self._receive())
        return text or ("\x00" if data else "")

    def _receive(self) -> bytes:
        try:
            return os.read(self._fd, 1024)
        except OSError:  # the terminal is gone
            return b""

    def _take(self) -> None:
        raw = termios.tcgetattr(self._fd)
        raw[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(self._fd, termios.TCSADRAIN, raw)
        self._sink.write(_OPEN)
        self._sink.flush()

    def _give_back(self) -> None:
        try:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
            self._sink.write(_CLOSE)
            self._sink.flush()
        except (OSError, termios.error):  # there is no terminal to give back
            return

    def _handle(self, number: int, handler: Handler) -> None:
        self._handlers[number] = signal.signal(number, handler)

    def _on_resize(self, _number: int, _frame: FrameType | None) -> None:
        os.write(self._wake[1], b"!")

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # it comes back from here when the job is resumed
        signal.signal(number, self._on_stop)
        self._take()
        self._on_resize(number, frame)


def split_keys(text: str, names: Mapping[str, str] = _NAMES) -> list[str]:
    r"""Part what a terminal sent into keys.

    Examples
    --------
    >>> split_keys("r\x1b[A\x1b[1;5Hи")
    ['r', 'up', '\x1b[1;5H', 'и']
    """
    return [names.get(key, key) for key in _KEY.findall(text)]


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(_KILLED + number)
