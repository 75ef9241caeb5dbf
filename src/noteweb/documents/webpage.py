"""A web page to a document: its main text, without navigation, scripts and code."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.compose import About, compose
from noteweb.documents.glyph import clean_glyphs
from noteweb.documents.identifier import find_identifiers, read_arxiv_id, unique
from noteweb.documents.markup import Data, Tag, cut_markup, read_attributes
from noteweb.text.charset import decode_text, mend_text
from noteweb.text.lines import index_lines
from noteweb.text.words import list_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.document import Document
    from noteweb.text.lines import Lines

_SKIPPED = frozenset(
    list_words("""
    script style nav footer aside button noscript template select option iframe object canvas
    dialog svg audio video datalist annotation annotation-xml pre noframes textarea
    """)
)
_BLOCKS = frozenset(
    list_words("""
    p div section article main header body html h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote
    figure figcaption table thead tbody tfoot tr caption hr address details summary fieldset
    center title head footer nav aside pre form
    """)
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})
_KINDS = {"tr": Kind.ROW, "figcaption": Kind.CAPTION, "caption": Kind.CAPTION}
_COUNTED = frozenset({"a", "main", "article", "title"})
_CONTAINERS = frozenset(list_words("div section ul ol header table p span"))
_CODE = frozenset({"script", "style", "template", "svg"})
_SKIP = "*"  # counts the elements left out, within one of their kind
#: Names of classes and ids that hold no part of a text; only whole names, so that
#: ``has-sidebar`` on the text itself hides nothing.
_CHROME = frozenset(
    list_words("""
    nav navbar navigation menu sidebar site-header site-footer footer page-footer breadcrumb
    breadcrumbs cookie-banner cookie-notice cookie-consent advertisement ad ads advert share
    sharing social social-share comments comment-list related related-posts newsletter skip-link
    toc table-of-contents navbox mw-editsection catlinks noprint reflist references-list
    ltx_bibliography ltx_page_navbar ltx_page_footer post-tags tag-list pagination
    """)
)
_CHROME_ROLES = frozenset(list_words("navigation banner contentinfo complementary search menu"))
_TITLES = ("citation_title", "dc.title", "og:title")
_IDENTIFIERS = (
    *("citation_doi", "citation_arxiv_id", "dc.identifier", "prism.doi", "bepress_citation_doi"),
    *("citation_pdf_url", "og:url"),
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_CITATION = re.compile(r"\s*\[?[\d,–\s-]{1,20}\]?\s*")
_LINKED = 0.8  # of a short block's letters: a list of links
_SHORT = 120  # characters
_MAIN_SHARE = 0.3  # of the letters: the element marked as main holds the text
_ENOUGH = 200  # letters, below which what was left out may have been the text
_TIMES = 3  # as much as was read: then that was not the text
_MAX_CELL = 120  # characters: a longer one is a paragraph


def read_page(data: bytes, name: str) -> Document:
    """Read a web page.

    Where a page marks its main text, that is read; else what is no navigation by its element,
    role or class. Lines are those of the page's source.
    """
    declared = _CHARSET.search(data, 0, 2048)
    text = mend_text(decode_text(data, declared[1].decode("ascii") if declared else ""))
    page = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(lines=index_lines(page))
    reader.read(page)
    parts = reader.parts
    n_letters = sum(part.n_letters for part in parts)
    if n_letters < _ENOUGH:
        whole = _Reader(lines=reader.lines, skipped=_CODE, chrome=frozenset())
        whole.read(page)
        n_whole = sum(part.n_letters for part in whole.parts)
        parts = whole.parts if n_whole > _TIMES * n_letters else parts
    about = About(name=name, title=_find_title(reader), identifiers=_find_identifiers(reader))
    return compose([part.block for part in _choose(parts)], about)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A block of a page, with what tells whether it belongs to the text."""

    block: Block
    is_main: bool
    n_letters: int
    n_linked: int


