"""A proxy with a heavy tail ruins its goal, and what it leaves out stays lost."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import goodhart
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

RUIN = [at_least("goal_drop", 0.5), at_least("proxy_rise", 5)]
LEFT_OUT = [at_least("regret", 0.05), at_most("gain_of_steps", 0.01)]


def test_the_effect_shows(tmp_path):
    """The goal falls while the proxy rises; a Gaussian error does no harm; regret stays."""
    report = try_out("goodhart", tmp_path)
    assert not find_failed(report)
    assert report.metrics["goal_drop"] > 0.5
    assert report.metrics["proxy_rise"] > 5
    assert report.metrics["gaussian_drop"] < 0
    assert report.metrics["regret"] > 0.05
    assert report.metrics["gain_of_steps"] < 0.01
    assert report.metrics["rises_with_missing"] == 1


def test_a_light_tail_refutes_the_ruin(tmp_path):
    """The goal of the winner then rises throughout."""
    assert judge("goodhart", tmp_path, RUIN, error="gaussian") is VerdictKind.REFUTED


def test_nothing_left_out_refutes_the_regret(tmp_path):
    """A complete utility is reached."""
    assert judge("goodhart", tmp_path, LEFT_OUT, n_missing=0) is VerdictKind.REFUTED


def test_a_goal_that_is_no_part_of_the_proxy_fails_a_guard(tmp_path, monkeypatch):
    """Candidates chosen by the error alone are noticed."""
    select = goodhart.select

    def blind(rng, setting, error):
        found = select(rng, setting, error)
        return goodhart.Selection(n=found.n, goal=-found.proxy, proxy=found.proxy)

    monkeypatch.setattr(goodhart, "select", blind)
    failed = find_failed(try_out("goodhart", tmp_path))
    assert failed == {"best of Gaussian candidates", "a proxy without error"}


def test_an_ascent_that_stops_short_fails_a_guard(tmp_path, monkeypatch):
    """A regret that is not at its floor is noticed, whole utility or not."""
    find = goodhart.find_regret
    monkeypatch.setattr(goodhart, "find_regret", lambda w, missing, _: find(w, missing, 5))
    failed = find_failed(try_out("goodhart", tmp_path))
    assert failed == {"nothing left out, no regret", "the floor of the regret"}


def test_the_floor_of_a_known_regret():
    """Of weights 3, 4 without the 3 the best is 4 of 5."""
    assert goodhart.find_regret(np.array([3.0, 4.0]), 1, 2000) == pytest.approx(0.2)
    assert goodhart.find_regret(np.array([3.0, 4.0]), 0, 2000) == pytest.approx(0, abs=1e-9)
