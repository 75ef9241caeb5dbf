"""Commands about claims and what stands behind them: claims, verify, why, trust, experiment."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.options import Quiet, Value, ValueFormat, Vault, open_web

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.evidence.front import Evidence
    from noteweb.evidence.run import Options
    from noteweb.model.verdict import Verdict
    from noteweb.web import NoteWeb


class Size(StrEnum):
    """The sizes that an experiment may have."""

    QUICK = "quick"
    FULL = "full"


class Where(StrEnum):
    """What makes the runs."""

    PROCESS = "process"
    DASK = "dask"


class RowFormat(StrEnum):
    """How verdicts go to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


Profile = Annotated[Size, typer.Option("--profile", help="The experiments' size.")]
Rows = Annotated[RowFormat, typer.Option("--format", help="How to write the answer.")]
Claims = Annotated[
    list[str] | None, typer.Argument(help="Ids of claims; default: all.", metavar="[CLAIM]...")
]
Name = Annotated[str, typer.Argument(help="An experiment's name.")]

trust = typer.Typer(
    help="Decide which experiments may run: show, allow, revoke.", rich_markup_mode=None
)
experiment = typer.Typer(help="Start an experiment.", rich_markup_mode=None)


def claims(
    vault: Vault = None,
    *,
    profile: Profile = Size.QUICK,
    form: Rows = RowFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """List the claims with note, verdict, evidence and the age of the newest run; nothing is run.

    Example: noteweb claims
    """
    from noteweb.cli import account

    with open_web(vault, quiet=quiet) as web:
        found = web.evidence.rows(profile.value)
    if form is RowFormat.TEXT:
        account.show_claims(found)
    else:
        _write([account.claim_row(row) for row in found], form, "claims")


def verify(  # noqa: PLR0913 - the options of a run
    names: Claims = None,
    vault: Vault = None,
    *,
    profile: Profile = Size.QUICK,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Runs at once; 0: the free cores.")
    ] = 0,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would run, and why.")
    ] = False,
    recheck: Annotated[
        float,
        typer.Option("--recheck", min=0, max=1, help="Run this share of the records again."),
    ] = 0.0,
    force: Annotated[bool, typer.Option("--force", help="Run again what is on record.")] = False,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Refuse to run with limits alone.")
    ] = False,
    executor: Annotated[Where, typer.Option("--executor", help="Where to run.")] = Where.PROCESS,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="Dask's, as tcp://HOST:8786.", metavar="URL")
    ] = "",
    form: Rows = RowFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Re-run the evidence of claims where it is missing or stale, and give the verdicts.

    Exits with 1 where a claim, or a part of it, is refuted.

    Example: noteweb verify double-descent-peak --profile quick
    """
    from noteweb.evidence.run import Options

    options = Options(
        profile=profile.value,
        n_jobs=jobs,
        is_forced=force,
        is_sandbox_required=require_sandbox,
        executor=executor.value,
        scheduler=scheduler,
    )
    with open_web(vault, quiet=quiet) as web:
        if explain:
            _explain(web.evidence, names or (), options, form)
        elif recheck:
            _recheck(web, names or (), options, recheck, form)
        else:
            _tell_verdicts(web.verify(*(names or ()), options=options), form, quiet=quiet)


def why(
    claim: Annotated[str, typer.Argument(help="A claim's id.")],
    vault: Vault = None,
    *,
    profile: Profile = Size.QUICK,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show all that a claim's verdict rests on: experiment, guards, intervals, runs, files.

    Example: noteweb why double-descent-peak
    """
    from noteweb.cli import account, shape

    with open_web(vault, quiet=quiet) as web:
        found = web.evidence.why(claim, profile.value)
        if form is ValueFormat.JSON:
            typer.echo(shape.to_json(account.account_row(found)), nl=False)
        else:
            account.show_account(found)


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
        typer.echo(shape.to_json([account.trust_row(row) for row in rows]), nl=False)
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
def experiment_list(vault: Vault = None) -> None:
    """List the experiments that claims can name.

    Example: noteweb experiment list
    """
    from noteweb.cli import account

    with open_web(vault, quiet=True) as web:
        account.show_experiments(web.evidence.workplace.finder.all())


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (claims, verify, why):
        app.command()(command)
    app.add_typer(trust, name="trust")
    app.add_typer(experiment, name="experiment")


def _write(rows: Sequence[dict[str, Any]], form: RowFormat, name: str) -> None:
    from noteweb.cli import shape
    from noteweb.cli.options import HitFormat

    typer.echo(shape.write_rows(rows, HitFormat(form.value), {name: list(rows)}), nl=False)


def _tell_verdicts(found: Sequence[Verdict], form: RowFormat, *, quiet: bool) -> None:
    from noteweb.cli import account
    from noteweb.model.verdict import VerdictKind

    if form is RowFormat.TEXT:
        account.show_verdicts(found, quiet=quiet)
    else:
        _write([verdict.to_json() for verdict in found], form, "verdicts")
    if {VerdictKind.REFUTED, VerdictKind.PARTLY, VerdictKind.CONTESTED} & {v.kind for v in found}:
        raise typer.Exit(ANSWER_IS_NO)


def _explain(evidence: Evidence, names: Sequence[str], options: Options, form: RowFormat) -> None:
    from noteweb.cli import account

    steps = evidence.explain(names, options)
    if form is RowFormat.TEXT:
        account.show_steps(steps)
    else:
        _write([step.to_json() for step in steps], form, "steps")


def _recheck(
    web: NoteWeb, names: Sequence[str], options: Options, share: float, form: RowFormat
) -> None:
    from noteweb.cli import account

    found = web.evidence.recheck(names, options, share, web.progress)
    if form is RowFormat.TEXT:
        account.show_comparisons(found)
    else:
        _write([each.to_json() for each in found], form, "comparisons")
    if any(each.differences for each in found):
        raise typer.Exit(ANSWER_IS_NO)


def _ask_and_allow(evidence: Evidence, name: str, *, is_sure: bool) -> bool:
    """Show what would be allowed, ask, and do it; False where the answer is no."""
    import sys

    from noteweb.errors import BadRequest

    row, text = evidence.show_trust(name)
    if row.standing.may_run:
        typer.echo(f"{name} may run already ({row.standing})", err=True)
        return True
    typer.echo(text, nl=False)
    typer.echo(f"{name}: {row.standing} ({row.file})", err=True)
    if not is_sure:
        if not sys.stdin.isatty():
            raise BadRequest(f"nobody is here to allow {name}", "at a terminal, or with --yes")
        is_sure = typer.confirm(f"Allow {name} to run as shown?", err=True)
    if is_sure:
        evidence.allow(name)
        typer.echo(f"{name} may run", err=True)
    return is_sure
