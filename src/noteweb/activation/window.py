"""Windows: the passages of a document that are held against conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.model.document import Document, Sentence

#: Words of a window: a condition is met by a few sentences together, seldom by one, and a page says
#: many things. Of 30, 60 and 120 words 60 ranked the labelled notes best.
_WORDS = 60


class Window(NamedTuple):
    """Sentences of one section that stand together, ``document.sentences[first:last]``."""

    first: int
    last: int
    text: str


def cut_windows(document: Document) -> tuple[Window, ...]:
    """Cut a document into windows of about 60 words; no sentence is cut, no heading crossed.

    A section's short rest goes to the window before it.
    """
    return tuple(
        Window(first, last, " ".join(s.text for s in document.sentences[first:last]))
        for first, last in _spans(document.sentences)
    )


def _spans(sentences: tuple[Sentence, ...]) -> Iterator[tuple[int, int]]:
    start, n_words = 0, 0
    spans: list[tuple[int, int]] = []
    for i, sentence in enumerate(sentences):
        words = len(sentence.text.split())
        if i > start and (n_words + words > _WORDS or sentence.section != sentences[i - 1].section):
            spans.append((start, i))
            start, n_words = i, 0
        n_words += words
    if start < len(sentences):
        spans.append((start, len(sentences)))
    yield from spans
