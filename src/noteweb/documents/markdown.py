"""Markdown to a document, through noteweb's own parser: prose, headings and tables, no code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.documents.block import Block, Fragment, Kind
from noteweb.documents.compose import About, compose
from noteweb.documents.glyph import clean_glyphs
from noteweb.documents.heading import match_item
from noteweb.documents.identifier import find_identifiers, read_arxiv_id, unique
from noteweb.model.note import PartKind
from noteweb.parse.notes import parse_note
from noteweb.text.charset import decode_text, mend_text
from noteweb.text.lines import index_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.model.document import Document
    from noteweb.model.note import Note, Part

_PROSE = frozenset({PartKind.TEXT, PartKind.CALLOUT, PartKind.FOOTNOTE})
_LINE_END = re.compile(r"\r\n?|\n")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*")
_RULE = re.compile(r"(?:[-*_=][ \t]*){3,}\Z")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:?")
# Bounded where a mark may stand without its partner, so that a line costs linear time.
_MARKUP = (
    (re.compile(r"!\[\[[^\[\]]*\]\]|!\[[^\[\]]*\]\([^()\s]*(?:\s[^()]*)?\)"), ""),
    (re.compile(r"%%.{0,500}?%%|<!--.{0,500}?-->|</?[a-zA-Z][^<>]{0,300}>"), ""),
    (re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    (_FOOTNOTE, ""),
    (
        re.compile(
            r"\[([^\[\]]+)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s[^()]*)?\)|\[[^\[\]]*\])"
        ),
        r"\1",
    ),
    (re.compile(r"(\*\*|__|==|~~)(?=\S)(.{1,300}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]{1,300})(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=[^\s_])([^_]{1,300})(?<=[^\s_])_(?!\w)"), r"\1"),
    (re.compile(r"(?<!`)`++([^`]+)`+"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])"), r"\1"),
    (re.compile(r"\s\^[A-Za-z0-9-]+\s*\Z"), ""),
)
_IDENTIFIER = re.compile(
    r"^(?:doi|arxiv(?:[_ -]?id)?|eprint|url|source|link)[ \t]*:[ \t]*([^\r\n]{1,500})",
    re.IGNORECASE | re.MULTILINE,
)
_ANY_NAME = "-.md"  # a note without a title is called by its file's name, which is no title


def read_markdown(data: bytes, name: str) -> Document:
    """Read Markdown: title and ids from the frontmatter, markup left out of the text."""
    text = mend_text(decode_text(data))
    return compose_note(parse_note(text.encode(), path=_ANY_NAME), name)


def compose_note(note: Note, name: str) -> Document:
    """Give a note that is read already as a document."""
    about = About(
        name=name,
        title=strip_markup(note.card.title) if note.card.title != _ANY_NAME[:-3] else "",
        identifiers=_find_identifiers(note),
    )
    return compose(tuple(_build_blocks(note)), about)


def _build_blocks(note: Note) -> Iterator[Block]:
    headings = {section.start: section for section in note.sections}
    lines = index_lines(note.text)
    for part in note.parts:
        if part.kind is PartKind.HEADING:
            section = headings[part.start]
            fragment = Fragment(text=strip_markup(section.title), line=section.line)
            yield Block(kind=Kind.HEADING, fragments=(fragment,), level=section.level)
        elif part.kind in _PROSE or part.kind is PartKind.TABLE:
            shown = _list_lines(note.text, part, lines.line(part.start))
            yield from _cut_blocks(shown, is_table=part.kind is PartKind.TABLE)


def _list_lines(text: str, part: Part, first: int) -> Iterator[Fragment]:
    """Give a part's lines without the marks of quotes and callouts."""
    rows = _LINE_END.split(text[part.start : part.end])
    for number, row in enumerate(rows, first):
        bare = _QUOTE.sub("", row, count=1) if row.lstrip().startswith(">") else row
        yield Fragment(text=_CALLOUT.sub("", bare, count=1), line=number)


def _cut_blocks(lines: Iterable[Fragment], *, is_table: bool) -> Iterator[Block]:
    """Cut lines at blank ones, list items and rules; each row of a table is a block."""
    run: list[Fragment] = []
    for line in lines:
        bare = line.text.strip()
        is_end = not bare or _RULE.match(bare) is not None
        if run and (is_end or is_table or match_item(bare)):
            yield _make_block(run, is_table=is_table)
            run = []
        if not is_end:
            run.append(line)
    if run:
        yield _make_block(run, is_table=is_table)


def _make_block(run: Sequence[Fragment], *, is_table: bool) -> Block:
    texts = (
        each.text.strip().strip("|").replace("|", " ") if is_table else each.text for each in run
    )
    fragments = (
        each._replace(text=strip_markup(text)) for each, text in zip(run, texts, strict=True)
    )
    kept = tuple(each for each in fragments if any(map(str.isalnum, each.text)))
    return Block(
        kind=Kind.ROW if is_table else Kind.TEXT, fragments=kept or (run[0]._replace(text=""),)
    )


def strip_markup(line: str) -> str:
    """Give a line's words: links by their labels, no emphasis, no tags, no footnote marks."""
    for pattern, kept in _MARKUP:
        line = pattern.sub(kept, line)
    return clean_glyphs(" ".join(line.split()))


def _find_identifiers(note: Note) -> tuple[str, ...]:
    """Give the ids in the frontmatter as it is written: YAML makes a number of 1611.03530."""
    front = "".join(
        note.text[part.start : part.end] for part in note.parts if part.kind is PartKind.FRONTMATTER
    )
    values = (match[1].strip(" \t\"'") for match in _IDENTIFIER.finditer(front))
    return unique(
        name for value in values for name in (*read_arxiv_id(value), *find_identifiers(value))
    )
