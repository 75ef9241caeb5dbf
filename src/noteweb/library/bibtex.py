"""BibTeX and BibLaTeX; the one door of bibtexparser."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from noteweb.library.latex import decode_latex
from noteweb.library.record import clean, problem, read_doi, read_label, read_year, split_keywords
from noteweb.model.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bibtexparser.model import Block, Entry

    from noteweb.errors import Problem

_BARE = re.compile(r"[^\s#{}\"]+")
_DELIMITER = re.compile(r"(?<!\\)[{}\"]")
_ARXIV = "https://arxiv.org/abs/"
_AND = re.compile(r" and ", re.IGNORECASE)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_BRACED = re.compile(r"\{[^{}]{0,300}\}")
_HIDDEN = "\ue010"
_SHOWN = 60  # characters of a broken record in its problem
_SPARE = 100_000  # characters that macros may give beyond twice the file


def read_bibtex(text: str, name: str) -> Iterator[Reference | Problem]:
    """Read a BibTeX library: @string macros and concatenations resolved, LaTeX made text."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Entry, ParsingFailedBlock, String

    # It writes of each broken block to the log, and hands it over as well.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text, parse_stack=[])
    strings = _Strings(2 * len(text) + _SPARE)
    for block in library.blocks:
        if isinstance(block, String):
            strings.define(block.key, _resolve(block.value, strings))
        elif isinstance(block, Entry):
            yield _make_reference(block, strings)
        elif isinstance(block, ParsingFailedBlock):
            yield from _read_failed(block, strings, name)


class _Strings:
    """The macros of a library, which together give so many characters: each may double the last.

    Beyond them a macro stays its name.
    """

    def __init__(self, budget: int) -> None:
        self._values = {month: month.capitalize() for month in _MONTHS.split()}
        self._budget = budget

    def define(self, name: str, value: str) -> None:
        """Give a macro its value, from here on."""
        self._values[name.lower()] = value

    def expand(self, name: str) -> str:
        """Give what a macro stands for, its name where it is none."""
        value = self._values.get(name.lower(), name)
        self._budget -= len(value)
        return value if self._budget >= 0 else name


def _read_failed(block: Block, strings: _Strings, name: str) -> Iterator[Reference | Problem]:
    """Keep what a block holds in spite of doubled keys; else say that it is broken."""
    from bibtexparser.model import Entry

    inner = getattr(block, "ignore_error_block", None)
    if isinstance(inner, Entry):
        yield _make_reference(inner, strings)
        return
    shown = clean(block.raw or "")[:_SHOWN]
    message = f"the record cannot be read, a brace or comma may be missing: {shown}"
    yield problem(name, (block.start_line or 0) + 1, "reference-broken", message)


def _make_reference(entry: Entry, strings: _Strings) -> Reference:
    fields: dict[str, str] = {}
    for field in entry.fields:
        fields.setdefault(field.key.lower(), _resolve(field.value, strings))
    return Reference(
        key=clean(entry.key),
        title=_read(fields, "title"),
        abstract=_read(fields, "abstract"),
        authors=_split_names(fields.get("author", "")),
        year=read_year(fields.get("year", "") or fields.get("date", "")),
        journal=_read(fields, "journal", "journaltitle", "booktitle"),
        keywords=split_keywords(decode_latex(fields.get("keywords", ""))),
        doi=read_doi(decode_latex(fields.get("doi", ""))),
        url=_read_address(fields),
        included=read_label(fields.get("included", "")),
        source=entry.raw or "",
        line=(entry.start_line or 0) + 1,
    )


def _split_names(value: str) -> tuple[str, ...]:
    """Split names at ``and`` outside of braces: {Barnes and Noble} is one."""
    value = " ".join(value.split())
    hidden = _BRACED.sub(lambda match: _AND.sub(f" {_HIDDEN} ", match[0]), value)
    names = (clean(decode_latex(name.replace(_HIDDEN, "and"))) for name in _AND.split(hidden))
    return tuple(name for name in names if name)


def _read(fields: Mapping[str, str], *names: str) -> str:
    value = next((fields[name] for name in names if fields.get(name)), "")
    return clean(decode_latex(value))


def _read_address(fields: Mapping[str, str]) -> str:
    """Give the address, arXiv's where a record names only its number there."""
    if not fields.get("url") and "arxiv" in fields.get("archiveprefix", "").lower():
        return _ARXIV + clean(fields.get("eprint", ""))
    return clean(fields.get("url", "").replace("\\", "").replace("{", "").replace("}", ""))


def _resolve(value: str, strings: _Strings) -> str:
    """Give the text of a value: what braces or quotes hold, macros, and these joined by ``#``."""
    parts, at = [], 0
    while at < len(value):
        if value[at] in '{"':
            end = _find_end(value, at)
            parts.append(value[at + 1 : end])
            at = end + 1
        elif (bare := _BARE.match(value, at)) is not None:
            parts.append(strings.expand(bare[0]))
            at = bare.end()
        else:
            at += 1
    return "".join(parts)


def _find_end(value: str, start: int) -> int:
    """Find where the braces or quotes that begin at an offset are closed."""
    depth = 0
    for match in _DELIMITER.finditer(value, start + (value[start] == '"')):
        sign = match[0]
        depth += (sign == "{") - (sign == "}")
        if (sign == "}" and depth == 0 and value[start] == "{") or (sign == '"' and depth == 0):
            return match.start()
    return len(value)
