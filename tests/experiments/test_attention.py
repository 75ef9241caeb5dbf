"""The square of the length in attention, and where it begins to matter."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import attention
from noteweb.model.verdict import VerdictKind
from trials import at_most, between, find_failed, judge, near, try_out

SQUARE = [near("operations_slope", 2, 0.01), near("storage_slope", 2, 0.01)]
LATE = [at_most("short_block_slope", 1.2), between("crossing", 5.9, 6.1)]


def test_the_effect_shows(tmp_path):
    """Slopes of two, of one block by block, and a crossing at six widths; seconds are beside."""
    report = try_out("attention", tmp_path)
    assert not find_failed(report)
    assert report.metrics["operations_slope"] == pytest.approx(2)
    assert report.metrics["storage_slope"] == pytest.approx(2)
    assert report.metrics["blockwise_storage_slope"] == pytest.approx(1)
    assert report.metrics["crossing"] == pytest.approx(6)
    assert report.metrics["short_block_slope"] < 1.1
    assert (tmp_path / "timing.csv").read_text(encoding="utf-8").startswith("length,")


def test_two_runs_decide(tmp_path):
    """Counts are exact, so both claims come out after two runs."""
    assert judge("attention", tmp_path, SQUARE) is VerdictKind.SUPPORTED
    assert judge("attention", tmp_path, LATE) is VerdictKind.SUPPORTED


def test_a_running_state_refutes_the_square(tmp_path):
    """It costs the length and no more, so it never crosses the rest of a block."""
    assert judge("attention", tmp_path, SQUARE, kernel="linear") is VerdictKind.REFUTED
    verdict = judge("attention", tmp_path, LATE[1:], kernel="linear")
    assert verdict is VerdictKind.REFUTED


def without_the_sum(tokens, tally):
    """Attend with weights that are not divided by their sum."""
    return tally.multiply(np.exp(tally.multiply(tokens.q, tokens.k.T)), tokens.v)


def the_square(tokens, tally):
    """Attend with the square of scores under the linear kernel's name."""
    return attention.attend(tokens, tally)


@pytest.mark.parametrize(
    ("place", "broken", "guard"),
    [
        ("attend", without_the_sum, "equal keys give the mean"),
        ("attend_by_block", without_the_sum, "block by block gives the same"),
        ("attend_by_state", the_square, "a running state gives the same"),
        ("attend_by_state", the_square, "a running state has no square"),
    ],
)
def test_each_guard_can_fail(tmp_path, monkeypatch, place, broken, guard):
    """Attention that computes something else is noticed."""
    monkeypatch.setattr(attention, place, broken)
    assert guard in find_failed(try_out("attention", tmp_path))


def test_what_is_counted():
    """Two products of 3 x 4 by 4 x 3 and 3 x 3 by 3 x 4; the rest is 12 squares of the width."""
    tally = attention.count(attention.attend, 3, 4)
    assert (tally.n_operations, tally.n_stored) == (72, 12)
    assert attention.count_rest(5, 4) == 12 * 4**2 * 5
