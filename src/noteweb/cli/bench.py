"""Commands that measure, each on labelled data of the user's own: bench screening, activation.

`retrieval`, `links` and `speed` have files of their own.
"""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.links import bench_links
from noteweb.cli.options import (
    Device,
    Quiet,
    Value,
    ValueFormat,
    Vault,
    open_web,
    tell,
)
from noteweb.cli.retrieval import bench_retrieval
from noteweb.cli.speed import bench_speed
from noteweb.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.bench.activation import Measured as MeasuredActivation
    from noteweb.bench.screening import Measured, Reading
    from noteweb.interval import Interval
    from noteweb.row import Row

bench = typer.Typer(
    help="Measure noteweb on data of yours: screening, activation, retrieval, links, speed.",
    rich_markup_mode=None,
)

_NAMES = {
    "auc": "AUC",
    "average_precision": "avg. prec.",
    "recall_at_10": "recall@10%",
    "wss_95": "WSS@95",
    "tnr_95": "TNR@95",
}
_INSTALL = "asreview is not installed, so nothing stands beside: pip install 'noteweb[bench]'"


@bench.command("screening")
def bench_screening(
    library: Annotated[Path, typer.Argument(help="BibTeX, RIS, CSL-JSON or CSV with labels.")],
    criteria: Annotated[
        str, typer.Option("--criteria", help="A file of criteria, or a note.", metavar="FILE|NOTE")
    ],
    vault: Vault = None,
    *,
    asreview: Annotated[
        bool, typer.Option(help="Simulate asreview's default too, where it is installed.")
    ] = True,
    starts: Annotated[
        int, typer.Option("--starts", min=0, help="asreview's random starts, besides the top.")
    ] = 3,
    model: Annotated[str, typer.Option("--model", help="As for screen.")] = "default",
    device: Device = None,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Measure how a labelled library is ranked and read, with intervals of 95 %.

    By the criteria alone, then with each answer taken from the library's labels (asreview's
    columns, or ASReview_relevant in RIS), and by asreview's default on the same records.

    Example: noteweb bench screening reviewed.csv --criteria criteria.md
    """
    from noteweb.bench import peer, screening
    from noteweb.cli import shape
    from noteweb.cli.progress import choose_progress
    from noteweb.embed.blas import limit_blas_threads
    from noteweb.library.read import read_library
    from noteweb.screening.opening import find_criteria, open_meaning

    limit_blas_threads()
    progress = choose_progress(quiet=quiet)
    labelled = screening.take_labels(read_library(library).references)
    wanted = find_criteria(criteria, vault)
    version = peer.find_version() if asreview else ""
    seeds = (None, *range(starts)) if version else ()
    meaning = open_meaning(library, model, device, progress)
    found = screening.measure_screening(labelled, wanted, meaning, progress, seeds)
    if asreview and not version and not quiet:
        typer.echo(_INSTALL, err=True)
    if form is ValueFormat.JSON:
        settings = {"library": str(library), "criteria": criteria, "model": model}
        typer.echo(shape.to_json(settings | _screening_row(found, version)), nl=False)
    else:
        _show_screening(found, version)


@bench.command("activation")
def bench_activation(
    labelled: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SET]",
            help='JSON lines: {"text": ..., "fires": [NOTE, ...], "maybe": [NOTE, ...]}; path, of'
            " a file, may stand for text. Default: the vault's own labels.",
            show_default=False,
        ),
    ] = None,
    vault: Vault = None,
    *,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="KEY=VALUE", help="Only lines that say so. Repeatable."),
    ] = None,
    fdr: Annotated[
        float, typer.Option("--fdr", min=0, max=1, help="The threshold to measure at.")
    ] = 0.01,
    device: Device = None,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Measure which notes fire, on documents that say which should, with intervals of 95 %.

    Pairs of document and note are what is measured; notes named under `maybe` are left out, and so
    are notes that no line names.

    Example: noteweb bench activation labelled.jsonl --where lang=en
    """
    from noteweb.bench.activation import measure_labels, measure_set
    from noteweb.cli import shape

    facts = _read_facts(where or [])
    with open_web(vault, quiet=quiet, device=device) as web:
        if labelled is None:
            found = measure_labels(web, fdr)
        else:
            found = measure_set(web, labelled, facts, fdr)
        tell(web, quiet=quiet)
    if form is ValueFormat.JSON:
        settings = {"set": str(labelled) if labelled else None, "where": facts, "fdr": fdr}
        typer.echo(shape.to_json(settings | _activation_row(found)), nl=False)
    else:
        _show_activation(found, fdr)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    bench.command("retrieval")(bench_retrieval)
    bench.command("speed")(bench_speed)
    bench.command("links")(bench_links)
    app.add_typer(bench, name="bench")


