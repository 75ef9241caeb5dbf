"""The typer application; importing it loads typer and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from noteweb.cli import (
    activate,
    ask,
    assistant,
    bench,
    check,
    claims,
    evidence,
    graph,
    keep,
    report,
    screen,
    trust,
)
from noteweb.cli.pager import page_commands
from noteweb.version import __version__

# Plain help: rich's costs a tenth of a second on every start.
app = typer.Typer(
    name="noteweb",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=True,
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback
    if value:
        typer.echo(f"noteweb {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=False)
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


for module in (
    keep,
    check,
    ask,
    activate,
    graph,
    screen,
    claims,
    evidence,
    report,
    trust,
    bench,
    assistant,
):
    module.register(app)
page_commands(app)
