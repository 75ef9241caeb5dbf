"""The command for a literature review: screen."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.options import Device, Quiet, Vault
from noteweb.errors import AlreadyThere, BadRequest

if TYPE_CHECKING:
    from noteweb.model.reference import Library
    from noteweb.screening.session import Listed, Screening

_SHOWN = 20
_N_AUTHORS = 3
_N_PROBLEMS = 5


class RankingFormat(StrEnum):
    """How a ranking goes to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def screen(
    library: Annotated[Path, typer.Argument(help="BibTeX, RIS, CSL-JSON, CSV or TSV.")],
    criteria: Annotated[
        str,
        typer.Option(
            "--criteria", help="A file of text or Markdown, or a note.", metavar="NOTE|FILE"
        ),
    ],
    vault: Vault = None,
    *,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Read and answer at the keyboard.")
    ] = False,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            help="Answer for a record, as often as you like: --label smith2019=relevant.",
            metavar="KEY=relevant|irrelevant|unsure",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            help="The file of answers. Default: LIBRARY.labels.jsonl beside the library.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write all records with answers: FILE.ris, FILE.csv."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-k", min=1, help=f"How many to give. Default: all; text {_SHOWN}."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="default, multilingual, none, or any other.")
    ] = "default",
    device: Device = None,
    form: Annotated[
        RankingFormat, typer.Option("--format", help="How to write the ranking.")
    ] = RankingFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Rank a library for a review by written criteria, and learn from your answers.

    What to read first comes first; answers are kept in a text file, so the next call goes on from
    there. Labels that the library brings (asreview's columns, ASReview_relevant in RIS) count as
    read.

    Example: noteweb screen refs.ris --criteria criteria.md --interactive
    """
    _check_output(output, (library, Path(criteria), labels or library), is_forced=force)
    if interactive and not (sys.stdin.isatty() and sys.stdout.isatty()):
        message = "--interactive needs a terminal"
        raise BadRequest(message, "answer with --label KEY=relevant")
    found = _open(library, (criteria, vault), labels, (model, device), quiet=quiet)
    given = [each.rpartition("=")[::2] for each in label or ()]
    for pair in given:
        found.check(*pair)
    for pair in given:
        found.label(*pair)
    if interactive:
        _read(found)
    if output is not None:
        _write(found, output, quiet=quiet)
    if not (interactive or ((label or output) and form is RankingFormat.TEXT)):
        n_shown = _SHOWN if limit is None and form is RankingFormat.TEXT else limit
        _show(found, form, n_shown, {"library": str(library), "criteria": criteria})
    if not quiet:
        _tell(found)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(screen)


def _open(
    path: Path,
    criteria: tuple[str, Path | None],
    labels: Path | None,
    model: tuple[str, str | None],
    *,
    quiet: bool,
) -> Screening:
    from noteweb.cli.progress import choose_progress
    from noteweb.embed.blas import limit_blas_threads
    from noteweb.library.read import read_library
    from noteweb.screening.opening import choose_labels, find_criteria, open_meaning
    from noteweb.screening.session import Screening

    limit_blas_threads()
    library = read_library(path)
    wanted = find_criteria(*criteria)
    meaning = open_meaning(path, *model, choose_progress(quiet=quiet))
    kept = labels or choose_labels(path)
    found = Screening.open(library.references, wanted, labels=kept, meaning=meaning)
    if not quiet:
        _warn(library, found)
    return found


def _warn(library: Library, found: Screening) -> None:
    """Say on standard error what of the library or the answers could not be used."""
    from noteweb.text.visible import visible

    problems = (*library.problems, *found.problems)
    for problem in problems[:_N_PROBLEMS]:
        typer.echo(visible(f"{problem.path}:{problem.line}: {problem.message}"), err=True)
    if len(problems) > _N_PROBLEMS:
        typer.echo(f"... and {len(problems) - _N_PROBLEMS:,} more", err=True)
    if found.n_same_doi:
        typer.echo(f"{found.n_same_doi:,} records share a DOI with an earlier one", err=True)


def _read(found: Screening) -> None:
    from noteweb.cli.keyboard import Keyboard
    from noteweb.cli.reader import Reader, open_browser

    found.rank()  # with its progress bar, before the screen is taken
    with Keyboard() as keyboard:
        Reader(found, keyboard, lambda address: open_browser(address, os.environ)).read()


def _show(found: Screening, form: RankingFormat, limit: int | None, about: dict[str, str]) -> None:
    from noteweb.cli import shape
    from noteweb.cli.options import HitFormat
    from noteweb.row.paper import listed_row, screening_row

    ranked = (each for each in found.listing() if each.answer is None)
    listed = list(islice(ranked, limit))
    if form is RankingFormat.TEXT:
        for each in listed:
            _show_record(each, found.words)
        return
    rows = [listed_row(each) for each in listed]
    standing = screening_row(found.progress())
    whole = about | {"labels": str(found.labels), "standing": standing, "records": rows}
    typer.echo(shape.write_rows(rows, HitFormat(form.value), whole), nl=False)


def _show_record(listed: Listed, words: frozenset[str]) -> None:
    from noteweb.cli.firing import say, trim
    from noteweb.text.visible import visible

    reference = listed.reference
    lead = f"{listed.rank:>4}  "
    say(lead, reference.title or "(no title)", stems=words)
    names = "; ".join(reference.authors[:_N_AUTHORS])
    about = ", ".join(part for part in (names, str(reference.year or ""), reference.key) if part)
    typer.echo(typer.style(f"      {visible(about)}", dim=True))
    if reference.abstract:
        say("      ", trim(reference.abstract, words), stems=words)


def _tell(found: Screening) -> None:
    """Say on standard error how far the screening is."""
    standing = found.progress()
    unsure = f", {standing.n_unsure:,} unsure" if standing.n_unsure else ""
    likely = f"{100 * standing.recall.estimate:.0f} % or so found, " if standing.recall else ""
    advice = "you may stop: " if standing.is_enough else ""
    typer.echo(
        f"{standing.n_read:,} of {standing.n_records:,} read, {standing.n_relevant:,}"
        f" relevant{unsure}; {advice}{likely}{standing.reason.detail}",
        err=True,
    )


def _check_output(output: Path | None, inputs: tuple[Path, ...], *, is_forced: bool) -> None:
    """Refuse an output that could not be written in the end, before any work is done."""
    if output is None:
        return
    if output.suffix.lower() not in (".ris", ".csv"):
        message = f"{output} is neither .ris nor .csv"
        raise BadRequest(message, "give a file name that ends in .ris or .csv")
    if not output.exists():
        return
    if any(each.exists() and output.samefile(each) for each in inputs):
        message = f"{output} is what is read"
        raise BadRequest(message, "give another name")
    if not is_forced:
        raise AlreadyThere(output, "give another name, or --force")


def _write(found: Screening, output: Path, *, quiet: bool) -> None:
    from noteweb.mend import replace_bytes
    from noteweb.screening.export import export_screening

    data = export_screening(found, is_ris=output.suffix.lower() == ".ris")
    replace_bytes(output, data)
    if not quiet:
        typer.echo(f"wrote {output} ({len(found.references):,} records)", err=True)
