"""The language of a query: words, "phrases", -not, and operators such as ``tag:theory``.

    query    = { blank | [ "-" ] ( phrase | operator | word ) }
    operator = name ":" value { "," value }      any of the values
    value    = phrase | characters up to a blank or comma
    phrase   = '"' characters, a quote or backslash in them after a backslash '"'

A backslash before a word takes it as it stands. What looks like an operator and has no name of one
(``http://...``, ``12:30``) is a word, unless the name is nearly one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn

from noteweb.errors import QueryInvalid
from noteweb.model.hit import Demand, Key
from noteweb.search.operand import read_operand, take_near
from noteweb.text.caret import point_at

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = {key.value: key for key in Key if key not in {Key.TEXT, Key.NOTE}}
#: Given several times, these mean any of the values: a note has one of each, a passage one field.
_ALTERNATIVE = frozenset({Key.FIELD, Key.CATEGORY, Key.LANG, Key.STANDING})

_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*)"|“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»', re.DOTALL)
_OPENING = frozenset('"“„«')
_OPERATOR = re.compile(r"([A-Za-z]+):(?!:|//|\s|\Z)")
_EMPTY = re.compile(r"([A-Za-z]+):(?=\s|\Z)")
_BARE = re.compile(r"[^\s,]+")
_WORD = re.compile(r"\S+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as it is understood.

    Attributes
    ----------
    text : the words and phrases that are looked for, parted by blanks
    demands : what else a note has to meet; each phrase is one too
    """

    text: str = ""
    demands: tuple[Demand, ...] = ()


def read_query(text: str) -> Query:
    """Read the text of a query.

    Raises
    ------
    QueryInvalid

    Examples
    --------
    >>> read_query('peak "label noise" tag:theory').text
    'peak label noise'
    >>> read_query("-tag:draft").demands
    (Demand(key=<Key.TAG: 'tag'>, values=('draft',), is_excluded=True),)
    """
    reader = _Reader(text)
    while reader.skip_blanks():
        reader.read_one()
    return Query(text=" ".join(reader.words), demands=_join(reader.demands))


