"""JSON that every reader takes: strict numbers, and every name as it was."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any


def write_json(value: Any, *, indent: int | None = None) -> bytes:  # noqa: ANN401 - any JSON value
    r"""Give a value as UTF-8 JSON.

    A lone surrogate (a file name that is no UTF-8) is written as its escape ``\udc80``, so that
    every name reads back as it was; an infinite or undefined number, which JSON does not have, as
    its name.
    """
    marks = (",", ": ") if indent else (",", ":")
    text = json.dumps(
        make_finite(value), ensure_ascii=False, separators=marks, indent=indent, default=str
    )
    return text.encode("utf-8", "backslashreplace")


def make_finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Give a JSON value in which infinite and undefined numbers are their names."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: make_finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [make_finite(one) for one in value]
    return value
