"""Note attributes from the frontmatter, or from the properties at the top of a Logseq page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from noteweb.parse.code import Finding
from noteweb.parse.date import read_date
from noteweb.parse.fields import match_field
from noteweb.parse.tag import split_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noteweb.model.note import Json, Property
    from noteweb.parse.frontmatter import Entry

_CREATED = ("created", "date created", "created at", "creation date", "date", "ctime")
_UPDATED = ("updated", "modified", "date modified", "updated at", "last modified", "mtime")
_SEPARATOR = re.compile(r"\s*[,，]\s*")
_BRACKETS = re.compile(r"\[\[([^\[\]]*)\]\]")


class Attributes(NamedTuple):
    """What a note says of itself; empty where it says nothing."""

    id: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    description: str = ""
    created: str = ""
    updated: str = ""
    rest: dict[str, Json] = {}  # noqa: RUF012 - never changed; every key but the seven fields


def read_attributes(entries: Iterable[Entry]) -> tuple[Attributes, list[Finding]]:
    """Read a note's attributes; keys are matched without regard to case, `_` and `-`."""
    rest: dict[str, Json] = {}
    values: dict[str, Json] = {}
    findings: list[Finding] = []
    tags: list[str] = []
    for entry in entries:
        if match_field(entry.key) is not None:
            continue
        rest[entry.key] = entry.value
        key = entry.key.lower().replace("_", " ").replace("-", " ").strip()
        values[key] = entry.value
        if key in ("tags", "tag"):
            tags.extend(split_tags(entry.value))
        elif key == "id" and not (isinstance(entry.value, str) and entry.value.strip()):
            message = "`id` is no text; the note is known by its path"
            findings.append(Finding(code="id-not-text", offset=entry.start, message=message))
    attributes = Attributes(
        id=_text(values.get("id")) if isinstance(values.get("id"), str) else "",
        title=_text(values.get("title")),
        aliases=_names(values.get("aliases")) + _names(values.get("alias")),
        tags=tuple(tags),
        category=_text(values.get("category")) or _text(values.get("categories")),
        description=_text(values.get("description")),
        created=_date(values, _CREATED),
        updated=_date(values, _UPDATED),
        rest=rest,
    )
    return attributes, findings


def read_page_properties(properties: Iterable[Property], first_line: int) -> Attributes:
    """Read the ``key:: value`` lines that begin a Logseq page."""
    values: dict[str, str] = {}
    line = first_line
    for each in properties:
        if each.line != line:
            break
        values[each.key.lower()] = _BRACKETS.sub(r"\1", each.value)
        line += 1
    tags = tuple(tag.strip("# ") for tag in _names(values.get("tags")))
    return Attributes(
        title=values.get("title", ""),
        aliases=_names(values.get("alias")) + _names(values.get("aliases")),
        tags=tuple(tag for tag in tags if tag),
        description=values.get("description", ""),
        created=read_date(values.get("created", "")),
        updated=read_date(values.get("updated", "")),
    )


def _text(value: Json) -> str:
    if value is None or isinstance(value, list | dict):
        texts = [_text(item) for item in value] if isinstance(value, list) else []
        return ", ".join(text for text in texts if text)
    return " ".join(str(value).split())


def _names(value: Json) -> tuple[str, ...]:
    """Give names from a list, or from one text that commas part."""
    items = value if isinstance(value, list) else _SEPARATOR.split(_text(value))
    return tuple(dict.fromkeys(name for name in map(_text, items) if name))


def _date(values: dict[str, Json], keys: tuple[str, ...]) -> str:
    return next((read_date(text) for key in keys if (text := _text(values.get(key)))), "")
