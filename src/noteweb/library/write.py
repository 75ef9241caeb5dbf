"""Libraries written: RIS and CSV, which read back to the references they were made of.

`key` to `included` come back as they were; `source` and `line` are those of the new file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.library.ris import read_record
from noteweb.library.table import COLUMNS, fold_name, guard, read_keywords, read_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from noteweb.model.reference import Reference

_LABEL_LINE = re.compile(
    r"^N1 {0,3}- ?ASReview_(?:relevant|irrelevant|not_seen)[ \t]*\n?", re.MULTILINE
)
_ADDED = "noteweb_"
_ADDED_LINE = re.compile(rf"^N1 {{0,3}}- ?{_ADDED}\w+: [^\n]*\n?", re.MULTILINE)
_NOTHING: Mapping[str, Mapping[str, str]] = MappingProxyType({})
_END_LINE = re.compile(r"\nER {0,3}-[^\n]*\Z")
_ID_LINE = re.compile(r"^ID {0,3}- ", re.MULTILINE)
_LABELS = {True: "relevant", False: "irrelevant"}
_KNOWN = frozenset(name for names in COLUMNS.values() for name in names)


def write_ris(
    references: Iterable[Reference], added: Mapping[str, Mapping[str, str]] = _NOTHING
) -> str:
    """Write references as RIS; what came from RIS keeps every tag that it had.

    A label is written as asreview does, in a note: ``ASReview_relevant``.

    Parameters
    ----------
    added : more values of a record by its key, written as a note each: ``noteweb_NAME: VALUE``
    """
    return "".join(
        f"{_write_record(reference, added.get(reference.key, {}))}\n\n" for reference in references
    )


def write_csv(
    references: Iterable[Reference], added: Mapping[str, Mapping[str, str]] = _NOTHING
) -> str:
    """Write references as CSV; columns of a table that noteweb has no name for are kept.

    Parameters
    ----------
    added : more values of a record by its key, in columns ``noteweb_NAME``

    No cell can be run as a formula: one that begins like one gets an apostrophe before it, which
    is taken off where the file is read.
    """
    rows = tuple(references)
    extras = [_read_extras(each) | _name_added(added.get(each.key, {})) for each in rows]
    names = list(dict.fromkeys(name for extra in extras for name in extra))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(map(guard, (*COLUMNS, *names)))
    for reference, extra in zip(rows, extras, strict=True):
        cells = (*_list_cells(reference), *(extra.get(name, "") for name in names))
        writer.writerow(map(guard, cells))
    return stream.getvalue()


def _write_record(reference: Reference, added: Mapping[str, str]) -> str:
    record = _label_source(reference) or _make_record(reference)
    notes = "".join(
        f"N1  - {name}: {value}\n" for name, value in _name_added(added).items() if value
    )
    return f"{_END_LINE.sub('', record)}\n{notes}ER  - "


def _name_added(added: Mapping[str, str]) -> dict[str, str]:
    return {f"{_ADDED}{name}": value for name, value in added.items()}


def _make_record(reference: Reference) -> str:
    tags = [
        ("TY", "JOUR" if reference.journal else "GEN"),
        ("ID", reference.key),
        ("TI", reference.title),
        *(("AU", name) for name in reference.authors),
        ("PY", "" if reference.year is None else str(reference.year)),
        ("JO", reference.journal),
        ("AB", reference.abstract),
        *(("KW", word) for word in reference.keywords),
        ("DO", reference.doi),
        ("UR", reference.url),
        ("N1", "" if reference.included is None else f"ASReview_{_LABELS[reference.included]}"),
    ]
    lines = [f"{tag}  - {value}" for tag, value in tags if value]
    return "\n".join((*lines, "ER  - "))


def _label_source(reference: Reference) -> str | None:
    """Give the record as it stood, with key and label as they are now.

    None where it was no RIS, or where another value has changed since it was read.
    """
    if not reference.source.lstrip().startswith("TY"):
        return None
    source = _END_LINE.sub("", _ADDED_LINE.sub("", _LABEL_LINE.sub("", reference.source)))
    has_key = read_record(source).key == reference.key
    added = [] if has_key else [f"ID  - {reference.key}"]
    if not has_key:
        source = "\n".join(line for line in source.split("\n") if not _ID_LINE.match(line))
    if reference.included is not None:
        added.append(f"N1  - ASReview_{_LABELS[reference.included]}")
    record = "\n".join((source.rstrip("\n"), *added, "ER  - "))
    return record if _same(read_record(record), reference) else None


def _same(one: Reference, other: Reference) -> bool:
    return replace(one, source="", line=1) == replace(other, source="", line=1)


def _read_extras(reference: Reference) -> dict[str, str]:
    """Give the cells of a table's row whose columns have no name here."""
    try:
        row = json.loads(reference.source) if reference.source.startswith("{") else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(row, dict) or not all(isinstance(cell, str) for cell in row.values()):
        return {}  # CSL-JSON, whose values are more than cells
    return {name: row[name] for name in row if fold_name(name) not in _KNOWN and name.strip()}


def _list_cells(reference: Reference) -> Sequence[str]:
    """Give the cells in the order of `COLUMNS`."""
    label = "" if reference.included is None else str(int(reference.included))
    return (
        reference.key,
        reference.title,
        reference.abstract,
        _join(reference.authors, read_names),
        "" if reference.year is None else str(reference.year),
        reference.journal,
        _join(reference.keywords, read_keywords),
        reference.doi,
        reference.url,
        label,
    )


def _join(values: Sequence[str], split: Callable[[str], tuple[str, ...]]) -> str:
    """Join values so that they come apart again: by semicolons, else as a JSON list."""
    joined = "; ".join(values)
    return joined if split(joined) == tuple(values) else json.dumps(values, ensure_ascii=False)
