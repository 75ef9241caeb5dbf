"""The command that writes what the claims rest on: report."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.evidence import Claims, Profile, Size
from noteweb.cli.options import Quiet, Vault, open_web
from noteweb.cli.output import check_output, open_output, refuse_note
from noteweb.errors import AlreadyThere, BadRequest

if TYPE_CHECKING:
    from noteweb.report.front import Report


class Form(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    MARKDOWN = "markdown"


_ENDINGS = {
    ".html": Form.HTML,
    ".htm": Form.HTML,
    ".md": Form.MARKDOWN,
    ".markdown": Form.MARKDOWN,
}


def report(
    names: Claims = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; -, as without: standard output."),
    ] = None,
    vault: Vault = None,
    *,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="By default as the file's name ends; else markdown."),
    ] = None,
    profile: Profile = Size.QUICK,
    plots: Annotated[
        bool,
        typer.Option("--plots", help="Write the plots of a Markdown report into a folder beside."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write what the claims rest on, for a reader who was not there; nothing is run.

    For each claim its source, the verdict with its reason, intervals against what was expected,
    guards, plots, what was simplified, earlier runs and what depends on it. As HTML it is one file
    with its plots; Markdown reads as plain text too.
    Exits with 1, and writes nothing, where the vault has no claim.

    Example: noteweb report -o report.html
    """
    output = None if output == Path("-") else output
    check_output(output, force=force, is_text=form is not Form.HTML)
    form = form or _choose_form(output)
    folder = _choose_folder(output, form, is_wanted=plots)
    _check_folder(folder, force=force)
    with open_web(vault, quiet=quiet) as web:
        if not _is_report(output):
            refuse_note(web, output)
        found = web.evidence_report(*(names or ()), profile=profile.value)
    if not found.entries:
        typer.echo("no note has a claim: put `claims:` into its frontmatter", err=True)
        raise typer.Exit(ANSWER_IS_NO)
    _write(found, output, form, folder, quiet=quiet)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(report)


def _choose_form(output: Path | None) -> Form:
    if output is None:
        return Form.MARKDOWN
    form = _ENDINGS.get(output.suffix.lower())
    if form is None:
        raise BadRequest(
            f"{output.name} does not tell what to write", "end it in .html or .md, or add --format"
        )
    return form


def _is_report(output: Path | None) -> bool:
    """Tell whether a report stands there, which in a vault is a note of nobody's."""
    from noteweb.report.markdown import MARK

    if output is None or not output.is_file():
        return False
    try:
        with output.open("rb") as stream:
            return stream.read(len(MARK)) == MARK
    except OSError:
        return False


def _choose_folder(output: Path | None, form: Form, *, is_wanted: bool) -> Path | None:
    """Give the folder for plots, None where none are written."""
    if not is_wanted:
        return None
    if form is Form.HTML:
        raise BadRequest("--plots is for Markdown", "an HTML report holds its plots: leave it away")
    if output is None:
        raise BadRequest("--plots writes beside a file", "name one: -o report.md")
    return output.with_name(f"{output.stem}-plots")


def _check_folder(folder: Path | None, *, force: bool) -> None:
    is_there = folder is not None and (folder.exists() or folder.is_symlink())
    if folder is not None and is_there and (not force or folder.is_symlink() or folder.is_file()):
        raise AlreadyThere(folder, "give the report another name, or --force for a folder")


def _write(
    found: Report, output: Path | None, form: Form, folder: Path | None, *, quiet: bool
) -> None:
    """Write the plots, then the report that shows them."""
    from noteweb.report import markdown, page

    if folder is not None:
        markdown.write_plots(found, folder)
    with open_output(output, quiet=quiet) as stream:
        if form is Form.HTML:
            page.write(found, stream)
        else:
            markdown.write(found, stream, folder.name if folder else "")
