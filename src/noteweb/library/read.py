"""A library's file to its references, whatever format it is in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from noteweb.errors import DocumentUnreadable, Problem, Severity
from noteweb.intake import Format, read_file, show_path, sniff, suffix_of
from noteweb.library.bibtex import read_bibtex
from noteweb.library.csljson import read_csl_json
from noteweb.library.record import problem
from noteweb.library.ris import read_ris
from noteweb.library.table import read_table
from noteweb.model.reference import Library, Reference
from noteweb.text.charset import decode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_BY_SUFFIX = {
    ".bib": read_bibtex,
    ".bibtex": read_bibtex,
    ".ris": read_ris,
    ".json": read_csl_json,
    ".csv": read_table,
    ".tsv": read_table,
}
_RIS = re.compile(r"\s*TY {0,3}-")
_BIBTEX = re.compile(r"(?:\s|%[^\n]*\n)*@[a-zA-Z]+\s*[{(]")
_HINT = "give BibTeX, CSL-JSON, RIS, or CSV with columns title, abstract, authors, year, doi"


def read_library(path: Path) -> Library:
    """Read a library of literature: BibTeX, CSL-JSON, RIS, CSV or TSV.

    Keys are unique: a second record of the same key gets ``-2`` after it, one without a key its
    number in the file. Nothing but `DocumentUnreadable` is raised, on any bytes.

    Raises
    ------
    DocumentUnreadable
        where the file cannot be read, or no record in it has a title or an abstract
    """
    return parse_library(read_file(path), show_path(path), suffix=suffix_of(path.name))


def parse_library(data: bytes, name: str, *, suffix: str = "") -> Library:
    """Read the bytes of a library; `suffix` names its format, which else its content tells."""
    kind = sniff(data, name, suffix=suffix)
    if kind in (Format.PDF, Format.HTML):
        what = "a PDF" if kind is Format.PDF else "a web page"
        raise DocumentUnreadable(name, f"is {what}, not a library of references", _HINT)
    text = decode_text(data).removeprefix("\ufeff")
    read = _choose_reader(text, suffix)
    references: list[Reference] = []
    problems: list[Problem] = []
    for found in _name_each(read(text, name), name):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            references.append(found)
    if not references:
        raise DocumentUnreadable(name, f"holds no reference{_first(problems)}", _HINT)
    return Library(references=tuple(references), problems=tuple(problems))


def _choose_reader(text: str, suffix: str) -> Callable[[str, str], Iterator[Reference | Problem]]:
    """Choose by the beginning of the text, which tells all formats but tables apart."""
    if _RIS.match(text):
        return read_ris
    if _BIBTEX.match(text):
        return read_bibtex
    if text.lstrip()[:1] in ("[", "{"):
        return read_csl_json
    return _BY_SUFFIX.get(suffix, read_table)


def _name_each(found: Iterable[Reference | Problem], name: str) -> Iterator[Reference | Problem]:
    """Give each reference a key of its own; leave out those that say nothing."""
    taken: dict[str, int] = {}
    number = 0
    for each in found:
        if isinstance(each, Problem):
            yield each
            continue
        number += 1
        if not each.title and not each.abstract:
            yield problem(name, each.line, "reference-empty", "the record has no title or abstract")
            continue
        key = _make_unique(each.key or str(number), taken)
        if each.key and key != each.key:
            message = f"the key {each.key} stands twice; this one is read as {key}"
            yield problem(name, each.line, "reference-key-twice", message, Severity.WARNING)
        yield replace(each, key=key) if key != each.key else each


def _make_unique(key: str, taken: dict[str, int]) -> str:
    """Give a key that is not taken, and take it; by each stands the last number behind it."""
    unique, number = key, taken.get(key, 1)
    while unique in taken:
        number += 1
        unique = f"{key}-{number}"
    taken[key] = number
    taken.setdefault(unique, 1)
    return unique


def _first(problems: list[Problem]) -> str:
    """Say what is wrong with the first record, for a file in which all are."""
    return f": line {problems[0].line}, {problems[0].message}" if problems else ""
