"""Links in the frontmatter: ``[[note]]`` in any value, and the typed ones under ``relations``."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from noteweb.model.note import Link, LinkKind
from noteweb.parse.target import Target, split_wikilink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noteweb.model.note import Json
    from noteweb.parse.frontmatter import Entry
    from noteweb.text.lines import Lines

_WIKILINK = re.compile(r"!?\[\[([^\[\]\r\n]+)\]\]")
_TYPED = re.compile(r"\s*([^\s:\[\]][^:\[\]]{0,60}?)\s*::\s*(.*)", re.DOTALL)
_TYPE_KEYS = ("type", "relation", "kind", "rel")
_TARGET_KEYS = ("target", "to", "note", "id", "link")
_MAX_DEPTH = 20
_NEAR = 1_000  # characters in which the next relation is looked for


def find_frontmatter_links(
    text: str, span: tuple[int, int], entries: Sequence[Entry], lines: Lines
) -> list[Link]:
    """Find the links in a frontmatter's values; `where` is the key that holds them."""
    links: list[Link] = []
    starts = [entry.start for entry in entries]
    first = text.find("[", *span)  # one character is found ten times quicker than two
    if first >= 0 and text.find("[[", first, span[1]) >= 0:
        for match in _WIKILINK.finditer(text, *span):
            index = bisect_right(starts, match.start()) - 1
            split = split_wikilink(match[1])
            if index >= 0 and split is not None and not _is_relations(entries[index]):
                place = (match.start(), match.end())
                link = _link(split, place, lines)
                links.append(replace(link, where=entries[index].key))
    for entry in entries:
        if _is_relations(entry):
            links.extend(_relations(text, entry, lines))
    return links


def _is_relations(entry: Entry) -> bool:
    return entry.key.lower() in ("relations", "relation")


def _relations(text: str, entry: Entry, lines: Lines) -> Iterator[Link]:
    at = entry.value_start
    for relation, value in _walk(entry.value, "", 0):
        found = text.find(value, at, min(entry.end, at + len(value) + _NEAR))
        start = found if found >= 0 else entry.value_start
        stop = start + len(value) if found >= 0 else entry.end
        at = stop if found >= 0 else at
        inner = _WIKILINK.search(value)
        split = split_wikilink(inner[1] if inner else value)
        if split is not None:
            link = _link(split, (start, stop), lines)
            yield replace(link, where=entry.key, relation=relation)


def _walk(value: Json, relation: str, depth: int) -> Iterator[tuple[str, str]]:
    """Give pairs of relation and target from a map, a list of maps or a list of texts."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, relation, depth + 1)
    elif isinstance(value, dict):
        kind = next((value[key] for key in _TYPE_KEYS if key in value), None)
        target = next((value[key] for key in _TARGET_KEYS if key in value), None)
        if isinstance(kind, str) and target is not None:
            yield from _walk(target, kind, depth + 1)
            return
        for key, item in value.items():
            yield from _walk(item, key, depth + 1)
    elif isinstance(value, str) and value.strip():
        typed = _TYPED.match(value)
        pair = (typed[1], typed[2]) if typed else (relation, value)
        yield pair[0], pair[1].strip()


def _link(split: tuple[Target, str], span: tuple[int, int], lines: Lines) -> Link:
    target, label = split
    line, column = lines.position(span[0])
    return Link(
        kind=LinkKind.WIKILINK,
        target=target.file,
        heading=target.heading,
        block=target.block,
        label=label,
        line=line,
        column=column,
        start=span[0],
        end=span[1],
    )
