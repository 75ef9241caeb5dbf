"""Commands about what stands behind claims: verify, why, impact."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.complete import complete_claim
from noteweb.cli.options import (
    ClaimId,
    Quiet,
    Scheduler,
    Value,
    ValueFormat,
    Vault,
    Where,
    open_web,
)
from noteweb.row.claim import account_row, impact_row
from noteweb.text.visible import visible

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


class RowFormat(StrEnum):
    """How verdicts go to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


Profile = Annotated[Size, typer.Option("--profile", help="The experiments' size.")]
Rows = Annotated[RowFormat, typer.Option("--format", help="How to write the answer.")]
Claims = Annotated[
    list[str] | None,
    typer.Argument(
        help="Ids of claims; default: all.", metavar="[CLAIM]...", autocompletion=complete_claim
    ),
]


def verify(
    names: Claims = None,
    vault: Vault = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="All claims, as without ids; for scripts to say so.")
    ] = False,
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
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 unless all claims are supported.")
    ] = False,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Refuse to run with limits alone.")
    ] = False,
    executor: Annotated[Where, typer.Option("--executor", help="Where to run.")] = Where.PROCESS,
    scheduler: Scheduler = "",
    form: Rows = RowFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Re-run the evidence of claims and give the verdicts.

    Only what is missing or stale is run.

    Exits with 1 where a claim, or a part of it, is refuted. With --strict, unless every claim is
    supported: those that no experiment can decide are passed over, but not when they are named.

    Example: noteweb verify double-descent-peak --profile quick
    """
    from noteweb.errors import BadRequest
    from noteweb.evidence.run import Options

    if every and names:
        raise BadRequest("--all is every claim, ids are some", "give one of the two")
    if strict and (explain or recheck):
        raise BadRequest("--strict is about verdicts", "leave out --explain and --recheck")
    if explain and recheck:
        raise BadRequest("--explain runs nothing, --recheck does", "give one of the two")
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
            _recheck(web, names or (), (options, recheck), form, quiet=quiet)
        else:
            found = web.verify(*(names or ()), options=options)
            _tell_verdicts(found, form, quiet=quiet)
            _exit(found, names or (), is_strict=strict, is_quiet=quiet)


def why(
    claim: ClaimId,
    vault: Vault = None,
    *,
    profile: Profile = Size.QUICK,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show all that a claim's verdict rests on.

    Experiments, guards, intervals, runs, files; then whether the claim stands among the others,
    with the chain of reasons.

    Example: noteweb why double-descent-peak
    """
    from noteweb.argument.front import argue
    from noteweb.cli import account, shape

    with open_web(vault, quiet=quiet) as web:
        found = web.evidence.why(claim, profile.value)
        argument = argue(web.evidence.rows(profile.value))
        if form is ValueFormat.JSON:
            typer.echo(shape.to_json(account_row(found, argument)), nl=False)
        else:
            account.show_account(found, argument)


def impact(
    claim: ClaimId,
    vault: Vault = None,
    *,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Tell what falls, wavers or rises if a claim falls.

    The labels that change, each with the way there, then what only loses a support.

    Exits with 1 where nothing rests on the claim.

    Example: noteweb impact double-descent-peak
    """
    from noteweb.cli import shape
    from noteweb.cli import standing as shown

    with open_web(vault, quiet=quiet) as web:
        found = web.impact(claim)
        if form is ValueFormat.JSON:
            typer.echo(shape.to_json(impact_row(claim, found)), nl=False)
        else:
            shown.show_impact(found, claim, web.argument.standings[claim], quiet=quiet)
    if not found:
        raise typer.Exit(ANSWER_IS_NO)


def write_rows(rows: Sequence[dict[str, Any]], form: RowFormat, name: str) -> None:
    """Write rows as JSON, under a name, or as JSON lines."""
    from noteweb.cli import shape
    from noteweb.cli.options import HitFormat

    typer.echo(shape.write_rows(rows, HitFormat(form.value), {name: list(rows)}), nl=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (verify, why, impact):
        app.command()(command)


def _tell_verdicts(found: Sequence[Verdict], form: RowFormat, *, quiet: bool) -> None:
    from noteweb.cli import account

    if form is RowFormat.TEXT:
        account.show_verdicts(found, quiet=quiet)
    else:
        write_rows([verdict.to_json() for verdict in found], form, "verdicts")


def _exit(
    found: Sequence[Verdict], names: Sequence[str], *, is_strict: bool, is_quiet: bool
) -> None:
    """Exit with 1 where the answer is no; to a strict reader, where it is not yes throughout."""
    from noteweb.judge import find_unsupported
    from noteweb.model.verdict import VerdictKind

    kinds = {verdict.kind for verdict in found}
    if is_strict:
        unsupported = find_unsupported(found, names)
        if unsupported or VerdictKind.SUPPORTED not in kinds:
            if not is_quiet:
                told = ", ".join(each.claim for each in unsupported) or "no claim was tested"
                typer.echo(f"not supported: {visible(told)}", err=True)
            raise typer.Exit(ANSWER_IS_NO)
    elif {VerdictKind.REFUTED, VerdictKind.PARTLY, VerdictKind.CONTESTED} & kinds:
        raise typer.Exit(ANSWER_IS_NO)


def _explain(evidence: Evidence, names: Sequence[str], options: Options, form: RowFormat) -> None:
    from noteweb.cli import account

    steps = evidence.explain(names, options)
    if form is RowFormat.TEXT:
        account.show_steps(steps)
    else:
        write_rows([step.to_json() for step in steps], form, "steps")


def _recheck(
    web: NoteWeb, names: Sequence[str], how: tuple[Options, float], form: RowFormat, *, quiet: bool
) -> None:
    from noteweb.cli import account

    found = web.evidence.recheck(names, *how, web.progress)
    if form is RowFormat.TEXT:
        account.show_comparisons(found, quiet=quiet)
    else:
        write_rows([each.to_json() for each in found], form, "comparisons")
    if any(each.differences for each in found):
        raise typer.Exit(ANSWER_IS_NO)
