"""Words broken at the end of a line: joined, or a compound whose hyphen stays.

Typesetting leaves no trace of which it was. The document's own words decide where they can; else
what the two halves are: "self-" and "-based" make compounds, most other breaks are the setter's.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from noteweb.text.words import list_words

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_HALF = re.compile(r"[^\W\d_]+\Z")
_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST_HALVES = frozenset(
    list_words("""
    well self high higher low lower long longer short large larger small smaller real end top
    state one two three four five first second third cross non zero few open full half ill fine
    single many all near hand human
    """)
)
_SECOND_HALVES = frozenset(
    list_words("""
    based free induced aware specific driven level scale dependent known like shot tuned tuning
    related oriented efficient intensive agnostic source dimensional wise trained art linear
    negative order quality world term
    """)
)
_STRONG_HALVES = frozenset(list_words("well self high low cross non"))
_STRONG_SECONDS = frozenset(
    list_words("based dependent driven specific aware oriented agnostic induced")
)
_SMALL_WORDS = frozenset(list_words("the of to and in by on for at a as up out off per"))
_MIN_HALF = 3
_LONG_FIRST = 5  # letters, beyond "in" and "un": "temperature-dependent"
_LONG_HALF = 6  # letters, no ending of a word: "high-throughput", but "high-est"


def count_words(lines: Iterable[tuple[str, bool]]) -> Counter[str]:
    """Count the words of lines, in small letters; the half before a hyphen at the end is none."""
    counts: Counter[str] = Counter()
    follows = False
    for line, has_hyphen in lines:
        words = _WORD.findall(line.lower())
        first = 1 if follows else 0
        counts.update(words[first : len(words) - 1 if has_hyphen else None])
        follows = has_hyphen
    return counts


def join_halves(before: str, after: str, counts: Counter[str]) -> str:
    """Give the word that a line end broke into `before` and `after`."""
    compound = f"{before}-{after}"
    half, match = _HALF.search(before), _LETTERS.match(after)
    if half is None or match is None:
        return compound
    first, second = half[0].lower(), match[0].lower()
    n_joined, n_compound = counts[first + second], counts[f"{first}-{second}"]
    if n_joined != n_compound:
        return compound if n_compound > n_joined else before + after
    is_name = half[0].isupper() and not after[:2].isupper()  # X-ray, GPT-based
    is_compound = is_name or after[0].isupper() or _is_compound(first, second, before, counts)
    return compound if is_compound else before + after


def _is_compound(first: str, second: str, before: str, counts: Counter[str]) -> bool:
    if first in _SMALL_WORDS and "-" in before:
        return True  # state-of-the-art
    if min(len(first), len(second)) < _MIN_HALF:
        return False
    if first in _STRONG_HALVES and len(second) >= _LONG_HALF:
        return not second.startswith("light")
    if first in _FIRST_HALVES:
        return second in _SECOND_HALVES or counts[second] > 0
    is_word = counts[first] > 0 or (len(first) >= _LONG_FIRST and second in _STRONG_SECONDS)
    return second in _SECOND_HALVES and is_word
