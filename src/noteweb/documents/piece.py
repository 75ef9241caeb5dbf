"""Pieces of text on a page, as the PDF process hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of one line, in points from the lower left of the page as it is read.

    `n_bold` counts the characters at its start that are bold; `has_hyphen` says that a hyphen,
    left out of `text`, ended its line.
    """

    x0: float
    x1: float
    y: float  # of the baseline
    size: float  # of the font as shown
    font: str
    n_bold: int
    has_hyphen: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's pieces in the order of the file.

    Attributes
    ----------
    has_scan : whether pictures cover a good part of it
    margin : what runs across the text, such as arXiv's stamp
    """

    width: float
    height: float
    has_scan: bool
    pieces: tuple[Piece, ...]
    margin: tuple[str, ...] = ()
