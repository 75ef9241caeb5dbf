"""CSL-JSON, as Zotero and others export it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from noteweb.library.record import clean, problem, read_doi, read_label, read_year, split_keywords
from noteweb.model.reference import Reference
from noteweb.text.lines import index_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.errors import Problem

_MOST_BROKEN = 1_000  # each costs a look at all before it, since an error of `json` counts lines
_START = re.compile(r"\s*(?:\{\s*\"(?:items|references|data)\"\s*:\s*)?\[")
_NEXT = re.compile(r"[\s,]*")
_RESYNC = re.compile(r"\}\s*,\s*(?=\{)")


def read_csl_json(text: str, name: str) -> Iterator[Reference | Problem]:
    """Read a list of items, or one item; after a broken one the next is looked for."""
    lines = index_lines(text)
    start = _START.match(text)
    at = start.end() if start else 0
    decoder = json.JSONDecoder()
    n_broken = 0
    while (at := _skip(text, at)) < len(text) and text[at] not in "]}":
        line = lines.line(at)
        if n_broken == _MOST_BROKEN:
            reason = f"{n_broken} records before it are broken; from here on nothing is read"
            yield problem(name, line, "reference-broken", reason)
            return
        try:
            item, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            reason = f"the record is no JSON, line {error.lineno}: {error.msg}"
            yield problem(name, line, "reference-broken", reason)
            end = _resync(text, max(error.pos, at + 1))
            n_broken += 1
        except (RecursionError, ValueError) as error:  # the latter for a number of 4,300 digits
            what = (
                "is nested too deeply" if isinstance(error, RecursionError) else "holds no number"
            )
            yield problem(name, line, "reference-broken", f"the record {what}")
            end = _resync(text, at + 1)
        else:
            yield (
                _make_reference(item, text[at:end], line)
                if isinstance(item, dict)
                else problem(name, line, "reference-broken", "the record is no JSON object")
            )
        at = end


def _skip(text: str, at: int) -> int:
    match = _NEXT.match(text, at)
    return match.end() if match else at


def _resync(text: str, at: int) -> int:
    """Find where the next record may begin."""
    match = _RESYNC.search(text, at)
    return match.end() if match else len(text)


def _make_reference(item: dict[str, Any], source: str, line: int) -> Reference:
    return Reference(
        key=_text(item.get("id")) or _text(item.get("citation-key")),
        title=_text(item.get("title")),
        abstract=_text(item.get("abstract")),
        authors=tuple(name for name in map(_name, _list(item.get("author"))) if name),
        year=_year(item.get("issued")) or _year(item.get("year")),
        journal=_text(item.get("container-title")),
        keywords=tuple(
            part for value in _list(item.get("keyword")) for part in split_keywords(_text(value))
        ),
        doi=read_doi(_text(item.get("DOI"))),
        url=_text(item.get("URL")),
        included=read_label(str(item["included"])) if "included" in item else None,
        source=source,
        line=line,
    )


def _list(value: object) -> list[object]:
    """Give a list of what is one or none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _text(value: object) -> str:
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), "")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return clean(str(value))


def _name(value: object) -> str:
    """Give ``Family, Given``, or a name as it stands."""
    if not isinstance(value, dict):
        return _text(value)
    particle = _text(value.get("non-dropping-particle"))
    family = f"{particle} {_text(value.get('family'))}".strip()
    given = _text(value.get("given"))
    return _text(value.get("literal")) or ", ".join(part for part in (family, given) if part)


def _year(value: object) -> int | None:
    """Give the year of ``{"date-parts": [[2019, 5]]}``, of a raw date or of a number."""
    if isinstance(value, dict):
        parts = value.get("date-parts")
        while isinstance(parts, list) and parts:
            parts = parts[0]
        value = parts or value.get("raw") or value.get("literal")
    return read_year(str(value)) if isinstance(value, (str, int)) else None
