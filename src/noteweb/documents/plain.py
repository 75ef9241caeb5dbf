"""Plain text to a document: paragraphs, headings and lists told by their lines alone."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.compose import About, compose
from noteweb.documents.glyph import clean_glyphs
from noteweb.documents.heading import (
    is_appendix,
    is_known_heading,
    is_numbered,
    is_references,
    match_item,
    may_be_heading,
    numbering_depth,
)
from noteweb.documents.identifier import find_own
from noteweb.text.charset import decode_text, mend_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.model.document import Document

_LINE_END = re.compile(r"\r\n?|\n|(?=\f)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{3,}|~{3,})\s*")
_HYPHENATED = re.compile(r"[^\W\d_][-‐\u00ad]\Z")
_LONG = 120  # characters: no line of hard-wrapped text
_LONG_SHARE = 0.3  # of the text in long lines, from which on each line is a paragraph
_MAX_HEADING = 100  # characters
_MAX_TITLE = 200
_TITLE_WORDS = 2
_LONG_WORD = 4  # letters: shorter ones are small in titles too
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
_HEAD_LINES = 40  # in which a document may name its own ids
_STOPS = tuple(".!…:;,。！")


class _Line(NamedTuple):
    """A line that holds anything, without its end."""

    text: str
    number: int
    page: int | None
    is_first: bool  # after a blank line or a page's end
    is_last: bool  # before one


def read_text(data: bytes, name: str) -> Document:
    """Read plain text, hard-wrapped or with a paragraph on each line.

    Form feeds part pages, as ``pdftotext`` writes them; lines are counted through the file, on
    each page anew where there are pages.
    """
    lines = list(_cut_lines(mend_text(decode_text(data))))
    blocks = tuple(_build_blocks(lines))
    last = lines[-1].page if lines else None
    about = About(
        name=name,
        identifiers=find_own(line.text for line in lines[:_HEAD_LINES]),
        n_pages=last,
    )
    return compose(_name_title(blocks), about)


def _cut_lines(text: str) -> Iterator[_Line]:
    """Give the lines that hold anything."""
    page, number = (1 if "\f" in text.rstrip("\f\r\n ") else None), 0
    rows: list[tuple[str, int, int | None]] = []
    for row in _LINE_END.split(text):
        number += 1
        if row.startswith("\f") and page is not None:
            page, number = page + 1, 1
            rows.append(("", 0, page))
        rows.append((clean_glyphs(row.expandtabs(4).strip("\f")).rstrip(), number, page))
    rows.append(("", 0, page))
    is_first = True
    for (shown, at, on), (following, _, _) in pairwise(rows):
        if shown.strip():
            yield _Line(shown, at, on, is_first, not following.strip())
        is_first = not shown.strip()


def _build_blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    """Cut lines into blocks; what looks like a heading among references is an entry."""
    n_long = sum(len(line.text) for line in lines if len(line.text) > _LONG)
    is_wrapped = n_long <= _LONG_SHARE * sum(len(line.text) for line in lines)
    run: list[_Line] = []
    among_references = False
    for at, line in enumerate(lines):
        if _UNDERLINE.fullmatch(line.text):
            continue
        is_heading = _is_heading(lines, at, is_wrapped=is_wrapped)
        if is_heading and among_references:
            is_heading = is_known_heading(line.text) or is_appendix(line.text)
        if run and (is_heading or not is_wrapped or line.is_first or _is_item(run, line)):
            yield _make_block(Kind.TEXT, run)
            run = []
        if is_heading:
            yield _make_block(Kind.HEADING, [line])
            among_references = is_references(line.text)
        else:
            run.append(line)
    if run:
        yield _make_block(Kind.TEXT, run)


def _is_heading(lines: Sequence[_Line], at: int, *, is_wrapped: bool) -> bool:
    line = lines[at]
    text = line.text.strip()
    is_short = len(text) <= _MAX_HEADING and not text.endswith(_STOPS)
    if not is_short or not may_be_heading(text) or _ADDRESS.search(text):
        return False
    if match_item(text) and not is_numbered(text):
        return False
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if is_known_heading(text) or _UNDERLINE.fullmatch(following):
        return line.is_first or line.is_last or not is_wrapped
    if is_wrapped:
        return line.is_first and line.is_last and bool(following)
    is_asking = text.endswith("?") and not _is_title_case(text)
    return len(following) > _LONG and not is_asking and text[0] != "("


def _is_title_case(text: str) -> bool:
    """Whether most of the long words of a line begin with a capital."""
    words = [word for word in text.split() if len(word) >= _LONG_WORD]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _is_item(run: Sequence[_Line], line: _Line) -> bool:
    """Whether a line begins an item of a list, and is no number in mid-sentence."""
    text = line.text.strip()
    is_list = match_item(run[0].text.strip()) > 0 or run[-1].text.rstrip().endswith(_STOPS)
    return match_item(text) > 0 and (is_list or not text[0].isalnum())


def _make_block(kind: Kind, lines: Sequence[_Line]) -> Block:
    fragments = tuple(_make_fragment(line) for line in lines)
    level = max(1, numbering_depth(fragments[0].text)) if kind is Kind.HEADING else 0
    return Block(kind=kind, fragments=fragments, level=level)


def _make_fragment(line: _Line) -> Fragment:
    text = " ".join(line.text.split())
    has_hyphen = _HYPHENATED.search(text) is not None
    return Fragment(
        text=text[:-1] if has_hyphen else text,
        line=line.number,
        page=line.page,
        has_hyphen=has_hyphen,
    )


def _name_title(blocks: Sequence[Block]) -> Sequence[Block]:
    """Make the first line the title where it stands alone and has a title's form."""
    if not blocks or len(blocks[0].fragments) > 1:
        return blocks
    text = blocks[0].text
    is_title = blocks[0].kind is Kind.HEADING or (
        len(text) <= _MAX_TITLE and not text.endswith(_STOPS) and may_be_heading(text)
    )
    if not is_title or is_known_heading(text) or len(text.split()) < _TITLE_WORDS:
        return blocks
    return (replace(blocks[0], kind=Kind.TITLE, level=0), *blocks[1:])
