"""A reference: one record of a library of literature, as reference managers keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A publication known by its record. Every text is one line, LaTeX and entities decoded.

    Attributes
    ----------
    key : the library's own name for it where it has one, unique in the library
    doi : without ``https://doi.org/`` before it
    included : a label that came with the library (asreview's columns); None where it has none
    source : the record as it stands in the library, from which an export is made without loss; of
        a table the row as a JSON object, since cells mean nothing without their columns
    line : where it begins in the library's file, from 1
    """

    key: str
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    keywords: tuple[str, ...] = ()
    doi: str = ""
    url: str = ""
    included: bool | None = None
    source: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What a library's file holds, in its order, and what in it could not be read."""

    references: tuple[Reference, ...]
    problems: tuple[Problem, ...] = ()
