"""How a prose field is laid out: its text to the spans of its items.

An enumerated field ("Scenario 7: ...", "7) ...", "Third, ...") is its items alone, without the
sentence that announces them and without the commentary that follows; a field of running prose is
its paragraphs, or its sentences that say when.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from noteweb.parse.mark import (
    Mark,
    MarkKind,
    find_chain,
    find_inline_numbers,
    find_line_marks,
    find_ordinals,
)
from noteweb.text.sentences import split_sentences
from noteweb.text.words import list_words

_MIN_COVER = 0.25  # of the field's text; fewer, and the list is only a part of running prose
_MIN_COVER_WEAK = 0.5  # for bullets and bold leads, which also stand inside prose
_LONG_LINE = 40  # lines at least so long, without blank lines between, are paragraphs
_OPENING_LENGTH = 300  # characters; an opening announces, it does not tell
_LONGEST_AND = 8
_N_OPENING = 3  # words by which sentences that begin alike are known

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_FIELD = (
    r"(?:receptor|activation|acceptor|signal[ -]?transduction|signal[ -]?amplification|emergence"
    r"|feedback[ -]?loops?)"
)
_OPENING = re.compile(
    rf"(?P<field>(?:the[ ]|this[ ]|das[ ]|поле[ ])?"
    rf"(?:{_FIELD}|following|field|section)\b(?![ ]of))"
    r"|(?:(?:the|these|here|below|there|following|diese|folgende|вот|следующие)[ ](?:\w+[ ]){0,3})?"
    r"(?:\w+[ -]){0,4}(?:scenarios?|conditions?|triggers?|thresholds?|ways?|notes?|tools?|domains?"
    r"|factors?|situations?|сценари\w+|услови\w+|способ\w+|замет\w+|szenarien|bedingungen|wege)\b"
    r"[^.:]{0,160}(?:[.:]|\Z)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:these|those|overall|together|collectively|in (?:summary|conclusion|sum)|each of|each \w+ "
    r"|such|thus|the (?:\w+ ){0,2}(?:thresholds|conditions|triggers|relationships|scenarios|ways)"
    r"|эти|в целом|таким образом|вместе|все эти|diese|insgesamt|zusammen)\b",
    re.IGNORECASE,
)
_TRIGGERS = frozenset(
    list_words(
        "when whenever if once while during where upon когда если при wenn sobald falls cuando si"
        " lorsque quand"
    )
)
_CJK_TRIGGER = re.compile(r"[当若]|如果")
_TRIGGER_WORD = re.compile(rf"\s(?:{'|'.join(sorted(_TRIGGERS))})(?!\S)")
_SENTENCE_ENDS = frozenset(".!?")
_NO_MARKS: list[Mark] = []
_ENDS_IN_AND = (" and", " or", " и", " или", " und", " oder")


class Layout(NamedTuple):
    """The items of a field's text, as spans without their marks."""

    items: tuple[tuple[int, int], ...]
    is_enumerated: bool


def find_layout(value: str) -> Layout:
    """Find the items of a field's text; linear time, ordered as in the text, never overlapping."""
    marks = _choose_marks(value)
    if marks:
        return Layout(items=_cut_items(value, marks), is_enumerated=True)
    return _find_running(value)


def _choose_marks(value: str) -> list[Mark]:
    """Choose the marks that part the field, in the order of how telling they are."""
    at_lines: dict[MarkKind, list[Mark]] = {}
    for mark in find_line_marks(value):
        at_lines.setdefault(mark.kind, []).append(mark)
    labels = _best_group(at_lines.get(MarkKind.LABEL, _NO_MARKS))
    if _covers(value, labels, _MIN_COVER):
        return labels
    numbers, groups = _numbered(value, at_lines.get(MarkKind.NUMBER, _NO_MARKS))
    headings = _best_group(at_lines.get(MarkKind.HEADING, _NO_MARKS))
    is_one_count = len(groups) == 1 and len(numbers) >= len(headings)
    if is_one_count and _covers(value, numbers, _MIN_COVER):
        return numbers
    if _covers(value, headings, _MIN_COVER):
        return headings
    ordinals = find_chain(find_ordinals(value))
    for marks in (ordinals, numbers):
        if _covers(value, marks, _MIN_COVER):
            return marks
    return _weak_marks(value, at_lines)


def _weak_marks(value: str, at_lines: dict[MarkKind, list[Mark]]) -> list[Mark]:
    """Choose bold leads or bullets, which also stand inside prose."""
    for kind in (MarkKind.BOLD, MarkKind.BULLET):
        marks = _outermost(at_lines.get(kind, _NO_MARKS))
        if _covers(value, marks, _MIN_COVER_WEAK):
            return marks
    return []


