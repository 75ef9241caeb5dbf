"""The typer application; importing it loads typer and nothing else."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli.pager import page_commands
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The file of each command, in the order of the help. A start loads the file of its own command
#: alone: to load all, and to have typer read their options, is a quarter of a query by words.
COMMANDS = {
    "init": "keep",
    "index": "keep",
    "status": "keep",
    "repair": "keep",
    "check": "check",
    "query": "ask",
    "related": "ask",
    "show": "ask",
    "path": "ask",
    "activate": "activate",
    "label": "activate",
    "new": "activate",
    "graph": "graph",
    "export": "graph",
    "screen": "screen",
    "claims": "claims",
    "verify": "evidence",
    "why": "evidence",
    "impact": "evidence",
    "report": "report",
    "trust": "trust",
    "experiment": "trust",
    "bench": "bench",
    "mcp": "assistant",
}


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """Give the application with what the arguments need: one file's commands, else all of them."""
    named = next((word for word in arguments if word != "--no-pager"), "")
    return _build(
        (COMMANDS[named],) if named in COMMANDS else tuple(dict.fromkeys(COMMANDS.values()))
    )


@cache
def _build(files: tuple[str, ...]) -> typer.Typer:
    # Plain help: rich's costs a tenth of a second on every start.
    app = typer.Typer(
        name="noteweb",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        add_completion=True,
    )
    app.callback(invoke_without_command=False)(root)
    for file in files:
        import_module(f"noteweb.cli.{file}").register(app)
    page_commands(app)
    return app


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback
    if value:
        typer.echo(f"noteweb {__version__}")
        raise typer.Exit


def root(
    version: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    no_pager: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--no-pager", help="Write long answers straight to the terminal.")
    ] = False,
) -> None:
    """Ask a folder of research notes: what do I know about this, what is it linked to.

    A first try: noteweb query "why do wide networks generalise" --vault ~/notes
    """
    del version, no_pager  # the one has been shown, the other is read by `pager`
