"""The command for assistants: mcp."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from noteweb.cli.options import Device, Model, Quiet, Vault, open_web
from noteweb.errors import BadRequest, ExtraMissing, VaultNotFound


def mcp(
    vault: Vault = None,
    *,
    allow_verify: Annotated[
        bool,
        typer.Option("--allow-verify", help="Let it run the experiments that you have allowed."),
    ] = False,
    papers: Annotated[
        list[Path] | None,
        typer.Option("--papers", help="A folder whose files it may read, too. Repeatable."),
    ] = None,
    model: Model = None,
    device: Device = None,
    quiet: Quiet = False,
) -> None:
    """Serve the vault to an assistant, over the Model Context Protocol.

    A program starts it and speaks with it on standard input and output; README has the lines for
    its settings. The notes are only read.

    Example: noteweb mcp --vault ~/notes
    """
    try:
        from noteweb.server.serve import serve
    except ModuleNotFoundError as error:
        raise ExtraMissing("mcp", "noteweb mcp") from error
    from noteweb.server.tool import make_tools

    if sys.stdin is None or sys.stdin.closed:
        raise BadRequest("standard input is closed", "noteweb mcp is started by an assistant")
    for folder in papers or ():
        if not folder.is_dir():
            raise VaultNotFound(folder, "is no folder")
    with open_web(vault, quiet=True) as web:
        root = web.root
    if not quiet:
        typer.echo(f"noteweb: serving {root} on standard input and output", err=True)
    tools = make_tools(papers=papers or (), may_verify=allow_verify)
    serve(lambda progress: open_web(root, model=model, device=device, progress=progress), tools)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(mcp)