def _read_facts(where: list[str]) -> dict[str, str]:
    facts = {}
    for pair in where:
        key, sign, value = pair.partition("=")
        if not sign:
            message = f"--where {pair} names no value"
            raise BadRequest(message, "such as --where lang=en")
        facts[key] = value
    return facts


def _activation_row(found: MeasuredActivation) -> Row:
    """Give what was measured as ``bench-activation-result.json`` has it."""
    return {
        "n_documents": found.n_documents,
        "n_pairs": found.n_pairs,
        "n_fire": found.n_fire,
        "n_quiet": found.n_quiet,
        "n_disturbed": found.n_disturbed,
        **_figures_row(found.figures),
        "calibration": [
            {
                "n_labels": each.n_labels,
                "n_candidates": each.n_candidates,
                "error": None if each.error is None else round(each.error, 4),
            }
            for each in found.calibration
        ],
    }


def _show_activation(found: MeasuredActivation, fdr: float) -> None:
    """Show the figures, one a line with its interval."""
    typer.echo(
        f"{found.n_documents:,} documents, {found.n_pairs:,} pairs with notes,"
        f" {found.n_fire:,} of them should fire\n"
    )
    at = f"at a false-fire rate of {fdr:g}"
    names = _NAMES | {
        "precision": f"precision {at}",
        "recall": f"recall {at}",
        "false_fire_rate": f"false fires {at}",
    }
    for key, each in found.figures.items():
        span = f"{each.estimate:<8.3f}{each.low:.3f} to {each.high:.3f}"
        typer.echo(f"{names[key]:<46}{'none' if isnan(each.estimate) else span}")
    for error in found.calibration:
        what = f"calibration error, {error.n_labels} labels, {error.n_candidates} notes each"
        value = "too few pairs" if error.error is None else f"{error.error:.3f}"
        typer.echo(f"{what:<46}{value}")
    typer.echo(
        f"\n{found.n_disturbed} of {found.n_quiet} documents that should fire nothing fire one"
    )


def _screening_row(found: Measured, version: str) -> Row:
    """Give what was measured as ``bench-screening-result.json`` has it."""
    return {
        "n_records": found.n_records,
        "n_relevant": found.n_relevant,
        "n_left_out": found.n_left_out,
        "criteria_alone": _reading_row(found.criteria),
        "screened": _reading_row(found.screened),
        "most_behind_criteria": {"n_records": found.most_behind, "after": found.after},
        "stop": {
            "share_read": round(found.stop.share_read, 4),
            "recall": round(found.stop.recall, 4),
        },
        "cpu_s": round(found.cpu_s, 1),
        "asreview": {
            "version": version or None,
            "readings": [
                {
                    "start": each.name,
                    **_reading_row(each),
                    "screened_less_this": _figures_row(difference),
                }
                for each, difference in zip(found.peers, found.differences, strict=True)
            ],
        },
    }


def _reading_row(reading: Reading) -> Row:
    return {
        **_figures_row(reading.figures),
        "time_to_discovery": round(reading.time_to_discovery, 4),
        "read_for_all": round(reading.read_for_all, 4),
    }


def _figures_row(figures: Mapping[str, Interval]) -> Row:
    return {
        name: {
            key: None if isnan(value := getattr(each, key)) else round(value, 4)
            for key in ("estimate", "low", "high")
        }
        for name, each in figures.items()
    }


def _show_screening(found: Measured, version: str) -> None:
    """Show the figures as a table, each with its interval under it."""
    typer.echo(f"{found.n_records:,} records, {found.n_relevant:,} of them relevant")
    typer.echo("\n" + " " * 26 + "".join(f"{name:<15}" for name in _NAMES.values()).rstrip())
    _show_reading(found.criteria)
    _show_reading(found.screened)
    for each in found.peers:
        _show_reading(each)
    behind = (
        f"{found.most_behind} relevant records behind the criteria's order, after {found.after}"
        if found.most_behind
        else "never behind the criteria's order"
    )
    typer.echo(f"\nscreened: {behind}; {found.cpu_s:.0f} CPU s for all rankings")
    typer.echo(
        f"the rule says stop after {found.stop.share_read:.0%} read,"
        f" with {found.stop.recall:.1%} found"
    )
    for each, difference in zip(found.peers, found.differences, strict=True):
        typer.echo(
            f"screened less asreview {version} {each.name}: WSS@95 {_span(difference['wss_95'])}"
        )


def _show_reading(reading: Reading) -> None:
    figures = list(reading.figures.values())
    typer.echo(f"{reading.name:<26}" + "".join(f"{each.estimate:<15.3f}" for each in figures))
    spans = (f"{each.low:.3f} to {each.high:.3f}" for each in figures)
    typer.echo(" " * 26 + "".join(f"{span:<15}" for span in spans).rstrip())


def _span(interval: Interval) -> str:
    return f"{interval.estimate:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})"
