"""What each problem code means, with an example and what to do; in the order of `codes.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from noteweb.errors import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a code says; `example` may have several lines."""

    code: str
    means: str
    example: str
    remedy: str


@cache
def read_explanations() -> dict[str, Explanation]:
    """Give the explanation of every code, by the code."""
    raw = tomllib.loads(files("noteweb").joinpath("codes.toml").read_text(encoding="utf-8"))
    return {code: Explanation(code=code, **told) for code, told in raw.items()}


def find_explanations(codes: tuple[str, ...]) -> tuple[Explanation, ...]:
    """Give the explanations of these codes, all without one.

    Raises
    ------
    BadRequest
        for a code that no problem has, with near ones

    Examples
    --------
    >>> [each.code for each in find_explanations(("link-anchor",))]
    ['link-anchor']
    """
    known = read_explanations()
    for code in codes:
        if code not in known:
            near = get_close_matches(code, known, n=3)
            hint = f"did you mean: {', '.join(near)}" if near else "see: noteweb check --explain"
            raise BadRequest(f"no problem has the code {code!r}", hint)
    return tuple(known[code] for code in dict.fromkeys(codes)) or tuple(known.values())
