"""The numbers of stellar physics come out as they are quoted."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import sun_numbers
from noteweb.model.verdict import VerdictKind
from trials import between, find_failed, judge, near, try_out

DEFECT = [between("mass_defect", 0.70, 0.72)]
LIMIT = [near("first_zero", 6.8968, 0.0001), between("mass_limit", 1.44, 1.46)]


def test_the_numbers(tmp_path):
    """As in the tables."""
    report = try_out("sun_numbers", tmp_path)
    assert not find_failed(report)
    assert report.metrics["mass_defect"] == pytest.approx(0.712, abs=1e-3)
    assert report.metrics["kelvin_short"] == pytest.approx(9.4, abs=0.1)
    assert report.metrics["kelvin_long"] == pytest.approx(31.4, abs=0.1)
    assert report.metrics["nuclear_time"] == pytest.approx(10.5, abs=0.1)
    assert report.metrics["first_zero"] == pytest.approx(6.896849, abs=1e-6)
    assert report.metrics["mass_limit"] == pytest.approx(1.456, abs=1e-3)


def test_two_runs_decide(tmp_path):
    """The seed changes nothing, and both claims come out."""
    assert judge("sun_numbers", tmp_path, DEFECT) is VerdictKind.SUPPORTED
    assert judge("sun_numbers", tmp_path, LIMIT) is VerdictKind.SUPPORTED


def test_helium_of_four_units_refutes_the_defect(tmp_path):
    """It would be a tenth larger."""
    assert judge("sun_numbers", tmp_path, DEFECT, helium_mass=4.0) is VerdictKind.REFUTED


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"index": 1.5}, VerdictKind.REFUTED),
        ({"nucleons_per_electron": 1.0}, VerdictKind.PARTLY),
    ],
)
def test_other_matter_has_another_limit(tmp_path, changed, verdict):
    """Slow electrons change zero and limit, hydrogen the limit alone."""
    assert judge("sun_numbers", tmp_path, LIMIT, **changed) is verdict


def test_a_wrong_integration_fails_every_guard(tmp_path, monkeypatch):
    """Euler's method in the place of Runge and Kutta's is noticed."""

    def euler(index, x, state, step):
        theta, slope = state
        return theta + step * slope, slope + step * (-(max(theta, 0) ** index) - 2 * slope / x)

    monkeypatch.setattr(sun_numbers, "_advance", euler)
    failed = find_failed(try_out("sun_numbers", tmp_path))
    assert failed == {"index 0", "index 1", "halving the step"}


def test_the_function_of_index_one():
    """It is sin(x) / x."""
    star = sun_numbers.solve_polytrope(1.0, 0.02)
    assert star.theta[1:] == pytest.approx(np.sin(star.x[1:]) / star.x[1:], abs=1e-8)
