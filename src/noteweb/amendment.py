"""What can be put right in notes without guessing, as changes of their files.

Two things only. An exact repair of the encoding can be undone. A link by path to a note that was
moved is given the note's new path, where one note alone has that name. Other problems have more
than one remedy (which of two notes keeps an id, what a wrong name meant), so they are only told.
A note is changed whole or not at all, and only if it reads as before but for what was put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import Problem
from noteweb.mend import Change, splice
from noteweb.model.note import LinkKind
from noteweb.parse.notes import parse_note
from noteweb.vault import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from noteweb.links.moved import Moved
    from noteweb.mend import Edit, Repair
    from noteweb.model.note import Card, Link
    from noteweb.vault import NoteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change of one note's file with the codes of the problems that it ends."""

    change: Change
    codes: tuple[str, ...]


def amend_encoding(repair: Repair) -> Amendment:
    """Give the change that stores an exact repair."""
    before, after = (
        text.encode(repair.note_encoding, "surrogateescape")
        for text in (repair.original, repair.text)
    )
    change = Change(file=repair.file, before=before, after=after)
    return Amendment(change=change, codes=("encoding-damaged",))


def amend_links(root: Path, file: NoteFile, moved: Sequence[Moved]) -> Amendment | None:
    """Give the change that leads a note's links to where their notes are.

    None where the file cannot be read, or a link is not written in a way that can be changed
    without touching more than its target.
    """
    data = read_file(root, file)
    if isinstance(data, Problem):
        return None
    note = parse_note(data, path=file.path)
    targets = {(each.link.start, each.link.end): each for each in moved}
    edits = [
        edit
        for link in note.card.links
        if (each := targets.get((link.start, link.end))) and (edit := _edit(note.text, each))
    ]
    if not edits or note.card.repaired:
        return None
    after = splice(data, note, edits)
    if not _is_same(note.card, parse_note(after, path=file.path).card, targets):
        return None
    change = Change(file=file, before=data, after=after)
    return Amendment(change=change, codes=("link-unresolved",))


def _edit(text: str, moved: Moved) -> Edit | None:
    """Find the target inside the link as it is written; None where it is not there literally."""
    link = moved.link
    written = text[link.start : link.end]
    # A Markdown link has its label in front of its target, a wikilink behind.
    find = written.rfind if link.kind is LinkKind.MARKDOWN else written.find
    for spelling in dict.fromkeys((link.target, link.target.replace(" ", "%20"))):
        if (at := find(spelling)) >= 0:
            return link.start + at, link.start + at + len(spelling), moved.target
    return None


def _is_same(before: Card, after: Card, moved: Mapping[tuple[int, int], Moved]) -> bool:
    """Whether nothing but the targets of these links has changed."""
    if len(before.links) != len(after.links):
        return False
    attributes = before.tags, before.title, before.aliases, before.id
    if (after.tags, after.title, after.aliases, after.id) != attributes:
        return False
    return all(
        _say(new) == (moved[old.start, old.end].target.replace("%20", " "), *_say(old)[1:])
        if (old.start, old.end) in moved
        else _say(new) == _say(old)
        for old, new in zip(before.links, after.links, strict=True)
    )


def _say(link: Link) -> tuple[str, ...]:
    return link.target, link.kind.value, link.heading, link.block, link.label, link.relation
