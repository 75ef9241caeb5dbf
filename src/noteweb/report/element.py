"""HTML out of values: whatever is no markup of this module's own making is text and escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from noteweb.export.xml import make_attribute, make_text
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_EMPTY = frozenset({"img", "br", "meta", "rect", "line", "circle", "path"})
_DOI = re.compile(r"10\.\d{3,9}/\S+")
_WEB = re.compile(r"https?://[^\s\"<>]+", re.IGNORECASE)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def make(name: str, /, *children: str | Iterable[str] | None, **attributes: str | None) -> Markup:
    """Give an element; None among children and attributes is left out.

    A trailing _ of an attribute's name falls away, another _ is written as a hyphen.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{make_attribute(visible(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{told}>" if name in {"img", "br", "meta"} else f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{join(*children)}</{name}>")


def join(*children: str | Iterable[str] | None) -> Markup:
    """Give children one after another; what is plain text is escaped."""
    return Markup("".join(map(_write, children)))


def link_source(doi: str, url: str) -> Markup | None:
    """Give a link to where a source lies, where its address is one that a browser may open."""
    if _DOI.fullmatch(doi):
        address = "https://doi.org/" + quote(doi, safe="/:;()._-")
        return make("a", f"doi:{doi}", href=address, rel="noreferrer")
    if _WEB.fullmatch(url):
        return make("a", url, href=url, rel="noreferrer")
    return None


def _write(child: str | Iterable[str] | None) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return make_text(visible(child))
    return "".join(map(_write, child))
