"""The file that a command writes: refused before any work, made in one step."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import typer

from noteweb.errors import AlreadyThere, BadRequest, WriteFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noteweb.web import NoteWeb


def check_output(output: Path | None, *, force: bool, is_text: bool) -> None:
    """Refuse before any work what must not be written to.

    Raises
    ------
    BadRequest, WriteFailed, AlreadyThere
    """
    if output is None:
        if not is_text and sys.stdout.isatty():
            raise BadRequest("this format is no text for a terminal", "name a file: -o FILE")
    elif output.is_dir():
        raise WriteFailed(output, "it is a folder", "name a file in it")
    elif output.is_file() and not force:
        raise AlreadyThere(output, "give another name, or --force")


def refuse_note(web: NoteWeb, output: Path | None) -> None:
    """Keep a note of the vault from being written over, whatever is forced.

    Raises
    ------
    WriteFailed
    """
    if output is None or not output.exists():
        return
    notes = (web.root / card.path for card in web.cards)
    if any(note.exists() and output.samefile(note) for note in notes):
        raise WriteFailed(output, "it is a note of this vault", "give another name")


@contextmanager
def open_output(output: Path | None, *, quiet: bool) -> Iterator[BinaryIO]:
    """Give what to write to: standard output, a device or pipe, or a file made in one step.

    Raises
    ------
    WriteFailed
    """
    from noteweb.mend import replace_file

    if output is None:
        yield sys.stdout.buffer
        return
    if output.exists() and not output.is_file():
        try:
            with output.open("wb") as stream:
                yield stream
        except OSError as error:
            raise WriteFailed(output, error.strerror or str(error)) from error
        return
    with replace_file(output.resolve()) as stream:
        yield stream
        n_bytes = stream.tell()
    if not quiet:
        typer.echo(f"wrote {output} ({n_bytes / 1000:.0f} kB)", err=True)
