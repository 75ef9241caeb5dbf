"""Who a link points to, by Obsidian's rules: found, ambiguous or missing, never guessed.

In this order: the exact path from the vault's root; the only note whose path ends so; of several,
the one at that path from the linking note's folder, then the one in the nearest folder; an alias;
a title; a Logseq page name; a note's own id.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.links.names import (
    NameTable,
    build_names,
    find_by_other_name,
    find_by_path,
    find_by_path_end,
    fold_name,
    strip_suffix,
)
from noteweb.model.note import LinkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from noteweb.model.note import Card, Link

#: The files that Obsidian embeds or opens beside notes, and what papers and data come as.
ATTACHMENT = re.compile(
    r"\.(?:3gp|avif|avi|base|bib|bmp|canvas|csv|docx?|eps|epub|flac|gif|gz|heic|html?|jpe?g|json"
    r"|m4a|mkv|mov|mp[34]|od[pst]|ogg|ogv|opus|pdf|png|pptx?|psd|rtf|svg|tar|tex|tiff?|tsv|txt"
    r"|wav|web[mp]|xlsx?|xml|zip)$",
    re.IGNORECASE,
)
#: No note either when a Markdown link names them; in a wikilink "Node.js" is a page's name.
SOURCE = re.compile(
    r"(?:\.(?:c|cfg|conf|cpp|css|go|hs?|ico|ini|ipynb|java|jl|js|key|lock|log|lua|mjs|numbers|pages"
    r"|php|ps|py|rb?|rs|scss|sh|sql|toml|tsx?|ya?ml)|/)$",
    re.IGNORECASE,
)

_N_NAMED = 5  # notes that an ambiguous link may mean
_FILE = "file://"
_FROM_A_FOLDER = ("./", "../", "/")
_URL = re.compile(r"[a-z][a-z0-9+.-]*:(?://|\S*@)|mailto:|file:|data:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLink:
    """A link of note `source` to note `target`, both by id."""

    source: str
    target: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLink:
    """A link of note `source` to a note that is not there; `ghost` is the folded target."""

    source: str
    ghost: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """All links of all notes, in the order of the cards and of each card's links.

    Ambiguous links stand only in `problems`; links to attachments and addresses nowhere;
    a link of a note to itself stands in `resolved`.
    """

    resolved: tuple[ResolvedLink, ...] = ()
    missing: tuple[MissingLink, ...] = ()
    problems: tuple[Problem, ...] = ()


def resolve_links(
    cards: Iterable[Card],
    *,
    blocks: Mapping[str, str] | None = None,
    root: Path | None = None,
    among: Iterable[Card] | None = None,
) -> Resolution:
    """Find the note that each link means.

    Parameters
    ----------
    blocks : from a block's id (Logseq's ``((uuid))``) to the id of the note that holds it;
        without it block references are left out, for a card does not know its blocks
    root : the vault's folder; without it no ``file://`` address is a note's
    among : the notes that may be meant, by default those that link; of these cards only names count

    Notes
    -----
    Linear in the number of links: about 2 microseconds each.

    Examples
    --------
    >>> from noteweb.model.note import Card, Link, LinkKind
    >>> link = Link(kind=LinkKind.WIKILINK, target="Entropy", line=3, start=20, end=31)
    >>> cards = (Card(id="a", path="a.md", title="A", links=(link,)),
    ...          Card(id="x/entropy", path="x/entropy.md", title="Entropy"))
    >>> [one.target for one in resolve_links(cards).resolved]
    ['x/entropy']
    """
    notes = tuple(cards)
    finder = _Finder(build_names(notes if among is None else among), blocks, root)
    resolved: list[ResolvedLink] = []
    missing: list[MissingLink] = []
    problems: list[Problem] = []
    for card in notes:
        for link in card.links:
            found = finder.find(card, link)
            if found is None:
                continue
            if len(found) == 1:
                resolved.append(ResolvedLink(source=card.id, target=found[0], link=link))
            elif found:
                problems.append(_ambiguous(card, link, found))
            else:
                missing.append(MissingLink(source=card.id, ghost=_ghost(card, link), link=link))
                problems.append(_unresolved(card, link))
    return Resolution(resolved=tuple(resolved), missing=tuple(missing), problems=tuple(problems))


class _Finder:
    """The names of one vault, with the targets already looked up."""

    def __init__(
        self, table: NameTable, blocks: Mapping[str, str] | None, root: Path | None
    ) -> None:
        self._table = table
        self._roots = (
            {path.as_posix() for path in (root.absolute(), root.resolve())} if root else ()
        )
        self._blocks = blocks
        self._seen: dict[str, tuple[str, ...]] = {}
        self._chosen: dict[tuple[str, str], tuple[str, ...]] = {}

    def find(self, card: Card, link: Link) -> tuple[str, ...] | None:
        """Give the ids of the notes that the link may mean; None for what is no note link."""
        if link.kind is LinkKind.BLOCK_REF:
            return self._find_block(link)
        if not link.target.strip():
            return (card.id,)
        if link.target[: len(_FILE)].lower() == _FILE:
            return self._find_file(link.target[len(_FILE) :])
        if link.target.startswith(_FROM_A_FOLDER):
            found = find_by_path(self._table, _from_root(card, link.target))
        else:
            found = self._look_up(link.target)
            if len(found) > 1:
                found = self._choose(card, link.target, found)
        return None if not found and _is_no_note(link) else found

    def _find_block(self, link: Link) -> tuple[str, ...] | None:
        if self._blocks is None:
            return None
        note = self._blocks.get(link.block or link.target)
        return () if note is None else (note,)

    def _find_file(self, address: str) -> tuple[str, ...] | None:
        """Give the note at a path of this machine; None where it leads out of the vault."""
        path = posixpath.normpath("/" + address.partition("/")[2])  # what stands before is a host
        for root in self._roots:
            if path.startswith(f"{root}/"):
                return find_by_path(self._table, path[len(root) + 1 :])
        return None

    def _look_up(self, target: str) -> tuple[str, ...]:
        found = self._seen.get(target)
        if found is None:
            found = (
                find_by_path(self._table, target)
                or find_by_path_end(self._table, target)
                or find_by_other_name(self._table, target)
            )
            self._seen[target] = found
        return found

    def _choose(self, card: Card, target: str, found: tuple[str, ...]) -> tuple[str, ...]:
        key = (target, posixpath.dirname(card.path))
        if key not in self._chosen:
            by_path = find_by_path_end(self._table, target)
            # the nearest there can be: a vault with an index.md in each folder need not be measured
            beside = find_by_path(self._table, _from_root(card, "./" + target)) if by_path else ()
            if len(beside) == 1:
                self._chosen[key] = beside
            else:  # folders have no say about an alias or a title
                self._chosen[key] = _nearest(self._table, found, card, target) if by_path else found
        return self._chosen[key]


def _nearest(table: NameTable, found: tuple[str, ...], card: Card, target: str) -> tuple[str, ...]:
    """Choose the one note that stands nearest to the linking one; all where none does."""
    here = _folders(card.path)
    ways = {one: _way(here, _folders(table.paths[one])) for one in found}
    shortest = min(ways.values())
    near = tuple(one for one in found if ways[one] == shortest)
    if len(near) == 1:
        return near
    end = strip_suffix(target)
    same_case = tuple(one for one in near if strip_suffix(table.paths[one]).endswith(end))
    return same_case if len(same_case) == 1 else found


def _way(here: Sequence[str], there: Sequence[str]) -> tuple[int, int]:
    """Give the steps up out of `here`, then down into `there`."""
    n_shared = 0
    for mine, other in zip(here, there, strict=False):
        if mine != other:
            break
        n_shared += 1
    return len(here) - n_shared, len(there) - n_shared


def _folders(path: str) -> list[str]:
    return fold_name(path).split("/")[:-1]


def _from_root(card: Card, target: str) -> str:
    """Give a relative or absolute target as a path from the vault's root.

    A path that leaves the vault keeps its leading "..", which no note's path has.
    """
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(card.path), target))


def _is_no_note(link: Link) -> bool:
    if ATTACHMENT.search(link.target) or _URL.match(link.target):
        return True
    return link.kind is LinkKind.MARKDOWN and SOURCE.search(link.target) is not None


def _ghost(card: Card, link: Link) -> str:
    if link.kind is LinkKind.BLOCK_REF:
        return fold_name(f"(({link.block or link.target}))")
    target = link.target
    if target.startswith(_FROM_A_FOLDER):
        target = _from_root(card, target)
    return fold_name(strip_suffix(target)) or fold_name(link.target)


def _ambiguous(card: Card, link: Link, found: Sequence[str]) -> Problem:
    return Problem(
        path=card.path,
        line=link.line,
        column=link.column,
        code="link-ambiguous",
        severity=Severity.WARNING,
        message=f"{link.target!r} could be {_list_some(found)}",
    )


def _list_some(names: Sequence[str]) -> str:
    """Name the first notes, and how many there are more: each link to a name has such a list."""
    more = f" and {len(names) - _N_NAMED} more" if len(names) > _N_NAMED else ""
    return ", ".join(names[:_N_NAMED]) + more


def _unresolved(card: Card, link: Link) -> Problem:
    return Problem(
        path=card.path,
        line=link.line,
        column=link.column,
        code="link-unresolved",
        severity=Severity.INFO,
        message=f"no note is named {link.target or link.block!r}",
    )
