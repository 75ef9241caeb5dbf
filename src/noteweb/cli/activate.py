"""Commands about papers: activate, label, new."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.activation.label import Answer
from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.options import Device, NoteName, Quiet, Value, ValueFormat, Vault, open_web, tell
from noteweb.errors import BadRequest, ConditionsMissing, EditorFailed
from noteweb.row.paper import report_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.model.document import Document
    from noteweb.model.firing import Gap, Report
    from noteweb.web import NoteWeb

Papers = Annotated[
    list[str] | None,
    typer.Argument(
        help="PDF, HTML, Markdown, text, a folder, a library (BibTeX, RIS, CSL-JSON, CSV) or -.",
        metavar="[PAPER]...",
    ),
]


def activate(
    papers: Papers = None,
    vault: Vault = None,
    *,
    why: Annotated[str, typer.Option("--why", help="Show this note's passages in full.")] = "",
    fdr: Annotated[
        float,
        typer.Option("--fdr", min=0, max=1, help="Fire where a quiet note does so this seldom."),
    ] = 0.01,
    gaps: Annotated[bool, typer.Option("--gaps", help="Add what no note covers.")] = False,
    claims: Annotated[bool, typer.Option("--claims", help="Add the claims spoken of.")] = False,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Draw how well labels calibrate; no paper.")
    ] = False,
    form: Value = ValueFormat.TEXT,
    device: Device = None,
    quiet: Quiet = False,
) -> None:
    """Tell which notes a paper sets off, by which condition, on which passage.

    Exits with 1 where nothing fires.

    Example: noteweb activate paper.pdf --gaps
    """
    from noteweb.activation.front import Options
    from noteweb.cli import firing, shape

    if calibration and form is ValueFormat.JSON:
        message = "the reliability curve is only drawn"
        raise BadRequest(message, "leave --format json away")
    with open_web(vault, quiet=quiet, device=device) as web:
        if calibration:
            firing.show_bins(*web.activation.reliability())
            return
        also = (web.find(why),) if why else ()
        options = Options(fdr=fdr, with_gaps=gaps, with_claims=claims, also=also)
        reports = []
        for document in read_papers(papers or []):
            report = web.activate(document, options)
            reports.append(report)
            if form is ValueFormat.TEXT:
                _show(web, report, also, quiet=quiet or len(reports) > 1)
        if form is ValueFormat.JSON:
            rows = [report_row(report) for report in reports]
            typer.echo(shape.to_json({"documents": rows}), nl=False)
        if not web.activation.has_conditions:
            typer.echo("no note has a Receptor or Activation field to fire by", err=True)
    if not any(report.fired for report in reports):
        raise typer.Exit(ANSWER_IS_NO)


def label(
    paper: Annotated[str, typer.Argument(help="The paper, as for activate.")],
    note: NoteName,
    answer: Annotated[Answer, typer.Argument(help="What you say.")],
    vault: Vault = None,
    *,
    quiet: Quiet = False,
) -> None:
    """Write down whether a paper fires a note; some twenty labels calibrate.

    Labels stand in labels.jsonl in the vault, one a line. A record of a library goes by the name
    that activate shows, such as refs.bib#smith2019.

    Example: noteweb label paper.pdf "Double descent" fires
    """
    with open_web(vault, quiet=quiet) as web:
        web.activation.label(_read_one(paper), web.find(note), answer)
        n_labels = len(web.activation.labelled_rates()[0])
        if not quiet:
            typer.echo(f"{answer.value}: {n_labels} labels that say fires or quiet", err=True)


def new(
    title: Annotated[str, typer.Argument(help="The note's title.")] = "",
    vault: Vault = None,
    *,
    from_gap: Annotated[
        str, typer.Option("--from-gap", metavar="PAPER", help="On what no note covers in a paper.")
    ] = "",
    gap: Annotated[
        int, typer.Option("--gap", min=1, help="Which gap, as activate --gaps numbers them.")
    ] = 1,
    edit: Annotated[
        bool, typer.Option("--edit", "-e", help="Open it in $VISUAL or $EDITOR.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Start a note with the seven fields, empty or on a gap that a paper leaves.

    An old note is never touched. Without a title a gap's own is taken.
    Its folder and a template of your own stand in noteweb.toml, under [new].

    Example: noteweb new --from-gap paper.pdf --gap 2
    """
    from noteweb.draft import draft_from_gap, draft_note, write_draft

    with open_web(vault, quiet=quiet) as web:
        if from_gap:
            report, found = _find_gap(web, from_gap, gap)
            text, title = draft_from_gap(found, report, title), title or found.title
        else:
            text = draft_note(web.root, web.config.new, title)
        path = write_draft(web.root / web.config.new.folder, title, text)
    typer.echo(path)
    if edit:
        _edit(path)


def read_papers(papers: list[str]) -> Iterator[Document]:
    """Read what was named; what cannot be read among others is told on standard error."""
    from noteweb.documents.read import read_documents
    from noteweb.errors import Problem

    if not papers:
        message = "no paper is named"
        raise BadRequest(message, "name a file or folder, or - for standard input")
    for found in read_documents(papers, sys.stdin.buffer):
        if isinstance(found, Problem):
            typer.echo(f"{found.path}: {found.message}", err=True)
        else:
            yield found


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (activate, label, new):
        app.command()(command)


def _read_one(paper: str) -> Document:
    """Read the one document that is named, out of a library by the name that `activate` shows."""
    library, mark, _ = paper.rpartition("#")
    is_record = bool(mark) and not Path(paper).exists() and Path(library).is_file()
    documents = list(read_papers([library if is_record else paper]))
    found = [each for each in documents if each.name == paper] if is_record else documents
    if len(found) == 1:
        return found[0]
    names = [each.name for each in documents]
    if is_record:
        near = get_close_matches(paper, names, n=3)
        hint = f"did you mean: {', '.join(near)}" if near else f"see them with: activate {library}"
        raise BadRequest(f"{library} has no record {paper.removeprefix(library)}", hint)
    hint = f"name one, such as {names[0]}" if names else "name a paper that can be read"
    raise BadRequest(f"{paper} holds {len(names)} documents", hint)


def _edit(path: Path) -> None:
    import click

    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise EditorFailed(path, error.message) from error


def _find_gap(web: NoteWeb, paper: str, number: int) -> tuple[Report, Gap]:
    from noteweb.activation.front import Options

    for document in read_papers([paper]):
        report = web.activate(document, Options(with_gaps=True))
        if number > len(report.gaps):
            message = f"{paper} leaves {len(report.gaps)} gaps"
            raise BadRequest(message, f"see them with: noteweb activate {paper} --gaps")
        return report, report.gaps[number - 1]
    message = f"{paper} holds no document"
    raise BadRequest(message, "name a paper")


def _show(web: NoteWeb, report: Report, also: tuple[str, ...], *, quiet: bool) -> None:
    from noteweb.cli import firing

    tell(web, quiet=quiet)
    if not also:
        firing.show_report(report)
    elif not firing.show_why(report, also[0]):
        raise ConditionsMissing(also[0])
