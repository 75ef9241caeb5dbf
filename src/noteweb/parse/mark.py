"""The marks that begin an item in a prose field: labels, numbers, headings, ordinals, bullets."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from noteweb.text.words import list_words


class MarkKind(Enum):
    """How an item is marked."""

    LABEL = "label"  # Scenario 7:
    NUMBER = "number"  # 7) or 7.
    HEADING = "heading"
    ORDINAL = "ordinal"  # Second,
    BOLD = "bold"
    BULLET = "bullet"


class Mark(NamedTuple):
    """A mark: where it stands, where the item's own text begins, its number.

    `group` parts marks of one kind: the label's word, the heading's level, the indentation.
    """

    kind: MarkKind
    start: int
    content: int
    number: int
    group: str
    line: int


_NUMBER_WORDS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten",
        "один два три четыре пять шесть семь восемь девять десять",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "i ii iii iv v vi vii viii ix x",
        "a b c d e f g h",
    )
    for number, word in enumerate(words.split(), start=1)
}
_ORDINALS = {
    word: number
    for words in (
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "firstly secondly thirdly fourthly fifthly sixthly seventhly",
        "во-первых во-вторых в-третьих в-четвертых в-пятых в-шестых в-седьмых",
        "во-первых во-вторых в-третьих в-четвёртых в-пятых",
        "первое второе третье четвертое пятое шестое седьмое",
        "первый второй третий четвертый пятый шестой",
        "первая вторая третья четвертая пятая шестая",
        "первое второе третье четвёртое пятое",
        "первый второй третий четвёртый пятый",
        "первая вторая третья четвёртая пятая",
        "erstens zweitens drittens viertens fünftens sechstens siebtens",
        "erste zweite dritte vierte fünfte sechste",
        "premièrement deuxièmement troisièmement quatrièmement cinquièmement",
        "primero segundo tercero cuarto quinto sexto",
    )
    for number, word in enumerate(words.split(), start=1)
}
_LONGEST_ORDINAL = 30
LAST = 99  # "finally" ends whatever was counted
_ORDINALS |= dict.fromkeys(
    list_words("finally lastly last наконец наконец-то schließlich zuletzt enfin finalmente"), LAST
)
# Only texts that hold one of these can hold a second item.
_SECONDS = ("econd", "тор", "weite", "euxi", "egund", "inally")

_ROMAN = frozenset("IVX")
_LONGEST_LABEL = 60
_LABEL_ENDS = frozenset("–—：、")  # besides those of ASCII
_FIRSTS = frozenset("#>-*+•_(–")  # what a mark can begin with besides letters and digits
_LABEL = re.compile(
    r"[ \t]*(?:[#>]{1,6}[ \t]+)?(?:[-*+•][ \t]+)?[*_]{0,3}"
    r"(?:[^\W\d_]+[ \t]+){0,2}?(?P<word>[^\W\d_]{2,24})(?:[ \t]+|(?<=[\u4e00-\u9fff]))"
    r"(?:[№#][ \t]*)?(?P<number>\d{1,3}|[^\W\d_]{1,6})[*_]{0,3}"
    r"(?P<end>[ \t]*(?:[:.)\]](?=[\s*_]|\Z)|[：、]|[–—-](?=\s))|(?=[ \t]*\Z))"
    r"[*_]{0,3}[ \t]*"
)
_NUMBER = re.compile(r"[ \t]*[*_]{0,3}\(?(?P<number>\d{1,3})(?:[.)]|\)\.)[*_]{0,3}[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]*(?P<level>#{1,6})[ \t]+(?=\S)")
_BULLET = re.compile(r"(?P<indent>[ \t]*)[-*+•–][ \t]+(?=\S)")
_BOLD = re.compile(r"[ \t]*(?=(?P<bold>\*\*|__)(?:(?!(?P=bold))[^*\n]){2,120}(?P=bold))")
# \d\d? begins with a set of characters, to which the search skips; \d{1,2} does not.
_INLINE_NUMBER = re.compile(r"(?P<number>\d\d?)(?P<end>[.)])[ \t]++(?=\S)")
_ORDINAL = re.compile(
    r"(?P<before>\A|[.!?:;…]['\"”»)*]*+[ \t]++|\n)[ \t]*+[*_]{0,3}"
    r"(?P<article>(?:the|and|der|die|das|und|и|la|el)[ \t]++)?"
    r"(?P<word>[^\W\d_]++(?:-[^\W\d_]++)?)(?P<noun>[ \t]++[^\W\d_]++)?"
    r"(?P<colon>[*_]{0,3}[,:：][*_]{0,3})?[ \t]*+",
    re.IGNORECASE,
)


def find_line_marks(value: str) -> list[Mark]:
    """Find the marks at the beginnings of lines; a line gives one, the most telling."""
    marks: list[Mark] = []
    at = 0
    for index, line in enumerate(value.split("\n")):
        if line:
            first = line[0] if line[0] not in " \t" else line.lstrip(" \t")[:1]
            # Most lines are prose, which needs no more than this one look.
            if _may_label(line) if first.isalpha() else first in _FIRSTS or first.isdigit():
                mark = _line_mark(line, first, at, index)
                if mark is not None:
                    marks.append(mark)
        at += len(line) + 1
    return marks


def _line_mark(line: str, first: str, at: int, index: int) -> Mark | None:
    may_label = first in "#>-*+•_" or first.isalpha()
    label = _LABEL.match(line) if may_label else None
    if label is not None and (number := _to_number(label)):
        word = label["word"].lower()
        return Mark(MarkKind.LABEL, at, at + label.end(), number, word, index)
    if first.isdigit() or first in "(*_":
        match = _NUMBER.match(line)
        if match is not None:
            indent = str(len(line) - len(line.lstrip(" \t")))
            return Mark(MarkKind.NUMBER, at, at + match.end(), int(match["number"]), indent, index)
    return _plain_mark(line, at, index, first)


def _may_label(line: str) -> bool:
    """Whether a line of prose is worth the pattern: a label ends early, or ends the line."""
    if len(line) <= _LONGEST_LABEL:
        return True
    head = line[:_LONGEST_LABEL]
    if ":" in head or ")" in head or "." in head or " - " in head or "]" in head:
        return True
    return not (head.isascii() or _LABEL_ENDS.isdisjoint(head))


def _to_number(label: re.Match[str]) -> int:
    text = label["number"]
    if text.isdecimal():
        return int(text)
    is_letter = len(text) == 1 or _ROMAN.issuperset(text.upper())
    if label["end"].strip()[:1] in ("", ".") or (is_letter and not text.isupper()):
        return 0
    return _NUMBER_WORDS.get(text.lower(), 0)


def _plain_mark(line: str, at: int, index: int, first: str) -> Mark | None:
    if first == "#" and (match := _HEADING.match(line)):
        return Mark(MarkKind.HEADING, at, at + match.end(), 0, match["level"], index)
    if first in "*_" and (match := _BOLD.match(line)):
        return Mark(MarkKind.BOLD, at, at + match.end(), 0, "", index)
    if first in "-*+•–" and (match := _BULLET.match(line)):
        return Mark(MarkKind.BULLET, at, at + match.end(), 0, match["indent"], index)
    return None


def find_inline_numbers(value: str) -> list[Mark]:
    """Find ``1) ... 2) ...`` inside lines."""
    if "2" not in value or ("2) " not in value and "2. " not in value):
        return []
    marks = []
    line, counted = 0, 0
    for match in _INLINE_NUMBER.finditer(value):
        start = match.start()
        if match["end"] == ")" and value[start - 1 : start] == "(":
            start -= 1
        before = value[max(0, start - 2) : start]
        is_mark = before[-1:].isspace() or before[-1:] in ":;.,"
        if match["end"] == ".":
            is_mark = before[-1:] == " " and before[:1] in ":;." and value[match.end()].isalpha()
        if not before or not is_mark:
            continue
        line += value.count("\n", counted, start)
        counted = start
        marks.append(Mark(MarkKind.NUMBER, start, match.end(), int(match["number"]), "", line))
    return marks


def find_ordinals(value: str) -> list[Mark]:
    """Find First, Second, ... (Во-первых, Erstens, ...) where a sentence begins."""
    if not any(second in value for second in _SECONDS):
        return []
    at_lines = _ordinals_at_lines(value)
    if len(at_lines) > 1 and at_lines[0].number == 1:
        return at_lines
    marks: list[Mark] = []
    line, counted = 0, 0
    for match in _ORDINAL.finditer(value):
        number = _ORDINALS.get(match["word"].lower(), 0)
        if number:
            start = match.end("before")
            content = start
            if match["colon"]:
                content = match.end()
            elif not match["article"] and not match["noun"]:
                content = match.end("word")
            line += value.count("\n", counted, start)
            counted = start
            marks.append(Mark(MarkKind.ORDINAL, start, content, number, "", line))
    return marks


def _ordinals_at_lines(value: str) -> list[Mark]:
    """Find the ordinals that begin lines, by far the most frequent case."""
    marks: list[Mark] = []
    at = 0
    for index, line in enumerate(value.split("\n")):
        word, comma, _ = line[:_LONGEST_ORDINAL].partition(",")
        number = _ORDINALS.get(word.strip(" \t*_").lower(), 0) if comma else 0
        if number:
            content = at + len(word) + 1
            marks.append(Mark(MarkKind.ORDINAL, at, content, number, "", index))
        at += len(line) + 1
    return marks


def find_chain(marks: list[Mark]) -> list[Mark]:
    """Take 1, 2, 3, ... from marks in order, at most one of each; "finally" may end the chain."""
    chain: list[Mark] = []
    for mark in marks:
        if mark.number == len(chain) + 1 or (mark.number == LAST and chain):
            chain.append(mark)
            if mark.number == LAST:
                break
    return chain
