"""A crossed design tells operators from models; one model an operator does not."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import attribution
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

FOUND = [at_most("crossed_error", 0.05)]
WRONG = [at_least("aliased_excess", 0.2)]


def test_the_effect_shows(tmp_path):
    """Crossed, the share is found; aliased, the models get what is not theirs."""
    report = try_out("attribution", tmp_path)
    assert not find_failed(report)
    assert report.metrics["crossed_error"] < 0.05
    assert report.metrics["aliased_excess"] > 0.2


def test_operators_who_are_alike_refute_the_misattribution(tmp_path):
    """Where models alone differ, what is put down to them is theirs."""
    assert judge("attribution", tmp_path, WRONG, operator_share=0.0) is VerdictKind.REFUTED


def test_noise_refutes_that_the_share_is_found(tmp_path):
    """A crossed design is no magic."""
    assert judge("attribution", tmp_path, FOUND, noise=5.0) is VerdictKind.REFUTED


def test_a_share_that_is_turned_round_fails_every_guard(tmp_path, monkeypatch):
    """The models' share under the operators' name is noticed."""
    find = attribution.find_crossed_share
    monkeypatch.setattr(attribution, "find_crossed_share", lambda scores: 1 - find(scores))
    failed = find_failed(try_out("attribution", tmp_path))
    assert failed == {"known effects", "operators who are all alike", "no bias"}


def test_a_share_that_is_too_high_fails_a_guard(tmp_path, monkeypatch):
    """A bias of a tenth is noticed."""
    find = attribution.find_crossed_share
    monkeypatch.setattr(attribution, "find_crossed_share", lambda scores: find(scores) + 0.1)
    assert "no bias" in find_failed(try_out("attribution", tmp_path))


def test_an_aliased_share_that_is_turned_round_fails_a_guard(tmp_path, monkeypatch):
    """Operators who are alike must not be credited in this design either."""
    find = attribution.find_aliased_share
    monkeypatch.setattr(attribution, "find_aliased_share", lambda scores: 1 - find(scores))
    assert find_failed(try_out("attribution", tmp_path)) == {"operators who are all alike"}


def test_shares_of_a_known_table():
    """Operators 0, 2, 4, 6 and models 0, 1 without noise: variances 20/3 and 1/2."""
    scores = (2 * np.arange(4.0)[:, None] + np.arange(2.0))[:, :, None] + np.zeros(2)
    assert attribution.find_crossed_share(scores) == pytest.approx((20 / 3) / (20 / 3 + 0.5))
    # Users of model 0 score 0 and 4, those of model 1 score 3 and 7: means 2 and 5.
    assert attribution.find_aliased_share(scores) == pytest.approx(4.5 / (4.5 + 4))


def test_a_table_without_differences():
    """Where nothing differs there is no share, and one half is as good as any."""
    assert attribution.find_crossed_share(np.zeros((4, 2, 2))) == 0.5
