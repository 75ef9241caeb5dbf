"""Passages: the pieces of a note that are embedded and found, each with its place in the file.

A passage never crosses a section, a comment or an unbroken run of encoded data.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from noteweb.aside import find_asides
from noteweb.model.note import CONDITIONS, PartKind
from noteweb.text.cutting import (
    Block,
    Span,
    Tokenizer,
    WordTokenizer,
    cut_runs,
    find_runs,
    has_words,
    surely_fits,
)
from noteweb.text.lines import index_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.model.note import Field, Note, Part, Section, Unit
    from noteweb.text.lines import Lines

__all__ = ["Passage", "Tokenizer", "WordTokenizer", "content_key", "cut_passages"]

#: Parts whose text is embedded; headings stand in the prefix.
_PROSE = frozenset({PartKind.TEXT, PartKind.CALLOUT, PartKind.FOOTNOTE})
_LISTING = frozenset({PartKind.CODE, PartKind.TABLE, PartKind.MATH})
_WORD = re.compile(r"\S+")

#: Characters of a title or heading that are looked at: more than any model takes in its prefix.
_LONGEST_PREFIX = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a note; what is embedded is ``prefix + text``.

    Attributes
    ----------
    field : None for the card and the body
    ordinal : the unit's for a field, so that the pieces of a long unit share it; for field None
        it is 0 for the card (title and description) and counts from 1 through the body
    text : the unit's, or ``note.text[start:end]`` of the body, with white space made one blank
    heading : of the section it stands in, empty for fields, the card and before any heading
    line, start, end : where it stands; the card of a note without frontmatter has 1, 0, 0
    group : `Unit.group` for what can fire the note, a unit of Receptor or Activation; else None
    """

    note_id: str
    field: Field | None
    ordinal: int
    text: str
    heading: str = ""
    line: int
    start: int
    end: int
    prefix: str = ""
    group: int | None = None


def content_key(passage: Passage) -> bytes:
    """Give sixteen bytes that change exactly when what is embedded changes (blake2b)."""
    embedded = (passage.prefix + passage.text).encode("utf-8", "surrogatepass")
    return blake2b(embedded, digest_size=16).digest()


def cut_passages(note: Note, tokenizer: Tokenizer, *, max_tokens: int) -> tuple[Passage, ...]:
    """Cut a note into its card, its field units, the fields' other prose and its body.

    Parameters
    ----------
    tokenizer : the model's own, so that nothing is embedded only in part
    max_tokens : of prefix and text together, special tokens left out

    Examples
    --------
    >>> from noteweb.model.note import Card, Note
    >>> card = Card(id="a", path="a.md", title="Phase transitions", description="Where order ends.")
    >>> note = Note(card=card, text="", original="", encoding="utf-8")
    >>> [p.prefix + p.text for p in cut_passages(note, WordTokenizer(), max_tokens=256)]
    ['Phase transitions: Where order ends.']
    """
    cutter = _Cutter(
        note=note,
        tokenizer=tokenizer,
        max_tokens=max_tokens,
        lines=index_lines(note.text),
        part_starts=[part.start for part in note.parts],
        own_heading=_collapse(note.card.title),
    )
    return (*cutter.card(), *cutter.units(), *cutter.asides(), *cutter.body())


