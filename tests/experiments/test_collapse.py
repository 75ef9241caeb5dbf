"""Variety is lost where data are replaced, and kept where they are kept."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import collapse
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

LOST = [at_most("variance_replaced", 0.3), at_most("types_replaced", 0.5)]
FRESH = [at_least("variance_fresh", 0.7), at_least("types_fresh", 0.5)]


def test_the_effect_shows(tmp_path):
    """Replaced data narrow; kept or partly fresh data do not."""
    report = try_out("collapse", tmp_path)
    assert not find_failed(report)
    assert report.metrics["variance_replaced"] < 0.3
    assert report.metrics["types_replaced"] < 0.3
    assert report.metrics["variance_kept"] > 0.8
    assert report.metrics["variance_fresh"] > 0.8
    assert report.metrics["types_fresh"] > 0.5


def test_large_samples_refute_the_loss(tmp_path):
    """With much data and few generations nothing is lost yet."""
    verdict = judge("collapse", tmp_path, LOST, n_samples=4000, n_generations=10)
    assert verdict is VerdictKind.REFUTED


def test_without_fresh_data_their_help_is_refuted(tmp_path):
    """A share of nothing saves nothing."""
    assert judge("collapse", tmp_path, FRESH, fresh_share=0.0) is VerdictKind.REFUTED


def biased(self, rng, setting, fresh_share):
    """Make every generation a little narrower than its data."""
    path = self(rng, setting, fresh_share)
    return path * 0.95 ** np.arange(len(path))[:, None]


@pytest.mark.parametrize("guard", ["drift of the logarithm", "real data each time"])
def test_a_biased_fit_fails_a_guard(tmp_path, monkeypatch, guard):
    """A variance that shrinks by itself is noticed."""
    chain = collapse.chain_gaussians
    monkeypatch.setattr(collapse, "chain_gaussians", lambda *args: biased(chain, *args))
    assert guard in find_failed(try_out("collapse", tmp_path))


def test_types_that_come_back_fail_a_guard(tmp_path, monkeypatch):
    """Real data that leak into the chain are noticed."""
    chain = collapse.chain_tokens
    monkeypatch.setattr(collapse, "chain_tokens", lambda rng, setting, _: chain(rng, setting, 0.2))
    assert find_failed(try_out("collapse", tmp_path)) == {"a type that is lost stays lost"}


def test_the_drift_foretold():
    """For ten samples it is the mean logarithm of a chi-squared number over its nine degrees."""
    drawn = np.random.default_rng(1).chisquare(9, 400000) / 9
    assert collapse.foretell_drift(10) == pytest.approx(np.log(drawn).mean(), abs=3e-3)


def test_kept_data_of_one_generation():
    """The first fit of the chain that keeps its data is that of the first sample."""
    setting = collapse._Setting(
        n_samples=5, n_generations=1, n_chains=3, n_types=4, fresh_share=0.0
    )
    path = collapse.chain_kept_gaussians(np.random.default_rng(2), setting)
    x = np.random.default_rng(2).standard_normal((5, 3))
    assert path[1] == pytest.approx(x.var(axis=0, ddof=1))