def _best_group(marks: list[Mark]) -> list[Mark]:
    """Take the group that counts furthest without starting again; the larger, the earlier."""
    if len(marks) < 2:  # noqa: PLR2004 - nothing to choose from
        return marks
    groups: dict[str, list[Mark]] = {}
    for mark in marks:
        groups.setdefault(mark.group, []).append(mark)
    return max(groups.values(), key=lambda g: (len(find_chain(g)), len(g)), default=[])


def _outermost(marks: list[Mark]) -> list[Mark]:
    if not marks:
        return marks
    outer = min(len(mark.group) for mark in marks)
    return [mark for mark in marks if len(mark.group) == outer]


def _numbered(value: str, at_lines: list[Mark]) -> tuple[list[Mark], list[list[Mark]]]:
    """Find the counts 1, 2, 3 that run over several lines (or fill the only paragraph)."""
    marks = at_lines
    if len(at_lines) < 2 or len(find_chain(at_lines)) < len(at_lines):  # noqa: PLR2004 - no list
        starts = {mark.content for mark in at_lines}
        inline = [m for m in find_inline_numbers(value) if m.content not in starts]
        marks = sorted(at_lines + inline, key=lambda m: m.start) if inline else at_lines
    groups = split_counts(marks)
    if groups and _BLANK.search(value.strip()):
        groups = [g for g in groups if g[0].line != g[-1].line]
    return [mark for group in groups for mark in group], groups


def split_counts(marks: list[Mark]) -> list[list[Mark]]:
    """Part numbered marks into counts from 1 up, of two or more."""
    groups: list[list[Mark]] = []
    for mark in marks:
        if mark.number == 1:
            groups.append([mark])
        elif groups and mark.number == groups[-1][-1].number + 1:
            groups[-1].append(mark)
    return [group for group in groups if len(group) > 1]


def _covers(value: str, marks: list[Mark], share: float) -> bool:
    """Whether items from the first mark to the last one's paragraph fill enough of the text."""
    if len(marks) < 2:  # noqa: PLR2004 - one item is no list
        return False
    end = value.find("\n\n", marks[-1].content)
    end = len(value) if end < 0 else end
    return end - marks[0].start >= share * len(value)


def _cut_items(value: str, marks: list[Mark]) -> tuple[tuple[int, int], ...]:
    """Give each item from its mark to the next; the last one ends like the others did."""
    items = [_trim(value, mark.content, after.start) for mark, after in pairwise(marks)]
    last = marks[-1]
    if last.line == marks[-2].line:
        n_sentences = max(len(split_sentences(value[start:end])) for start, end in items)
        end = _end_of_sentences(value, last.content, n_sentences)
    else:
        n_paragraphs = max([_count_gaps(value, start, end) for start, end in items]) + 1
        end = _end_of_paragraphs(value, last.content, n_paragraphs)
    items.append(_trim(value, last.content, end))
    return tuple([(start, end) for start, end in items if end > start])


def _count_gaps(value: str, start: int, end: int) -> int:
    # Most items are one line; one character is found ten times quicker than two.
    return value.count("\n\n", start, end) if value.find("\n", start, end) >= 0 else 0


def _trim(value: str, start: int, end: int) -> tuple[int, int]:
    """Take off white space, an inline item's "; and", and a line that announces the next list."""
    end = _strip_end(value, start, end)
    if value[end - 1 : end] in _SENTENCE_ENDS:  # the usual end needs no more looks
        pass
    elif value.endswith(_ENDS_IN_AND, start, end):
        comma = max(value.rfind(mark, start, end) for mark in ",;")
        if comma >= end - _LONGEST_AND:
            end = _strip_end(value, start, comma)
    elif value.endswith(":", start, end) and (newline := value.rfind("\n", start, end)) > start:
        end = _strip_end(value, start, newline)
    while start < end and value[start].isspace():
        start += 1
    return start, end


def _strip_end(value: str, start: int, end: int) -> int:
    end = start + len(value[start:end].rstrip())
    while end > start and (value[end - 1].isspace() or value[end - 1] in ",;"):
        end -= 1
    return end


def _end_of_sentences(value: str, start: int, n_sentences: int) -> int:
    stop = value.find("\n\n", start)
    stop = len(value) if stop < 0 else stop
    sentences = split_sentences(value[start:stop])
    return start + sentences[min(n_sentences, len(sentences)) - 1][1] if sentences else stop


def _end_of_paragraphs(value: str, start: int, n_paragraphs: int) -> int:
    """Give the end of an item's paragraphs, before any that comments on the whole list."""
    breaks = list(_BLANK.finditer(value, start))
    for index, match in enumerate(breaks):
        if index + 1 >= n_paragraphs or _CLOSING.match(value, match.end()):
            return match.start()
    return len(value)


