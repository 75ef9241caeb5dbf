"""The frontmatter of a note: keys, values and where they stand.

`python-frontmatter` names the format; its own splitting and loading lose data on a byte order
mark, leading blank lines, `{` and broken YAML, so both are done here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import yaml
from frontmatter.default_handlers import YAMLHandler

from noteweb.parse.code import Finding
from noteweb.parse.fence import Fences, find_fences
from noteweb.parse.node import Source, TooLarge, compose, raw_text, to_json
from noteweb.parse.tag import is_tag_key, read_tag_node
from noteweb.text.toml import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.model.note import Json

_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_TOML_KEY = re.compile(r"^[ \t]*+\[*+[ \t]*+(?:([\w-]+)|[\"']([^\"'\r\n]*))", re.MULTILINE)
_KEY_LINE = re.compile(
    r"(?P<key>(?:\"[^\"\r\n]*\"|'[^'\r\n]*')[ \t]*|[^\s#\[\]{}\"'|>%@`,&*!][^\r\n]*?)"
    r":(?=[ \t\r\n]|\Z)"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_ITEM = re.compile(r"[ \t]*-[ \t]\s*(\S.*)")


class Entry(NamedTuple):
    """One key of the frontmatter.

    Attributes
    ----------
    start, value_start, end : offsets in the file of the key, its value and the value's end
    node, source : the YAML node behind the value and its text; None where there is none
        (TOML, a key whose YAML is broken)
    """

    key: str
    value: Json
    start: int
    value_start: int
    end: int
    node: yaml.Node | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontmatter:
    """A note's frontmatter as read; `fences` is None where there is none."""

    fences: Fences | None = None
    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()


class NoteHandler(YAMLHandler):
    """python-frontmatter's YAML handler with noteweb's reading, for ``frontmatter.loads``."""

    def detect(self, text: str) -> bool:
        """Whether the text has a frontmatter."""
        return read_frontmatter(text).fences is not None

    def split(self, text: str) -> tuple[str, str]:
        """Split a text into its frontmatter and its body."""
        fences = read_frontmatter(text).fences
        if fences is None:
            return "", text
        return text[fences.start : fences.end], text[fences.body_start :]

    def load(self, fm: str, **_: object) -> dict[str, Json]:
        """Give the values of a frontmatter; broken YAML loses only what is broken."""
        entries, _findings = _read_yaml(fm, 0)
        return {entry.key: entry.value for entry in entries or ()}


def read_frontmatter(text: str) -> Frontmatter:
    """Read a note's frontmatter; whatever is wrong with it becomes findings.

    Text between two lines of --- that holds no ``key:`` is body (a thematic break began the note).
    """
    fences = find_fences(text)
    if fences is None:
        return Frontmatter()
    if isinstance(fences, int):
        message = "no closing --- was found; everything is read as the note's body"
        finding = Finding(code="frontmatter-unclosed", offset=fences, message=message)
        return Frontmatter(findings=(finding,))
    read = _read_yaml if fences.mark == "---" else _read_toml
    entries, findings = read(text[fences.start : fences.end], fences.start)
    if entries is None:
        return Frontmatter(findings=findings)
    return Frontmatter(fences=fences, entries=entries, findings=findings)


_Read = tuple[tuple[Entry, ...] | None, tuple[Finding, ...]]


def _read_yaml(text: str, offset: int) -> _Read:
    try:
        root, source = compose(text, offset)
    except TooLarge as large:
        return _salvage(
            text, offset, Finding(code=large.code, offset=offset, message=_WHY[large.code])
        )
    except yaml.YAMLError as error:
        return _salvage(text, offset, _syntax_finding(error, offset))
    if root is None:
        return (), ()
    if not isinstance(root, yaml.MappingNode):
        message = "the frontmatter holds no `key: value` lines"
        finding = Finding(code="frontmatter-not-mapping", offset=offset, message=message)
        is_prose = isinstance(root, yaml.ScalarNode)
        return (None if is_prose else ()), (finding,)
    entries, findings = _read_mapping(root, source)
    if source.restore:
        at = min(source.text.find(chr(code)) for code in source.restore)
        characters = " ".join(f"U+{ord(c):04X}" for c in list(source.restore.values())[:5])
        message = f"YAML does not allow {characters}"
        findings.insert(0, Finding(code="yaml-character", offset=offset + at, message=message))
    return tuple(entries), tuple(findings)


_WHY = {
    "yaml-expands": "aliases multiply beyond bounds; the raw text is kept",
    "yaml-too-deep": "nested more than 100 levels deep; the raw text is kept",
}


#: How newer libyaml says that its own limit was reached, which its scanner meets before ours.
_LIBRARY_DEPTH = "maximum nesting depth"


def _syntax_finding(error: yaml.YAMLError, offset: int) -> Finding:
    place = offset
    message = str(error)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place += mark.index if mark else 0
        message = " ".join(filter(None, (error.context, error.problem)))
    if _LIBRARY_DEPTH in message:
        return Finding(code="yaml-too-deep", offset=place, message=_WHY["yaml-too-deep"])
    return Finding(code="yaml-syntax", offset=place, message=message)


