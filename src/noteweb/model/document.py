"""A document handed to noteweb: a paper, a page, a reference with its abstract.

All offsets are characters into `Document.text`; lines and pages count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence, ``document.text[start:end]`` with runs of white space made one blank.

    `line` counts within `page` where there are pages, else through the file. `section` is the
    heading it stands under, empty where none is known.
    """

    text: str
    start: int
    end: int
    line: int
    page: int | None = None
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document read: its text as a person reads it, and the sentences in that order.

    Attributes
    ----------
    name : the file's path as it was given, ``-`` for standard input, ``file#key`` for a reference
    title : of the document itself, empty where none is found
    identifiers : such as ``doi:10.1073/pnas.1903070116`` and ``arxiv:1611.03530``, lower case,
        the document's own first; those of its references are left out
    n_pages : None where the format has none
    text : without the references at its end
    """

    name: str
    title: str = ""
    identifiers: tuple[str, ...] = ()
    n_pages: int | None = None
    text: str
    sentences: tuple[Sentence, ...]
