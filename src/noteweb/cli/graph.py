"""Commands about the graph as a whole: graph, export."""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noteweb.cli.complete import complete_format, complete_graph_note
from noteweb.cli.options import (
    HitFormat,
    Part,
    Quiet,
    Rows,
    RowsFormat,
    Vault,
    open_part,
    open_web,
    with_part,
)
from noteweb.cli.output import check_output, open_output, refuse_note
from noteweb.errors import BadRequest
from noteweb.export import EXPORTERS, find_exporter, write_export
from noteweb.export.material import Paper
from noteweb.graph.timeline import By
from noteweb.row.graph import answer_row, neighbour_rows, outline_rows

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
    TIMELINE = "timeline"
    SUGGEST = "suggest"
    NEIGHBOURS = "neighbours"
    PLOT = "plot"


#: Those about one note.
_OF_NOTE = frozenset({Question.NEIGHBOURS, Question.PLOT})


NoIndex = Annotated[
    bool,
    typer.Option("--no-index", help="Read the notes alone: write nothing, find nothing alike."),
]


@with_part
def graph(
    question: Annotated[Question, typer.Argument(help="What to show.")] = Question.SUMMARY,
    note: Annotated[
        str,
        typer.Argument(
            help="The note, for neighbours, plot and suggest.", autocompletion=complete_graph_note
        ),
    ] = "",
    vault: Vault = None,
    *,
    depth: Annotated[
        int, typer.Option("--depth", min=1, help="Steps, for neighbours and plot.")
    ] = 1,
    by: Annotated[By, typer.Option("--by", help="The periods of a timeline.")] = By.MONTH,
    part: Part,
    no_index: NoIndex = False,
    form: Rows = RowsFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show the graph's figures, hubs, orphans, ghosts and more.

    Of the whole graph or of a part of it, see --view and the filters.
    A plot draws a note with its neighbours, claims with their verdicts.
    A timeline counts notes by the day in their frontmatter, else in their file's name.
    Suggestions (--kind links, mentions, duplicates, ghosts) name what the notes may lack.
    Exits with 1 where the part is empty.

    Example: noteweb graph neighbours "Double descent" --depth 2
    """
    from noteweb.cli import render, shape, suggest

    if question in _OF_NOTE and not note:
        raise BadRequest(f"{question} of which note?", f"noteweb graph {question} NOTE")
    with open_web(vault, quiet=quiet) as web:
        if question is Question.SUGGEST:
            suggest.answer(web, note, part.only.kinds, form)
            return
        web.has_index = not no_index
        whole = open_part(web, part)
        if question is Question.PLOT:
            _plot(web, whole, (note, depth), form)
            return
        if question is Question.TIMELINE:
            _draw_timeline(whole, by, form)
            return
        found = _ask(web, whole, question, (note, depth))
        if form is not RowsFormat.TEXT:
            rows = [found] if question is Question.SUMMARY else found
            typer.echo(shape.write_rows(rows, HitFormat(form.value), found), nl=False)
        elif question is Question.SUMMARY:
            render.summary(found)
        else:
            render.ranked(found)


@with_part
def export(
    form: Annotated[
        str,
        typer.Argument(
            help=f"One of {', '.join(EXPORTERS)}.", metavar="FORMAT", autocompletion=complete_format
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; -, as without: standard output."),
    ] = None,
    vault: Vault = None,
    *,
    part: Part,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    width: Annotated[
        float, typer.Option("--width", min=30, max=2000, help="Of svg and png, in millimetres.")
    ] = 180.0,
    dpi: Annotated[
        int, typer.Option("--dpi", min=36, max=2400, help="Of png, dots for each inch.")
    ] = 300,
    no_index: NoIndex = False,
    quiet: Quiet = False,
) -> None:
    """Write the graph for other programs.

    A file that is there is only replaced with --force, and then in one step.
    Exits with 1, and writes nothing, where the part of the graph is empty.

    Example: noteweb export graphml -o notes.graphml --view "ego:Double descent:2"
    """
    exporter = find_exporter(form)
    output = None if output == Path("-") else output
    check_output(output, force=force, is_text=exporter.is_text)
    with open_web(vault, quiet=quiet) as web:
        web.has_index = not no_index
        refuse_note(web, output)
        material = web.material(open_part(web, part), has_fields=exporter.has_fields)
        material = replace(material, paper=Paper(width_mm=width, dpi=dpi))
        with open_output(output, quiet=quiet) as stream:
            write_export(material, form, stream)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (graph, export):
        app.command()(command)


def _plot(web: NoteWeb, graph: Graph, place: tuple[str, int], form: RowsFormat) -> None:
    """Draw a note with what stands around it, or give the same as JSON, all of it."""
    from noteweb.cli import plot, shape
    from noteweb.graph.build import note_key
    from noteweb.graph.outline import outline

    node = note_key(web.find(place[0]))
    web.add_verdicts(graph)
    groups = outline(graph, node, place[1])
    if form is not RowsFormat.TEXT:
        typer.echo(shape.to_json(outline_rows(graph, groups)), nl=False)
    else:
        plot.show_plot(graph, node, groups)


def _draw_timeline(graph: Graph, by: By, form: RowsFormat) -> None:
    from noteweb.cli import shape, timeline
    from noteweb.graph.timeline import find_timeline

    found = find_timeline(graph, by)
    if form is not RowsFormat.TEXT:
        typer.echo(shape.to_json({"by": by.value, **asdict(found)}), nl=False)
    else:
        timeline.show_timeline(found)


def _ask(web: NoteWeb, graph: Graph, question: Question, place: tuple[str, int]) -> Any:  # noqa: ANN401 - JSON
    """Give the answer as JSON values: one object for the summary, else a list of objects."""
    from noteweb.graph import bridge, census, community
    from noteweb.graph.build import note_key
    from noteweb.graph.walk import neighbours

    if question is Question.SUMMARY:
        found = census.summary(graph)
        return {**asdict(found), "n_nodes": dict(found.n_nodes)}
    if question is Question.NEIGHBOURS:
        near = neighbours(graph, note_key(web.find(place[0])), place[1])
        return neighbour_rows(graph, near)
    ask: dict[Question, Callable[[Graph], Sequence[Any]]] = {
        Question.HUBS: census.hubs,
        Question.ORPHANS: census.orphans,
        Question.DEAD_ENDS: census.dead_ends,
        Question.GHOSTS: census.ghosts,
        Question.BRIDGES: bridge.bridges,
        Question.COMMUNITIES: community.communities,
    }
    rows = [answer_row(graph, found) for found in ask[question](graph)]
    if question is Question.COMMUNITIES:  # as --view community:N counts them
        return [{"label": r.pop("label"), "number": n, **r} for n, r in enumerate(rows, start=1)]
    return rows
