"""Tags of the frontmatter, with the spelling their author gave them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from noteweb.parse.code import Finding
from noteweb.parse.node import Source, to_json

if TYPE_CHECKING:
    from noteweb.model.note import Json

_REST_OF_LINE = re.compile(r"[^\r\n]*")
_COMMENT_TAG = re.compile(r"[ \t]*(#[^\s#].*?)[ \t]*\Z")
_SEPARATOR = re.compile(r"[,;，、]|\s(?=#)")  # a run of blanks in it would be tried at each of them
_MARKS = frozenset(",;#")
_SPACES = re.compile(r"\s+")


def is_tag_key(key: str) -> bool:
    """Whether a frontmatter key holds tags."""
    return key.lower() in ("tags", "tag")


def read_tag_node(node: yaml.Node, source: Source, findings: list[Finding]) -> Json:
    """Give the value of a ``tags`` key: scalars as spelt, and what YAML took for a comment."""
    if isinstance(node, yaml.ScalarNode):
        return _spelling(node, source, findings) or None
    if not isinstance(node, yaml.SequenceNode):
        return to_json(node, source)
    source.budget[0] -= len(node.value)
    return [
        (_spelling(child, source, findings) or None)
        if isinstance(child, yaml.ScalarNode)
        else to_json(child, source)
        for child in node.value
    ]


def _spelling(node: yaml.ScalarNode, source: Source, findings: list[Finding]) -> str:
    value: str = node.value.translate(source.restore) if source.restore else node.value
    if node.style and value:  # quoted or a block: no comment can follow on the line
        return value
    end = node.end_mark.index
    if source.text[end : end + 1] == "\n":
        return value
    rest = _REST_OF_LINE.match(source.text, end)
    comment = _COMMENT_TAG.match(rest[0]) if rest else None
    if comment is None:
        return value
    message = f"{comment[1]!r} is a comment to YAML; it was read as a tag (put it in quotes)"
    findings.append(Finding(code="tag-comment", offset=source.offset + end, message=message))
    return f"{value} {comment[1]}".strip()


def split_tags(value: Json) -> tuple[str, ...]:
    """Split the value of a ``tags`` key into tags without ``#``, in order, without doubles.

    A text is split at commas and blanks, an item of a list at commas and before ``#`` only, so
    that a tag of two words in a list stays one.
    """
    tags: list[str] = []
    if isinstance(value, str):
        for piece in _SEPARATOR.split(value):
            tags.extend(_SPACES.split(piece))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                is_one = item.isascii() and not _MARKS.intersection(item)
                tags.extend((item,) if is_one else _SEPARATOR.split(item))
            else:
                tags.extend(_flatten(item))
    elif value is not None and not isinstance(value, dict):
        tags.append(str(value))
    cleaned = (tag.strip().strip("#").strip().strip("/") for tag in tags)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _flatten(item: Json) -> tuple[str, ...]:
    if isinstance(item, list):
        return split_tags(item)
    return () if item is None or isinstance(item, dict) else (str(item),)
