"""What would change in a file, as a unified diff."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

import typer

from noteweb.text.repair import decode_bytes
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.mend import Change

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}
_NO_END = "\\ No newline at end of file"


def show_change(change: Change) -> None:
    """Write the difference to standard output; nothing where there is none."""
    for line in diff_lines(change):
        told = visible(line)
        is_head = told.startswith(("---", "+++"))
        typer.echo(typer.style(told, fg=None if is_head else _COLOURS.get(told[:1])))


def diff_lines(change: Change) -> Iterator[str]:
    """Give the lines of the unified diff, without their ends."""
    name = change.file.path
    before, after = (
        _LINE.findall(decode_bytes(data).text) for data in (change.before, change.after)
    )
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line.rstrip("\r\n")
        if not line.endswith(("\r", "\n")):
            yield _NO_END
