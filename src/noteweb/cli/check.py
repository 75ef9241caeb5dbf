"""The command check: what is wrong in a vault, what that means, what can be put right."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.complete import complete_code
from noteweb.cli.options import HitFormat, Hits, Quiet, Vault, open_web, tell_if_empty
from noteweb.errors import BadRequest
from noteweb.row.note import PROBLEM_COLUMNS, problem_row

if TYPE_CHECKING:
    from noteweb.amendment import Amendment
    from noteweb.web import NoteWeb

Codes = Annotated[
    list[str] | None,
    typer.Argument(
        help="Only problems of these codes; default: all.",
        metavar="[CODE]...",
        autocompletion=complete_code,
    ),
]


def check(
    codes: Codes = None,
    vault: Vault = None,
    *,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what the codes mean, and what to do.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Show what can be put right without guessing.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write what --fix shows.")] = False,
    form: Hits = HitFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Find what is wrong in the notes and their links.

    Damaged encodings, broken frontmatter, links whose note, heading or block is not there,
    ambiguous ones, unreadable files, ids that two notes ask for, claims whose evidence names what
    is not there, or has changed since its runs.
    Exits with 1 where there is an error or a warning; hints alone (severity info) exit with 0.

    With --fix, what has one remedy alone: encodings that can be restored exactly, and links by
    path to a note that was moved. It is shown as a difference, and written with --write, or after
    a yes on a terminal. Exits with 1 where there is none.

    Example: noteweb check --explain link-anchor
    """
    from noteweb.explanation import find_explanations

    if (write and not fix) or (explain and fix):
        raise BadRequest("--write goes with --fix, --explain goes alone", "noteweb check --help")
    found = find_explanations(tuple(codes or ()))
    if explain:
        _explain([asdict(each) for each in found], form)
    elif fix:
        _fix(vault, codes or [], form, is_sure=write, quiet=quiet)
    else:
        _check(vault, codes or [], form, quiet=quiet)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(check)


def _check(vault: Vault, codes: list[str], form: HitFormat, *, quiet: bool) -> None:
    from noteweb.cli import render, shape
    from noteweb.errors import Severity

    with open_web(vault, quiet=quiet) as web:
        problems = [each for each in web.problems() if not codes or each.code in codes]
        if not quiet:
            tell_if_empty(web)
    if form is HitFormat.TEXT:
        render.problems(problems)
    else:
        rows = [problem_row(problem) for problem in problems]
        typer.echo(shape.write_rows(rows, form, rows, PROBLEM_COLUMNS), nl=False)
    if any(problem.severity is not Severity.INFO for problem in problems):
        raise typer.Exit(ANSWER_IS_NO)


def _explain(rows: list[dict[str, str]], form: HitFormat) -> None:
    from noteweb.cli import shape
    from noteweb.cli.layout import Painted, write_line

    if form is HitFormat.PATHS:
        raise BadRequest("a code has no path", "give --format text, json, jsonl or csv")
    if form is not HitFormat.TEXT:
        typer.echo(shape.write_rows(rows, form, rows), nl=False)
        return
    for row in rows:
        write_line(Painted(row["code"], bold=True))
        write_line(f"  {row['means']}")
        for line in row["example"].splitlines():
            write_line(f"    {line}" if line else "")
        write_line(f"  {row['remedy']}")


def _fix(vault: Vault, codes: list[str], form: HitFormat, *, is_sure: bool, quiet: bool) -> None:
    if form is not HitFormat.TEXT:
        raise BadRequest("what --fix shows is a difference", "leave --format away")
    with open_web(vault, quiet=quiet) as web:
        found = [
            each for each in web.amendments() if not codes or not {*codes}.isdisjoint(each.codes)
        ]
        if not found:
            typer.echo("nothing can be put right without guessing", err=True)
            raise typer.Exit(ANSWER_IS_NO)
        _write_all(web, found, is_sure=is_sure, quiet=quiet)


def _write_all(web: NoteWeb, found: list[Amendment], *, is_sure: bool, quiet: bool) -> None:
    """Show every difference, then write them where somebody says so; each note whole."""
    from noteweb.cli.difference import show_change
    from noteweb.mend import write_change

    for each in found:
        show_change(each.change)
    many = f"{len(found)} note{'s' if len(found) > 1 else ''}"
    if not is_sure and sys.stdin.isatty() and sys.stdout.isatty():
        is_sure = typer.confirm(f"Write {many} as shown?", err=True)
    for each in found if is_sure else ():
        write_change(web.root, each.change)
    if not quiet:
        told = f"{many} written" if is_sure else f"{many} to write: noteweb check --fix --write"
        typer.echo(told, err=True)
