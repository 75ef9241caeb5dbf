"""Asking with fzf: it has the screen and the keys, and asks noteweb anew for what is typed.

Nothing of a note or a setting is ever part of a command line that a shell reads: those are fixed,
settings go through the environment, and what fzf puts into them it quotes itself. A row's place is
percent-encoded, and rows are parted by NUL, so that no file name can be two of them.

As a program (``python -m noteweb.cli.fzf QUERY``) it writes the rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import typer

from noteweb.cli.layout import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.cli.finder import Asking
    from noteweb.model.hit import Hit

ROOT, MODE, NARROWED, MODEL, LIMIT = (
    f"NOTEWEB_FINDER_{name}" for name in ("ROOT", "MODE", "NARROWED", "MODEL", "LIMIT")
)
_PYTHON, _ASKED = "NOTEWEB_FINDER_PYTHON", "NOTEWEB_FINDER_ASKED"

_PAUSE_S = 0.15  # after the last key before the words are looked for
_LONG_PAUSE_S = 0.5  # before the meaning is, too
#: -P: the folder in which it runs may hold a module by any name.
_ROWS = f'"${_PYTHON}" -P -m noteweb.cli.fzf'
_NEARBY = f'"${_PYTHON}" -P -m noteweb.cli.nearby'
_HEADER = "Enter: open in the editor   Tab: by meaning at once   Esc: leave"
_LEFT = (1, 130)  # how fzf ends where nothing was chosen


def make_command(fzf: str, query: str) -> list[str]:
    """Give fzf's words; those in them that a shell reads are the same for every vault."""
    return [
        fzf, "--disabled", "--ansi", "--read0", "--no-multi", "--layout=reverse",
        "--delimiter=\t", "--with-nth=2..", f"--query={query}", f"--header={_HEADER}",
        "--preview-window=down,60%,wrap", f"--preview={_NEARBY} {{1}}",
        f"--bind=change:reload:sleep {_PAUSE_S}; {_ROWS} {{q}}",
        f"--bind=tab:reload:{_ROWS} {{q}} now",
    ]  # fmt: skip


def choose(fzf: str, asking: Asking, environ: Mapping[str, str]) -> tuple[str, int] | None:
    """Let a person choose a hit; give its path in the vault and line, None where they leave.

    Raises
    ------
    OSError
        where fzf cannot be run, or fails
    """
    settings = {
        ROOT: str(asking.root), MODE: asking.mode.value, NARROWED: asking.narrowed,
        MODEL: asking.model, LIMIT: str(asking.limit), _ASKED: asking.query,
        _PYTHON: sys.executable, "SHELL": "/bin/sh",
        "FZF_DEFAULT_COMMAND": f'{_ROWS} "${_ASKED}"',
    }  # fmt: skip
    command = make_command(fzf, asking.query)
    done = subprocess.run(  # noqa: S603 - see above
        command, env={**environ, **settings}, stdout=subprocess.PIPE, check=False
    )
    if done.returncode and done.returncode not in _LEFT:
        raise OSError(done.returncode, f"fzf ended with {done.returncode}")
    return read_token(done.stdout.decode("utf-8", "replace").partition("\t")[0])


def write_token(hit: Hit) -> str:
    """Give a hit's path and line in letters that mean nothing to a shell or to fzf."""
    return quote(f"{hit.path}:{hit.line}", safe="", errors="surrogatepass")


def read_token(token: str) -> tuple[str, int] | None:
    """Read what `write_token` wrote, None for the row of a message."""
    path, colon, line = unquote(token, errors="surrogatepass").rpartition(":")
    return (path, int(line)) if colon and line.isdigit() else None


def write_row(hit: Hit) -> str:
    """Give a hit as a row of fzf."""
    title = typer.style(clean(hit.title), bold=True)
    field = typer.style(hit.field or "body", fg="cyan")
    return f"{write_token(hit)}\t{title}  {field}  {clean(hit.text)}"


def main() -> None:
    """Write the rows for a query: by words at once, and what meaning adds after a pause."""
    from noteweb.cli.finder import Asking
    from noteweb.errors import NotewebError
    from noteweb.model.hit import Mode
    from noteweb.web import NoteWeb

    query, *urgent = sys.argv[1:]
    told = os.environ
    try:
        with NoteWeb.open(told[ROOT], model=told[MODEL] or None) as web:
            asking = Asking(
                root=web.root, query=query, mode=Mode(told[MODE]), narrowed=told[NARROWED],
                model=told[MODEL], limit=int(told[LIMIT]),
            )  # fmt: skip
            stages = asking.stages(has_model=web.model != "none")
            shown: set[str] = set()
            for mode in stages[-1:] if urgent else stages:
                if shown and mode is not stages[0]:
                    time.sleep(_LONG_PAUSE_S)
                shown |= _write(asking.ask(web, mode), shown)
    except NotewebError as error:
        sys.stdout.write(f"\t{clean(error.message)}\0")


def _write(hits: Iterable[Hit], shown: set[str]) -> set[str]:
    """Write the rows that are not there yet; give their notes."""
    fresh = [hit for hit in hits if hit.note_id not in shown]
    sys.stdout.write("".join(f"{write_row(hit)}\0" for hit in fresh))
    sys.stdout.flush()
    return {hit.note_id for hit in fresh}


if __name__ == "__main__":
    main()
