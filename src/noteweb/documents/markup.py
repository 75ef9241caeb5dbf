"""HTML cut into tags and text, in one pass.

Own, because what a page is made of decides how long a library takes: `html.parser` of Python
3.11.7 needs four minutes for 160 KB of ``<a `` and raises on ``<![``, and a tree of a hundred
thousand nested elements takes Lexbor 23 seconds. Here every character is looked at a few times at
most, and no tree is built.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = re.compile(r"<(?:(?P<close>/)?(?P<name>[a-zA-Z][^\s/>]*+)|(?P<comment>!--)|[!?/])")
_QUOTE = re.compile(r"[\"'>]")
_ATTRIBUTE = re.compile(r"([^\s=>\"'/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_MAX_ATTRIBUTES = 4000  # characters of a tag that are looked at
#: Elements whose content is text up to their own end, whatever it holds.
_RAW = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}


class Tag(NamedTuple):
    """A tag; `attributes` is what stands in it after the name, see `read_attributes`."""

    name: str
    is_end: bool
    attributes: str


class Data(NamedTuple):
    """Text between tags, entities replaced; `start` is its offset in the page."""

    text: str
    start: int


def read_attributes(tag: Tag) -> dict[str, str]:
    """Give a tag's attributes, names in small letters; the first of equal names counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag.attributes):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found


def cut_markup(page: str) -> Iterator[Tag | Data]:
    """Give the tags and texts of a page in order; comments and declarations are left out.

    Scripts and styles come as the text of their element. Nothing raises. Linear time.
    """
    at, ends = 0, _Ends(page)
    while (match := _OPENING.search(page, at)) is not None:
        if match.start() > at:
            yield _data(page, at, match.start())
        if match["comment"]:
            at = ends.after("-->", match.start() + 2)
        elif match["name"] is None:
            at = ends.after(">", match.end())
        else:
            at = _end_of_tag(page, match.end(), ends)
            name = match["name"].lower()
            shown = page[match.end() : min(at - 1, match.end() + _MAX_ATTRIBUTES)]
            yield Tag(name, match["close"] is not None, shown)
            if name in _RAW and match["close"] is None:
                stop = _RAW_ENDS[name].search(page, at)
                end = stop.start() if stop else len(page)
                yield _data(page, at, end)
                at = end
    if at < len(page):
        yield _data(page, at, len(page))


class _Ends:
    """Where marks stand last, so that none is looked for where there is none."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.last = {mark: page.rfind(mark) for mark in ("-->", ">", '"', "'")}

    def after(self, mark: str, at: int) -> int:
        """Give the offset after the next such mark, the page's end where none follows."""
        if self.last[mark] < at:
            return len(self.page)
        return self.page.find(mark, at) + len(mark)


def _end_of_tag(page: str, at: int, ends: _Ends) -> int:
    """Find where a tag ends: at a ``>`` outside of quotes; a quote left open quotes nothing."""
    while (match := _QUOTE.search(page, at)) is not None:
        if match[0] == ">":
            return match.end()
        is_closed = ends.last[match[0]] > match.start()
        at = ends.after(match[0], match.end()) if is_closed else match.end()
    return len(page) + 1


def _data(page: str, start: int, end: int) -> Data:
    text = page[start:end]
    return Data(unescape(text) if "&" in text else text, start)
