"""An association misleads under intervention, and adjustment for the right variable mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noteweb.experiments import causal
from noteweb.model.verdict import VerdictKind
from trials import at_most, find_failed, judge, near, try_out

MISLED = near("naive_bias", 1.0, 0.05)
USELESS = at_most("r2_intervened", 0.05)
MENDED = near("adjusted_minus_do", 0.0, 0.05)


def test_the_effect_shows(tmp_path):
    """The slope is off by one and explains nothing under intervention; adjustment is right."""
    report = try_out("causal", tmp_path)
    assert not find_failed(report)
    assert report.metrics["naive_bias"] == pytest.approx(1, abs=0.03)
    assert report.metrics["adjusted_minus_do"] == pytest.approx(0, abs=0.03)
    assert report.metrics["r2_observed"] == pytest.approx(8 / 11, abs=0.02)
    assert report.metrics["r2_intervened"] == pytest.approx(0, abs=0.03)


def test_without_confounding_the_bias_is_refuted(tmp_path):
    """Where nothing confounds, nothing misleads."""
    verdict = judge("causal", tmp_path, [MISLED, USELESS], confounding=0.0)
    assert verdict is VerdictKind.REFUTED


def test_adjusting_for_a_collider_is_refuted(tmp_path):
    """The wrong variable does not give the effect."""
    assert judge("causal", tmp_path, [MENDED], adjust_for="collider") is VerdictKind.REFUTED


def scaled(sample):
    """Make every effect half as large again."""
    return replace(sample, y=1.5 * sample.y)


def without_collider(sample):
    """Put the confounder in the collider's place."""
    return replace(sample, c=sample.z)


def confounded(sample):
    """Add a confounder to any sample."""
    return replace(sample, x=sample.x + sample.z)


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        (scaled, "omitted-variable formula"),
        (scaled, "the intervention gives the effect"),
        (without_collider, "adjusting for a collider does not"),
        (confounded, "no confounder, no bias"),
    ],
)
def test_each_guard_can_fail(tmp_path, monkeypatch, change, guard):
    """A simulation that does something else is noticed."""
    draw = causal.draw
    monkeypatch.setattr(causal, "draw", lambda *args, **more: change(draw(*args, **more)))
    assert guard in find_failed(try_out("causal", tmp_path))


def test_a_slope_with_a_known_answer():
    """The coefficient of the first predictor, the others held still."""
    x, z = causal.np.array([1.0, -1, 2, -2]), causal.np.array([1.0, 1, -1, -1])
    assert causal.slope(3 * x + 2 * z, x, z) == pytest.approx(3)
