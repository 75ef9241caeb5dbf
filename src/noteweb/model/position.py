"""Where a value of the frontmatter stands, and all that is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a file, with the places of a map's keys or a list's items.

    Attributes
    ----------
    line, column : counted from 1
    inside : by key; an item of a list by its number, from ``"0"``
    """

    line: int = 1
    column: int = 1
    inside: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, *keys: str | int) -> Position:
        """Give the place that the keys lead to, one inside the other, as far as it is known.

        Where there is no list, a number means the value itself: what stands alone is read as a
        list of one.

        Examples
        --------
        >>> Position(line=3, inside={"a": Position(line=4)}).at("a", 0).line
        4
        """
        found = self
        for key in keys:
            inner = found.inside.get(str(key))
            if inner is not None:
                found = inner
            elif isinstance(key, str):
                break
        return found


#: Where nothing better is known.
START = Position()
