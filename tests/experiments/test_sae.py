"""Planted features and the dictionaries that find them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import sae
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("found_share", 0.7), at_least("random_gap", 0.25)]
TINY = {"n_steps": 3, "batch_size": 32}


def test_the_effect_shows(tmp_path):
    """Told rightly it finds nearly all; told wrongly fewer, though it reconstructs better."""
    report = try_out("sae", tmp_path)
    assert not find_failed(report)
    assert report.metrics["found_share"] > 0.8
    assert report.metrics["alive_ratio"] < 1.3
    assert report.metrics["wrong_found_share"] < report.metrics["found_share"] - 0.3
    assert report.metrics["wrong_unexplained_ratio"] < 1


def test_a_wrong_number_refutes_it(tmp_path):
    """Four times the number that is on: fewer are found."""
    assert judge("sae", tmp_path, EXPECT, told=4.0, n_steps=250) is VerdictKind.REFUTED


@pytest.mark.parametrize("changed", [{"inputs": "gaussian"}, {"density": 0.6, "told_wrong": 1.0}])
def test_without_sparse_features_it_is_not_supported(tmp_path, changed):
    """Noise, and features that are mostly on."""
    verdict = judge("sae", tmp_path, EXPECT, n_steps=150, **changed)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_training_that_is_cut_short_is_invalid(tmp_path):
    """What reconstructs nothing shows nothing."""
    assert judge("sae", tmp_path, EXPECT, n_steps=20) is VerdictKind.INVALID


def test_a_control_with_features_in_it_is_noticed(tmp_path, monkeypatch):
    """Noise that is none fails the control."""
    draw = sae.World.draw
    monkeypatch.setattr(
        sae.World, "draw", lambda world, rng, n: draw(replace(world, is_gaussian=False), rng, n)
    )
    assert find_failed(try_out("sae", tmp_path)) == {"gaussian inputs"}


def test_a_wrong_gradient_is_noticed(tmp_path, monkeypatch):
    """One that forgets the decoder."""
    find = sae.find_gradients

    def half(found, x, least):
        encoder, bias, decoder = find(found, x, least)
        return [encoder, bias, 0 * decoder]

    monkeypatch.setattr(sae, "find_gradients", half)
    assert "the gradient" in find_failed(try_out("sae", tmp_path, **TINY))


def test_features_that_are_not_read_as_found_are_noticed(tmp_path, monkeypatch):
    """A score that misses the features themselves is no score."""
    score = sae.find_score
    monkeypatch.setattr(
        sae, "find_score", lambda found, features, *test: score(found, features[::-1] / 2, *test)
    )
    assert "the features themselves" in find_failed(try_out("sae", tmp_path, **TINY))


def test_noise_has_the_covariance_of_the_features():
    """Second moments agree."""
    features = sae.draw_directions(np.random.default_rng(1), 6, 3)
    world = sae.World(features=features, density=0.2)
    x, strengths = world.draw(np.random.default_rng(2), 200000)
    noise, _ = replace(world, is_gaussian=True).draw(np.random.default_rng(3), 200000)
    assert np.cov(noise.T) == pytest.approx(np.cov(x.T), abs=0.01)
    assert (strengths > 0).mean() == pytest.approx(0.2, abs=0.01)


def test_a_dictionary_without_a_living_atom_scores_nothing():
    """Nothing is found, all is left."""
    features = np.eye(3, dtype=np.float32)
    dead = sae.Dictionary(encoder=features, bias=np.full(3, -9, dtype=np.float32), decoder=features)
    score = sae.find_score(dead, features, features, features)
    assert (score.found, score.alive, score.unexplained) == (0, 0, 1)