def _find_running(value: str) -> Layout:
    """Lay out running prose: paragraphs, their inline lists, or sentences that say when."""
    paragraphs = _split_paragraphs(value)
    if len(paragraphs) > 1 and _is_opening(value, paragraphs[0]):
        paragraphs = paragraphs[1:]
    own = _skip_mark(value, *paragraphs[0]) if paragraphs else 0
    if paragraphs and own > paragraphs[0][0]:
        paragraphs[0] = (own, paragraphs[0][1])
        if len(paragraphs) == 1:
            return Layout(items=(paragraphs[0],), is_enumerated=True)
    if len(paragraphs) == 1:
        return Layout(items=_split_triggers(value, *paragraphs[0]), is_enumerated=False)
    items: list[tuple[int, int]] = []
    for start, end in paragraphs:
        items.extend(_split_paragraph(value, start, end))
    return Layout(items=tuple(items), is_enumerated=False)


def _skip_mark(value: str, start: int, end: int) -> int:
    """Give where a paragraph begins behind the mark of a list of one: its label, 1) or bullet."""
    marks = find_line_marks(value[start:end].split("\n", 1)[0])
    if not marks or marks[0].kind not in (MarkKind.LABEL, MarkKind.NUMBER, MarkKind.BULLET):
        return start
    is_first = marks[0].kind is not MarkKind.NUMBER or marks[0].number == 1
    content = start + marks[0].content
    return content if is_first and content < end else start


def _split_paragraphs(value: str) -> list[tuple[int, int]]:
    separator = _BLANK
    lines = value.strip().split("\n")
    if len(lines) > 1 and all(len(line) >= _LONG_LINE for line in lines):
        separator = re.compile(r"\n")
    spans, at = [], 0
    for match in separator.finditer(value):
        spans.append(_trim(value, at, match.start()))
        at = match.end()
    spans.append(_trim(value, at, len(value)))
    return [(start, end) for start, end in spans if end > start]


def _is_opening(value: str, span: tuple[int, int]) -> bool:
    text = value[slice(*span)]
    if len(text) > _OPENING_LENGTH:
        return False
    if text.endswith(":"):
        return True
    opening = _OPENING.match(text)
    if opening is None or len(split_sentences(text)) > 1:
        return False
    return opening["field"] is not None or _TRIGGERS.isdisjoint(text.lower().split())


def _split_paragraph(value: str, start: int, end: int) -> list[tuple[int, int]]:
    """Give a paragraph, or the items of the list that it holds after a colon."""
    text = value[start:end]
    groups = split_counts(find_inline_numbers(text))
    if len(groups) != 1:
        return [(start, end)]
    items = _cut_items(text, groups[0])
    rest = _trim(text, items[-1][1], len(text))
    spans = [(start + a, start + b) for a, b in items]
    if len(value[start + rest[0] : start + rest[1]].split()) > _N_OPENING:
        spans.append((start + rest[0], start + rest[1]))
    return spans


def _split_triggers(value: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Split one paragraph at its sentences that say when; those that begin alike, if several do."""
    text = value[start:end]
    sentences = split_sentences(text)
    starts = _find_conditions(text, sentences)
    heads = [_head(text[slice(*sentences[i])]) for i in starts]
    head, count = Counter(heads).most_common(1)[0] if heads else ((), 0)
    if count > 1:
        starts = [i for i, each in zip(starts, heads, strict=True) if each == head]
    if len(starts) < 2:  # noqa: PLR2004 - one condition is the whole paragraph
        return ((start, end),)
    first = starts[0]
    if first and not _is_opening(text, (0, sentences[first - 1][1])):
        starts.insert(0, 0)
    bounds = [*starts, len(sentences)]
    return tuple(
        (start + sentences[a][0], start + sentences[b - 1][1]) for a, b in pairwise(bounds)
    )


def _find_conditions(text: str, sentences: tuple[tuple[int, int], ...]) -> list[int]:
    """Find the sentences that say when, by their numbers."""
    if text.isascii():  # white space stands before every sentence, and lowering keeps the offsets
        search, lowered = _TRIGGER_WORD.search, "\n" + text.lower()
        return [i for i, (a, b) in enumerate(sentences) if search(lowered, a, b + 1)]
    return [i for i, (a, b) in enumerate(sentences) if _says_when(text[a:b])]


def _says_when(sentence: str) -> bool:
    if not _TRIGGERS.isdisjoint(sentence.lower().split()):
        return True
    return _CJK_TRIGGER.search(sentence) is not None


def _head(sentence: str) -> tuple[str, ...]:
    return tuple(sentence.lower().split(None, _N_OPENING)[:_N_OPENING])
