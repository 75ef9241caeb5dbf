"""Dates as people write them in notes, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date, time
from functools import lru_cache

_TIME = (
    r"(?:(?:,?[ \t]+(?:at[ \t]+|um[ \t]+|в[ \t]+)?|[Tt])"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?"
    r"[ \t]*(?P<half>[ap]m)?[ \t]*(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_WEEKDAY = r"(?:[^\W\d_]{2,12}[.,]{0,2}[ \t]+)?"
_FORMS = tuple(
    re.compile(_WEEKDAY + form + _TIME + r"\Z", re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})(?P<mark>[-.])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.?[ \t]+(?P<name>[^\W\d_]{3,10})\.?,?[ \t]+(?P<year>\d{4})",
        r"(?P<name>[^\W\d_]{3,10})\.?[ \t]+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?[ \t]+(?P<year>\d{4})",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    )
)
_MONTHS = {
    stem: number
    for stems in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "янв фев мар апр мая июн июл авг сен окт ноя дек",
        "jän feb mär apr mai jun jul aug sep okt nov dez",
    )
    for number, stem in enumerate(stems.split(), start=1)
}
_LONGEST = 60
_NOON = 12


@lru_cache(maxsize=4096)
def read_date(raw: str) -> str:
    """Give a date in ISO 8601, or the text as written where it is no date beyond doubt.

    Day before month where points or hyphens part them (``13-07-2024``); ``03/04/2024`` means two
    things and stays as written.

    Examples
    --------
    >>> read_date("26.04.2025 at 10:50")
    '2025-04-26T10:50:00'
    """
    text = raw.strip()
    if not text or len(text) > _LONGEST:
        return text
    for form in _FORMS:
        match = form.match(text)
        if match is not None:
            return _to_iso(match) or text
    return text


def _to_iso(match: re.Match[str]) -> str | None:
    found = match.groupdict()
    month = found.get("month") or _MONTHS.get((found.get("name") or "")[:3].lower())
    if month is None:
        return None
    try:
        day = date(int(found["year"]), int(month), int(found["day"]))
        return day.isoformat() + _time_to_iso(found)
    except ValueError:
        return None


def _time_to_iso(found: dict[str, str | None]) -> str:
    if found["hour"] is None:
        return ""
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"].lower() == "pm" else 0)
    clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    zone = (found["zone"] or "").upper()
    return f"T{clock.isoformat()}{found['fraction'] or ''}{zone}"
