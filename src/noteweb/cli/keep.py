"""Commands that keep a vault: init, index, status, repair."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.options import (
    Device,
    Model,
    Quiet,
    Scheduler,
    Value,
    ValueFormat,
    Vault,
    Where,
    choose_scheduler,
    open_web,
    tell_if_empty,
)
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from noteweb.web import NoteWeb


def init(
    folder: Annotated[Path, typer.Argument(help="The folder of notes.")] = Path(),
    *,
    quiet: Quiet = False,
) -> None:
    """Make a folder of notes a vault; no note is touched.

    Writes noteweb.toml with every setting, all of them optional. In an Obsidian vault or a Logseq
    graph, templates and what else its settings exclude are left out. A folder that is missing is
    made.

    Example: noteweb init ~/notes
    """
    from noteweb.setup import init_vault

    done = init_vault(folder)
    if not quiet:
        told = [*done.found, *(f"made {path}" for path in done.made)]
        typer.echo(visible("\n".join(told)) or "already a vault", err=True)


def index(
    vault: Vault = None,
    *,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Delete it and start anew.")] = False,
    text_only: Annotated[
        bool, typer.Option("--text-only", help="Leave the embedding for later.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Go on and follow every change, until Ctrl-C.")
    ] = False,
    executor: Annotated[Where, typer.Option("--executor", help="Where to embed.")] = Where.PROCESS,
    scheduler: Scheduler = "",
    model: Model = None,
    device: Device = None,
    quiet: Quiet = False,
) -> None:
    """Bring the index up to date: read, cut and embed what changed.

    Every command does so by itself; this one is for the first time and for scripts. With --watch
    it goes on: what you save can be found within a second or two; each update is told.
    With --executor dask the passages are embedded by a cluster, to the same vectors.

    Example: noteweb index --vault ~/notes
    """
    from noteweb.cli import render

    cluster = choose_scheduler(executor, scheduler)
    with open_web(vault, quiet=quiet, model=model, device=device) as web:
        web.scheduler = cluster
        report = (
            web.rebuild(with_vectors=not text_only)
            if rebuild
            else web.sync(with_vectors=not text_only)
        )
        if not quiet:
            render.report(report, is_lexical=web.model == "none")
            tell_if_empty(web)
        if watch:
            _follow(web, with_vectors=not text_only, quiet=quiet)


def _follow(web: NoteWeb, *, with_vectors: bool, quiet: bool) -> None:
    """Follow the notes until Ctrl-C; failures are told even where counts are not."""
    from noteweb.cli import render

    web.notice(f"watching {web.root}; Ctrl-C ends it")
    for update in web.keep_current(with_vectors=with_vectors):
        if update.failure is not None:
            typer.echo(visible(f"noteweb: {update.failure.message}"), err=True)
        elif update.report is not None and not quiet:
            render.report(update.report, is_lexical=web.model == "none")


def status(vault: Vault = None, *, form: Value = ValueFormat.TEXT) -> None:
    """Show what the index holds and what has changed since.

    Example: noteweb status --format json
    """
    from noteweb.cli import render, shape

    with open_web(vault, quiet=True) as web:
        found = web.status()
        if form is ValueFormat.JSON:
            typer.echo(shape.to_json(asdict(found)), nl=False)
        else:
            render.status(found)


def repair(
    notes: Annotated[list[str] | None, typer.Argument(help="Notes; default: all.")] = None,
    vault: Vault = None,
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the restored text.")] = False,
    quiet: Quiet = False,
) -> None:
    """Restore notes whose encoding is damaged, when told to.

    Without --write it only shows what they were.
    Only a repair that can be undone exactly is offered. Exits with 1 where there is none.

    Example: noteweb repair --write
    """
    from noteweb.cli import render
    from noteweb.mend import write_repair

    n_found = 0
    with open_web(vault, quiet=quiet) as web:
        for found in web.repairs(notes or ()):
            n_found += 1
            if write:
                write_repair(web.root, found)
            render.repair(found, is_written=write)
    if not n_found:
        typer.echo("no note needs a repair", err=True)
        raise typer.Exit(ANSWER_IS_NO)
    if not (write or quiet):
        typer.echo(f"{n_found} to restore: noteweb repair --write", err=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (init, index, status, repair):
        app.command()(command)
