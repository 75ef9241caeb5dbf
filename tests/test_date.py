"""Dates of notes in ISO 8601, or as written."""

import pytest

from noteweb.parse.date import read_date


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2025-09-07 00:11:30", "2025-09-07T00:11:30"),
        ("2025-08-12", "2025-08-12"),
        ("2024/3/4", "2024-03-04"),
        ("26.04.2025 at 10:50", "2025-04-26T10:50:00"),
        ("13-07-2024", "2024-07-13"),
        ("Tuesday, August 12, 2025", "2025-08-12"),
        ("Tuesday 12 August 2025", "2025-08-12"),
        ("August 2nd, 2020 3:15 pm", "2020-08-02T15:15:00"),
        ("12. März 2024", "2024-03-12"),
        ("понедельник, 5 мая 2025", "2025-05-05"),
        ("2023年4月5日", "2023-04-05"),
        ("2001-12-14T21:59:43.10+02:00", "2001-12-14T21:59:43.10+02:00"),
        ("2025-09-07T00:11:30z", "2025-09-07T00:11:30Z"),
    ],
)
def test_dates_are_read(raw, iso):
    """Forms that mean one day only become ISO."""
    assert read_date(raw) == iso


@pytest.mark.parametrize(
    "raw", ["", "soon", "03/04/2024", "2024-02-30", "99:99", "12 Foo 2024", "x" * 500, "25:00"]
)
def test_what_is_no_date_stays_as_written(raw):
    """Nothing is guessed: an ambiguous or impossible date keeps its text."""
    assert read_date(raw) == raw
