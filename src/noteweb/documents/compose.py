"""Blocks put together to a document: one text, with every sentence's place in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.heading import is_appendix, is_references, match_item
from noteweb.documents.hyphen import count_words, join_halves
from noteweb.model.document import Document, Sentence
from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence

_LONGEST_HALF = 200  # characters: no word; halves upon halves would be copied over and over
_N_SAMPLE = 10  # blocks after a heading that tell whether it heads references
_ENTRY = re.compile(r"\b(?:1[5-9]|20)\d\d[a-z]?\b|\bdoi\b|arXiv|https?://|^\[\d+\]")
_BULLETS = "•◦▪‣·∙●○■–—*-"
_WHOLE = frozenset({Kind.TITLE, Kind.HEADING, Kind.LEAD, Kind.ROW})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a document beside its text; see `noteweb.model.document.Document`.

    Attributes
    ----------
    spare_title : stands where neither `title` is known nor a block is one
    """

    name: str
    title: str = ""
    spare_title: str = ""
    identifiers: tuple[str, ...] = ()
    n_pages: int | None = None


def compose(blocks: Sequence[Block], about: About) -> Document:
    """Make a document of blocks, its references left out.

    Blocks are parted by a blank line; words broken at a line's end stand whole on the first of
    their lines. Headings, leads and rows are sentences of their own.
    """
    kept = tuple(cut_references(blocks))
    fragments = [each for block in kept for each in block.fragments]
    counts = count_words((each.text, each.has_hyphen) for each in fragments)
    writer = _Writer(counts=counts)
    for block in kept:
        writer.add(block)
    return Document(
        name=about.name,
        title=about.title or _find_title(kept) or about.spare_title,
        identifiers=about.identifiers,
        n_pages=about.n_pages,
        text="".join(writer.parts),
        sentences=tuple(writer.sentences),
    )


def cut_references(blocks: Sequence[Block]) -> Iterator[Block]:
    """Leave out each list of references, up to the next heading of its rank or an appendix."""
    level: int | None = None
    for at, block in enumerate(blocks):
        is_heading = block.kind is Kind.HEADING
        if is_heading and is_references(block.text) and _are_entries(blocks, at):
            level = block.level
        elif level is None or (is_heading and (block.level <= level or is_appendix(block.text))):
            level = None
            yield block


def _are_entries(blocks: Sequence[Block], heading: int) -> bool:
    """Whether what follows a heading is a list of publications: half of it names a year."""
    sample = blocks[heading + 1 : heading + 1 + _N_SAMPLE]
    entries = list(takewhile(lambda block: block.kind is not Kind.HEADING, sample))
    n_dated = sum(1 for block in entries if _ENTRY.search(block.text))
    return 2 * n_dated >= len(entries)


def _find_title(blocks: Iterable[Block]) -> str:
    return next((" ".join(each.text.split()) for each in blocks if each.kind is Kind.TITLE), "")


@dataclass(slots=True, kw_only=True)
class _Writer:
    """The text so far, with the place of each of its lines."""

    counts: Counter[str]
    parts: list[str] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    length: int = 0
    section: str = ""

    def add(self, block: Block) -> None:
        """Write a block and its sentences."""
        lines = list(_join_lines(block.fragments, self.counts))
        text = "\n".join(line for line, _ in lines)
        if not text.strip():
            return
        if block.kind is Kind.HEADING:
            self.section = " ".join(text.split())
        self._append("\n\n" if self.parts else "")
        starts, at = [], 0
        for line, _ in lines:
            starts.append(at)
            at += len(line) + 1
        for start, end in _find_sentences(text, block.kind):
            place = lines[bisect_right(starts, start) - 1][1]
            self.sentences.append(
                Sentence(
                    text=" ".join(text[start:end].split()),
                    start=self.length + start,
                    end=self.length + end,
                    line=place.line,
                    page=place.page,
                    section=self.section,
                )
            )
        self._append(text)

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _find_sentences(text: str, kind: Kind) -> Iterator[tuple[int, int]]:
    """Give the spans of a block's sentences; what has no letter or digit is none."""
    start = match_item(text) if text[0] in _BULLETS else 0
    if kind in _WHOLE:
        spans: Iterable[tuple[int, int]] = [(start, len(text.rstrip()))]
    else:
        spans = ((start + a, start + b) for a, b in split_sentences(text[start:]))
    return ((a, b) for a, b in spans if any(map(str.isalnum, text[a:b])))


def _join_lines(
    fragments: Sequence[Fragment], counts: Counter[str]
) -> Iterator[tuple[str, Fragment]]:
    """Give the lines, each broken word whole on the first of its lines."""
    line, place, is_broken = "", fragments[0], False
    for fragment in fragments:
        text = fragment.text
        half = line.rpartition(" ")[2] if is_broken else ""
        if half and len(half) <= _LONGEST_HALF:
            head, _, text = text.partition(" ")
            line = line.removesuffix(half) + join_halves(half, head, counts)
            is_broken = fragment.has_hyphen
        elif half:
            line, is_broken = f"{line}-", False
        if text:
            yield from [(line, place)] if line else []
            line, place, is_broken = text, fragment, fragment.has_hyphen
    if line:
        yield (f"{line}-" if is_broken else line), place
