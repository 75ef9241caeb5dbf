"""A writer's own reward stays in the mixture; an alien one leaves it."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import rl_vs_sft
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

STRONG = [at_least("alien_distance_strong", 2), at_most("alien_entropy_strong", 0.3)]
WEAK = [at_most("alien_distance_weak", 0.01)]


def test_the_effect_shows(tmp_path):
    """The writer's reward gives the writer; the alien one goes far, or hardly moves."""
    report = try_out("rl_vs_sft", tmp_path)
    assert not find_failed(report)
    assert report.metrics["persona_distance"] < 1e-3
    assert report.metrics["persona_distance_strong"] < 2
    assert report.metrics["alien_distance_strong"] > 2
    assert report.metrics["alien_entropy_strong"] < 0.5
    assert report.metrics["alien_distance_weak"] < 0.01
    assert report.metrics["alien_share_weak"] > 0.5


def test_a_weak_push_refutes_that_the_mixture_is_left(tmp_path):
    """Nothing moves far."""
    assert judge("rl_vs_sft", tmp_path, STRONG, beta_strong=10.0) is VerdictKind.REFUTED


def test_a_strong_push_refutes_that_it_looks_like_a_mixture(tmp_path):
    """What is not weak is seen."""
    assert judge("rl_vs_sft", tmp_path, WEAK, beta_weak=1.0) is VerdictKind.REFUTED


def uneven(base, reward, beta):
    """Favour the first strings whatever the reward."""
    pushed = TILT(base, reward, beta) * np.linspace(2, 1, len(base))
    return pushed / pushed.sum()


TILT = rl_vs_sft.tilt


@pytest.mark.parametrize("guard", ["the optimum", "without reward"])
def test_an_optimum_that_is_none_fails_a_guard(tmp_path, monkeypatch, guard):
    """A push that follows something else than the reward is noticed."""
    monkeypatch.setattr(rl_vs_sft, "tilt", uneven)
    assert guard in find_failed(try_out("rl_vs_sft", tmp_path))


@pytest.mark.parametrize("guard", ["a mixture is found", "the nearest mixture"])
def test_a_search_that_is_cut_short_fails_a_guard(tmp_path, monkeypatch, guard):
    """Weights that are not the best are noticed."""
    monkeypatch.setattr(rl_vs_sft, "_N_ROUNDS", 1)
    assert guard in find_failed(try_out("rl_vs_sft", tmp_path))


def test_strings_of_a_known_writer():
    """Two tokens: the chances of strings are products, and there are all of them."""
    setting = rl_vs_sft._Setting(
        n_types=3, n_tokens=2, contrast=1.0, beta_strong=0.1, beta_weak=10.0
    )
    strings = rl_vs_sft.draw_writers(np.random.default_rng(1), setting)
    tokens = strings.reshape(3, 3, 3).sum(axis=2)
    assert strings.shape == (3, 9)
    assert strings.sum(axis=1) == pytest.approx(1)
    assert strings[1].reshape(3, 3) == pytest.approx(np.outer(tokens[1], tokens[1]))


def test_the_nearest_mixture_of_writers_that_share_nothing():
    """What no writer writes cannot be had; of the rest the shares are the weights."""
    writers = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
    found = rl_vs_sft.find_nearest(np.array([0.3, 0.7, 0.0]), writers)
    assert found.weights == pytest.approx([0.3, 0.7])
    assert found.distance == pytest.approx(0.7 * np.log(2))
    assert rl_vs_sft.find_entropy(np.array([0.5, 0.5, 0.0])) == pytest.approx(np.log(2))
