"""Known elements in combinations that were held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import composition
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

WRONG = [at_most("rule_accuracy", 0.183)]
LATER = [at_least("longer_accuracy", 0.5)]


def test_the_effect_shows(tmp_path):
    """The sum is wrong at first, a memoriser as wrong, and most of it right in the end."""
    report = try_out("composition", tmp_path)
    assert not find_failed(report)
    assert report.metrics["rule_accuracy"] <= 0.05
    assert report.metrics["memoriser_accuracy"] == 0
    assert report.metrics["longer_accuracy"] > 0.5


def test_a_rule_that_can_be_used_refutes_it(tmp_path):
    """Copying a slot is right on cells held out."""
    verdict = judge("composition", tmp_path, WRONG, rule="copy", longer=1)
    assert verdict is VerdictKind.REFUTED


@pytest.mark.parametrize("changed", [{"longer": 1}, {"decay": 0.0, "longer": 3}])
def test_decay_or_time_alone_do_not_help(tmp_path, changed):
    """Both are needed; five seeds at nought are too few to refute a mean."""
    assert try_out("composition", tmp_path, **changed).metrics["longer_accuracy"] < 0.1
    verdict = judge("composition", tmp_path, LATER, **changed)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INCONCLUSIVE}


def test_tables_that_are_not_fitted_are_invalid(tmp_path):
    """Who has not learnt the cells shown cannot be blamed for the others."""
    verdict = judge("composition", tmp_path, WRONG, n_steps=5, longer=1)
    assert verdict is VerdictKind.INVALID


def test_an_element_that_was_never_seen_fails_a_guard(tmp_path, monkeypatch):
    """A row of which no cell is shown is noticed."""
    draw = composition.draw_tables

    def hide(rng, setting):
        tables = draw(rng, setting)
        return replace(tables, shown=tables.shown[tables.shown >= tables.n])

    monkeypatch.setattr(composition, "draw_tables", hide)
    assert "all elements are seen" in find_failed(try_out("composition", tmp_path, longer=1))


def test_a_table_with_a_rule_is_not_arbitrary(tmp_path, monkeypatch):
    """An arbitrary table that can be foretold fails the control."""
    draw = composition.draw_tables

    def plain(rng, setting):
        tables = draw(rng, setting)
        return replace(tables, answers=tables.answers[[0, 2, 2]])

    monkeypatch.setattr(composition, "draw_tables", plain)
    failed = find_failed(try_out("composition", tmp_path, longer=1))
    assert failed == {"an arbitrary table stays at chance"}


def test_a_wrong_gradient_fails_a_guard(tmp_path, monkeypatch):
    """One that forgets the first layer is noticed."""
    find = composition.find_gradients

    def half(weights, x, targets):
        first, second = find(weights, x, targets)
        return 0 * first, second

    monkeypatch.setattr(composition, "find_gradients", half)
    assert "the gradient" in find_failed(try_out("composition", tmp_path, longer=1))


def test_a_memoriser_of_tables_that_are_known():
    """It foretells what a row holds throughout, and never the sum."""
    tables = composition.Tables(
        n=2,
        answers=np.array([[0, 0, 1, 1], [0, 1, 1, 0]]),
        shown=np.array([0, 2, 3]),
        held=np.array([1]),
    )
    assert tables.memorise().tolist() == [1.0, 0.0]
