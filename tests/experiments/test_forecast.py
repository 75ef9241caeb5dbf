"""Two points and forty, in the middle and at the edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import forecast
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

TWO = [at_least("small_value_kept", 0.97), at_most("small_split", 0.04)]
FORTY = [at_most("large_value_kept", 0.2), at_least("large_split", 0.25)]


def test_the_effect_shows(tmp_path):
    """Two points cost nothing in the middle and much for rare events; forty do harm."""
    report = try_out("forecast", tmp_path)
    assert not find_failed(report)
    assert report.metrics["small_value_kept"] > 0.98
    assert report.metrics["small_split"] == pytest.approx(0.02, abs=0.001)
    assert report.metrics["large_value_kept"] < 0
    assert report.metrics["large_split"] == pytest.approx(0.32, abs=0.01)
    assert report.metrics["rare_value_kept"] < 0.8


def test_rare_events_refute_that_two_points_do_not_matter(tmp_path):
    """Near the edge they do."""
    rare = {"base_rate": 0.02, "spread": 50.0, "highest_ratio": 0.05}
    assert judge("forecast", tmp_path, TWO, **rare) is VerdictKind.REFUTED


def test_a_small_gap_refutes_that_the_gap_matters(tmp_path):
    """Two readers two points apart decide alike."""
    assert judge("forecast", tmp_path, FORTY, large_error=0.02) is VerdictKind.REFUTED


def unheeded(events):
    """Let events happen whatever their probability."""
    return replace(events, happened=np.roll(events.happened, 1))


@pytest.mark.parametrize(
    "guard", ["events follow their probabilities", "regret is half the square"]
)
def test_events_without_their_probabilities_fail_a_guard(tmp_path, monkeypatch, guard):
    """Probabilities that are none are noticed."""
    draw = forecast.draw
    monkeypatch.setattr(forecast, "draw", lambda *args: unheeded(draw(*args)))
    assert guard in find_failed(try_out("forecast", tmp_path))


def test_wrong_parts_fail_a_guard(tmp_path, monkeypatch):
    """A resolution that is left out is noticed."""
    partition = forecast.partition

    def half(q, happened):
        reliability, _, uncertainty = partition(q, happened)
        return reliability, 0.0, uncertainty

    monkeypatch.setattr(forecast, "partition", half)
    assert find_failed(try_out("forecast", tmp_path)) == {"Murphy's parts add up"}


def test_a_score_against_nothing_fails_a_guard(tmp_path, monkeypatch):
    """An expense that leaves out the losses makes the base rate look valuable or worthless."""
    monkeypatch.setattr(
        forecast.Events, "value_kept", lambda self, q: 1 - self.expense(q) / self.expense(self.p)
    )
    assert "the base rate has no value" in find_failed(try_out("forecast", tmp_path))


def test_expense_of_a_known_case():
    """One event that happens, forecast at one half: ratios below pay c, the others pay 1."""
    one = np.ones(1)
    events = forecast.Events(p=one, happened=one, side=one, highest_ratio=1.0)
    assert events.expense(np.array([0.5])) == pytest.approx(0.125 + 0.5)
    assert events.expense(one) == pytest.approx(0.5)
    assert events.split(np.array([0.5])) == pytest.approx(0.5)
    assert events.forecast(0.3) == pytest.approx(1)