@dataclass(slots=True, kw_only=True)
class _Reader:
    """What the tags so far mean for the text to come."""

    lines: Lines
    skipped: frozenset[str] = _SKIPPED
    chrome: frozenset[str] = _CHROME
    parts: list[_Part] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    title: str = ""
    skip: str = ""  # the element that is being left out
    opened: Counter[str] = field(default_factory=Counter)  # elements of a kind around the text
    texts: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # the line of each of them
    n_linked: int = 0
    n_breaks: int = 0
    heading: int = 0
    kind: Kind = Kind.TEXT
    raised: tuple[int, int] | None = None  # the texts and linked letters before a raised text

    def read(self, page: str) -> None:
        """Read a page to its end."""
        for token in cut_markup(page):
            if isinstance(token, Data):
                self._add(token)
            elif self.skip:
                self._go_on_skipping(token)
            elif token.is_end:
                self._close(token.name)
            else:
                self._open(token)
        self._flush()

    def _go_on_skipping(self, tag: Tag) -> None:
        if tag.name == self.skip:
            self.opened[_SKIP] += -1 if tag.is_end else 1
            self.skip = self.skip if self.opened[_SKIP] else ""

    def _open(self, tag: Tag) -> None:
        name = tag.name
        if name in ("meta", "link"):
            self._note(tag)
        if name in self.skipped or (name in _CONTAINERS and self._is_chrome(tag)):
            self.skip = name
            self.opened[_SKIP] = 1
        if name in _BLOCKS:
            self._flush()
            self.heading = _HEADINGS.get(name, 0)
            self.kind = _KINDS.get(name, self.kind if name in _CELLS else Kind.TEXT)
        elif name == "br":
            self._break()
        elif name in _CELLS:
            self._start_cell()
        elif name == "sup":
            self.raised = len(self.texts), self.n_linked
        if name in _COUNTED:
            self.opened[name] += 1

    def _close(self, name: str) -> None:
        if name in _BLOCKS:
            self._flush()
            self.heading, self.kind = 0, Kind.TEXT
        elif name == "sup" and self.raised is not None:
            start, n_linked = self.raised
            text = "".join(self.texts[start:])
            if _CITATION.fullmatch(text) and ("[" in text or self.n_linked > n_linked):
                del self.texts[start:], self.places[start:]
            self.raised = None
        if name in _COUNTED:
            self.opened[name] = max(0, self.opened[name] - 1)

    def _is_chrome(self, tag: Tag) -> bool:
        if not self.chrome or not tag.attributes:
            return False
        found = read_attributes(tag)
        names = f"{found.get('class', '')} {found.get('id', '')}".lower().split()
        return (
            not self.chrome.isdisjoint(names)
            or found.get("role", "") in _CHROME_ROLES
            or "hidden" in found
            or found.get("aria-hidden") == "true"
        )

    def _note(self, tag: Tag) -> None:
        """Keep what a page says of itself in its head."""
        found = read_attributes(tag)
        key = found.get("name") or found.get("property") or found.get("rel", "")
        value = found.get("content") or found.get("href", "")
        if key and value:
            self.meta.setdefault(key.lower(), value)

    def _add(self, data: Data) -> None:
        if self.opened["title"]:
            self.title = self.title or data.text
        elif not self.skip:
            line = self.lines.line(data.start)
            for at, text in enumerate(data.text.split("\n")):
                self.texts.append(text if at == 0 else f" {text}")
                self.places.append(line + at)
            if not data.text.isspace():
                self.n_breaks = 0
            if self.opened["a"]:
                self.n_linked += _count_letters(data.text)

    def _break(self) -> None:
        """Read a line break: a second one begins a paragraph."""
        self.n_breaks += 1
        if self.n_breaks > 1:
            self._flush()
        elif self.texts:
            self.texts.append(" ")
            self.places.append(self.places[-1])

    def _start_cell(self) -> None:
        if sum(map(len, self.texts)) > _MAX_CELL:
            self._flush()
        elif self.texts:
            self.texts.append(" ")
            self.places.append(self.places[-1])

    def _flush(self) -> None:
        """End a block."""
        fragments = _join_lines(self.texts, self.places)
        n_letters = sum(_count_letters(each.text) for each in fragments)
        if n_letters:
            kind = Kind.HEADING if self.heading else self.kind
            if kind is Kind.ROW and sum(len(each.text) for each in fragments) > _MAX_CELL:
                kind = Kind.TEXT
            self.parts.append(
                _Part(
                    block=Block(kind=kind, fragments=fragments, level=self.heading),
                    is_main=bool(self.opened["main"] or self.opened["article"]),
                    n_letters=n_letters,
                    n_linked=self.n_linked,
                )
            )
        self.texts, self.places, self.n_linked, self.n_breaks, self.raised = [], [], 0, 0, None


def _join_lines(texts: Sequence[str], places: Sequence[int]) -> tuple[Fragment, ...]:
    """Join the texts that stand on one line of the source."""
    lines: dict[int, list[str]] = {}
    for text, place in zip(texts, places, strict=True):
        lines.setdefault(place, []).append(text)
    joined = (
        (clean_glyphs(" ".join("".join(each).split())), place) for place, each in lines.items()
    )
    return tuple(Fragment(text=text, line=place) for text, place in joined if text)


def _count_letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _choose(parts: Sequence[_Part]) -> list[_Part]:
    """Give the parts of the text: those in the main element, where one holds the text."""
    n_letters = sum(part.n_letters for part in parts)
    main = [part for part in parts if part.is_main]
    chosen = main if sum(part.n_letters for part in main) >= _MAIN_SHARE * n_letters else parts
    return [part for part in chosen if not _is_list_of_links(part)]


def _is_list_of_links(part: _Part) -> bool:
    is_short = part.n_letters < _SHORT and part.block.kind in (Kind.TEXT, Kind.ROW)
    return is_short and part.n_linked > _LINKED * part.n_letters


def _find_title(reader: _Reader) -> str:
    """Give what a page's head calls it, else its only first heading, else its window's title."""
    told = next((reader.meta[key] for key in _TITLES if key in reader.meta), "")
    heads = [part.block.text for part in reader.parts if part.block.level == 1]
    title = told or (heads[0] if len(heads) == 1 else reader.title)
    return clean_glyphs(" ".join(title.split()))


def _find_identifiers(reader: _Reader) -> tuple[str, ...]:
    values = [reader.meta[key] for key in _IDENTIFIERS if key in reader.meta]
    values += [reader.meta["canonical"]] if "canonical" in reader.meta else []
    return unique(
        name for value in values for name in (*read_arxiv_id(value), *find_identifiers(value))
    )
