"""Commands that ask: query, related, show, path."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.complete import complete_note
from noteweb.cli.options import (
    Device,
    HitFormat,
    Hits,
    Limit,
    Model,
    NoteName,
    Quiet,
    Value,
    ValueFormat,
    Vault,
    open_web,
    tell,
)
from noteweb.cli.pager import PagedCommand
from noteweb.model.hit import Mode, Only
from noteweb.row.note import HIT_COLUMNS, hit_row, note_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.hit import Hit
    from noteweb.web import NoteWeb

_N_BROWSED = 30  # hits that can be walked through, at least


def query(
    text: Annotated[
        list[str] | None, typer.Argument(help="What to look for.", metavar="TEXT...")
    ] = None,
    vault: Vault = None,
    *,
    interactive: Annotated[
        bool,
        typer.Option("--interactive", "-i", help="Look while you type; Enter opens the editor."),
    ] = False,
    limit: Limit = 10,
    mode: Annotated[Mode, typer.Option("--mode", help="Which halves answer.")] = Mode.HYBRID,
    field: Annotated[
        list[str] | None, typer.Option("--field", help="Only this field, or body. Repeatable.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Only notes with this tag. Repeatable: all.")
    ] = None,
    category: Annotated[str, typer.Option("--category", help="Only this category.")] = "",
    path: Annotated[str, typer.Option("--path", help="Only paths like this glob.")] = "",
    min_score: Annotated[
        float | None,
        typer.Option("--min-score", help="1: what unrelated questions find. Default: 1.1."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show why.")] = False,
    form: Hits = HitFormat.TEXT,
    model: Model = None,
    device: Device = None,
    quiet: Quiet = False,
) -> None:
    """Find the notes that answer a question.

    Each hit names its field and shows the unit or sentence that matches.
    Words may stand beside "phrases", -not, field:receptor, tag:a/b, path:theory, category:method,
    lang:ru, after:2025-01, before:2026, has:claims and standing:refuted; quote them for the shell.
    Exits with 1 where nothing matches: where no note scores what --min-score asks.

    Example: noteweb query "is scaling hiding what we do not understand -tag:draft" -k 5
    """
    asked = " ".join(part.strip() for part in text or ())
    with open_web(vault, quiet=quiet, model=model, device=device) as web:
        only = Only(
            fields=web.field_names(field or ()), tags=tuple(tag or ()), category=category, path=path
        )
        if interactive:
            _find(web, asked, only, (mode, limit))
            return
        hits = web.search(asked, limit=limit, mode=mode, only=only, min_score=min_score)
        tell(web, quiet=quiet)
        _answer(web, hits, form, {"query": asked, "mode": mode.value}, is_explained=explain)


def _find(web: NoteWeb, asked: str, only: Only, how: tuple[Mode, int]) -> None:
    from noteweb.cli.finder import Asking, find_interactively
    from noteweb.search.syntax import write_demands

    mode, limit = how
    asking = Asking(
        root=web.root,
        query=asked,
        mode=mode,
        narrowed=write_demands(only.all_demands),
        model=web.config.model or "",
        limit=max(limit, _N_BROWSED),
    )
    find_interactively(web, asking)


def related(
    note: NoteName,
    vault: Vault = None,
    *,
    limit: Limit = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Show the parts of a score.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Show links, passages and names that tie the notes.")
    ] = False,
    form: Hits = HitFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Find the notes nearest to a note, in text and links.

    What a title that stands in the text counts for is learned from the vault's own links.

    Example: noteweb related "Double descent" --why
    """
    with open_web(vault, quiet=quiet) as web:
        hits = web.related(note, limit=limit)
        tell(web, quiet=quiet)
        asked = {"note": web.find(note)}
        if why and hits:
            _answer_why(web, asked, hits, form)
        else:
            _answer(web, hits, form, asked, is_explained=explain)


def show(
    note: NoteName,
    vault: Vault = None,
    *,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Show a note as noteweb understands it.

    Its fields in units, its tools, domains, links and problems.

    Example: noteweb show "Double descent" --format json
    """
    from noteweb.cli import render, shape

    with open_web(vault, quiet=quiet) as web:
        found = web.note(note)
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json(note_row(found)), nl=False)
    else:
        render.note(found)


def path(
    start: Annotated[str, typer.Argument(help="A note.", autocompletion=complete_note)],
    end: Annotated[str, typer.Argument(help="Another note.", autocompletion=complete_note)],
    vault: Vault = None,
    *,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Find the shortest explained way between two notes.

    Exits with 1 where there is none.

    Example: noteweb path "Double descent" "Reward proxies"
    """
    from noteweb.cli import render, shape

    with open_web(vault, quiet=quiet) as web:
        route = web.route(start, end)
        labels = {node: str(told["label"]) for node, told in web.graph.nodes(data=True)}
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json(None if route is None else asdict(route)), nl=False)
    elif route is not None:
        render.route(route, labels)
        if not route.steps:
            typer.echo("both names mean the same note", err=True)
    if route is None:
        typer.echo("no way from the one to the other", err=True)
        raise typer.Exit(ANSWER_IS_NO)


def _answer_why(web: NoteWeb, asked: dict[str, str], hits: Sequence[Hit], form: HitFormat) -> None:
    """Write the hits, each with what ties it to the note asked from."""
    from noteweb.cli import shape, why
    from noteweb.row.kin import why_row

    found = web.why(asked["note"], [hit.note_id for hit in hits])
    if form is HitFormat.TEXT:
        why.show_whys(asked["note"], hits, found)
        return
    rows = [hit_row(hit) | {"why": why_row(each)} for hit, each in zip(hits, found, strict=True)]
    columns = [*HIT_COLUMNS]
    if form is HitFormat.CSV:
        rows = [{name: row[name] for name in columns} for row in rows]
    typer.echo(shape.write_rows(rows, form, {**asked, "hits": rows}, columns), nl=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(cls=_WordsMayBeExcluded)(query)
    for command in (related, show, path):
        app.command()(command)


class _WordsMayBeExcluded(PagedCommand):
    """A command to which ``-word`` is a word, as long as it is no option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as in PagedCommand
        short = frozenset(option for each in self.params for option in each.opts)
        guarded = [arg if _is_option(arg, short) else f" {arg}" for arg in args]
        return super().parse_args(ctx, guarded)


def _is_option(arg: str, known: frozenset[str]) -> bool:
    """Whether an argument is no excluded word; ``-k5`` and ``-C/notes`` are options too."""
    if not arg.startswith("-") or arg.startswith("--") or arg in {*known, "-", "-h"}:
        return True
    return arg[:2] in known and not arg[2].isalpha()


def _answer(
    web: NoteWeb,
    hits: Sequence[Hit],
    form: HitFormat,
    asked: dict[str, str],
    *,
    is_explained: bool,
) -> None:
    """Write the hits and exit with 1 where there are none."""
    if form is HitFormat.TEXT:
        from noteweb.cli import render

        render.hits(hits, is_explained=is_explained)
    else:
        from noteweb.cli import shape

        rows = [hit_row(hit) for hit in hits]
        whole = {**asked, "hits": rows}
        typer.echo(shape.write_rows(rows, form, whole, HIT_COLUMNS), nl=False)
    if not hits:
        why = f"no notes (*.md) under {web.root}" if web.is_empty else "nothing matches"
        typer.echo(why, err=True)
        raise typer.Exit(ANSWER_IS_NO)