def _read_mapping(root: yaml.Node, source: Source) -> tuple[list[Entry], list[Finding]]:
    entries: dict[str, Entry] = {}
    findings: list[Finding] = []
    for key, value in root.value:
        entry = _read_entry(key, value, source, findings)
        if entry.key in entries:
            message = f"`{entry.key}` stands twice; this one counts"
            findings.append(Finding(code="yaml-key-twice", offset=entry.start, message=message))
        entries[entry.key] = entry
    return list(entries.values()), findings


def _read_entry(key: yaml.Node, node: yaml.Node, source: Source, findings: list[Finding]) -> Entry:
    start = source.offset + key.start_mark.index
    is_scalar = isinstance(key, yaml.ScalarNode)
    name = source.show(key.value) if is_scalar else raw_text(key, source)
    if not (is_scalar and isinstance(to_json(key, source), str)):
        message = f"the key {name[:60]!r} is no text"
        findings.append(Finding(code="yaml-key-not-text", offset=start, message=message))
    budget = source.budget[0]
    try:
        value = read_tag_node(node, source, findings) if is_tag_key(name) else to_json(node, source)
    except TooLarge as large:
        value = raw_text(node, source)
        source.budget[0] = budget
        findings.append(Finding(code=large.code, offset=start, message=_WHY[large.code]))
    findings.extend(_find_templates(node, source))
    return Entry(
        key=name,
        value=value,
        start=start,
        value_start=source.offset + node.start_mark.index,
        end=source.offset + node.end_mark.index,
        node=node,
        source=source,
    )


def _find_templates(root: yaml.Node, source: Source) -> Iterator[Finding]:
    """Find ``{{...}}``, which YAML takes for a map whose key is a map."""
    if source.text.find("{{", root.start_mark.index, root.end_mark.index) < 0:
        return
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        start = node.start_mark.index
        if source.text.startswith("{{", start):
            message = f"{raw_text(node, source)[:60]!r} is no value to YAML; its raw text is kept"
            yield Finding(code="yaml-template", offset=source.offset + start, message=message)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(reversed(node.value))
        else:
            stack.extend(value for _, value in reversed(node.value))


def _salvage(text: str, offset: int, finding: Finding) -> _Read:
    """Read each top-level key's lines alone, so that one broken key does not lose the others."""
    findings = [finding]
    entries: dict[str, Entry] = {}
    for start, end in _key_blocks(text):
        for entry in _salvage_block(text[start:end], offset + start):
            entries[entry.key] = entry
    if not entries:
        return None, (finding,)
    return tuple(entries.values()), tuple(findings)


def _key_blocks(text: str) -> list[tuple[int, int]]:
    starts: list[int] = []
    at = 0
    for line in _LINE.findall(text):
        if _KEY_LINE.match(line) and not line.startswith("- "):
            starts.append(at)
        at += len(line)
    return list(pairwise([*starts, at]))


def _salvage_block(text: str, offset: int) -> list[Entry]:
    try:
        root, source = compose(text, offset)
    except (yaml.YAMLError, TooLarge):
        return [_raw_entry(text, offset)]
    if not isinstance(root, yaml.MappingNode):
        return [_raw_entry(text, offset)]
    return _read_mapping(root, source)[0]


def _raw_entry(text: str, offset: int) -> Entry:
    """Keep a key whose YAML is broken: its items where it is a list, else its text."""
    match = _KEY_LINE.match(text)
    key, colon = (match["key"].strip().strip("\"'"), match.end()) if match else ("", 0)
    rest = text[colon:]
    lines = [line for line in rest.splitlines() if line.strip()]
    items = [item[1].rstrip() for line in lines if (item := _ITEM.match(line))]
    value: Json = rest.strip()
    if items and len(items) == len(lines):
        value = [item.strip("\"'") for item in items]
    indent = len(rest) - len(rest.lstrip())
    return Entry(
        key=key,
        value=value,
        start=offset,
        value_start=offset + colon + indent,
        end=offset + len(text.rstrip()),
    )


def _read_toml(text: str, offset: int) -> _Read:
    try:
        values = parse_toml(text.replace("\r\n", "\n"))
    except ValueError as error:
        return (), (Finding(code="toml-syntax", offset=offset, message=str(error)),)
    entries = []
    places: dict[str, int] = {}
    for found in _TOML_KEY.finditer(text):
        places.setdefault(found[1] or found[2], found.start())
    for key, value in values.items():
        start = offset + places.get(key, 0)
        end = offset + len(text)
        json = _toml_to_json(value)
        entries.append(Entry(key=key, value=json, start=start, value_start=start, end=end))
    return tuple(entries), ()


def _toml_to_json(value: object) -> Json:
    if isinstance(value, dict):
        return {str(key): _toml_to_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_toml_to_json(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
