"""Windows: the passages of a document that are held against conditions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.document import Sentence

#: Words of a window: about an abstract. A condition is met by several sentences together; on the
#: labelled passages whole abstracts gave an AUC of .87 in meaning alone, halves of them .85.
_WORDS = 120
#: No window is shorter unless the document is, and none leaves less of a paragraph to the next.
_SHORTEST = 40


class Window(NamedTuple):
    """Sentences that stand together, ``sentences[first:last]``."""

    first: int
    last: int
    text: str


def cut_windows(text: str, sentences: Sequence[Sentence]) -> tuple[Window, ...]:
    """Cut a document into windows of about 120 words; no sentence is cut, each is in one window.

    A window that has 40 words ends before a new section, and before a paragraph that does not fit
    into it as a whole. One that is full takes the rest of its paragraph in where that is short.

    Parameters
    ----------
    text : what the sentences are of; an empty line in it parts paragraphs
    """
    lengths = [len(sentence.text.split()) for sentence in sentences]
    begins = _find_begins(text, sentences)
    rests = _count_rests(lengths, begins)
    starts: list[int] = []
    n_words = 0
    for i, length in enumerate(lengths):
        if begins[i] and n_words >= _SHORTEST:
            is_full = n_words + rests[i] > _WORDS
        else:
            is_tail = not begins[i] and rests[i] < _SHORTEST
            is_full = n_words + (rests[i] - _SHORTEST if is_tail else length) > _WORDS
        is_new = i > 0 and sentences[i].section != sentences[i - 1].section
        if not starts or is_full or (is_new and n_words >= _SHORTEST):
            starts.append(i)
            n_words = 0
        n_words += length
    if len(starts) > 1 and n_words < _SHORTEST:
        starts.pop()
    return tuple(
        Window(first, last, " ".join(s.text for s in sentences[first:last]))
        for first, last in pairwise([*starts, len(sentences)])
    )


def _find_begins(text: str, sentences: Sequence[Sentence]) -> list[bool]:
    """Tell which sentences begin a paragraph."""
    before = [0, *(sentence.end for sentence in sentences)]
    return [
        end == 0 or "\n\n" in text[end : sentence.start]
        for end, sentence in zip(before, sentences, strict=False)
    ]


def _count_rests(lengths: Sequence[int], begins: Sequence[bool]) -> list[int]:
    """Give the words from each sentence to the end of its paragraph."""
    rests = list(lengths)
    for i in range(len(lengths) - 2, -1, -1):
        if not begins[i + 1]:
            rests[i] += rests[i + 1]
    return rests
