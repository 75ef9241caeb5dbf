"""Single values of the frontmatter: words, numbers, members of a vocabulary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from enum import StrEnum

    from noteweb.model.note import Json

    T = TypeVar("T", bound=StrEnum)


def read_number(raw: Json) -> float | None:
    """Give a finite number or None; PyYAML gives ``1e-3`` as text, so text is read too."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def read_word(raw: Json) -> str:
    """Give a scalar as text on one line: a claim named 2024 is named by the number's digits."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return ""
    try:
        return " ".join(str(raw).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return ""


def read_member(kind: type[T], raw: Json) -> T | None:
    """Give the member of the vocabulary, without regard to case, or None."""
    word = raw.strip().lower() if isinstance(raw, str) else ""
    return next((member for member in kind if member.value == word), None)


def list_members(kind: type[StrEnum]) -> str:
    """Give the vocabulary for a message."""
    return ", ".join(member.value for member in kind)


def name_type(raw: Json) -> str:
    """Give what the value is in a reader's words."""
    names = {dict: "map", list: "list", str: "text", bool: "yes/no", type(None): "blank"}
    return names.get(type(raw), "number")


def quote(raw: Json) -> str:
    """Give the value for a message: text in quotes, anything else by what it is."""
    return repr(raw[:60]) if isinstance(raw, str) else f"a {name_type(raw)}"
