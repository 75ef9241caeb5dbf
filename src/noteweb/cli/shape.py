"""Rows written as JSON, JSON lines, CSV or paths."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Any

from noteweb.cli.options import HitFormat
from noteweb.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.row import Row

_OBEYED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def write_rows(
    rows: Sequence[Row],
    form: HitFormat,
    whole: Mapping[str, Any] | Sequence[Row],
    columns: Sequence[str] = (),
) -> str:
    """Give rows in any form but text.

    Parameters
    ----------
    whole : what ``--format json`` writes
    columns : of a table without rows; else they are the first row's
    """
    if form is HitFormat.JSON:
        return to_json(whole)
    if form is HitFormat.JSONL:
        return "".join(f"{_calm(json.dumps(row, ensure_ascii=False))}\n" for row in rows)
    if form is HitFormat.PATHS:
        return _seen("".join(path + "\n" for path in dict.fromkeys(row["path"] for row in rows)))
    return _seen(_to_csv(rows, columns))


def _seen(text: str) -> str:
    """Give what has no escapes of its own: a program gets each character, a terminal no control."""
    return visible(text) if sys.stdout.isatty() else text


def to_json(value: object) -> str:
    """Give a value as JSON for people and programs: indented, in its own script; paths as text."""
    return _calm(json.dumps(value, ensure_ascii=False, indent=2, default=str)) + "\n"


def _calm(text: str) -> str:
    """Escape what JSON need not and a terminal may obey."""
    return text if text.isascii() and "\x7f" not in text else text.translate(_OBEYED)


def _to_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    names = [
        *(name for row in rows[:1] for name, value in row.items() if not isinstance(value, list))
    ] or list(columns)
    if not names:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
