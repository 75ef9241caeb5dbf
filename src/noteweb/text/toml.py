"""TOML text to values, within what nesting a reader of them can follow."""

from __future__ import annotations

import re
import tomllib

_MAX_DEPTH = 100
# A key of so many parts costs tomllib the square of their number, and its tables lie in each other.
_DEEP_KEY = re.compile(
    rf"(?:\.[ \t]*+(?:[\w-]++|\"[^\"\r\n]*+\"|'[^'\r\n]*+')[ \t]*+){{{_MAX_DEPTH}}}"
)


def parse_toml(text: str) -> dict[str, object]:
    """Give the values of a TOML text; linear in its length.

    Raises
    ------
    ValueError
        Where it is no TOML, holds a number without end, or is nested more than 100 levels deep.
    """
    too_deep = f"nested more than {_MAX_DEPTH} levels deep"
    if _DEEP_KEY.search(text):
        raise ValueError(too_deep)
    try:
        values = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(too_deep) from error
    if _is_deeper(values, _MAX_DEPTH):
        raise ValueError(too_deep)
    return values


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner)
