"""Suggestions of `noteweb graph suggest`, by kind, each with its line and sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.layout import Painted, write_line
from noteweb.cli.options import HitFormat, RowsFormat
from noteweb.model.view import require_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.search.suggest import Suggestion
    from noteweb.web import NoteWeb

_N_SHOWN = 10  # of each kind on a terminal
COLUMNS = ("kind", "note", "other", "score", "line", "column", "evidence", "detail")
_HEADS = {
    "links": "Links that may be missing",
    "mentions": "Names that are no links",
    "duplicates": "Said twice",
    "ghosts": "Asked for and not written",
}


def answer(web: NoteWeb, note: str, kinds: Sequence[str], form: RowsFormat) -> None:
    """Write the suggestions; exit with 1 where there are none."""
    from noteweb.cli import shape
    from noteweb.row.kin import suggestion_row
    from noteweb.search.suggest import SuggestionKind

    require_known("kind of suggestion", kinds, [kind.value for kind in SuggestionKind])
    found = web.suggest(note, [SuggestionKind(kind) for kind in kinds])
    if form is RowsFormat.TEXT:
        _show(found)
    else:
        rows = [suggestion_row(one) for one in found]
        typer.echo(shape.write_rows(rows, HitFormat(form.value), rows, COLUMNS), nl=False)
    if not found:
        typer.echo("nothing to suggest", err=True)
        raise typer.Exit(ANSWER_IS_NO)


def _show(found: Sequence[Suggestion]) -> None:
    """Show the best of each kind."""
    for kind, head in _HEADS.items():
        some = [one for one in found if one.kind == kind]
        if not some:
            continue
        write_line(Painted(head, bold=True))
        for one in some[:_N_SHOWN]:
            at = f":{one.line}:{one.column}" if one.evidence else ""
            write_line(f"  {one.note}{at} → {one.other}")
            write_line(f"      {one.detail}")
            if one.evidence:
                write_line(f"      {one.evidence}")
        if len(some) > _N_SHOWN:
            write_line(f"  and {len(some) - _N_SHOWN} more: --kind {kind} --format csv")
