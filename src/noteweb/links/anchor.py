"""Where in a note a link leads: headings and blocks that are not there are told.

Headings are compared as leniently as Obsidian and web pages do together: letters and digits alone,
in any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from noteweb.links.resolve import ResolvedLink
    from noteweb.model.note import Card, Note

_LINES = re.compile(r"L\d+(?:-L?\d+)?")  # of a file's address: A.md#L3
_BLOCK = re.compile(r"\^([\w-]+)[ \t]*(?=[\r\n]|\Z)")  # with or without a blank before
_NEAR = 70  # of 100: likeness from which another heading is offered


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anchors:
    """What of a note a link can lead to: headings by their folded form, and block ids."""

    headings: Mapping[str, str]
    blocks: frozenset[str]


def find_dead_anchors(
    cards: Iterable[Card],
    links: Iterable[ResolvedLink],
    read: Callable[[str], Note | None],
) -> Iterator[Problem]:
    """Give a problem for each link whose heading or block its note lacks.

    Parameters
    ----------
    read : gives a note by its path, None where it cannot be read; asked once for each note that a
        link leads into
    """
    paths = {card.id: card.path for card in cards}
    known: dict[str, _Anchors | None] = {}
    for found in links:
        wanted = found.link.heading.rpartition("#")[2] or found.link.block
        if not wanted or _LINES.fullmatch(wanted):
            continue
        if found.target not in known:
            known[found.target] = _list_anchors(read(paths[found.target]))
        anchors = known[found.target]
        if anchors is not None and not _is_there(found, wanted, anchors):
            yield Problem(
                path=paths[found.source],
                line=found.link.line,
                column=found.link.column,
                code="link-anchor",
                severity=Severity.INFO,
                message=_say(found, wanted, anchors),
            )


def _list_anchors(note: Note | None) -> _Anchors | None:
    if note is None:
        return None
    return _Anchors(
        headings={_fold(section.title): section.title for section in note.sections},
        blocks=frozenset(match[1].casefold() for match in _BLOCK.finditer(note.text)),
    )


def _is_there(found: ResolvedLink, wanted: str, anchors: _Anchors) -> bool:
    if found.link.block:
        return wanted.casefold() in anchors.blocks
    return _fold(wanted) in anchors.headings


def _say(found: ResolvedLink, wanted: str, anchors: _Anchors) -> str:
    if found.link.block:
        return f"{found.target!r} has no block ^{wanted}"
    from rapidfuzz import process

    near = process.extractOne(_fold(wanted), list(anchors.headings), score_cutoff=_NEAR)
    hint = f"; did you mean {anchors.headings[near[0]]!r}?" if near else ""
    return f"{found.target!r} has no heading {wanted!r}{hint}"


def _fold(title: str) -> str:
    return "".join(c for c in title.casefold() if c.isalnum())
