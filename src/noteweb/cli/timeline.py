"""A vault's growth drawn with letters: a bar for each period, as long as the terminal allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.cli.layout import find_width, write_line

if TYPE_CHECKING:
    from noteweb.graph.timeline import Timeline

_LONGEST = 60  # letters of a bar, however wide the terminal
_SHORTEST = 8
_BESIDE = 34  # letters of the figures


def show_timeline(found: Timeline) -> None:
    """Draw a bar for the notes begun in each period, with the figures behind it."""
    most = max((each.n_created for each in found.periods), default=0)
    width = max((len(each.period) for each in found.periods), default=0)
    room = max(_SHORTEST, min(_LONGEST, most, find_width() - width - _BESIDE))
    for each in found.periods:
        if each.n_empty:
            write_line(f"{'':{width}}  ({each.n_empty} without a note)")
        n_letters = -(-each.n_created * room // max(most, room))
        edited = f", {each.n_updated} changed" if each.n_updated else ""
        bar = f"{'#' * n_letters:{room}}"
        write_line(f"{each.period}  {bar}  {each.n_created} new{edited}; {each.n_total} in all")
    if found.n_undated:
        write_line(f"{found.n_undated} tell no day")
