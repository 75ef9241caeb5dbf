"""Tables of records: CSV and TSV with the column names of asreview, Zotero, Scopus and others.

Source of the names: asreview 1.6, ``asreview/config.py``, COLUMN_DEFINITIONS; the exports of
Zotero 7 and Scopus.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from itertools import islice
from typing import TYPE_CHECKING

from noteweb.errors import DocumentUnreadable
from noteweb.library.record import (
    clean,
    problem,
    read_doi,
    read_label,
    read_year,
    split_keywords,
    split_list,
)
from noteweb.model.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noteweb.errors import Problem

#: For each value the names its column may have, the first that is there counts.
COLUMNS = {
    "key": ("key", "record id", "id", "citekey", "citation key"),
    "title": ("title", "primary title", "article title", "document title", "ti"),
    "abstract": ("abstract", "abstract note", "notes abstract", "ab"),
    "authors": ("authors", "author names", "first authors", "author", "author full names", "au"),
    "year": ("year", "publication year", "pub year", "py", "date", "publication date"),
    "journal": ("journal", "publication title", "source title", "secondary title", "journal name"),
    "keywords": ("keywords", "author keywords", "manual tags", "kw"),
    "doi": ("doi",),
    "url": ("url", "urls", "link"),
    "included": (
        *("final included", "label", "label included", "included label", "included final"),
        *("included", "included flag", "include"),
    ),
}
DELIMITERS = ",;\t|"
_QUOTED = re.compile(r"\"[^\"]*\"")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_MAX_BREAKS = 20  # cells that never end, before the rest of a file is given up
_MAX_LIST = 131_072  # characters of a cell that is read as a list
_WORDS_OF_NAME = 2


def read_table(text: str, name: str) -> Iterator[Reference | Problem]:
    """Read a table with a header; after a row that cannot be read the next one is tried.

    Raises
    ------
    DocumentUnreadable
        where the header names neither titles nor abstracts
    """
    shared = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [f"{line}\n" for line in shared.split("\n")]
    begin = next((at for at, line in enumerate(lines) if line.strip()), 0)
    delimiter = max(DELIMITERS, key=_QUOTED.sub("", lines[begin]).count)
    header: list[str] = []
    for line, row in _read_rows(lines, begin, delimiter):
        if isinstance(row, str):
            yield problem(name, line, "reference-broken", row)
        elif not header:
            header = row
            columns = find_columns(header)
            if columns.keys().isdisjoint(("title", "abstract")):
                break
        elif any(map(str.strip, row)):
            yield _make_reference(header, columns, row, line)
    if not header or columns.keys().isdisjoint(("title", "abstract")):
        raise DocumentUnreadable(
            name,
            "has no column of titles or abstracts",
            "name its columns in the first row: title, abstract, authors, year, doi, included",
        )


def _read_rows(
    lines: Sequence[str], begin: int, delimiter: str
) -> Iterator[tuple[int, list[str] | str]]:
    """Give each row with its line; where a quotation mark is never closed, what is wrong."""
    for _ in range(_MAX_BREAKS):
        rows = csv.reader(islice(lines, begin, None), delimiter=delimiter)
        start = begin
        try:
            for row in rows:
                yield start + 1, row
                start = begin + rows.line_num
        except csv.Error as error:
            yield start + 1, f"the row cannot be read, a quotation mark may be missing: {error}"
            begin = start + 1
        else:
            return
    yield begin + 1, f"the rest is left out after {_MAX_BREAKS} broken rows"


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Give the place of each value's column, by the first of its names that is there."""
    places: dict[str, int] = {}
    for at, cell in enumerate(header):
        places.setdefault(fold_name(cell), at)
    return {
        value: next(places[name] for name in names if name in places)
        for value, names in COLUMNS.items()
        if not places.keys().isdisjoint(names)
    }


def fold_name(cell: str) -> str:
    """Give a column's name with blanks for ``_`` and ``-``, in small letters."""
    return " ".join(re.sub(r"[_-]", " ", cell).split()).casefold()


def unguard(cell: str) -> str:
    """Take off the apostrophe that keeps a cell from being run as a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


def guard(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run; `unguard` takes it off."""
    return f"'{cell}" if _GUARDED.match(f"'{cell}") else cell


def read_names(cell: str) -> tuple[str, ...]:
    """Split authors: a list as Python or JSON writes it, or by semicolons, ``and``, commas."""
    names = _read_list(cell)
    if names:
        return names
    if ";" in cell or "\n" in cell:
        return split_list(cell)
    named = cell.replace(" and ", ";")
    parts = split_list(named.replace(",", ";"))
    are_whole = all(len(part.split()) >= _WORDS_OF_NAME for part in parts)
    return parts if are_whole else split_list(named)


def read_keywords(cell: str) -> tuple[str, ...]:
    """Read a cell of keywords: a list, or words between semicolons or commas."""
    return _read_list(cell) or split_keywords(cell)


def _make_reference(
    header: Sequence[str], columns: Mapping[str, int], row: Sequence[str], line: int
) -> Reference:
    cells = [unguard(cell) for cell in row]
    got = {value: cells[at] for value, at in columns.items() if at < len(cells)}
    return Reference(
        key=clean(got.get("key", "")),
        title=clean(got.get("title", "")),
        abstract=clean(got.get("abstract", "")),
        authors=read_names(got.get("authors", "")),
        year=read_year(got.get("year", "")),
        journal=clean(got.get("journal", "")),
        keywords=read_keywords(got.get("keywords", "")),
        doi=read_doi(got.get("doi", "")),
        url=clean(got.get("url", "")),
        included=read_label(got.get("included", "")),
        source=json.dumps(dict(zip(header, cells, strict=False)), ensure_ascii=False),
        line=line,
    )


def _read_list(cell: str) -> tuple[str, ...]:
    bare = cell.strip()
    if not (bare.startswith("[") and bare.endswith("]")) or len(bare) > _MAX_LIST:
        return ()
    try:
        found = ast.literal_eval(bare)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    return tuple(clean(str(each)) for each in found) if isinstance(found, list) else ()
