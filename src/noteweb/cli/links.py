"""The command `bench links`: how well hidden links are found again."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.options import Device, Model, Quiet, Value, ValueFormat, Vault, open_web

if TYPE_CHECKING:
    from noteweb.bench.links import Measured
    from noteweb.interval import Interval
    from noteweb.row import Row

_WIDE = 26


def bench_links(
    vault: Vault = None,
    *,
    folds: Annotated[int, typer.Option("--folds", min=1, help="How often links are hidden.")] = 5,
    share: Annotated[
        float, typer.Option("--share", min=0.01, max=0.9, help="Of the links, hidden each time.")
    ] = 0.2,
    most: Annotated[
        int, typer.Option("--most", min=1, help="Notes asked in each fold, at most.")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws.")] = 0,
    model: Model = None,
    device: Device = None,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Measure how well related notes foretell the vault's own links, with intervals of 95 %.

    Some links are hidden and looked for, in a copy of the notes that has no links in its text.
    The notes are only read; what the copy has in other words is embedded anew.

    Example: noteweb bench links --folds 3
    """
    from noteweb.bench.links import Settings, measure_links
    from noteweb.cli import shape

    settings = Settings(n_folds=folds, share=share, most=most, seed=seed)
    with open_web(vault, quiet=quiet, model=model, device=device) as web:
        found = measure_links(web, settings)
        name = web.model
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json({**asdict(settings), "model": name, **_row(found)}), nl=False)
    else:
        _show(found)


def _row(found: Measured) -> Row:
    """Give what was measured as ``bench-links-result.json`` has it."""
    return {
        "n_notes": found.n_notes,
        "n_links": found.n_links,
        "n_hidden": found.n_hidden,
        "n_asked": found.n_asked,
        "title_weights": list(found.weights),
        "methods": [
            {"name": each.name, "hits_10": _interval(each.hits_10), "mrr": _interval(each.mrr)}
            for each in found.methods
        ],
        "best_alone": found.best_alone,
        "gain": _interval(found.gain),
    }


def _interval(each: Interval) -> Row:
    return {key: round(getattr(each, key), 4) for key in ("estimate", "low", "high")}


def _show(found: Measured) -> None:
    typer.echo(
        f"{found.n_notes:,} notes, {found.n_links:,} pairs linked; {found.n_hidden:,} hidden"
        f" links looked for from {found.n_asked:,} notes\n"
    )
    typer.echo(f"{'':{_WIDE}}{'hits@10':<24}MRR")
    for each in found.methods:
        typer.echo(f"{each.name:<{_WIDE}}{_span(each.hits_10):<24}{_span(each.mrr)}")
    typer.echo(f"\ntext and graph less {found.best_alone}, hits@10: {_span(found.gain)}")
    weights = ", ".join(f"{weight:g}" for weight in found.weights)
    typer.echo(f"a title in the text adds {weights} (learned in each fold)")


def _span(each: Interval) -> str:
    return f"{each.estimate:.3f} ({each.low:.3f}, {each.high:.3f})"
