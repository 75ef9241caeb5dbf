"""Commands about experiments: which may run, a new one, those there are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.options import Value, ValueFormat, Vault, open_web
from noteweb.errors import NobodyToAsk
from noteweb.row.claim import experiment_row, trust_row

if TYPE_CHECKING:
    from noteweb.evidence.front import Evidence

Name = Annotated[str, typer.Argument(help="An experiment's name.")]

trust = typer.Typer(
    help="Decide which experiments may run: show, allow, revoke.", rich_markup_mode=None
)
experiment = typer.Typer(
    help="Start an experiment, or list those there are.", rich_markup_mode=None
)


@trust.command("show")
def trust_show(
    name: Annotated[str, typer.Argument(help="An experiment; default: a list of all.")] = "",
    vault: Vault = None,
    *,
    form: Value = ValueFormat.TEXT,
) -> None:
    """Show which experiments may run, or one's code with what changed since it was allowed.

    Example: noteweb trust show peak_position
    """
    from noteweb.cli import account, shape

    with open_web(vault, quiet=True) as web:
        if name:
            row, text = web.evidence.show_trust(name)
            typer.echo(f"{row.name}: {row.standing} ({row.file})", err=True)
            typer.echo(text, nl=False)
            return
        rows = web.evidence.trust_rows()
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json([trust_row(row) for row in rows]), nl=False)
    else:
        account.show_trust(rows)


@trust.command("allow")
def trust_allow(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Experiments; default: all that claims name.", metavar="[NAME]..."),
    ] = None,
    vault: Vault = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Allow without asking.")] = False,
) -> None:
    """Show an experiment's code, or what changed in it, and allow it to run when you say so.

    The permission holds for these very files at this place, and is kept outside the vault.

    Example: noteweb trust allow peak_position
    """
    with open_web(vault, quiet=True) as web:
        wanted = names or web.evidence.unproven()
        if not wanted:
            typer.echo("every experiment that claims name may run already", err=True)
        allowed = [_ask_and_allow(web.evidence, name, is_sure=yes) for name in wanted]
    if not all(allowed):
        raise typer.Exit(ANSWER_IS_NO)


@trust.command("revoke")
def trust_revoke(name: Name, vault: Vault = None) -> None:
    """Take back the permission to run an experiment.

    Example: noteweb trust revoke peak_position
    """
    with open_web(vault, quiet=True) as web:
        was_allowed = web.evidence.revoke(name)
    typer.echo(f"{name} {'may no longer run' if was_allowed else 'was not allowed'}", err=True)


@experiment.command("new")
def experiment_new(name: Name, vault: Vault = None) -> None:
    """Write experiments/NAME.py into the vault: it runs as it is, with guards, to be changed.

    Prints the lines that a note needs to name it.

    Example: noteweb experiment new peak_position
    """
    with open_web(vault, quiet=True) as web:
        path, claim = web.evidence.new(name)
    typer.echo(f"made {path}", err=True)
    typer.echo(claim, nl=False)


@experiment.command("list")
def experiment_list(vault: Vault = None, *, form: Value = ValueFormat.TEXT) -> None:
    """List the experiments that claims can name.

    Example: noteweb experiment list
    """
    from noteweb.cli import account, shape

    with open_web(vault, quiet=True) as web:
        found = web.evidence.workplace.finder.all()
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json([experiment_row(each) for each in found]), nl=False)
    else:
        account.show_experiments(found)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(trust, name="trust")
    app.add_typer(experiment, name="experiment")


def _ask_and_allow(evidence: Evidence, name: str, *, is_sure: bool) -> bool:
    """Show what would be allowed, ask, and do it; False where the answer is no."""
    row, text = evidence.show_trust(name)
    if row.standing.may_run:
        typer.echo(f"{name} may run already ({row.standing})", err=True)
        return True
    typer.echo(text, nl=False)
    typer.echo(f"{name}: {row.standing} ({row.file})", err=True)
    if not is_sure:
        if not sys.stdin.isatty():
            raise NobodyToAsk(f"allow {name}")
        is_sure = typer.confirm(f"Allow {name} to run as shown?", err=True)
    if is_sure:
        evidence.allow(name)
        typer.echo(f"{name} may run", err=True)
    return is_sure
