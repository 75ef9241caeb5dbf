"""A record on a page of any size: what the reader of a library sees; drawn, not printed.

With `render` and `progress` this knows rich, for its wrapping by cells and its styles: a page is
drawn over again and again, and so is no answer that `render` could print.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from noteweb.index.stem import open_analyzer
from noteweb.screening.stopping import TARGET
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.model.reference import Reference
    from noteweb.screening.stopping import Standing

_WORD = re.compile(r"\w+")
_WIDEST = 100  # longer lines are hard to read
_HIGH = 12  # lines of a window from which all of the head fits
_LOW = 5
_N_AUTHORS = 3

HELP = """\
r  relevant             i  irrelevant           u  unsure
s  skip: it comes again when the others are read
z  undo: the last answer is taken back (or Backspace)
o  open the DOI or address in a browser
down, up, space         read on where the text is longer than the window
q  quit: every answer is on disk already, and the next time goes on from here
?  this help

Letters work in a Russian layout too."""
_KEYS = (
    "r relevant  i irrelevant  u unsure  s skip  z undo  o open  ? help  q quit",
    "r/i/u answer  s skip  z undo  ? help  q quit",
    "r i u s z o ? q",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on a page: a record, or a text in its place, and how far the reader is."""

    standing: Standing
    reference: Reference | None
    words: frozenset[str]
    text: str = ""
    message: str = ""


def draw(sheet: Sheet, size: tuple[int, int], offset: int = 0) -> tuple[list[str], int]:
    """Give a page's lines, as many as the window has, and how far its text can be scrolled.

    Parameters
    ----------
    size : columns and lines of the window
    offset : lines of the text that are scrolled away; more than there are, none are left out
    """
    width, height = max(1, size[0]), max(1, size[1])
    console = _console(width)
    head = _draw_head(sheet.standing, width, height)
    foot = _draw_foot(sheet.message, width, height)
    body = _draw_body(sheet, console, min(width, _WIDEST))
    room = max(1, height - len(head) - len(foot))
    most = max(0, len(body) - room)
    offset = min(offset, most)
    if offset < most and foot:
        foot[0] = _fit(Text("↓ more: space", "dim") + Text("  ") + foot[0], width)
    shown = body[offset : offset + room]
    shown += [Text()] * (room - len(shown))
    lines = [*head, *shown, *foot][:height]
    return [_paint(console, line) for line in lines], most


def _draw_head(standing: Standing, width: int, height: int) -> list[Text]:
    counts = (
        f"{standing.n_read:,} of {standing.n_records:,} read   {standing.n_relevant:,} relevant"
    )
    if standing.n_unsure:
        counts += f"   {standing.n_unsure:,} unsure"
    read = Text(counts, "bold")
    if height < _LOW:
        return []
    if height < _HIGH:
        return [_fit(read, width)]
    n_full = round(width * standing.n_read / max(1, standing.n_records))
    bar = Text("━" * n_full, "green") + Text("━" * (width - n_full), "dim")
    return [_fit(read, width), _fit(_say_recall(standing), width), bar]


def _say_recall(standing: Standing) -> Text:
    if standing.is_enough:
        return Text(f"You may stop: {standing.reason.detail}", "bold green")
    if standing.recall is None:
        return Text(standing.reason.detail, "dim")
    likely, least = (100 * x for x in (standing.recall.estimate, standing.recall.low))
    said = f"found: {likely:.0f} % or so, at least {math.floor(least)} % with 95 % confidence"
    return Text(f"{said}; aim {100 * TARGET:.0f} %", "cyan")


def _draw_foot(message: str, width: int, height: int) -> list[Text]:
    if height < _LOW:
        return []
    keys = next((each for each in _KEYS if len(each) <= width), _KEYS[-1])
    return [_fit(Text(visible(message), "yellow"), width), _fit(Text(keys, "reverse"), width)]


def _draw_body(sheet: Sheet, console: Console, width: int) -> list[Text]:
    reference = sheet.reference
    if sheet.text or reference is None:
        return _wrap(console, [Text(line) for line in sheet.text.split("\n")], width)
    authors = "; ".join(reference.authors[:_N_AUTHORS])
    if len(reference.authors) > _N_AUTHORS:
        authors += " and others"
    about = ", ".join(
        part for part in (authors, str(reference.year or ""), reference.journal) if part
    )
    address = f"doi {reference.doi}" if reference.doi else reference.url
    small = [Text(visible(part), "dim") for part in (about, address, reference.key) if part]
    title = _stress(reference.title or "(no title)", sheet.words, "bold")
    text = (
        _stress(reference.abstract, sheet.words)
        if reference.abstract
        else Text("(no abstract)", "dim")
    )
    return _wrap(console, [title, *small, Text(), text], width)


def _stress(text: str, stems: Iterable[str], style: str = "") -> Text:
    shown = Text(visible(text), style)
    analyze = open_analyzer()
    for match in _WORD.finditer(shown.plain):
        terms = analyze(match[0])
        if len(terms) == 1 and terms[0] in stems:
            shown.stylize("bold green", *match.span())
    return shown


def _wrap(console: Console, paragraphs: Sequence[Text], width: int) -> list[Text]:
    lines: list[Text] = []
    for paragraph in paragraphs:
        wrapped = list(paragraph.wrap(console, width, tab_size=4)) or [Text()]
        for line in wrapped:
            line.rstrip()
        lines += wrapped
    return lines


def _fit(line: Text, width: int) -> Text:
    line = line.copy()
    line.truncate(width, overflow="ellipsis")
    return line


def _console(width: int) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=width, highlight=False, markup=False,
        emoji=False, color_system="standard", legacy_windows=False,
    )  # fmt: skip


def _paint(console: Console, line: Text) -> str:
    with console.capture() as got:
        console.print(line, end="", soft_wrap=True)
    return got.get()
