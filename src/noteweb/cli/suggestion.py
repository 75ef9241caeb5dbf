"""Sentences that could be claims, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from noteweb.cli.firing import say, show_odds, trim
from noteweb.text.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.suggestion import Nearest, Suggestion


def show_suggestions(found: Sequence[Suggestion], *, quiet: bool) -> None:
    """Show sentences with their place, why they read like claims, and what is near."""
    documents = {each.document for each in found}
    if len(documents) == 1:
        typer.echo(typer.style(visible_line(found[0].document), bold=True))
    for number, each in enumerate(found, 1):
        place = _place(each) if len(documents) == 1 else f"{each.document}:{each.line}"
        cues = typer.style(", ".join(each.cues), fg=typer.colors.CYAN)
        typer.echo(f"{number:>3}  {visible_line(place)}  {cues}")
        say("     ", each.text)
        say("     claim: ", _tell(each.claim, "no near claim"))
        none = "none here; to write one: noteweb experiment new NAME"
        say("     experiment: ", _tell(each.experiment, none))
    if not found and not quiet:
        typer.echo("no sentence reads like a claim that is not stated yet", err=True)


def _place(each: Suggestion) -> str:
    return f"p. {each.page}, l. {each.line}" if each.page else f"l. {each.line}"


def _tell(nearest: Nearest | None, none: str) -> str:
    if nearest is None or not nearest.is_near:
        return none
    return f"{nearest.name} ({show_odds(nearest.rate)}): {trim(nearest.text, ())}"
