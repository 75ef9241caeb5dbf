"""The options that commands share, and opening what they name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.complete import complete_claim, complete_note
from noteweb.model.view import GRAMMAR, Filter, View, parse_span, parse_view
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from noteweb.graph.build import Graph
    from noteweb.model.progress import Progress
    from noteweb.web import NoteWeb


class HitFormat(StrEnum):
    """How lists go to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PATHS = "paths"


class ValueFormat(StrEnum):
    """How one value goes to standard output."""

    TEXT = "text"
    JSON = "json"


class Where(StrEnum):
    """What does the work."""

    PROCESS = "process"
    DASK = "dask"


class RowsFormat(StrEnum):
    """How lists of what is no note's path go to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


Vault = Annotated[
    Path | None,
    typer.Option(
        "--vault",
        "-C",
        help="The folder of notes. Default: $NOTEWEB_VAULT, else the nearest folder upward with"
        " noteweb.toml or .noteweb/, else this one.",
        show_default=False,
    ),
]
NoteName = Annotated[
    str, typer.Argument(help="A note's id, path, title or alias.", autocompletion=complete_note)
]
ClaimId = Annotated[str, typer.Argument(help="A claim's id.", autocompletion=complete_claim)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No counts and no progress.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="The embedding model: default, none, or a sentence-transformers name or folder.",
        show_default=False,
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="auto, cpu, cuda or mps.", show_default=False),
]
Scheduler = Annotated[
    str, typer.Option("--scheduler", help="Dask's, as tcp://HOST:8786.", metavar="URL")
]
Limit = Annotated[int, typer.Option("--limit", "-k", min=1, help="How many to give at most.")]
Hits = Annotated[HitFormat, typer.Option("--format", help="How to write the answer.")]
Rows = Annotated[RowsFormat, typer.Option("--format", help="How to write the answer.")]
Value = Annotated[ValueFormat, typer.Option("--format", help="How to write the answer.")]


ViewName = Annotated[str, typer.Option("--view", help=f"Which part: {GRAMMAR}.", metavar="VIEW")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only nodes of this kind: note, tag, claim, ... Repeatable."),
]
Relations = Annotated[
    list[str] | None,
    typer.Option("--relation", help="Only edges of this kind: links_to, ... Repeatable."),
]
Provenances = Annotated[
    list[str] | None,
    typer.Option(
        "--provenance", help="Only edges: explicit, inferred, similarity, measured. Repeatable."
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", help="Only notes with this tag, or one below it; with all of several. Repeatable."
    ),
]
Verdicts = Annotated[
    list[str] | None,
    typer.Option("--verdict", help="Only claims with this verdict, and their notes. Repeatable."),
]
Standings = Annotated[
    list[str] | None,
    typer.Option("--standing", help="Only claims of this standing, and their notes. Repeatable."),
]
Created = Annotated[
    str,
    typer.Option(
        "--created",
        help="Only notes created in these days, such as 2025-01:2025-03, 2025:, :2024, 2025-03-31.",
        metavar="AFTER:BEFORE",
    ),
]
Updated = Annotated[
    str,
    typer.Option("--updated", help="Only notes updated in these days.", metavar="AFTER:BEFORE"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the graph, as the options say."""

    view: View
    only: Filter


def read_part(
    *,
    view: ViewName = "whole",
    kind: Kinds = None,
    relation: Relations = None,
    provenance: Provenances = None,
    tag: Tags = None,
    verdict: Verdicts = None,
    standing: Standings = None,
    created: Created = "",
    updated: Updated = "",
) -> Part:
    """Give the part that the options choose."""
    only = Filter(
        kinds=tuple(kind or ()),
        relations=tuple(relation or ()),
        provenances=tuple(provenance or ()),
        tags=tuple(tag or ()),
        verdicts=tuple(verdict or ()),
        standings=tuple(standing or ()),
        created=parse_span(created),
        updated=parse_span(updated),
    )
    return Part(view=parse_view(view), only=only)


def with_part(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a parameter `part` the options of `read_part` in its place."""
    own = [each for each in _parameters(command) if each.name != "part"]
    added = _parameters(read_part)

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever the command takes
        chosen = {each.name: given.pop(each.name) for each in added}
        command(**given, part=read_part(**chosen))

    run.__signature__ = Signature([*own, *added])  # type: ignore[attr-defined]  # read by typer
    return run


def _parameters(function: Callable[..., Any]) -> list[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    told = signature(function).parameters.values()
    return [each.replace(annotation=hints[each.name]) for each in told]


def open_part(web: NoteWeb, part: Part) -> Graph:
    """Give the part of the graph; where nothing is in it, say so and exit with 1."""
    found = web.view(part.view, part.only)
    if not found:
        n_nodes = len(web.graph)
        why = (
            f"none of the {n_nodes} nodes is in this view"
            if n_nodes
            else f"no notes (*.md) under {web.root}"
        )
        typer.echo(why, err=True)
        raise typer.Exit(ANSWER_IS_NO)
    return found


def open_web(
    vault: Path | None,
    *,
    quiet: bool = False,
    model: str | None = None,
    device: str | None = None,
    progress: Progress | None = None,
) -> NoteWeb:
    """Open the vault a command means; by default with a progress bar where somebody watches."""
    from noteweb.cli.progress import choose_progress
    from noteweb.embed.blas import limit_blas_threads
    from noteweb.web import NoteWeb

    limit_blas_threads()
    hears = progress or choose_progress(quiet=quiet)
    web = NoteWeb.open(vault, model=model, device=device, progress=hears)
    if not quiet:
        web.notice = lambda line: typer.echo(visible(line), err=True)
    return web


def choose_scheduler(executor: Where, scheduler: str) -> str:
    """Give the address of the cluster that the options mean; empty for this machine.

    Raises
    ------
    BadRequest : a cluster without a scheduler, or a scheduler without a cluster
    """
    if executor is Where.PROCESS and not scheduler:
        return ""
    from noteweb.evidence.run import Options

    return Options(executor=executor.value, scheduler=scheduler).scheduler


def tell_if_empty(web: NoteWeb) -> None:
    """Say where no note was found, if none was."""
    if web.is_empty:
        typer.echo(f"no notes (*.md) under {web.root}", err=True)


def tell(web: NoteWeb, *, quiet: bool) -> None:
    """Say what bringing the index up to date did, where it did something."""
    if web.report is not None and web.report.is_changed and not quiet:
        from noteweb.cli import render

        render.report(web.report, is_lexical=web.model == "none")