def quote(text: str) -> str:
    """Give what `read_query` reads as this text, as a phrase or behind an operator."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escape(text: str) -> str:
    """Give what `read_query` reads as these words, whatever they look like."""
    return " ".join(f"\\{word}" if _is_special(word) else word for word in text.split())


def write_demands(demands: Iterable[Demand]) -> str:
    """Give what `read_query` reads as these demands, which the language has to have words for."""
    return " ".join(
        f"{'-' * demand.is_excluded}{'' if demand.key is Key.TEXT else f'{demand.key}:'}"
        + ",".join(map(quote, demand.values))
        for demand in demands
    )


@dataclass(slots=True)
class _Reader:
    """Reads a query from left to right."""

    query: str
    at: int = 0
    words: list[str] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    # Opening marks that nothing closes from here on.
    unclosed: set[str] = field(default_factory=set)

    def skip_blanks(self) -> bool:
        """Go to what comes next; False at the end."""
        while self.at < len(self.query) and self.query[self.at].isspace():
            self.at += 1
        return self.at < len(self.query)

    def read_one(self) -> None:
        """Read a word, a phrase or an operator."""
        start = self.at
        if self.query.startswith("\\", start):
            word = self._match(_WORD)
            self._take_word(word[1:], end=start + len(word))
            return
        is_excluded = self.query.startswith("-", start) and not self.query.startswith("--", start)
        self.at += is_excluded
        is_read = self._read_phrase(is_excluded=is_excluded) or self._read_operator(
            is_excluded=is_excluded
        )
        if not is_read:
            self.at = start
            self._read_word(is_excluded=is_excluded)

    def _read_word(self, *, is_excluded: bool) -> None:
        word = self._match(_WORD)
        end = self.at + len(word)
        if is_excluded and _LETTER.search(word):
            self._demand(Key.TEXT, [word[1:]], is_excluded=True)
            self.at = end
        else:
            self._take_word(word, end=end)

    def _read_phrase(self, *, is_excluded: bool) -> bool:
        if (phrase := self._take_phrase()) is None:
            return False
        if _LETTER.search(phrase):
            self._demand(Key.TEXT, [phrase], is_excluded=is_excluded)
        if not is_excluded and phrase.strip():
            self.words.append(phrase)
        return True

    def _read_operator(self, *, is_excluded: bool) -> bool:
        start = self.at
        if (empty := _EMPTY.match(self.query, start)) and empty[1].casefold() in _NAMES:
            self._fail(empty.span(), f"nothing stands behind {empty[0]}", "write its value there")
        found = _OPERATOR.match(self.query, start)
        if found is None:
            return False
        key = _NAMES.get(found[1].casefold())
        if key is None:
            if near := take_near(found[1].casefold(), _NAMES):
                self._fail(found.span(1), f"no operator {found[0]!r}", f"did you mean: {near}:")
            return False
        self.at = found.end()
        self._demand(key, self._read_values(key), is_excluded=is_excluded)
        return True

    def _read_values(self, key: Key) -> list[str]:
        values = []
        while True:
            start = self.at
            given = self._take_phrase()
            if given is None:
                given = self._match(_BARE)
                self.at += len(given)
            if given:
                values.append(self._check(key, given, (start, self.at)))
            if self.query[self.at : self.at + 1] != ",":
                break
            self.at += 1
        if not values:
            self._fail((start - 1, self.at), f"nothing stands behind {key}:", "write its value")
        return values

    def _check(self, key: Key, given: str, place: tuple[int, int]) -> str:
        operand = read_operand(key, given)
        if operand.hint:
            self._fail(place, operand.fault, operand.hint)
        return operand.value

    def _take_phrase(self) -> str | None:
        mark = self.query[self.at : self.at + 1]
        if mark not in _OPENING or mark in self.unclosed:
            return None
        found = _PHRASE.match(self.query, self.at)
        if found is None:
            if mark == '"':
                hint = 'close it, or write \\" for the character itself'
                self._fail((self.at, self.at + 1), "the quote is not closed", hint)
            self.unclosed.add(mark)
            return None
        self.at = found.end()
        phrase = next(group for group in found.groups() if group is not None)
        return _ESCAPE.sub(r"\1", phrase) if found[1] is not None else phrase

    def _take_word(self, word: str, end: int) -> None:
        if word:
            self.words.append(word)
        self.at = end

    def _demand(self, key: Key, values: list[str], *, is_excluded: bool) -> None:
        self.demands.append(Demand(key=key, values=tuple(values), is_excluded=is_excluded))

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.query, self.at)
        return found[0] if found else ""

    def _fail(self, place: tuple[int, int], reason: str, hint: str) -> NoReturn:
        word = self.query[place[0] :].split(maxsplit=1)[0]
        literally = f"; for the word itself: {escape(word)}" if _OPERATOR.match(word) else ""
        raise QueryInvalid(reason, point_at(self.query, *place), hint + literally)


def _join(demands: list[Demand]) -> tuple[Demand, ...]:
    """Make one demand of those that are alternatives to each other."""
    joined: dict[object, tuple[Demand, dict[str, None]]] = {}
    for demand in demands:
        is_joined = demand.key in _ALTERNATIVE and not demand.is_excluded
        mark: object = demand.key if is_joined else demand
        _, values = joined.setdefault(mark, (demand, {}))
        values.update(dict.fromkeys(demand.values))
    return tuple(replace(demand, values=tuple(values)) for demand, values in joined.values())


def _is_special(word: str) -> bool:
    """Whether a word means more than itself, or would not be read."""
    bare = word.removeprefix("-")
    return word[0] in '\\"“„«-' or bool(_OPERATOR.match(bare) or _EMPTY.match(bare))
