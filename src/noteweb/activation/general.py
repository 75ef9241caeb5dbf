"""Conditions and passages of every science, for vaults too small to have a background of their own.

They stand in the package as text and are no notes: they never fire and are never shown.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class General(NamedTuple):
    """What is said in research at large."""

    conditions: tuple[str, ...]
    passages: tuple[str, ...]


@cache
def read_general() -> General:
    """Read them from the package: one a paragraph, conditions first, a line of --- between."""
    text = files("noteweb.activation").joinpath("general.txt").read_text(encoding="utf-8")
    conditions, _, passages = text.partition("\n---\n")
    return General(_paragraphs(conditions), _paragraphs(passages))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
