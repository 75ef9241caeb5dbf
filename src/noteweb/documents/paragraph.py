"""Lines of a PDF cut into runs: where a heading, a caption, a row or a paragraph begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noteweb.documents.block import Kind
from noteweb.documents.heading import (
    is_caption,
    is_known_heading,
    is_numbered,
    match_item,
    may_be_heading,
)
from noteweb.documents.rejoin import Run, ends_sentence, is_full
from noteweb.documents.style import LARGER, has_same_font, has_same_size, is_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.documents.column import Line
    from noteweb.documents.style import Placed, Style

_INDENT_EM = 0.8
_SMALLER = 0.95  # than the text: no heading
_SMALLEST = 0.85  # than the text: no heading with a number
_WIDER_GAP = 1.3  # than the usual leading: a new paragraph
_WIDER_FORMULA = 2.6  # room around a formula belongs to its sentence
_HEADING_GAP = 1.1  # of the leading, above a heading
_HEADING_LINES, _HEADING_LEADING_EM = 4, 2.2
_BREAK = 0.6  # of the column: a line that ends before was broken on purpose
_MIN_CELLS = 3  # of a table's row in the size of the text
_MIN_OUTLINE = 5  # bookmarks, from which on they are the paper's headings
_MAX_LABEL = 6  # characters of a formula's scraps
_FORMULA = re.compile(r"[=≈≤≥∑∫∂∝∈≜≡←→⇒∀∃√]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*∗†‡§¶]) ?[^\W\d_(]")
_BULLETS = "•◦▪‣●○■"


def cut_runs(lines: Iterable[Placed], style: Style) -> Iterator[Run]:
    """Cut lines where a block ends."""
    kind = Kind.TEXT
    run: list[Placed] = []
    for placed in lines:
        found = _classify(placed, run[-1] if run else None, style)
        if run and not _goes_on(kind, run, placed, found, style):
            yield Run(kind=kind, lines=tuple(run))
            run = []
        if not run:
            kind = found
        run.append(placed)
    if run:
        yield Run(kind=kind, lines=tuple(run))


def _classify(placed: Placed, before: Placed | None, style: Style) -> Kind:
    line = placed.line
    if is_caption(line.text) and _may_begin(placed, before, style):
        return Kind.CAPTION
    if _is_heading(placed, before, style):
        return Kind.HEADING
    is_row = line.n_cells >= _MIN_CELLS or (line.n_cells > 1 and line.size < style.size)
    return Kind.ROW if is_row and not _is_formula(line) else Kind.TEXT


def _is_heading(placed: Placed, before: Placed | None, style: Style) -> bool:
    line = placed.line
    is_number = is_numbered(line.text)
    if not may_be_heading(line.text) or (line.n_cells > 1 and not is_number):
        return False
    if is_known_heading(line.text):
        return True
    is_strong = line.size >= LARGER * style.size or line.n_bold >= len(line.text)
    if len(style.outline) >= _MIN_OUTLINE:
        return (is_strong or is_number) and style.is_in_outline(line.text)
    is_slanted = "ital" in line.font.casefold() or "obli" in line.font.casefold()
    is_strong |= is_number and (line.text.isupper() or is_slanted)
    smallest = style.size * (_SMALLEST if is_number else _SMALLER)
    return is_strong and line.size > smallest and _is_apart(placed, before, style)


def _may_begin(placed: Placed, before: Placed | None, style: Style) -> bool:
    """Whether a line may begin a block: no sentence above goes on with it."""
    if before is None or not is_below(before, placed):
        return True
    gap = before.line.y - placed.line.y
    is_far = not 0 < gap <= _HEADING_GAP * style.leading * placed.line.size
    return is_far or not has_same_font(before.line, placed.line) or ends_sentence(before.line.text)


def _is_apart(placed: Placed, before: Placed | None, style: Style) -> bool:
    """Whether there is room above a line, or a heading of its kind."""
    line = placed.line
    if before is None or not is_below(before, placed):
        return True
    gap = before.line.y - line.y
    return gap > _HEADING_GAP * style.leading * line.size or has_same_font(before.line, line)


def _goes_on(kind: Kind, run: Sequence[Placed], placed: Placed, found: Kind, style: Style) -> bool:
    """Whether a line belongs to the run before it."""
    before, line = run[-1], placed.line
    if not is_below(before, placed) or kind is Kind.ROW:
        return False
    if kind is not Kind.HEADING:
        return found is Kind.TEXT and not _starts_paragraph(run, line, style)
    is_near = 0 < before.line.y - line.y < _HEADING_LEADING_EM * line.size
    is_new = is_numbered(line.text) or is_known_heading(before.line.text)
    is_rest = before.line.has_hyphen or line.text[:1].islower()
    is_alike = (found is Kind.HEADING or is_rest) and has_same_font(before.line, line)
    return is_alike and is_near and not is_new and len(run) < _HEADING_LINES


def _starts_paragraph(run: Sequence[Placed], line: Line, style: Style) -> bool:
    before = run[-1].line
    gap = before.y - line.y
    if _is_formula(line) or (_is_formula(before) and line.text[:1].islower()):
        return gap > _WIDER_FORMULA * style.leading * style.size
    is_far = gap > _WIDER_GAP * style.leading * max(line.size, before.size)
    if gap <= 0 or is_far or not has_same_size(before, line):
        return True
    return _is_item(run, line, style) or _is_set_off(run, line)


def _is_item(run: Sequence[Placed], line: Line, style: Style) -> bool:
    """Whether a line begins an item of a list, or a footnote."""
    before = run[-1]
    is_moved = abs(line.x0 - before.line.x0) > _INDENT_EM * line.size
    if line.size < _SMALLER * style.size and _FOOTNOTE.match(line.text):
        return is_moved or line.x0 > line.left + _INDENT_EM * line.size
    if not match_item(line.text):
        return False
    first = run[0].line.text
    is_bullet = line.text[0] in _BULLETS or (line.text[0] == "[" == first[:1])
    return is_bullet or is_moved or ends_sentence(before.line.text) or not is_full(before)


def _is_set_off(run: Sequence[Placed], line: Line) -> bool:
    """Whether its indent or a short line above show that a line begins a paragraph."""
    before = run[-1].line
    indent = (line.x0 - before.x0) / (line.size or 1.0)
    if _is_formula(before):
        return line.text[:1].isupper() and not before.text.endswith(",")
    if indent > _INDENT_EM:
        return len(run) > 1 or not match_item(before.text)
    if indent < -_INDENT_EM and len(run) > 1:
        return True
    if ends_sentence(before.text):
        return not is_full(run[-1])
    is_broken = before.x1 < before.left + _BREAK * (before.right - before.left)
    return is_broken and line.text[:1].isupper() and not before.has_hyphen


def _is_formula(line: Line) -> bool:
    """Whether a line is mathematics set apart, not words."""
    tokens = line.text.split()
    n_words = sum(1 for token in tokens if _WORD.search(token))
    if len(line.text) <= _MAX_LABEL and not n_words:
        return True
    return 3 * n_words < len(tokens) and _FORMULA.search(line.text) is not None
