"""Asking while typing: hits as the query grows, and the editor at the one that is chosen."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from noteweb.cli.keyboard import CLOSED, RESIZED, TYPING, WAITED, Keyboard
from noteweb.cli.layout import clean, cut
from noteweb.cli.nearby import draw_nearby, place_of, read_lines
from noteweb.errors import BadRequest, NotewebError
from noteweb.model.hit import Mode
from noteweb.text.width import measure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noteweb.model.hit import Hit
    from noteweb.web import NoteWeb

_PAUSE_S = 0.12  # after the last key before the words are looked for
_LONG_PAUSE_S = 0.6  # before the meaning is, too
_KEYS = "↑ ↓ choose   Enter open in the editor   Ctrl-U clear   Esc leave"
_ESCAPE, _CLEAR, _DROP_WORD = "\x1b", "\x15", "\x17"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked, and how.

    Attributes
    ----------
    narrowed : what the command's own options say, as operators of the query language
    """

    root: Path
    query: str = ""
    mode: Mode = Mode.HYBRID
    narrowed: str = ""
    model: str = ""
    limit: int = 30

    def stages(self, *, has_model: bool) -> tuple[Mode, ...]:
        """Give the modes in which a query is asked one after the other, the quickest first."""
        if self.mode is not Mode.HYBRID:
            return (self.mode,)
        return (Mode.TEXT, Mode.HYBRID) if has_model else (Mode.TEXT,)

    def ask(self, web: NoteWeb, mode: Mode, query: str | None = None) -> tuple[Hit, ...]:
        """Give the hits; none for a query that is empty.

        Raises
        ------
        NotewebError
        """
        asked = f"{self.narrowed} {self.query if query is None else query}".strip()
        return web.search(asked, limit=self.limit, mode=mode) if asked else ()


class Finder:
    """A person who types, sees hits and chooses one."""

    def __init__(self, web: NoteWeb, keyboard: Keyboard, asking: Asking) -> None:
        self._web = web
        self._keyboard = keyboard
        self._asking = asking
        self._query = asking.query
        self._hits: tuple[Hit, ...] = ()
        self._chosen = 0
        self._message = ""
        self._stages = asking.stages(has_model=web.model != "none")
        self._n_asked = 0 if asking.query or asking.narrowed else len(self._stages)
        self._near: tuple[str, list[str]] = ("", [])

    def find(self) -> Hit | None:
        """Let the person choose; None where they leave."""
        while True:
            self._keyboard.show(self._draw())
            key = self._keyboard.read(self._wait_s())
            if key in (_ESCAPE, CLOSED):
                return None
            if key == WAITED:
                self._ask_next()
            elif key == "enter" and self._n_asked:
                if self._hits:
                    return self._hits[self._chosen]
            elif key == "enter":
                self._ask_next()
            elif key != RESIZED and not self._move(key):
                self._edit(key)

    def _wait_s(self) -> float | None:
        if self._n_asked >= len(self._stages):
            return None
        return _LONG_PAUSE_S if self._n_asked else _PAUSE_S

    def _ask_next(self) -> None:
        mode = self._stages[self._n_asked]
        self._n_asked += 1
        try:
            self._hits = self._asking.ask(self._web, mode, self._query)
        except NotewebError as error:
            self._message, self._n_asked = error.message, len(self._stages)
            return
        self._message = "" if self._hits or not self._query else "nothing matches"
        self._chosen = min(self._chosen, max(0, len(self._hits) - 1))

    def _move(self, key: str) -> bool:
        steps = {"up": -1, "down": 1, "page up": -5, "page down": 5}
        if key not in steps:
            return False
        self._chosen = min(max(0, self._chosen + steps[key]), max(0, len(self._hits) - 1))
        return True

    def _edit(self, key: str) -> None:
        before = self._query
        if key == "backspace":
            self._query = before[:-1]
        elif key == _CLEAR:
            self._query = ""
        elif key == _DROP_WORD:
            self._query = before.rstrip().rpartition(" ")[0]
        elif key.isprintable() and len(key) == 1:
            self._query += key
        if self._query != before:
            self._n_asked, self._chosen = 0, 0

    def _draw(self) -> list[str]:
        width, height = self._keyboard.size()
        width, height = max(1, width), max(1, height)
        head = f"> {clean(self._query)}"
        while head and measure(head) >= width:
            head = head[1:]  # the end of what is typed stays in sight
        lines = [typer.style(head, bold=True) + typer.style("█", dim=True)]
        n_rows = max(1, (height - 3) // 2)
        lines += _draw_hits(self._hits, self._chosen, (width, n_rows))
        lines += [""] * (1 + n_rows - len(lines))
        lines.append(typer.style(cut(self._message or self._place(), width), fg="yellow"))
        room = height - len(lines) - 1
        lines += self._draw_near((width, room)) if room > 0 and self._hits else []
        lines += [""] * (height - 1 - len(lines))
        return [*lines[: height - 1], typer.style(cut(_KEYS, width), reverse=True)][:height]

    def _place(self) -> str:
        if not self._hits:
            return ""
        hit = self._hits[self._chosen]
        return f"{self._chosen + 1}/{len(self._hits)}  {clean(hit.path)}:{hit.line}"

    def _draw_near(self, size: tuple[int, int]) -> list[str]:
        hit = self._hits[self._chosen]
        if self._near[0] != hit.path:
            self._near = (hit.path, read_lines(self._web, hit.path))
        return draw_nearby(self._near[1], hit.line, size)


def find_interactively(web: NoteWeb, asking: Asking) -> None:
    """Let a person ask while typing, and open what they choose in their editor.

    Raises
    ------
    BadRequest
        without a terminal
    EditorFailed, NotewebError
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadRequest("--interactive needs a terminal", "leave it away: noteweb query TEXT")
    from noteweb.cli.editor import edit_at

    # What the keys cannot interrupt comes first: reading what changed in the notes.
    web.refresh(with_vectors=asking.mode is not Mode.TEXT and web.model != "none")
    found = _choose(web, asking)
    if found is not None:
        path, line = found
        edit_at(place_of(web, path), line, os.environ)


def _choose(web: NoteWeb, asking: Asking) -> tuple[str, int] | None:
    fzf = None if os.environ.get("NOTEWEB_FINDER") == "own" else shutil.which("fzf")
    if fzf:
        from noteweb.cli.fzf import choose

        try:
            return choose(fzf, asking, os.environ)
        except OSError as error:
            raise BadRequest(
                f"fzf cannot be used: {error}", "do without it: NOTEWEB_FINDER=own"
            ) from error
    with Keyboard(names=TYPING) as keyboard:
        hit = Finder(web, keyboard, asking).find()
    return None if hit is None else (hit.path, hit.line)


def _draw_hits(hits: Sequence[Hit], chosen: int, size: tuple[int, int]) -> list[str]:
    """Give a line for each hit that finds room, the chosen one among them."""
    width, height = size
    first = max(0, chosen - height + 1)
    lines = []
    for number, hit in enumerate(hits[first : first + height], first):
        head = clean(hit.title)
        text = cut(f"{head}  {hit.field or 'body'}  {clean(hit.text)}", max(1, width - 2))
        mark = "▸ " if number == chosen else "  "
        styled = typer.style(text[: len(head)], bold=True) + text[len(head) :]
        lines.append(mark + (typer.style(text, reverse=True) if number == chosen else styled))
    return lines
