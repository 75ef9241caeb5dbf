"""Commands about the graph as a whole: graph, export."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noteweb.cli.options import Quiet, Value, ValueFormat, Vault, open_web
from noteweb.errors import AlreadyThere, BadRequest
from noteweb.row import answer_row, neighbour_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.graph.build import Graph
    from noteweb.web import NoteWeb


class Question(StrEnum):
    """What can be asked of the graph."""

    SUMMARY = "summary"
    HUBS = "hubs"
    ORPHANS = "orphans"
    DEAD_ENDS = "dead-ends"
    GHOSTS = "ghosts"
    BRIDGES = "bridges"
    COMMUNITIES = "communities"
    NEIGHBOURS = "neighbours"


class ExportFormat(StrEnum):
    """The formats a graph can be written in."""

    JSON = "json"
    GRAPHML = "graphml"


NoIndex = Annotated[
    bool,
    typer.Option("--no-index", help="Read the notes alone: write nothing, find nothing alike."),
]


def graph(
    question: Annotated[Question, typer.Argument(help="What to show.")] = Question.SUMMARY,
    note: Annotated[str, typer.Argument(help="The note, for neighbours.")] = "",
    vault: Vault = None,
    *,
    depth: Annotated[int, typer.Option("--depth", min=1, help="Steps, for neighbours.")] = 1,
    no_index: NoIndex = False,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show the graph's figures, hubs, orphans, ghosts and more.

    Example: noteweb graph neighbours "Double descent" --depth 2
    """
    from noteweb.cli import render, shape

    if question is Question.NEIGHBOURS and not note:
        raise BadRequest("neighbours of which note?", "noteweb graph neighbours NOTE")
    with open_web(vault, quiet=quiet) as web:
        web.has_index = not no_index
        found = _ask(web, question, note, depth)
        if form is ValueFormat.JSON:
            typer.echo(shape.to_json(found), nl=False)
        elif question is Question.SUMMARY:
            render.summary(found)
        else:
            render.ranked(found)


def export(
    form: Annotated[ExportFormat, typer.Argument(help="The format.", metavar="FORMAT")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; default: standard output.")
    ] = None,
    vault: Vault = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    no_index: NoIndex = False,
    quiet: Quiet = False,
) -> None:
    """Write the graph for other programs.

    json is node-link JSON; graphml is read by Gephi, yEd, Cytoscape and R.

    Example: noteweb export graphml -o notes.graphml
    """
    from noteweb.mend import replace_bytes

    if output is not None and output.exists() and not force:
        raise AlreadyThere(output, "give another name, or --force")
    with open_web(vault, quiet=quiet) as web:
        web.has_index = not no_index
        data = web.export(form.value)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        replace_bytes(output, data)
        if not quiet:
            typer.echo(f"wrote {output} ({len(data) / 1000:.0f} kB)", err=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (graph, export):
        app.command()(command)


def _ask(web: NoteWeb, question: Question, note: str, depth: int) -> Any:  # noqa: ANN401 - JSON
    """Give the answer as JSON values: one object for the summary, else a list of objects."""
    from noteweb.graph import bridge, census, community

    if question is Question.SUMMARY:
        return asdict(census.summary(web.graph))
    if question is Question.NEIGHBOURS:
        return neighbour_rows(web.graph, web.neighbours(note, depth))
    ask: dict[Question, Callable[[Graph], Sequence[Any]]] = {
        Question.HUBS: census.hubs,
        Question.ORPHANS: census.orphans,
        Question.DEAD_ENDS: census.dead_ends,
        Question.GHOSTS: census.ghosts,
        Question.BRIDGES: bridge.bridges,
        Question.COMMUNITIES: community.communities,
    }
    return [answer_row(web.graph, found) for found in ask[question](web.graph)]
