"""Sure of fresh digits with reason; of moved ones and of far noise without."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import ood_calibration
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

OVERSURE = [at_least("noise_confidence", 0.95)]


def test_the_effect_shows(tmp_path):
    """Calibrated where it was trained, and nowhere else."""
    report = try_out("ood_calibration", tmp_path)
    assert not find_failed(report)
    assert report.metrics["fresh_gap"] == pytest.approx(0, abs=0.05)
    assert report.metrics["moved_gap"] > 0.2
    assert report.metrics["noise_confidence"] > 0.95


@pytest.mark.parametrize("changed", [{"learner": "kernel"}, {"noise": 1.0}])
def test_another_learner_or_nearer_noise_refutes(tmp_path, changed):
    """A kernel method is unsure far away, and the network is where the noise is near."""
    assert judge("ood_calibration", tmp_path, OVERSURE, **changed) is VerdictKind.REFUTED


def test_a_kernel_that_never_ends_fails_a_guard(tmp_path, monkeypatch):
    """One whose likeness does not fall with distance is noticed."""

    def dot(a, b, width):
        return a @ b.T / width**2

    monkeypatch.setattr(ood_calibration, "_compare", dot)
    assert "a kernel method grows unsure" in find_failed(try_out("ood_calibration", tmp_path))


def test_a_softmax_that_is_none_fails_a_guard(tmp_path, monkeypatch):
    """Shares that do not sum to one are noticed."""
    soften = ood_calibration.soften
    monkeypatch.setattr(ood_calibration, "soften", lambda outputs: 1.1 * soften(outputs))
    assert "equal outputs" in find_failed(try_out("ood_calibration", tmp_path))


def test_a_learner_that_cannot_read_fails_a_guard(tmp_path, monkeypatch):
    """Nothing is concluded from it."""
    monkeypatch.setattr(ood_calibration, "_READ", 0.999)
    assert "digits are read" in find_failed(try_out("ood_calibration", tmp_path))


def test_the_gap_of_known_shares():
    """Confidence 0.7 in the mean, half right."""
    shares = np.array([[0.8, 0.2], [0.6, 0.4]])
    assert ood_calibration.find_gap(shares, np.array([0, 1])) == pytest.approx(0.2)
