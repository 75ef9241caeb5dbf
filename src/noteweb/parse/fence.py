"""Where a note's frontmatter lies: the lines of --- (or +++) around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(
    r"(?P<prefix>\ufeff?(?:[ \t]*+(?:\r\n?|\n))*+)(?P<mark>---|\+\+\+)[ \t]*+(?:\r\n?|\n|\Z)"
)
_REST_OF_FENCE = re.compile(r"[ \t]*+(?:\r\n?|\n|\Z)")
# Begins with one character, to which the search skips.
_CLOSING_LF = re.compile(r"\n(---|\+\+\+|\.\.\.)[ \t]*+(?:\n|\Z)")
_CLOSING = re.compile(r"[\r\n](---|\+\+\+|\.\.\.)[ \t]*+(?=[\r\n]|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fences:
    """The places of a frontmatter's fences.

    ``text[:prefix_end]`` is a byte order mark and blank lines, ``text[prefix_end:start]`` the
    opening fence, ``text[start:end]`` the frontmatter, ``text[end:body_start]`` the closing fence.
    """

    mark: str
    prefix_end: int
    start: int
    end: int
    body_start: int


def find_fences(text: str) -> Fences | int | None:
    """Find the frontmatter's fences.

    A fence is a line of exactly three hyphens (three plus signs for TOML) at the margin; YAML's
    ``...`` closes too. A byte order mark and blank lines may come first.

    Returns
    -------
    The fences; the offset of an opening fence that nothing closes; None for a note without.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None
    closing = _find_closing(text, opening["mark"], opening.end())
    if closing is None:
        return opening.end("prefix")
    rest = _REST_OF_FENCE.match(text, closing + len(opening["mark"]))
    return Fences(
        mark=opening["mark"],
        prefix_end=opening.end("prefix"),
        start=opening.end(),
        end=closing,
        body_start=rest.end() if rest else len(text),
    )


def _find_closing(text: str, mark: str, start: int) -> int | None:
    """Find where the closing fence's line begins."""
    marks = (mark, "...") if mark == "---" else (mark,)
    if "\r" in text:
        matches = _CLOSING.finditer(text, start - 1)
        return next((m.start(1) for m in matches if m[1] in marks), None)
    matches = _CLOSING_LF.finditer(text, start - 1)
    return next((m.start(1) for m in matches if m[1] in marks), None)
