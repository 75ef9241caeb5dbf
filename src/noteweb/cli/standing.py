"""What claims make of one another, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from noteweb.argument.label import GROUND_PHRASES, Label
from noteweb.cli.layout import Painted, clean, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.argument.front import Argument
    from noteweb.argument.impact import Struck, Tie
    from noteweb.argument.label import Because, Standing

_COLOURS = {Label.IN: typer.colors.GREEN, Label.OUT: typer.colors.RED}
_MOST_SETS = 5  # of those that a label rests on


def paint_label(label: Label) -> Painted:
    """Give a label in its colour."""
    return Painted(label.value, fg=_COLOURS.get(label, typer.colors.YELLOW))


def show_strength(argument: Argument, claim: str) -> str:
    """Give a claim's strength; one that did not come to rest has a mark."""
    found = argument.strengths
    return f"{found.values[claim]:.2f}{'?' if claim in found.unsettled else ''}"


def show_standing(argument: Argument, claim: str) -> None:
    """Show why a claim stands or not, and what that rests on."""
    for link in argument.chain(claim):
        indent = "  " * link.depth
        if link.is_again:
            write_line(f"{indent}{clean(link.claim)}", paint_label(link.standing.label), "(above)")
        else:
            _show_link(indent, link.claim, link.standing)
    found = argument.environments(claim)
    for one in found.sets[:_MOST_SETS]:
        write_line("  it is enough:", clean(", ".join(sorted(one))))
    if found.is_cut or len(found.sets) > _MOST_SETS:
        n_more = len(found.sets) - _MOST_SETS
        write_line("  and others" if found.is_cut else f"  and {n_more} more")
    if claim in argument.strengths.unsettled:
        write_line("  strengths did not come to rest: claims swing against each other")


def show_impact(found: Sequence[Struck], claim: str, standing: Standing, *, quiet: bool) -> None:
    """Show what the fall of a claim reaches, and how."""
    rows = [
        (
            each.effect.value,
            each.claim.id,
            f"{each.before} -> {each.after}" if each.before is not each.after else each.before,
            "; ".join(map(_tell_tie, each.ties)),
        )
        for each in found
    ]
    write_table(("effect", "claim", "standing", "because"), rows)
    if found or quiet:
        return
    if standing.label is Label.OUT:
        why = ", ".join(map(_tell, standing.because))
        typer.echo(f"{clean(claim)} has fallen already: {why}", err=True)
    else:
        typer.echo(f"nothing rests on {clean(claim)}", err=True)


def _show_link(indent: str, claim: str, standing: Standing) -> None:
    write_line(f"{indent}{clean(claim)}", paint_label(standing.label))
    for because in standing.because:
        write_line(f"{indent}  because", _tell(because))


def _tell(because: Because) -> str:
    return f"{GROUND_PHRASES[because.ground]} {clean(because.claim)}".rstrip()


def _tell_tie(tie: Tie) -> str:
    return f"{tie.claim} {tie.relation.replace('_', ' ')} {tie.target}"
