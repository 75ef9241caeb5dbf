"""Cut a text into pieces of at most so many tokens, at the coarsest boundaries that allow it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Span = tuple[int, int]

_LINE_END = re.compile(r"\r\n|\n|\r(?!\n)")
_BLANK_LINE = re.compile(rf"(?:{_LINE_END.pattern})[^\S\r\n]*(?:{_LINE_END.pattern})\s*")
#: Base64 and the like: 300 characters is beyond any word, address or path, and one embedded
#: picture would otherwise make a thousand meaningless passages.
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{300,}")
#: Characters that are tokenized at once: no paragraph of a real note is as long.
_LONGEST = 200_000
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff"  # kana and Han: no blanks between words
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")


class Tokenizer(Protocol):
    """Where a model's tokens stand in a text."""

    def offsets(self, text: str) -> Sequence[Span]:
        """Character spans of the text's tokens, in order, special tokens left out."""
        ...


class WordTokenizer:
    """Words, Han and kana characters and punctuation as tokens, for machines without a model."""

    def offsets(self, text: str) -> Sequence[Span]:
        """Give the character spans of words and of single characters."""
        return [match.span() for match in _WORD.finditer(text)]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a listing, which is cut at lines only."""

    start: int
    end: int
    is_listing: bool


def find_runs(text: str, span: Span, *, is_listing: bool) -> list[list[Block]]:
    """Find the paragraphs of a span, in runs that encoded data (Base64) separate.

    A listing is one block. A block without a letter or digit is left out.
    """
    return [
        [
            Block(*trimmed, is_listing=is_listing)
            for paragraph in ([stretch] if is_listing else _between(_BLANK_LINE, text, stretch))
            if has_words(text[slice(*(trimmed := trim(text, *paragraph)))])
        ]
        for stretch in _between(_BLOB, text, span)
    ]


def cut_runs(
    text: str, runs: Iterable[Sequence[Block]], tokenizer: Tokenizer, budget: int
) -> Iterator[Span]:
    """Cut runs of blocks into spans of at most ``budget`` tokens, none across two runs.

    Neighbouring blocks share a span as long as they fit. A block that does not fit is cut at its
    sentences, then at its lines, then at white space, then between tokens. Each run is tokenized
    once, a very long one stretch by stretch, so that memory stays bounded.
    """
    for run in (stretch for whole in runs for stretch in _stretches(text, whole)):
        origin = run[0].start
        if surely_fits(text[origin : run[-1].end], budget):
            yield origin, run[-1].end
            continue
        offsets = tokenizer.offsets(text[origin : run[-1].end])
        count = _TokenCount([origin + start for start, _ in offsets])
        pieces = [piece for block in run for piece in _fit_block(text, block, count, budget)]
        yield from _fill(pieces, count, budget)


def surely_fits(text: str, budget: int) -> bool:
    """Tell, without the tokenizer, whether a text can have no more than ``budget`` tokens.

    A token of an ASCII text has a character of its own; other scripts may need several for one.
    Most units of a note are that short, and the tokenizer is what cutting spends its time on.
    """
    return text.isascii() and len(text) - text.count(" ") <= budget


def trim(text: str, start: int, end: int) -> Span:
    """Take the white space off both ends of a span."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, end - (len(piece) - len(piece.rstrip())))


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in it."""
    return any(character.isalnum() for character in text)


def _stretches(text: str, run: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Give a run as it is, or parts of at most `_LONGEST` characters of it."""
    if run[-1].end - run[0].start <= _LONGEST:
        yield run
        return
    part: list[Block] = []
    for block in (short for whole in run for short in _shortened(text, whole)):
        if part and block.end - part[0].start > _LONGEST:
            yield part
            part = []
        part.append(block)
    yield part


def _shortened(text: str, block: Block) -> Iterator[Block]:
    """Give a block in pieces of at most `_LONGEST` characters: at lines, at stops, at blanks."""
    start = block.start
    while block.end - start > _LONGEST:
        middle, limit = start + _LONGEST // 2, start + _LONGEST
        marks = ("\n",) if block.is_listing else ("\n", ". ", " ")
        ends = (text.rfind(mark, middle, limit) + len(mark) for mark in marks)
        end = next((end for end in ends if end > middle), limit)
        trimmed = trim(text, start, end)
        if trimmed[0] < trimmed[1]:
            yield Block(*trimmed, is_listing=block.is_listing)
        start = end
    trimmed = trim(text, start, block.end)
    if trimmed[0] < trimmed[1]:
        yield Block(*trimmed, is_listing=block.is_listing)


@dataclass(frozen=True, slots=True)
class _TokenCount:
    """Counts tokens of any stretch of a text that was tokenized once."""

    starts: Sequence[int]

    def __call__(self, start: int, end: int) -> int:
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def cut(self, start: int, limit: int) -> int:
        """Give the start of the first token that no longer fits."""
        return self.starts[bisect_left(self.starts, start) + limit]


def _fit_block(text: str, block: Block, count: _TokenCount, budget: int) -> Iterator[Span]:
    levels = (_lines,) if block.is_listing else (_sentences, _lines)
    return _fit(text, (block.start, block.end), levels, count, budget)


def _fit(
    text: str,
    span: Span,
    levels: Sequence[Callable[[str, Span], Iterable[Span]]],
    count: _TokenCount,
    budget: int,
) -> Iterator[Span]:
    """Give the span, or its pieces at the coarsest level where each fits the budget."""
    if count(*span) <= budget:
        yield span
    elif levels:
        for piece in levels[0](text, span):
            yield from _fit(text, piece, levels[1:], count, budget)
    else:
        yield from _hard_cut(text, span, count, budget)


def _hard_cut(text: str, span: Span, count: _TokenCount, budget: int) -> Iterator[Span]:
    """Pieces of a sentence that is too long, at white space where a half-full piece allows."""
    start, end = span
    while count(start, end) > budget:
        at = count.cut(start, budget)
        middle = count.cut(start, budget // 2)
        blank = max(text.rfind(" ", middle, at), text.rfind("\n", middle, at)) + 1
        at = blank if blank > middle else max(at, start + 1)
        yield trim(text, start, at)
        start = at
    yield trim(text, start, end)


def _fill(pieces: Iterable[Span], count: _TokenCount, budget: int) -> Iterator[Span]:
    """Neighbouring pieces joined as long as they fit."""
    start = end = -1
    for piece_start, piece_end in pieces:
        if piece_start >= piece_end:
            continue
        if start >= 0 and count(start, piece_end) <= budget:
            end = piece_end
            continue
        if start >= 0:
            yield start, end
        start, end = piece_start, piece_end
    if start >= 0:
        yield start, end


def _sentences(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    for sentence_start, sentence_end in split_sentences(text[start:end]):
        trimmed = trim(text, start + sentence_start, start + sentence_end)
        if trimmed[0] < trimmed[1]:
            yield trimmed


def _lines(text: str, span: Span) -> Iterator[Span]:
    for start, end in _between(_LINE_END, text, span):
        trimmed = trim(text, start, end)
        if trimmed[0] < trimmed[1]:
            yield trimmed


def _between(separator: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    """Give the stretches of a span that its separators leave."""
    start, end = span
    for match in separator.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end
