"""The notes of a graph over time: how many were begun and last changed in each period."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from noteweb.model.relation import NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.graph.build import Graph

#: A day in the name of a daily note (2025-03-31, Logseq's 2025_03_31) or of a zettel that is named
#: by its time (202503311204).
_DAY_IN_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([-_.])(\d\d)\2(\d\d)(?!\d)|(\d\d)(\d\d)(?=(?:\d{4}|\d{6})?(?!\d)))"
)
_N_DAY = len("2025-03-31")
_MONTHS = 12


class By(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"  # of ISO 8601, from Monday
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period in which a note was begun or last changed.

    Attributes
    ----------
    period : 2025, 2025-03, 2025-W14 or 2025-03-31
    n_total : notes begun up to its end
    n_empty : periods just before it, back to the one listed last, that have no note
    """

    period: str
    n_created: int
    n_updated: int
    n_total: int
    n_empty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Periods, the earliest first; `n_undated` notes tell no day, neither inside nor by name."""

    periods: tuple[Period, ...]
    n_undated: int


def find_timeline(graph: Graph, by: By = By.MONTH) -> Timeline:
    """Count the notes by the day on which they were begun, and by that of their last change.

    Both days are the frontmatter's; where it has none for the first, the one in the file's name. A
    note that tells only its last change counts as begun then, so that the total is of all that tell
    a day.
    """
    created: Counter[str] = Counter()
    updated: Counter[str] = Counter()
    n_undated = 0
    for _, about in graph.nodes(data=True):
        if about["kind"] != NodeKind.NOTE:
            continue
        begun, changed = find_days(about)
        if begun is None:
            n_undated += 1
            continue
        created[_name(begun, by)] += 1
        if changed is not None and changed != begun:
            updated[_name(changed, by)] += 1
    return Timeline(periods=_periods(created, updated, by), n_undated=n_undated)


def find_days(about: Mapping[str, object]) -> tuple[date | None, date | None]:
    """Give the days on which a note was begun and last changed."""
    changed = _read_day(str(about.get("updated", "")))
    begun = (
        _read_day(str(about.get("created", "")))
        or _day_in(str(about.get("path", "")).rpartition("/")[2])
        or changed
    )
    return begun, changed


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:_N_DAY])
    except ValueError:
        return None


def _day_in(name: str) -> date | None:
    for found in _DAY_IN_NAME.finditer(name):
        year, _, *rest = found.groups()
        month, day = (part for part in rest if part is not None)
        if read := _read_day(f"{year}-{month}-{day}"):
            return read
    return None


def _name(day: date, by: By) -> str:
    if by is By.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    return day.isoformat()[: {By.DAY: _N_DAY, By.MONTH: 7, By.YEAR: 4}[by]]


def _number(period: str, by: By) -> int:
    """Give the place of a period among all of its length."""
    if by is By.DAY:
        return date.fromisoformat(period).toordinal()
    if by is By.WEEK:
        monday = date.fromisocalendar(int(period[:4]), int(period[-2:]), 1)
        return (monday - date(1, 1, 1)) // timedelta(weeks=1)
    year, _, month = period.partition("-")
    return int(year) * _MONTHS + int(month) if month else int(year)


def _periods(created: Counter[str], updated: Counter[str], by: By) -> tuple[Period, ...]:
    found: list[Period] = []
    last, n_total = 0, 0
    for name in sorted(created.keys() | updated.keys()):
        number = _number(name, by)
        n_total += created[name]
        found.append(
            Period(
                period=name,
                n_created=created[name],
                n_updated=updated[name],
                n_total=n_total,
                n_empty=number - last - 1 if found else 0,
            )
        )
        last = number
    return tuple(found)
