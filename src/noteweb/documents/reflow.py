"""A PDF's pages to blocks: title, headings with their rank, paragraphs, captions, rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.furniture import drop_furniture, is_imprint
from noteweb.documents.glyph import clean_glyphs
from noteweb.documents.heading import is_known_heading, may_be_heading, numbering_depth
from noteweb.documents.paragraph import cut_runs
from noteweb.documents.rejoin import Run, rejoin
from noteweb.documents.style import find_style, find_title, place_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.documents.piece import Page
    from noteweb.documents.style import Placed, Style

_HYPHENATED = re.compile(r"[^\W\d_][-‐]\Z")


def build_blocks(pages: Sequence[Page], outline: Iterable[str]) -> tuple[Block, ...]:
    """Make blocks of pages in reading order; what is no text of the document is left out.

    `outline` holds the titles of the bookmarks.
    """
    lines = place_lines(drop_furniture(pages))
    style = find_style(lines, outline)
    runs = rejoin(list(_cut(lines, style)))
    keys = sorted({_rank(run) for run in runs if run.kind is Kind.HEADING})
    levels = {key: level for level, key in enumerate(keys, 1)}
    blocks = (block for run in runs for block in _make_blocks(run, levels))
    return tuple(block for block in blocks if not _is_imprint(block))


def _cut(lines: Sequence[Placed], style: Style) -> Iterator[Run]:
    """Cut lines into runs; between title and abstract stand names, however they are set."""
    start, end = find_title(lines, style)
    yield from cut_runs(lines[:start], style)
    if start == end:
        end = start
    else:
        yield Run(kind=Kind.TITLE, lines=tuple(lines[start:end]))
        begin = next(
            (
                at
                for at, placed in enumerate(lines[end:], end)
                if placed.page > 1 or is_known_heading(placed.line.text)
            ),
            len(lines),
        )
        if begin < len(lines) and lines[begin].page == 1:
            for run in cut_runs(lines[end:begin], style):
                yield replace(run, kind=Kind.ROW) if run.kind is Kind.HEADING else run
            end = begin
    yield from cut_runs(lines[end:], style)


def _is_imprint(block: Block) -> bool:
    """Whether a block of the first page gives permissions and the like."""
    return block.fragments[0].page == 1 and block.kind is Kind.TEXT and is_imprint(block.text)


def _rank(run: Run) -> tuple[float, int]:
    """Order headings by size, then by the depth of their number."""
    line = run.lines[0].line
    return -round(2 * line.size) / 2, numbering_depth(line.text) or 1


def _make_blocks(run: Run, levels: dict[tuple[float, int], int]) -> Iterator[Block]:
    """Make a block of a run, two where a paragraph begins with bold words of its own."""
    fragments = tuple(map(_make_fragment, run.lines))
    if run.kind is Kind.HEADING:
        yield Block(kind=run.kind, fragments=fragments, level=levels[_rank(run)])
        return
    first = run.lines[0].line
    lead, rest = first.text[: first.n_bold].rstrip(), first.text[first.n_bold :].lstrip()
    if run.kind is Kind.TEXT and rest and may_be_heading(lead) and not rest[0].islower():
        line = run.lines[0]
        head = line._replace(line=first._replace(text=lead, has_hyphen=False))
        yield Block(kind=Kind.LEAD, fragments=(_make_fragment(head),))
        tail = line._replace(line=first._replace(text=rest))
        fragments = (_make_fragment(tail), *fragments[1:])
    yield Block(kind=run.kind, fragments=fragments)


def _make_fragment(placed: Placed) -> Fragment:
    text, has_hyphen = clean_glyphs(placed.line.text), placed.line.has_hyphen
    if not has_hyphen and _HYPHENATED.search(text):
        text, has_hyphen = text[:-1], True
    return Fragment(text=text, line=placed.number, page=placed.page, has_hyphen=has_hyphen)
