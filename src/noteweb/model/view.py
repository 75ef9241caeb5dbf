"""Views: which part of the graph is meant, as a person writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from noteweb.errors import BadRequest
from noteweb.model.relation import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class ViewKind(StrEnum):
    """How the part is chosen."""

    WHOLE = "whole"
    EGO = "ego"  # a note and what is near it
    QUERY = "query"  # the notes that answer
    ACTIVATION = "activation"  # the notes that a document sets off
    CLAIMS = "claims"  # claims, their notes and experiments
    LAYER = "layer"  # notes with their tags, domains or tools, nothing else
    COMMUNITY = "community"


#: The layers by the name a view calls them.
LAYERS = {"domains": NodeKind.DOMAIN, "tools": NodeKind.TOOL, "tags": NodeKind.TAG}

#: How a view is written, for help and errors.
GRAMMAR = (
    'whole, ego:NOTE:DEPTH, query:"WORDS", activation:FILE, claims, layer:domains|tools|tags,'
    " community:N"
)

_BARE = frozenset({ViewKind.WHOLE, ViewKind.CLAIMS})
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MOST_DIGITS = 9
_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A part of the graph; `name` is a note, words, a file, a layer or a number, by `kind`."""

    kind: ViewKind = ViewKind.WHOLE
    name: str = ""
    depth: int = 1  # steps from an ego view's note


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `start` to `end`, both of them in it; each is a year, a month, a day or empty."""

    start: str = ""
    end: str = ""

    def __bool__(self) -> bool:
        """Whether it bounds anything."""
        return bool(self.start or self.end)

    def __contains__(self, when: object) -> bool:
        """Whether an ISO date lies in it; what is no date lies in no span that bounds anything.

        Examples
        --------
        >>> "2025-03-31T10:00" in Span(start="2025", end="2025-03")
        True
        """
        text = str(when)
        if not self:
            return True
        if not _DATE.match(text):
            return False
        return text[: len(self.start)] >= self.start and text[: len(self.end)] <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of the graph counts; what is empty does not restrict.

    Attributes
    ----------
    kinds, relations, provenances : of nodes, of edges, of edges; any of them
    tags : a note has all of them, or tags below them
    verdicts, standings : of claims, any of them; of the notes those count that state such a claim
    created, updated : of notes
    """

    kinds: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    provenances: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    created: Span = Span()
    updated: Span = Span()

    @property
    def is_open(self) -> bool:
        """Whether everything counts."""
        return not any(getattr(self, each.name) for each in fields(self))

    @property
    def is_about_claims(self) -> bool:
        """Whether verdicts have to be known."""
        return bool(self.verdicts or self.standings)


def parse_view(text: str) -> View:
    """Give the view that `text` writes; see `GRAMMAR`.

    The number behind an ego view's last colon is its depth, one where there is none.

    Raises
    ------
    BadRequest
        for what is no view, with the nearest kind or the grammar

    Examples
    --------
    >>> parse_view("ego:Double descent:2")
    View(kind=<ViewKind.EGO: 'ego'>, name='Double descent', depth=2)
    """
    word, colon, name = text.strip().partition(":")
    if word not in list(ViewKind):
        raise BadRequest(f"no view {text!r}", hint_near(word, ViewKind, f"there are: {GRAMMAR}"))
    kind, depth = ViewKind(word), 1
    if kind is ViewKind.EGO:
        name, depth = _split_depth(name)
    name = _unquote(name.strip())
    if bool(colon) == (kind in _BARE) or (colon and not name):
        raise BadRequest(f"the view {text!r} is not whole", f"views are: {GRAMMAR}")
    if kind is ViewKind.LAYER and name not in LAYERS:
        raise BadRequest(f"no layer {name!r}", f"there are: {', '.join(LAYERS)}")
    if kind is ViewKind.COMMUNITY and not (_is_number(name) and int(name)):
        raise BadRequest(f"{name!r} is no number of a community", "see: noteweb graph communities")
    return View(kind=kind, name=name, depth=depth)


def parse_span(text: str) -> Span:
    """Give the days that ``AFTER:BEFORE`` writes, both in it, either may be left out.

    Raises
    ------
    BadRequest
        for what is no year, month or day, and for an end before the start
    """
    start, colon, end = text.strip().partition(":")
    if not colon:
        end = start  # one month is that month
    for day in (start, end):
        if day and not is_date(day):
            raise BadRequest(f"{day!r} is no date", "write 2025, 2025-03 or 2025-03-31")
    shared = min(len(start), len(end))
    if end[:shared] < start[:shared]:
        raise BadRequest(f"{end} is before {start}", f"write {end}:{start}")
    return Span(start=start, end=end)


def is_date(text: str) -> bool:
    """Tell whether a year, a month or a day is one of the calendar."""
    if not _DATE.fullmatch(text) or not text.isascii():
        return False
    try:
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        return False
    return True


def require_known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Check names that are the same in any vault.

    Raises
    ------
    BadRequest
        for a name that is not among the known ones
    """
    there = list(known)
    for name in names:
        if name not in there:
            raise BadRequest(
                f"no {what} {name!r}", hint_near(name, there, f"there are: {', '.join(there)}")
            )


def hint_near(name: str, known: Iterable[str], otherwise: str) -> str:
    """Give the names near to one that is not known, else another hint."""
    near = get_close_matches(name, list(known), n=3)
    return f"did you mean: {', '.join(near)}" if near else otherwise


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[-1] == _QUOTES.get(text[0]) else text


def _split_depth(name: str) -> tuple[str, int]:
    note, colon, depth = name.rpartition(":")
    return (note, int(depth)) if colon and _is_number(depth) else (name, 1)


def _is_number(text: str) -> bool:
    """Whether a text is a number of any use; Python reads none of more than 4,300 digits."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
