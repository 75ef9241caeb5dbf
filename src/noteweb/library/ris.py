"""RIS, as databases and reference managers export it.

Own, since rispy gives no places and stops at the first line it does not know; the format is one
tag a line. Labels are asreview's: a note ``ASReview_relevant``.
Source: the RIS format specification of Research Information Systems (2011 revision).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.library.record import clean, problem, read_doi, read_year, split_list
from noteweb.model.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noteweb.errors import Problem

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,3}-(?: (.*)|\Z)")
_LABEL = re.compile(r"ASReview_(relevant|irrelevant)\b")
_LABELS = {"relevant": True, "irrelevant": False}
_SHOWN = 60  # characters of a line that belongs to no record


def read_ris(text: str, name: str) -> Iterator[Reference | Problem]:
    """Read the records between TY and ER; a line without a tag goes on with the one before."""
    record: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        tag = _TAG.match(line)
        is_start = tag is not None and tag[1] == "TY"
        if is_start and record:
            yield read_record("\n".join(record), first)
            record = []
        if is_start:
            first = number
        if is_start or (record and line.strip()):
            record.append(line)
        elif not record and line.strip():
            message = f"the line stands outside of any record: {clean(line)[:_SHOWN]}"
            yield problem(name, number, "reference-stray-line", message)
        if record and tag is not None and tag[1] == "ER":
            yield read_record("\n".join(record), first)
            record = []
    if record:
        yield read_record("\n".join(record), first)


def read_record(source: str, line: int = 1) -> Reference:
    """Read one record."""
    values = list_values(source)
    notes = " ".join(values.get("N1", ()))
    label = _LABEL.search(notes)
    return Reference(
        key=clean(_first(values, "ID")),
        title=clean(_first(values, "TI", "T1", "CT", "BT")),
        abstract=clean(_first(values, "AB", "N2")),
        authors=tuple(
            name for tag in ("AU", "A1") for name in map(clean, values.get(tag, ())) if name
        ),
        year=read_year(_first(values, "PY", "Y1", "DA")),
        journal=clean(_first(values, "JO", "JF", "T2", "JA", "J2")),
        keywords=tuple(word for value in values.get("KW", ()) for word in split_list(value)),
        doi=read_doi(_first(values, "DO")),
        url=clean(_first(values, "UR", "L2")),
        included=_LABELS[label[1]] if label else None,
        source=source,
        line=line,
    )


def list_values(source: str) -> dict[str, list[str]]:
    """Give the values of each tag, in their order."""
    values: dict[str, list[str]] = {}
    current: list[str] = []
    for line in source.split("\n"):
        tag = _TAG.match(line)
        if tag is not None:
            current = values.setdefault(tag[1], [])
            current.append(tag[2] or "")
        elif current:
            current[-1] += f"\n{line}"
    return values


def _first(values: Mapping[str, Sequence[str]], *tags: str) -> str:
    return next((value for tag in tags for value in values.get(tag, ()) if value.strip()), "")
