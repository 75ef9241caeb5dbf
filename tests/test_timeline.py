"""A vault's growth is counted by the days that its notes tell."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import make_card
from noteweb.cli import run
from noteweb.graph.build import build_graph
from noteweb.graph.timeline import By, find_days, find_timeline
from noteweb.links.resolve import Resolution

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def timeline_of(*cards, by=By.MONTH):
    """Give the timeline of these cards."""
    return find_timeline(build_graph(cards, Resolution(), ()), by)


def test_periods_count_new_changed_and_all():
    """Each period tells the notes begun, those changed and all so far, and what lies between."""
    found = timeline_of(
        make_card("a", created="2025-01-02", updated="2025-04-01T10:00:00"),
        make_card("b", created="2025-01-31", updated="2025-01-31"),
        make_card("c", updated="2025-04-30"),
        make_card("d"),
    )
    told = [(p.period, p.n_created, p.n_updated, p.n_total, p.n_empty) for p in found.periods]
    assert told == [("2025-01", 2, 0, 2, 0), ("2025-04", 1, 1, 3, 2)]
    assert found.n_undated == 1


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("journals/2024_03_05.md", "2024-03-05"),
        ("2024-03-05 A meeting.md", "2024-03-05"),
        ("z/202403051204 A thought.md", "2024-03-05"),
        ("On 20240305.md", "2024-03-05"),
        ("2024-13-05.md", None),
        ("2024-03-05/plan.md", None),
        ("Order 120240305.md", None),
    ],
)
def test_a_file_tells_its_day_by_its_name(path, day):
    """Where the frontmatter has no day, the file's own name may; its folder does not."""
    begun, _ = find_days({"path": path})
    assert (begun and begun.isoformat()) == day


def test_the_frontmatter_goes_before_the_name():
    """What a note says of itself counts more than how its file is called."""
    begun, _ = find_days({"path": "2024-03-05.md", "created": "2023-01-01"})
    assert begun == date(2023, 1, 1)


@given(days=st.lists(DAYS, max_size=20), by=st.sampled_from(By))
def test_every_note_is_counted_once(days, by):
    """Whatever the days and the periods, they rise, and the last total is all notes."""
    cards = [make_card(f"n{i}", created=day.isoformat()) for i, day in enumerate(days)]
    periods = timeline_of(*cards, by=by).periods
    assert [p.period for p in periods] == sorted({p.period for p in periods})
    assert sum(p.n_created for p in periods) == len(days)
    assert all(p.n_empty >= 0 for p in periods)
    assert not days or periods[-1].n_total == len(days)


@given(day=DAYS, n_weeks=st.integers(1, 400))
def test_weeks_without_a_note_are_counted_over_the_years_end(day, n_weeks):
    """Years of 52 and of 53 weeks make no gap wrong."""
    later = day + timedelta(weeks=n_weeks)
    cards = [make_card(str(i), created=each.isoformat()) for i, each in enumerate((day, later))]
    assert timeline_of(*cards, by=By.WEEK).periods[-1].n_empty == n_weeks - 1


def test_a_timeline_is_drawn_with_letters(tmp_path, capsys):
    """The terminal shows a bar for each period, JSON the same figures."""
    for name, day in (("a", "2025-01-02"), ("b", "2025-01-09"), ("c", "2025-03-01")):
        (tmp_path / f"{name}.md").write_text(f"---\ncreated: {day}\n---\n", encoding="utf-8")
    (tmp_path / "d.md").write_text("No day.\n", encoding="utf-8")
    asked = ["graph", "timeline", "--no-index", "-C", str(tmp_path)]
    assert run(asked) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2025-01  ##        2 new; 2 in all",
        "         (1 without a note)",
        "2025-03  #         1 new; 3 in all",
        "1 tell no day",
    ]
    run(
        ["graph", "timeline", "--no-index", "--by", "year", "--format", "json", "-C", str(tmp_path)]
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["by"], told["n_undated"]) == ("year", 1)
    assert told["periods"][0]["n_total"] == 3
