"""Where the parts of a frontmatter value stand in the file."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import yaml

from noteweb.model.position import Position

if TYPE_CHECKING:
    from noteweb.parse.frontmatter import Entry
    from noteweb.parse.node import Source
    from noteweb.text.lines import Lines


def find_position(entry: Entry, lines: Lines) -> Position:
    """Give where the key stands and, where its value was read from YAML, all that is in it."""
    line, column = lines.position(entry.start)
    # Text for what is no scalar: aliases multiplied beyond bounds, and so would the places.
    is_kept = entry.node is not None and not isinstance(entry.value, str)
    inside = _look_inside(entry.node, entry.source, lines) if is_kept and entry.source else {}
    return Position(line=line, column=column, inside=MappingProxyType(inside))


def _look_inside(node: yaml.Node | None, source: Source, lines: Lines) -> dict[str, Position]:
    """Give the places of keys or items, named as `to_json` names them."""
    if isinstance(node, yaml.SequenceNode):
        return {
            str(number): _locate(child, child, source, lines)
            for number, child in enumerate(node.value)
        }
    if not isinstance(node, yaml.MappingNode):
        return {}
    if any(not isinstance(key, yaml.ScalarNode) for key, _ in node.value):
        return {}
    return {source.show(key.value): _locate(key, value, source, lines) for key, value in node.value}


def _locate(first: yaml.Node, value: yaml.Node, source: Source, lines: Lines) -> Position:
    line, column = lines.position(source.offset + first.start_mark.index)
    inside = MappingProxyType(_look_inside(value, source, lines))
    return Position(line=line, column=column, inside=inside)
