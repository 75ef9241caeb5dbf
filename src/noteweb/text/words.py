"""Word lists as they stand in the code: in running text, several to a line."""

from __future__ import annotations


def list_words(text: str) -> tuple[str, ...]:
    """Give the words of a text that white space parts, in order."""
    return tuple(text.split())