@dataclass(frozen=True, kw_only=True)
class _Cutter:
    note: Note
    tokenizer: Tokenizer
    max_tokens: int
    lines: Lines
    part_starts: Sequence[int]
    own_heading: str  # that repeats the title
    prefixes: dict[str, str] = field(default_factory=dict)  # by the part in them
    budgets: dict[str, int] = field(default_factory=dict)  # what each prefix leaves for the text

    def card(self) -> Iterator[Passage]:
        """Give the title and description, so that a note with nothing else can be found."""
        card = self.note.card
        title, description = _collapse(card.title), _collapse(card.description)
        text = description or title
        start, end = _find_in_frontmatter(self.note, text)
        whole = Passage(
            note_id=card.id,
            field=None,
            ordinal=0,
            text=text,
            line=self.lines.line(start),
            start=start,
            end=end,
            prefix=self._prefix("") if description else "",
        )
        return self._cut_whole(whole)

    def units(self) -> Iterator[Passage]:
        """Give one passage for each field unit, more where it is too long."""
        for unit in self.note.units:
            prefix = self._prefix(_field_name(unit.field))
            yield from self._cut_whole(_whole_unit(self.note.card.id, unit, prefix))

    def asides(self) -> Iterator[Passage]:
        """Give the prose of the fields that is no unit; its ordinals follow the units'."""
        counts = Counter(unit.field for unit in self.note.units)
        for of_field, start, end in find_asides(self.note):
            yield from self._cut_whole(
                Passage(
                    note_id=self.note.card.id,
                    field=of_field,
                    ordinal=counts[of_field],
                    text=_collapse(self.note.text[start:end]),
                    line=self.lines.line(start),
                    start=start,
                    end=end,
                    prefix=self._prefix(_field_name(of_field)),
                )
            )
            counts[of_field] += 1

    def body(self) -> Iterator[Passage]:
        """Give the sections' text, filled up to the budget, without crossing a section."""
        ordinal = 0
        for section in self.note.sections:
            for passage in self._cut_section(section):
                ordinal += 1
                yield replace(passage, ordinal=ordinal)

    def _cut_section(self, section: Section) -> Iterator[Passage]:
        text = self.note.text
        first = bisect_right(self.part_starts, section.body_start) - 1
        last = bisect_left(self.part_starts, section.end)
        runs = _section_runs(text, self.note.parts[max(first, 0) : last], section)
        if not runs:
            return
        heading = _collapse(section.title)
        prefix = self._prefix("" if heading == self.own_heading else heading)
        for start, end in cut_runs(text, runs, self.tokenizer, self._budget(prefix)):
            yield Passage(
                note_id=self.note.card.id,
                field=None,
                ordinal=0,
                text=_collapse(text[start:end]),
                heading=heading,
                line=self.lines.line(start),
                start=start,
                end=end,
                prefix=prefix,
            )

    def _cut_whole(self, whole: Passage) -> Iterator[Passage]:
        if not has_words(whole.text):
            return
        runs = [[Block(0, len(whole.text), is_listing=False)]]
        spans = list(cut_runs(whole.text, runs, self.tokenizer, self._budget(whole.prefix)))
        if len(spans) == 1:
            yield whole
            return
        places = _find_places(self.note.text, (whole.start, whole.end), whole.text, spans)
        for span, (start, end) in zip(spans, places, strict=True):
            line = self.lines.line(start)
            yield replace(whole, text=whole.text[slice(*span)], line=line, start=start, end=end)

    @cached_property
    def title(self) -> str:
        """The note's title, as much of it as a prefix can hold."""
        return self._shorten(_collapse(self.note.card.title), self.max_tokens // 3)

    def _prefix(self, part: str) -> str:
        """Give ``title. part: ``, at most a third of the budget: the text keeps the rest."""
        if part not in self.prefixes:
            self.prefixes[part] = self._make_prefix(part)
        return self.prefixes[part]

    def _make_prefix(self, part: str) -> str:
        limit = self.max_tokens // 3
        title = self.title
        if surely_fits(f"{title}{part}", limit - 2):
            return _joined(title, part)
        tail = self._shorten(part, max(limit // 2, limit - self._count(title) - 2))
        title = self._shorten(title, limit - self._count(tail) - 2)
        return _joined(title, tail)

    def _shorten(self, text: str, limit: int) -> str:
        text = text[:_LONGEST_PREFIX]
        offsets = self.tokenizer.offsets(text)
        if len(offsets) <= limit:
            return text
        return text[: offsets[limit - 1][1]] if limit > 0 else ""

    def _count(self, text: str) -> int:
        return len(self.tokenizer.offsets(text))

    def _budget(self, prefix: str) -> int:
        if prefix not in self.budgets:
            self.budgets[prefix] = max(1, self.max_tokens - self._count(prefix))
        return self.budgets[prefix]


def _joined(title: str, part: str) -> str:
    joined = f"{title}{_stop(title)}{part}" if title and part else title or part
    return f"{joined}: " if joined else ""


def _whole_unit(note_id: str, unit: Unit, prefix: str) -> Passage:
    return Passage(
        note_id=note_id,
        field=unit.field,
        ordinal=unit.ordinal,
        text=unit.text,
        line=unit.line,
        start=unit.start,
        end=unit.end,
        prefix=prefix,
        group=unit.group if unit.field in CONDITIONS else None,
    )


def _section_runs(text: str, parts: Iterable[Part], section: Section) -> list[list[Block]]:
    """Find the section's blocks, in runs that a passage may span."""
    runs: list[list[Block]] = [[]]
    for part in parts:
        span = max(part.start, section.body_start), min(part.end, section.end)
        if part.kind in _PROSE or part.kind in _LISTING:
            first, *others = find_runs(text, span, is_listing=part.kind in _LISTING)
            runs[-1].extend(first)
            runs.extend(others)
        else:
            runs.append([])
    return [run for run in runs if run]


def _find_places(text: str, span: Span, collapsed: str, pieces: Sequence[Span]) -> Iterator[Span]:
    """Find where the pieces of a unit's text, in their order, stand in the file.

    Where YAML escapes the text each has all of it.
    The file's words joined by blanks hold the collapsed text, if nothing was escaped or folded.
    """
    at = text.find(collapsed, *span)
    if at >= 0:  # on one line, as it is
        yield from ((at + start, at + stop) for start, stop in pieces)
        return
    at = _collapse(text[slice(*span)]).find(collapsed)
    if at < 0:
        yield from (span for _ in pieces)
        return
    words = _WORD.finditer(text, *span)
    end = done = 0  # of the last word: in the file, and in the words joined

    def locate(offset: int) -> int:
        nonlocal end, done
        while done <= offset:
            word = next(words)
            end, done = word.end(), done + len(word[0]) + 1
        return end - (done - 1 - offset)

    for start, stop in pieces:
        yield locate(at + start), locate(at + stop - 1) + 1


def _find_in_frontmatter(note: Note, text: str) -> Span:
    for part in note.parts:
        if part.kind is PartKind.FRONTMATTER:
            at = note.text.find(text, part.start, part.end)
            return (at, at + len(text)) if at >= 0 else (0, 0)
    return 0, 0


def _field_name(field: Field) -> str:
    """Give ``Signal transduction``: tokenizers know words better than a joined name."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda match: f" {match[0].lower()}", field.value)


def _stop(title: str) -> str:
    return " " if title[-1] in ".!?…。！？:" else ". "


def _collapse(text: str) -> str:
    return " ".join(text.split())
