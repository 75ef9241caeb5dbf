"""The three scores of an Emergence field."""

from __future__ import annotations

import re

from noteweb.model.note import Json, Scores
from noteweb.text.words import list_words

_LOWEST, _HIGHEST = 1, 10
_WORDS = {
    word: number
    for number, word in enumerate(
        list_words("one two three four five six seven eight nine ten"), start=1
    )
}
_STEMS = {
    "novelty": ("novel", "original", "новизн", "neuheit", "neuartig"),
    "value": ("value", "useful", "ценност", "wert", "nutzen"),
    "feasibility": ("feasib", "implement", "реализуем", "осуществим", "внедр", "machbar", "umsetz"),
}
# \d\d? begins with a set of characters, to which a search skips; \d{1,2} does not.
_NUMBER = r"(?P<n>\d\d?(?:[.,]\d{1,2})?)(?:\s{0,3}[-–]\s{0,3}(?P<to>\d{1,2}(?:[.,]\d)?))?"
_OF_TEN = re.compile(
    rf"{_NUMBER}\s{{0,3}}(?:/|out of|of|из|von|auf)\s{{0,3}}(?:10|ten)\b", re.IGNORECASE
)
_WORDS_OF_TEN = re.compile(rf"\b(?P<word>{'|'.join(_WORDS)})\s+out\s+of\s+ten\b", re.IGNORECASE)
_BARE = re.compile(rf"{_NUMBER}(?![\d%/])(?!\s*(?:%|percent|out of|из))")
_BEFORE_BARE = re.compile(
    r"(?:score[sd]?|rat(?:ed|ing)|оценк\w*|балл\w*|Wertung|[:(=])\s*(?:of|at|is|as|:|-|–|\()?\s*\Z",
    re.IGNORECASE,
)
_BEFORE_REACH = 24
_REACH = 200  # characters from a label to its number


def find_scores(text: str) -> Scores:
    """Find the scores in prose by their labels: ``8/10``, ``8 out of 10``, ``score (9)``, 8.5.

    The number belongs to the last label before it; a range counts as its middle; numbers outside
    1 to 10 count as none.
    """
    found: dict[str, float] = {}
    lowered = text.lower()
    for match in _OF_TEN.finditer(text):
        _keep(found, lowered, match)
    if "out of ten" in lowered:
        for match in _WORDS_OF_TEN.finditer(text):
            _keep(found, lowered, match)
    if len(found) < len(_STEMS):
        for match in _BARE.finditer(text):
            before = text[max(0, match.start() - _BEFORE_REACH) : match.start()]
            if _BEFORE_BARE.search(before):
                _keep(found, lowered, match)
    return Scores(**found)


def _keep(found: dict[str, float], lowered: str, match: re.Match[str]) -> None:
    start = match.start()
    if lowered[start - 1 : start] in "0123456789." and start:
        return
    label = _last_label(lowered[max(0, start - _REACH) : start])
    number = _to_number(match)
    if label and number is not None:
        found.setdefault(label, number)


def _last_label(lowered: str) -> str:
    """Give the label whose word stands last in a text, empty for none."""
    last, label = -1, ""
    for name, stems in _STEMS.items():
        at = max(lowered.rfind(stem) for stem in stems)
        if at > last:
            last, label = at, name
    return label


def _to_number(match: re.Match[str]) -> float | None:
    groups = match.groupdict()
    if groups.get("word"):
        return float(_WORDS[groups["word"].lower()])
    number = float(groups["n"].replace(",", "."))
    if groups["to"]:
        number = (number + float(groups["to"].replace(",", "."))) / 2
    return number if _LOWEST <= number <= _HIGHEST else None


def read_scores(value: Json) -> Scores:
    """Read scores from a field in any form: prose, a map by label, a list of lines."""
    if isinstance(value, str):
        return find_scores(value)
    if isinstance(value, list):
        return find_scores("\n".join(str(item) for item in value))
    if not isinstance(value, dict):
        return Scores()
    found: dict[str, float] = {}
    for key, item in value.items():
        label = _last_label(key.lower())
        number = _read_number(item)
        if label and number is not None:
            found.setdefault(label, number)
    return Scores(**found)


def _read_number(item: Json) -> float | None:
    if isinstance(item, dict):
        item = next((v for k, v in item.items() if k.lower() in ("score", "value", "rating")), None)
    if isinstance(item, bool) or item is None:
        return None
    if isinstance(item, int | float):
        return float(item) if _LOWEST <= item <= _HIGHEST else None
    match = re.match(rf"\s*{_NUMBER}", str(item))
    return _to_number(match) if match else None
