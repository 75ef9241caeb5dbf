"""Coin flips cost data; a wrong teacher cannot be bought off with them."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import data_quality
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

PRICE = [at_least("noise_cost", 5)]
STAYS = [at_most("random_slope", -0.3), at_least("systematic_slope", -0.1)]


def test_the_effect_shows(tmp_path):
    """Half of coin flips cost five times the data; a wrong teacher leaves an error of 0.3."""
    report = try_out("data_quality", tmp_path)
    assert not find_failed(report)
    assert report.metrics["noise_cost"] > 5
    assert report.metrics["random_slope"] < -0.3
    assert report.metrics["systematic_slope"] > -0.1
    assert report.metrics["systematic_error"] == pytest.approx(0.313, abs=0.02)


def test_clean_labels_refute_the_price(tmp_path):
    """Without noise there is none."""
    assert judge("data_quality", tmp_path, PRICE, noise_share=0.0) is VerdictKind.REFUTED


def test_without_a_wrong_teacher_data_help(tmp_path):
    """The error then falls like any other."""
    assert judge("data_quality", tmp_path, STAYS, wrong_share=0.0) is VerdictKind.REFUTED


def test_a_learner_that_is_wrong_fails_a_guard(tmp_path, monkeypatch):
    """Weights that have nothing to do with the labels are noticed."""
    fit = data_quality.fit
    monkeypatch.setattr(data_quality, "fit", lambda rows: [each + 0.1 for each in fit(rows)])
    assert "error of clean least squares" in find_failed(try_out("data_quality", tmp_path))


def test_noise_that_is_none_fails_a_guard(tmp_path, monkeypatch):
    """Coin flips that are left out are noticed, also by the learner that should learn nothing."""
    learn = data_quality.learn
    monkeypatch.setattr(
        data_quality, "learn", lambda rng, setting, _: learn(rng, setting, data_quality.Labels())
    )
    failed = find_failed(try_out("data_quality", tmp_path))
    assert {"cost of coin flips", "coin flips alone teach nothing"} <= failed


def test_a_cost_that_is_misread_fails_a_guard(tmp_path, monkeypatch):
    """A cost where there is none is noticed."""
    find = data_quality.find_cost
    monkeypatch.setattr(data_quality, "find_cost", lambda *curves: 3 * find(*curves))
    assert "no noise costs nothing" in find_failed(try_out("data_quality", tmp_path))


def test_weights_of_a_known_case():
    """Targets that are a linear function are fitted exactly at every size."""
    x = np.random.default_rng(1).standard_normal((data_quality._SIZES[-1], 3))
    found = data_quality.fit(np.column_stack([x, x @ [1.0, 2.0, -1.0]]))
    assert len(found) == len(data_quality._SIZES)
    assert all(each == pytest.approx([1, 2, -1]) for each in found)


def test_errors_are_angles():
    """A right angle is wrong half of the time, the opposite always."""
    assert data_quality.find_error(np.array([1.0, 0.0])) == 0
    assert data_quality.find_error(np.array([0.0, 2.0])) == pytest.approx(0.5)
    assert data_quality.find_error(np.array([-1.0, 0.0])) == pytest.approx(1)


def test_the_cost_of_a_curve_that_is_twice_as_high():
    """Where the error falls with the root of n, twice the error is four times the data."""
    clean = np.array(data_quality._SIZES) ** -0.5
    assert data_quality.find_cost(clean, 2 * clean) == pytest.approx(4)
