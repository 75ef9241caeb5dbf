"""The command `bench speed`: what noteweb costs on a vault, beside other programs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.options import Quiet, Value, ValueFormat, Vault, open_web

if TYPE_CHECKING:
    from noteweb.bench.speed import Figure, Speed
    from noteweb.row import Row


def bench_speed(
    vault: Vault = None,
    *,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this task. Repeatable.")
    ] = None,
    notes: Annotated[
        int, typer.Option("--notes", min=1, help="How many notes to measure on at most.")
    ] = 200,
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs of each; medians count.")] = 3,
    form: Value = ValueFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """Measure CPU seconds and memory on a copy of the notes, beside other programs.

    obsidiantools, txtai and llm do the same with the same notes, those of them that are installed;
    sentence-transformers embeds the same passages. Each run is a fresh process.

    Example: noteweb bench speed --vault ~/notes --notes 100
    """
    from noteweb.bench.speed import choose_tasks
    from noteweb.cli import shape

    tasks = choose_tasks(only or [])
    with tempfile.TemporaryDirectory(prefix="noteweb-") as outer:
        found = _measure(Path(outer), vault, tasks, (notes, runs), quiet=quiet)
    if form is ValueFormat.JSON:
        typer.echo(shape.to_json(_row(found)), nl=False)
    else:
        _show(found)


def _measure(
    folder: Path, vault: Path | None, tasks: tuple[str, ...], size: tuple[int, int], *, quiet: bool
) -> Speed:
    from noteweb.bench import speed
    from noteweb.index.embedding import read_texts

    n_notes, n_runs = size
    with open_web(vault, quiet=True) as web:
        n_notes = speed.copy_notes(web.root, web.config, folder / "vault", n_notes)
    with open_web(folder / "vault", quiet=quiet) as copied:
        copied.sync(with_vectors=False)
        texts = read_texts(copied.index)
        progress = copied.progress
    n_encoded = speed.write_passages(texts, folder)
    from noteweb.index.folder import remove_index

    remove_index(folder / "vault" / ".noteweb")
    return speed.Speed(
        n_notes=n_notes,
        n_passages=len(texts),
        n_encoded=n_encoded,
        figures=speed.measure_speed(folder, tasks, n_runs, progress),
        missing=speed.find_missing(tasks),
    )


def _row(found: Speed) -> Row:
    """Give what was measured as ``bench-speed-result.json`` has it."""
    return {
        "n_notes": found.n_notes,
        "n_passages": found.n_passages,
        "n_encoded": found.n_encoded,
        "figures": [_figure_row(each) for each in found.figures],
        "missing": [{"tool": each.tool, "install": each.install} for each in found.missing],
    }


def _figure_row(each: Figure) -> Row:
    cost = each.cost
    return {
        "task": each.task,
        "tool": each.tool,
        "version": each.version,
        "cpu_s": round(cost.cpu_s, 3) if cost else None,
        "wall_s": round(cost.wall_s, 3) if cost else None,
        "peak_mb": round(cost.peak_mb) if cost else None,
        "times": None if each.times is None else round(each.times, 2),
        "failure": each.failure or None,
    }


def _show(found: Speed) -> None:
    from noteweb.bench.speed import TASKS

    typer.echo(f"{found.n_notes:,} notes, {found.n_passages:,} passages\n")
    typer.echo(f"{'':<54}{'CPU s':>8}{'wall s':>9}{'MB':>7}")
    for each in found.figures:
        is_own = each.tool == "noteweb"
        name = TASKS[each.task] if is_own else f"  {each.tool} {each.version}"
        if is_own and each.task == "encode":
            name += f" ({found.n_encoded} passages)"
        typer.echo(f"{name:<54}{_cost(each)}")
    for rival in found.missing:
        typer.echo(f"{rival.tool} is not installed: {rival.install}")


def _cost(each: Figure) -> str:
    if each.cost is None:
        return f"  {each.failure}"
    times = "" if each.times is None else f"   {each.times:.1f} times noteweb's"
    return f"{each.cost.cpu_s:>8.2f}{each.cost.wall_s:>9.2f}{each.cost.peak_mb:>7.0f}{times}"
