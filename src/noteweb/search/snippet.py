"""The sentence of a passage that answers a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

#: A field's unit longer than this is shown by its best sentence in a terminal.
LONG_UNIT = 400


def best_sentence(
    text: str, wanted: frozenset[str], stems: Callable[[str], frozenset[str]]
) -> tuple[int, int]:
    """Give the (start, end) of the sentence that shares most stems with `wanted`.

    Ties go to the first one, and so does a text that shares nothing.
    """
    spans = split_sentences(text) or ((0, len(text)),)
    return max(spans, key=lambda span: (len(wanted & stems(text[slice(*span)])), -span[0]))
