"""A field written as a list or map: its leaves in the order of the file, with their groups.

``{all: [...]}`` is a joint condition: every group from 1 on must hold, and of one group's leaves
any. Outside of it a leaf counts by itself, group 0.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME_KEYS = ("name", "title", "tool", "domain", "note", "field")

_FREE = 0  # every leaf below counts by itself
_EACH = -1  # every child opens a group of its own


class Leaf(NamedTuple):
    """A scalar, the key it stands under (empty for one that only says what it is) and its group.

    `first` is the node it begins with: the key, else itself.
    """

    label: str
    first: yaml.Node
    node: yaml.ScalarNode
    group: int


class _Step(NamedTuple):
    """A node on the way to the leaves."""

    label: str
    first: yaml.Node
    node: yaml.Node
    group: int


def walk_typed(root: yaml.Node) -> Iterator[Leaf]:
    """Give the leaves of a list or map; what an alias repeats is given once.

    An explicit stack, since aliases may nest.
    """
    openings = count(1)
    numbers = {_FREE: _FREE}  # groups count in the order of their first leaf
    stack = [_Step("", root, root, _FREE)]
    seen: set[int] = set()
    while stack:
        step = stack.pop()
        if isinstance(step.node, yaml.ScalarNode):
            group = next(openings) if step.group == _EACH else step.group
            number = numbers.setdefault(group, len(numbers))
            yield Leaf(step.label, step.first, step.node, number)
        elif id(step.node) not in seen:
            seen.add(id(step.node))
            stack.extend(reversed(_children(step, openings)))


def _children(step: _Step, openings: Iterator[int]) -> list[_Step]:
    if isinstance(step.node, yaml.SequenceNode):
        opens = step.group == _EACH
        return [
            _Step("", node, node, _open_group(node, openings) if opens else step.group)
            for node in step.node.value
        ]
    pairs = [(k, v) for k, v in step.node.value if isinstance(k, yaml.ScalarNode)]
    opens = step.group == _EACH or (step.group == _FREE and _is_joint(step.node))
    return [
        _Step(
            "" if key.value.lower() in _NAME_KEYS else key.value,
            key,
            node,
            _open_group(node, openings, key.value) if opens else step.group,
        )
        for key, node in pairs
    ]


def _open_group(node: yaml.Node, openings: Iterator[int], key: str = "") -> int:
    """Give the group of a part of a joint condition; one that is joint itself has many."""
    return _EACH if key.lower() == "all" or _is_joint(node) else next(openings)


def _is_joint(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and any(
        isinstance(key, yaml.ScalarNode) and key.value.lower() == "all" for key, _ in node.value
    )
