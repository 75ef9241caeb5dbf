"""Which id each note has when several want the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence


def settle_ids(wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give every note (path, wanted id) an id of its own, by path.

    A note whose path, without ``.md``, is the id always has it; among the others the first path
    wins, and who loses goes by its path. The order of the input does not matter.
    """
    owners = {path.removesuffix(".md"): path for path, _ in sorted(wanted)}
    for path, note in sorted(wanted):
        owners.setdefault(note, path)
    return {
        path: note if owners[note] == path else path.removesuffix(".md") for path, note in wanted
    }


def find_double_ids(wanted: Sequence[tuple[str, str]]) -> tuple[Problem, ...]:
    """Report the notes that did not get the id they ask for."""
    settled = settle_ids(wanted)
    return tuple(
        Problem(
            path=path,
            line=1,
            column=1,
            code="duplicate-id",
            severity=Severity.ERROR,
            message=f"the id {note!r} belongs to another note; this one goes by {settled[path]!r}",
        )
        for path, note in sorted(wanted)
        if settled[path] != note
    )
