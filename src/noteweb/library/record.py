"""What the records of every format have in common: how their values are read."""

from __future__ import annotations

import re
from html import unescape

from noteweb.errors import Problem, Severity
from noteweb.text.charset import without_surrogates
from noteweb.text.repair import find_repair

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xFEFF), " ")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
_TAG = re.compile(
    r"</?(?:i|b|em|strong|sub|sup|p|br|span|sc|italic|bold|jats:[a-z-]{1,20})\b[^<>]{0,200}>"
)
_MAX_ROUNDS = 8  # entities of entities: "&amp;amp;lt;" takes three
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_DOI_PREFIX = re.compile(r"\A(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[;\n]")
_INCLUDED = frozenset({"1", "1.0", "true", "yes", "y", "included", "include", "relevant"})
_EXCLUDED = frozenset({"0", "0.0", "false", "no", "n", "excluded", "exclude", "irrelevant"})


def clean(value: str) -> str:
    """Give a value as one line, without what an export did to it; a clean one stays as it is.

    Entities and tags of web pages are taken out, encodings that were read wrongly brought back.
    """
    for _ in range(_MAX_ROUNDS):
        before = value
        if "&" in value or "<" in value:
            value = _TAG.sub("", _ENTITY.sub(lambda match: unescape(match[0]), value))
        if not value.isascii():
            repair = find_repair(value)
            value = repair.text if repair else value
        if not value.isprintable():
            value = without_surrogates(value.translate(_CONTROLS))
        value = " ".join(value.split())
        if value == before:
            break
    return value


def read_year(value: str) -> int | None:
    """Give the first number in a date that can be a year."""
    match = _YEAR.search(value)
    return int(match[1]) if match else None


def read_doi(value: str) -> str:
    """Give a DOI without the address before it."""
    return _DOI_PREFIX.sub("", clean(value))


def split_list(value: str) -> tuple[str, ...]:
    """Split keywords or names at semicolons and line ends."""
    return tuple(part for part in map(clean, _SEPARATOR.split(value)) if part)


def split_keywords(value: str) -> tuple[str, ...]:
    """Split keywords at semicolons, or at commas where there is none."""
    return split_list(value if ";" in value else value.replace(",", ";"))


def read_label(value: str) -> bool | None:
    """Read a label: asreview's 1 and 0, or words; -1 and anything else is none."""
    word = value.strip().lower()
    return True if word in _INCLUDED else False if word in _EXCLUDED else None


def problem(
    path: str, line: int, code: str, message: str, severity: Severity = Severity.ERROR
) -> Problem:
    """Say what is wrong with the record that begins on a line."""
    return Problem(path=path, line=line, column=1, code=code, severity=severity, message=message)
