"""Sentences of a text, as spans."""

from __future__ import annotations

import re

from noteweb.text.words import list_words

# Possessive quantifiers keep every attempt to one pass, so the search is linear in the text.
# The empty group tells the usual end, a full stop before a capital, which is tried first: where
# four letters stand before it that end no abbreviation, it needs no more looks.
# After a stop may stand the mark of a citation: "so.[12]", "so.¹²", and where a PDF lost its lift
# "so.12,13 We".
_CITATION = (
    r"(?:\[\d[\d,–\- ]{0,20}+\]|[⁰¹²³⁴-⁹]++"
    r"|(?<=[a-zа-я]{3}\.)\d{1,3}+(?:[,–-]\d{1,3}+){0,9}+(?= [A-ZА-ЯЁ]))?+"
)
_TAIL = rf"(?:(?<=\.)(?= [A-ZА-ЯЁ])()|[.!?…。！？｡]*+[\"'”’»)\]*_」』）]*+{_CITATION})"
_END = re.compile(r"[.!?…。！？｡\r\n]" + _TAIL)
_FULL_STOP = re.compile(r"\." + _TAIL)  # far quicker, for texts without the other stops
_BLANKS = re.compile(r"\s*+")
_OTHER_STOPS = "!?\n\r…。！？｡"
_CJK_STOPS = "。！？｡"
_BLOCK_AFTER_NEWLINE = re.compile(r"[ \t]*+(?:[\r\n]|[-*+#|•]+[ \t]|\d{1,3}[.)][ \t]|\Z)")
_LOOK_BACK = 24  # longer than any abbreviation
_ABBREVIATIONS = frozenset(
    list_words("""
    fig figs eq eqs eqn eqns al cf e.g i.e vs viz ca approx resp eds dr prof mr mrs ms st jr inc ltd
    a.k.a т.е т.к т.н и.о ср рис табл гл разд им г гг ул акад тыс млн млрд z.b d.h u.a evtl ggf
    s.o s.u vgl hrsg p.ex c.-à-d p.ej sra sr pág
    """)
)
# Words of their own where no number follows: "the answer is no."
_BEFORE_NUMBER = frozenset(
    list_words("""
    no nos p pp vol ch sec secs art app tab prop def ref refs lem thm chap ed с стр см п пп т
    вып abb kap nr bd v ver jan feb mar apr jun jul aug sep sept oct nov dec
    """)
)
# These end a sentence where the next word begins one: "as in Lee et al. We go further."
_MAY_END = frozenset(list_words("al inc ltd jr co г гг тыс млн млрд"))
_BEFORE_LETTER = frozenset(list_words("sec secs app tab ch chap vol abb kap"))
_STARTERS = frozenset(
    list_words("""
    The A An In We This These Those It Its Our They There Then Thus Hence Here However Moreover
    Furthermore Finally For To As At On By With When While Where If Although Since Because But And
    Also Such Each Both Some Many Most Another After Before During From Under Given Let Note See
    В На Это Эти Мы Он Она Они Но Если Для При По Так Как Когда Однако Поэтому Затем
    Die Der Das Wir Es Ein Eine Im
    """)
)
_FIRST_WORD = re.compile(r"\s([^\W\d_]++)(?=[\s,])")
_LETTERED = re.compile(r"\s(?:[IVX]+|[A-Z]\d?)(?![^\W\d_])")
_SPLIT_LETTERS = re.compile(r"\s[^\W\d_]\.")  # "z. B.", "т. е."
_DOTTED = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_LAST_LETTERS = frozenset(word[-4:] for word in _ABBREVIATIONS | _BEFORE_NUMBER)
_MAX_LIST_DIGITS = 3
_OPENING_MARKS = "([{\"'“«„*_"


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Split a text into sentences, given as spans without the white space around them.

    A full stop ends none after an abbreviation, an initial or a list number, or where a small
    letter follows; after initials and "et al." the next word decides. Blank lines and the start
    of a list item, heading or quote always do.
    Every character that is not white space lies in exactly one span. Linear time.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_blanks(text, 0)
    pattern = _END if any(stop in text for stop in _OTHER_STOPS) else _FULL_STOP
    for match in pattern.finditer(text):
        if match.start() < start:  # a line end among blanks that were skipped
            continue
        end = match.end()
        word = text[end - 5 : end - 1]
        if match.lastindex and word.isalpha() and word.lower() not in _LAST_LETTERS:
            spans.append((start, end))
            start = end + 1
        elif _is_end(text, match, start):
            end = match.start() if text[match.start()] in "\r\n" else end
            _add(spans, text, start, end)
            start = _skip_blanks(text, end)
    _add(spans, text, start, len(text))
    return tuple(spans)


def _skip_blanks(text: str, start: int) -> int:
    blanks = _BLANKS.match(text, start)
    return blanks.end() if blanks else start


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    sentence = text[start:end].rstrip()
    if sentence:
        spans.append((start, start + len(sentence)))


def _is_end(text: str, match: re.Match[str], start: int) -> bool:
    end = match.end()
    first = text[match.start()]
    if first in _CJK_STOPS:
        return True
    if first in "\r\n":
        return _BLOCK_AFTER_NEWLINE.match(text, match.start() + 1) is not None
    if end < len(text) and not text[end].isspace():
        return False
    if first not in ".…":
        return True
    following = text[end : end + 2].strip()
    if following and following.islower():
        return False
    return not _is_abbreviation(text, start, match.start())


def _is_abbreviation(text: str, start: int, stop: int) -> bool:
    begin = max(start, stop - _LOOK_BACK)
    word = text[begin:stop]
    blank = max(word.rfind(" "), word.rfind("\n"))
    word = word[blank + 1 :].lstrip(_OPENING_MARKS)
    if (len(word) == 1 and word.isupper()) or _DOTTED.fullmatch(word):
        return not _begins_sentence(text, stop + 1)  # an initial, "U.S.", "i.i.d."
    if len(word) == 1 and _SPLIT_LETTERS.match(text, stop + 1):
        return True
    word = word.lower()
    if word in _ABBREVIATIONS:
        return word not in _MAY_END or not _begins_sentence(text, stop + 1)
    if word in _BEFORE_NUMBER:
        following = text[stop + 1 : stop + 3].strip()[:1]
        is_lettered = word in _BEFORE_LETTER and _LETTERED.match(text, stop + 1) is not None
        return following.isdecimal() or following == "[" or is_lettered
    is_number = word.isdecimal() and len(word) <= _MAX_LIST_DIGITS
    return is_number and not text[start : stop - len(word)].strip()


def _begins_sentence(text: str, at: int) -> bool:
    match = _FIRST_WORD.match(text, at)
    return match is not None and match[1] in _STARTERS
