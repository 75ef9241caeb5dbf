"""Links whose note was moved: the path they give is gone, and one note has its name.

Offered only where nothing has to be guessed: the link names a path, one note of the vault has the
last step of it for its file name, title or alias, and that name is no usual one such as README.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.links.names import build_names, find_by_path, fold_name, strip_suffix
from noteweb.model.note import LinkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.links.names import NameTable
    from noteweb.links.resolve import MissingLink
    from noteweb.model.note import Card, Link

#: Names that many folders have a note of: one that is left need not be the one that was meant.
_USUAL = frozenset(
    "index readme changelog license home log inbox todo note notes draft template untitled summary"
    " overview introduction contents meeting journal ideas tasks".split()
)
_FEWEST_LETTERS = 3
_LETTER = re.compile(r"[^\W_]")
#: What would end or split a link, or mean something to YAML's quotes.
_UNFIT = re.compile(r"[\[\]|#^\"'\\<>()\r\n`%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A link of the note at `path`, the note (id) that it means, and the target it should have."""

    path: str
    link: Link
    note: str
    target: str


def find_moved(cards: Iterable[Card], missing: Iterable[MissingLink]) -> Iterator[Moved]:
    """Give the links to moved notes, in the order of the missing ones."""
    notes = tuple(cards)
    table = build_names(notes)
    paths = {card.id: card.path for card in notes}
    for each in missing:
        note = _find_only(table, each.link)
        if note is None:
            continue
        target = _write_target(each.link, paths[each.source], table.paths[note])
        is_fit = not _UNFIT.search(table.paths[note])
        if is_fit and find_by_path(table, table.paths[note]) == (note,):
            yield Moved(path=paths[each.source], link=each.link, note=note, target=target)


def _find_only(table: NameTable, link: Link) -> str | None:
    folder, _, last = strip_suffix(link.target).rpartition("/")
    name = fold_name(last)
    if not folder or link.kind is LinkKind.BLOCK_REF or _UNFIT.search(link.target):
        return None
    if name in _USUAL or len(_LETTER.findall(name)) < _FEWEST_LETTERS:
        return None
    by_name = (table.by_stem, table.by_title, table.by_alias)
    found = {note for index in by_name for note in index.get(name, ())}
    return found.pop() if len(found) == 1 else None


def _write_target(link: Link, source: str, path: str) -> str:
    """Give the path in the way that the link gave it: from the root, or from the note's folder."""
    has_suffix = strip_suffix(link.target) != link.target
    wanted = path if has_suffix else strip_suffix(path)
    if link.kind is LinkKind.MARKDOWN or link.target.startswith(("./", "../")):
        wanted = posixpath.relpath(wanted, posixpath.dirname(source) or ".")
    return wanted.replace(" ", "%20") if link.kind is LinkKind.MARKDOWN else wanted
