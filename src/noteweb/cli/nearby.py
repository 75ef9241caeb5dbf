"""What stands around a hit in its note: for a preview, in any terminal.

As a program (``python -m noteweb.cli.nearby ROW``) it writes the preview that fzf shows.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from noteweb.cli.layout import clean, cut, wrap

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.web import NoteWeb

_BEFORE = 3  # lines of a note that a preview shows before the line that matched


def read_lines(web: NoteWeb, path: str) -> list[str]:
    """Give a note's lines after repair, none where it cannot be read any more."""
    from noteweb.errors import Problem
    from noteweb.index.lookup import find_file
    from noteweb.text.lines import split_lines
    from noteweb.vault import read_note

    file = find_file(web.index.catalogue, path)
    read = read_note(web.root, file) if file is not None else None
    return [] if read is None or isinstance(read, Problem) else split_lines(read.text)


def place_of(web: NoteWeb, path: str) -> Path:
    """Give where a note of the index lies on disk."""
    from noteweb.index.lookup import find_file

    found = find_file(web.index.catalogue, path)
    return web.root / (os.fsdecode(found.file) if found else path)


def draw_nearby(lines: list[str], line: int, size: tuple[int, int]) -> list[str]:
    """Give the part of a note around a line, as wide and high as asked, that line marked.

    The marked line is wrapped, others are cut.
    """
    width, height = size
    drawn: list[str] = []
    digits = len(str(len(lines)))
    for number in range(max(1, line - _BEFORE), len(lines) + 1):
        text = clean(lines[number - 1])
        lead = f"{number:>{digits}} "
        room = max(1, width - len(lead) - 1)
        if number == line:
            parts = list(wrap(text, room, room))
            drawn.append(typer.style(f">{lead}{parts[0]}", bold=True))
            rest = (f"{' ' * (len(lead) + 1)}{part}" for part in parts[1:])
            drawn += [typer.style(part, bold=True) for part in rest]
        else:
            drawn.append(f" {typer.style(lead, dim=True)}{cut(text, room)}")
        if len(drawn) >= height:
            break
    return drawn[:height]


def main() -> None:
    """Write the preview of a row that fzf names."""
    from noteweb.cli.fzf import ROOT, read_token
    from noteweb.web import NoteWeb

    place = read_token(sys.argv[1])
    if place is None:
        return
    size = tuple(
        int(os.environ.get(name) or 24) for name in ("FZF_PREVIEW_COLUMNS", "FZF_PREVIEW_LINES")
    )
    with NoteWeb.open(os.environ[ROOT]) as web:
        lines = read_lines(web, place[0])
    sys.stdout.write("\n".join(draw_nearby(lines, place[1], (size[0], size[1]))) + "\n")


if __name__ == "__main__":
    main()
