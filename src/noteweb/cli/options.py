"""The options that commands share, and opening what they name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from noteweb.web import NoteWeb


class HitFormat(StrEnum):
    """How lists go to standard output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PATHS = "paths"


class ValueFormat(StrEnum):
    """How one value goes to standard output."""

    TEXT = "text"
    JSON = "json"


Vault = Annotated[
    Path | None,
    typer.Option(
        "--vault",
        "-C",
        help="The folder of notes. Default: $NOTEWEB_VAULT, else the nearest folder upward with"
        " noteweb.toml or .noteweb/, else this one.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No counts and no progress.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="The embedding model: default, none, or a sentence-transformers name or folder.",
        show_default=False,
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="auto, cpu, cuda or mps.", show_default=False),
]
Limit = Annotated[int, typer.Option("--limit", "-k", min=1, help="How many to give at most.")]
Hits = Annotated[HitFormat, typer.Option("--format", help="How to write the answer.")]
Value = Annotated[ValueFormat, typer.Option("--format", help="How to write the answer.")]


def open_web(
    vault: Path | None, *, quiet: bool, model: str | None = None, device: str | None = None
) -> NoteWeb:
    """Open the vault a command means, with a progress bar where somebody watches."""
    from noteweb.cli.progress import choose_progress
    from noteweb.embed.blas import limit_blas_threads
    from noteweb.web import NoteWeb

    limit_blas_threads()
    return NoteWeb.open(vault, model=model, device=device, progress=choose_progress(quiet=quiet))


def tell(web: NoteWeb, *, quiet: bool) -> None:
    """Say what bringing the index up to date did, where it did something."""
    if web.report is not None and web.report.is_changed and not quiet:
        from noteweb.cli import render

        render.report(web.report)
