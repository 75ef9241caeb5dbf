"""The command `bench retrieval`: what a query's ranking is worth on a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.options import Device, Quiet, Value, ValueFormat, open_web

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.bench.retrieval import Measured, Part
    from noteweb.interval import Interval
    from noteweb.row import Row

_NAMES = {
    "ndcg_10": "nDCG@10",
    "mrr_10": "MRR@10",
    "recall_100": "recall@100",
    "map": "MAP",
}
_WIDE = 24
_COLUMN = 16


def bench_retrieval(
    collection: Annotated[
        Path, typer.Argument(help="A folder in BEIR's layout: corpus, queries, judgements.")
    ],
    *,
    qrels: Annotated[
        str | None, typer.Option("--qrels", help="Which judgements, where there are several.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", help="Where the vault is kept. Default: the user's cache."),
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Also take each part of the score out.")
    ] = False,
    model: Annotated[str, typer.Option("--model", help="As for index.")] = "default",
    device: Device = None,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Measure how queries are answered on a labelled collection, with intervals of 95 %.

    Each document becomes a note of a vault that is kept, so that a second run embeds nothing.
    Every grade but 0 counts as relevant.

    Example: noteweb bench retrieval cranfield --format json
    """
    from noteweb.bench.collection import open_vault, read_collection
    from noteweb.bench.retrieval import measure_modes, measure_parts
    from noteweb.cli import shape

    read = read_collection(collection, qrels)
    root = open_vault(read, model, cache)
    with open_web(root, quiet=quiet, model=model, device=device) as web:
        web.refresh(with_vectors=True)
        modes = measure_modes(web, read)
        taken_out = measure_parts(web, read) if parts and web.model != "none" else ()
        settings = {"collection": str(collection), "qrels": qrels, "model": web.model}
    counts = {"n_documents": len(read.documents), "n_queries": len(read.queries)}
    if form is ValueFormat.JSON:
        rows = {"modes": list(map(_measured_row, modes)), "parts": list(map(_part_row, taken_out))}
        typer.echo(shape.to_json({**settings, **counts, **rows}), nl=False)
    else:
        typer.echo(f"{counts['n_documents']:,} documents, {counts['n_queries']:,} queries\n")
        _show_modes(modes)
        _show_parts(taken_out)


def _measured_row(found: Measured) -> Row:
    return {
        "name": found.name,
        **{name: _interval_row(each) for name, each in found.figures.items()},
        "cpu_ms": {"median": round(found.median_ms, 2), "p95": round(found.p95_ms, 2)},
    }


def _part_row(part: Part) -> Row:
    worth = {name: _interval_row(each) for name, each in part.worth.items()}
    return {**_measured_row(part.without), "worth": worth}


def _interval_row(each: Interval) -> Row:
    return {key: round(getattr(each, key), 4) for key in ("estimate", "low", "high")}


def _show_modes(modes: Sequence[Measured]) -> None:
    names = [*_NAMES.values(), "CPU ms (p95)"]
    typer.echo(" " * _WIDE + "".join(f"{name:<{_COLUMN}}" for name in names).rstrip())
    for each in modes:
        figures = "".join(f"{value.estimate:<{_COLUMN}.3f}" for value in each.figures.values())
        spent = f"{each.median_ms:.1f} ({each.p95_ms:.1f})"
        typer.echo(f"{each.name:<{_WIDE}}{figures}{spent}")
        typer.echo(" " * _WIDE + _spans(each.figures))


def _show_parts(parts: Sequence[Part]) -> None:
    if parts:
        typer.echo("\nwhat each part of hybrid adds to the others")
    for part in parts:
        figures = "".join(f"{value.estimate:<+{_COLUMN}.3f}" for value in part.worth.values())
        typer.echo(f"{part.without.name:<{_WIDE}}{figures}".rstrip())
        typer.echo(" " * _WIDE + _spans(part.worth))


def _spans(figures: Mapping[str, Interval]) -> str:
    spans = (f"{each.low:.3f} to {each.high:.3f}" for each in figures.values())
    return "".join(f"{span:<{_COLUMN}}" for span in spans).rstrip()
