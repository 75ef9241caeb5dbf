"""The three scores of an Emergence field."""

from __future__ import annotations

import re

from noteweb.model.note import Json, Scores

_LOWEST, _HIGHEST = 1, 10
_WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten".split(), start=1
    )
}
_LABELS = {
    "novelty": r"novel(?:ty)?|originality|новизн\w*|Neuheit\w*|Neuartigkeit\w*",
    "value": r"value|usefulness|ценност\w*|Wert\w*|Nutzen\w*",
    "feasibility": r"feasib\w+|implementation|реализуем\w*|осуществим\w*|внедр\w*|Machbarkeit\w*"
    r"|Umsetzbarkeit\w*",
}
_LABEL = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _LABELS.items()) + r")\b",
    re.IGNORECASE,
)
_NUMBER = r"(?P<n>\d{1,2}(?:[.,]\d{1,2})?)(?:\s*[-–]\s*(?P<to>\d{1,2}(?:[.,]\d)?))?"
_OF_TEN = re.compile(
    rf"(?<![\d.]){_NUMBER}\s*(?:/|out of|of|из|von|auf)\s*(?:10|ten)\b|\b(?P<word>"
    + "|".join(_WORDS)
    + r")\s+out\s+of\s+ten\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:\bscores?\b|\brat(?:ed|ing)\b|оценк\w*|балл\w*|Wertung|[:(=])\s*(?:of|at|is|:|-|–|\()?\s*{_NUMBER}"
    r"(?![\d%])(?!\s*(?:%|percent))",
    re.IGNORECASE,
)
_REACH = 200  # characters from a label to its number


def find_scores(text: str) -> Scores:
    """Find the scores in prose by their labels: ``8/10``, ``8 out of 10``, ``score (9)``, 8.5.

    The number belongs to the last label before it; a range counts as its middle; numbers outside
    1 to 10 count as none.
    """
    found: dict[str, float] = {}
    for pattern in (_OF_TEN, _BARE):
        for name, number in _labelled(text, pattern):
            found.setdefault(name, number)
    return Scores(**found)


def _labelled(text: str, pattern: re.Pattern[str]) -> list[tuple[str, float]]:
    labels = [(match.end(), match.lastgroup or "") for match in _LABEL.finditer(text)]
    pairs = []
    index = 0
    for match in pattern.finditer(text):
        while index < len(labels) and labels[index][0] <= match.start():
            index += 1
        number = _to_number(match)
        if index and number is not None and match.start() - labels[index - 1][0] <= _REACH:
            pairs.append((labels[index - 1][1], number))
    return pairs


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
        label = _LABEL.search(key.replace("_", " ").replace("-", " "))
        number = _read_number(item)
        if label is not None and number is not None:
            found.setdefault(label.lastgroup or "", number)
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
