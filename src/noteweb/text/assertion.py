"""Whether a sentence reads like a claim: something about the world that a test could show wrong.

By its words alone, in English and Russian; in other languages only figures speak for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noteweb.text.cue import CUES, DOUBTS, NO_CLAIM, Cue

_FEWEST_WORDS, _MOST_WORDS = 5, 70
_LONGEST = 1_000  # characters
#: From this on a sentence counts as a claim; chosen with the weights of `noteweb.text.cue`.
LEAST_WEIGHT = 1.5

_FIGURE, _MEASURE, _CITED = 0.75, 1.0, 0.5
_UNFINISHED, _LABELLED = 2.0, 1.0
_NUMBER = re.compile(
    r"(?<![\w.,/-])[−-]?(?:\d+(?:[.,\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?|[.,]\d+)(?![\w/]|\.\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MEASURED = re.compile(
    r"\d\s?(?:%|‰|×|x\b)|(?<!\d)[.,]\d|\d[.,]\d"
    r"|\b(?:by|of|in|within|above|below|under|over|about|at least|at most)\s(?:about\s)?\d"
    r"|\b(?:points?|per ?cent|times|fold|factor|процент\w*|раз|раза)\b",
)
_CITATION = re.compile(r"\b(?:19|20)\d\d[a-z]?\)|\bet al\b|\[\d+\]")
_END = re.compile(r"[.!…。][\"'”’»)\]*_]{,4}(?:\[\d[\d, –-]*\]|[⁰¹²³⁴-⁹]+)?\Z")
_LABEL = re.compile(r"[^.:]{1,50}:\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """How much of a claim a sentence is; `weight` orders sentences and means nothing by itself."""

    weight: float
    cues: tuple[Cue, ...]


def read_assertion(text: str) -> Assertion | None:
    """Give how much a sentence reads like a claim; None where it does not.

    Questions, fragments, plans, definitions, references and boilerplate are no claims; hedges
    weigh against one. Linear time.

    Examples
    --------
    >>> read_assertion("Test error falls by 12 % when the width is doubled.").cues
    (<Cue.CAUSE: 'causal'>, <Cue.GENERALITY: 'general'>, <Cue.QUANTITY: 'quantitative'>)
    >>> read_assertion("Does test error fall when the width is doubled?")
    """
    if len(text) > _LONGEST or "?" in text[-3:]:
        return None
    text = text.lower()
    n_words = len(text.split())
    if not _FEWEST_WORDS <= n_words <= _MOST_WORDS or NO_CLAIM.search(text):
        return None
    found = [(cue, weight) for cue, weight, pattern in CUES if pattern.search(text)]
    found += _weigh_figures(text)
    weight = sum(each for _, each in found) + _CITED * (_CITATION.search(text) is not None)
    weight -= sum(each for each, pattern in DOUBTS if pattern.search(text))
    weight -= _UNFINISHED * (_END.search(text) is None)
    weight -= _LABELLED * (_LABEL.match(text) is not None)
    cues = tuple(dict.fromkeys(cue for cue, _ in found))
    return Assertion(weight=weight, cues=cues) if weight >= LEAST_WEIGHT and cues else None


def _weigh_figures(text: str) -> list[tuple[Cue, float]]:
    """Weigh numbers that are no years; most where they measure something."""
    numbers = (each[0] for each in _NUMBER.finditer(text))
    if all(_YEAR.fullmatch(each) for each in numbers):
        return []
    return [(Cue.QUANTITY, _FIGURE + _MEASURE * (_MEASURED.search(text) is not None))]
