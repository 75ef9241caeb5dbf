"""Reading a library at the keyboard: a record, an answer, the next record.

Every answer is on disk before the next record is shown.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from noteweb.cli.keyboard import CLOSED, RESIZED
from noteweb.cli.sheet import HELP, Sheet, draw
from noteweb.screening.label import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from noteweb.cli.keyboard import Keyboard
    from noteweb.model.reference import Reference
    from noteweb.screening.session import Screening

_ANSWERS = {"r": Answer.RELEVANT, "i": Answer.IRRELEVANT, "u": Answer.UNSURE}
#: The same keys in the Russian layout.
_RUSSIAN = str.maketrans("кшгызщй,", "riuspoq?") | str.maketrans("я", "z")
_ALL_READ = "Every record is read.\n\nz takes the last answer back, any other key ends."


class Reader:
    """A person who reads a library's records and answers.

    Parameters
    ----------
    browse : opens an address, and tells whether it could
    """

    def __init__(
        self, screening: Screening, keyboard: Keyboard, browse: Callable[[str], bool]
    ) -> None:
        self._screening = screening
        self._keyboard = keyboard
        self._browse = browse
        self._queue: list[Reference] = []
        self._skipped: list[Reference] = []
        self._given: list[Reference] = []
        self._message = ""
        self._offset = 0
        self.n_answered = 0

    def read(self) -> None:
        """Show records until the reader quits or all are read."""
        is_on = True
        while is_on:
            record = self._next()
            self._offset = 0
            self._keyboard.forget()
            is_on = self._ask(record)

    def _next(self) -> Reference | None:
        if not self._queue:
            self._queue = list(self._screening.upcoming(without=self._skipped))
        if not self._queue:
            self._queue, self._skipped = self._skipped, []
        return self._queue[0] if self._queue else None

    def _ask(self, record: Reference | None) -> bool:
        """Show a record until it is answered, skipped or left; False ends the reading."""
        while True:
            most = self._show(record, _ALL_READ if record is None else "")
            key = self._keyboard.read().lower().translate(_RUSSIAN)
            if key in ("q", CLOSED):
                return False
            if key in ("z", "backspace"):
                self._undo()
                return True
            if key == "?":
                self._help()
            elif self._scroll(key, most) or key == RESIZED:
                continue
            elif record is None:
                return False
            elif self._act(record, key):
                return True

    def _act(self, record: Reference, key: str) -> bool:
        """Do what a key says to a record; True where the next one comes."""
        if key in _ANSWERS:
            self._screening.label(record.key, _ANSWERS[key])
            self.n_answered += 1
            self._given.append(record)
            self._queue.pop(0)
            self._message = f"{_ANSWERS[key]}: {record.title or record.key}"
            return True
        if key == "s":
            self._skipped.append(self._queue.pop(0))
            self._message = f"skipped: {record.title or record.key}"
            return True
        if key == "o":
            self._open(record)
        return False

    def _undo(self) -> None:
        if not self._given:
            self._message = "there is no answer of this session to take back"
            return
        record = self._given.pop()
        self._screening.withdraw(record.key)
        self.n_answered -= 1
        self._queue.insert(0, record)
        self._message = "the answer is taken back"

    def _open(self, record: Reference) -> None:
        address = find_address(record)
        if not address:
            self._message = "the record has neither DOI nor web address"
        elif self._browse(address):
            self._message = f"opened {address}"
        else:
            self._message = f"no browser here: {address}"

    def _scroll(self, key: str, most: int) -> bool:
        page = max(1, self._keyboard.size()[1] // 2)
        steps = {"down": 1, "enter": 1, "up": -1, "page down": page, "page up": -page}
        if key not in steps:
            return False
        self._offset = min(max(0, self._offset + steps[key]), most)
        return True

    def _help(self) -> None:
        self._offset, before = 0, self._offset
        while True:
            most = self._show(None, HELP)
            key = self._keyboard.read()
            if key != RESIZED and not self._scroll(key, most):
                break
        self._offset = before

    def _show(self, record: Reference | None, text: str) -> int:
        sheet = Sheet(
            standing=self._screening.progress(),
            reference=record,
            words=self._screening.words,
            text=text,
            message=self._message,
        )
        lines, most = draw(sheet, self._keyboard.size(), self._offset)
        self._keyboard.show(lines)
        return most


def find_address(record: Reference) -> str:
    """Give a record's address on the web, which no other program than a browser opens."""
    if record.doi:
        return f"https://doi.org/{quote(record.doi, safe='/:;()<>')}"
    try:
        is_web = urlsplit(record.url).scheme in ("http", "https")
    except ValueError:
        return ""
    return record.url if is_web else ""


def open_browser(address: str, environ: Mapping[str, str]) -> bool:
    """Open an address beside the terminal; False where there is no window to open it in."""
    if not any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return False
    nowhere = subprocess.DEVNULL
    subprocess.Popen(  # noqa: S603 - the address is one argument, of https or http
        [sys.executable, "-m", "webbrowser", address],
        stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True,
    )  # fmt: skip
    return True
