"""Commands about the claims of notes: claims, claims suggest, claims stamp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteweb.cli import ANSWER_IS_NO
from noteweb.cli.complete import complete_note
from noteweb.cli.evidence import Profile, RowFormat, Rows, Size, write_rows
from noteweb.cli.options import Device, Limit, NoteName, Quiet, Vault, open_web, tell
from noteweb.errors import BadRequest, NoteNotFound
from noteweb.row.claim import claim_row, suggestion_row
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from noteweb.model.document import Document
    from noteweb.web import NoteWeb

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@group.callback()
def claims(
    context: typer.Context,
    vault: Vault = None,
    *,
    standing: Annotated[
        bool, typer.Option("--standing", help="Show what the claims make of one another.")
    ] = False,
    profile: Profile = Size.QUICK,
    form: Rows = RowFormat.TEXT,
    quiet: Quiet = False,
) -> None:
    """List the claims with their verdicts; nothing is run.

    With the note, the evidence and the age of the newest run. With --standing, whether each
    stands among the others, and how strong it is.

    Example: noteweb claims --standing
    """
    from noteweb.argument.front import argue
    from noteweb.cli import account

    if context.invoked_subcommand:
        _refuse_options(context)
        return
    with open_web(vault, quiet=quiet) as web:
        found = web.evidence.rows(profile.value)
    argument = argue(found) if standing or form is not RowFormat.TEXT else None
    if form is RowFormat.TEXT or argument is None:
        account.show_claims(found, argument, quiet=quiet)
    else:
        write_rows([claim_row(each, argument) for each in found], form, "claims")


@group.command("suggest")
def claims_suggest(
    source: Annotated[
        str,
        typer.Argument(
            help="A note, or a paper as for activate; default: all notes.",
            metavar="[NOTE|FILE]",
            autocompletion=complete_note,
        ),
    ] = "",
    vault: Vault = None,
    *,
    limit: Limit = 10,
    form: Rows = RowFormat.TEXT,
    device: Device = None,
    quiet: Quiet = False,
) -> None:
    """Find sentences that read like claims, and what would test them.

    Best first, each with the nearest claim there is and the experiment that comes nearest; both
    only where a sentence about something else comes as near one time in twenty at most. Of all
    notes only sentences that no claim comes near are given.
    Exits with 1 where there is none.

    Example: noteweb claims suggest paper.pdf -k 20
    """
    from noteweb.cli.suggestion import show_suggestions

    with open_web(vault, quiet=quiet, device=device) as web:
        found = web.suggest_claims(_read(web, source) if source else None, limit=limit)
        tell(web, quiet=quiet)
    if form is RowFormat.TEXT:
        show_suggestions(found, quiet=quiet)
    else:
        write_rows([suggestion_row(each) for each in found], form, "suggestions")
    if not found:
        raise typer.Exit(ANSWER_IS_NO)


@group.command("stamp")
def claims_stamp(
    note: NoteName,
    vault: Vault = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the block out.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write into a note where its claims stand, in a block of its own.

    Verdict, standing and date of the newest run of each claim, between two comments that Obsidian,
    Logseq and GitHub hide. Said again it is refreshed; nothing else of the file is touched, and
    --remove gives the file as it was. To noteweb the block is a comment.
    Exits with 1 where the note states no claim, or has no block to remove.

    Example: noteweb claims stamp "Double descent" --dry-run
    """
    from noteweb.cli.difference import show_change
    from noteweb.mend import write_change

    with open_web(vault, quiet=quiet) as web:
        change = web.stamp(note, is_removed=remove)
        if change is None:
            why = "it has no block of claims" if remove else "it states no claim"
            typer.echo(f"nothing to do: {why}", err=True)
            raise typer.Exit(ANSWER_IS_NO)
        if dry_run:
            show_change(change)
        elif change.before != change.after:
            write_change(web.root, change)
    if not (dry_run or quiet):
        done = "unchanged" if change.before == change.after else "written"
        typer.echo(visible(f"{change.file.path}: {done}"), err=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="claims")


def _refuse_options(context: typer.Context) -> None:
    """Refuse options of the list before a command of its own, which would be lost."""
    given = [
        each.opts[0]
        for each in context.command.params
        if each.name
        and (source := context.get_parameter_source(each.name)) is not None
        and source.name == "COMMANDLINE"
    ]
    if given:
        name = context.invoked_subcommand
        raise BadRequest(
            f"{given[0]} stands before {name}", f"put it behind: noteweb claims {name} ..."
        )


def _read(web: NoteWeb, source: str) -> list[Document]:
    """Read the note of this name, else the paper."""
    from noteweb.cli.activate import read_papers
    from noteweb.documents.markdown import compose_note

    try:
        note = web.note(source)
    except NoteNotFound:
        if source != "-" and not Path(source).exists():
            raise
        return list(read_papers([source]))
    return [compose_note(note, note.card.path)]
