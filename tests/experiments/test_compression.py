"""Tricks that make a network cheaper, held against a ladder of plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import _ladder, _trick, compression
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

MANY_BITS = [at_least("quantised_factor", 2)]


def test_the_effect_shows(tmp_path):
    """Four bits save severalfold; pruning, distilling and order less than twofold; none tenfold."""
    report = try_out("compression", tmp_path)
    assert not find_failed(report)
    assert report.metrics["quantised_factor"] > 3
    for name in ("pruned", "distilled", "curriculum"):
        assert report.metrics[f"{name}_factor"] < 2
    assert report.metrics["best_factor"] < 10
    text = (tmp_path / "factors.csv").read_text(encoding="utf-8")
    assert text.count("\n") == 7
    assert not set("<>") & set(text)


def test_two_bits_do_not_save_twofold(tmp_path):
    """Even trained with, they cost more than they save."""
    verdict = judge("compression", tmp_path, MANY_BITS, bits=2)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_pruning_most_at_once_saves_nothing(tmp_path):
    """Three quarters without training on."""
    expect = [at_least("pruned_factor", 1)]
    verdict = judge("compression", tmp_path, expect, pruned=0.75, n_more=0)
    assert verdict in {VerdictKind.REFUTED, VerdictKind.INVALID}


def test_a_saturated_ladder_is_invalid(tmp_path):
    """Where width stops helping there is nothing to read sizes off."""
    expect = [at_most("best_factor", 10)]
    assert judge("compression", tmp_path, expect, n_points=200) is VerdictKind.INVALID
    flat = compression.Ladder(sizes=np.array([10, 20, 40]), errors=np.array([0.4, 0.39, 0.38]))
    assert flat.slope > -0.1


def test_a_factor_off_the_ladder_is_a_bound(tmp_path):
    """The table says so, and the run is invalid."""
    report = try_out("compression", tmp_path, bits=2, n_more=0)
    assert "factors lie on the ladder" in find_failed(report)
    assert "quantised,<=" in (tmp_path / "factors.csv").read_text(encoding="utf-8")


def test_sizes_are_read_off_the_ladder():
    """A size between rungs lies on a line of the logarithms; beyond the ends it is the end's."""
    ladder = compression.Ladder(sizes=np.array([100, 400]), errors=np.array([0.4, 0.1]))
    assert ladder.factor(50, 0.2) == pytest.approx(4)
    assert ladder.factor(50, 0.05) == pytest.approx(8)
    assert [ladder.place(error) for error in (0.5, 0.2, 0.05)] == ["<=", "", ">="]


def test_a_wrong_gradient_is_noticed(tmp_path, monkeypatch):
    """One that is half of it."""
    sound = compression.find_gradients
    monkeypatch.setattr(
        compression, "find_gradients", lambda *given: [0.5 * slope for slope in sound(*given)]
    )
    assert "the gradient" in find_failed(try_out("compression", tmp_path, n_steps=8, n_more=4))


def test_bits_without_scales_are_noticed(tmp_path, monkeypatch):
    """Columns have a scale each, which is stored as well."""
    monkeypatch.setattr(
        compression, "find_bits", lambda net, bits: bits * sum(w.size for w in net.weights)
    )
    failed = find_failed(try_out("compression", tmp_path, n_steps=8, n_more=4))
    assert "bits of a known net" in failed


def test_a_ladder_misread_is_noticed(tmp_path, monkeypatch):
    """Each rung is as large as itself."""
    sound = compression.Ladder.factor
    monkeypatch.setattr(
        compression.Ladder, "factor", lambda ladder, size, error: sound(ladder, size, error * 0.9)
    )
    failed = find_failed(try_out("compression", tmp_path, n_steps=8, n_more=4))
    assert "a net against itself" in failed


def draw_net(width=8):
    """Draw a net whose biases are not 0."""
    rng = np.random.default_rng(3)
    net = _ladder.start_net(rng, width)
    weights = [each + rng.standard_normal(each.shape, dtype=np.float32) for each in net.weights]
    return _ladder.Net(weights=weights, has_relu=net.has_relu)


def test_rounded_weights_are_few_values_a_column():
    """Four bits give fifteen values at most, two give three; biases stay."""
    net = draw_net(40)
    for bits, most in ((4, 15), (2, 3)):
        rounded = _trick.round_weights(net.weights, bits)
        assert max(len(np.unique(column)) for column in rounded[2].T) <= most
        assert np.array_equal(rounded[1], net.weights[1])
    exact = _trick.round_weights(net.weights, 16)
    assert exact[2] == pytest.approx(net.weights[2], abs=1e-3)


def test_pruning_keeps_the_greatest_and_ends_at_its_share():
    """Nothing is pruned at first; in the end the smaller half of each matrix is 0."""
    net, view = draw_net(), _trick.prune(0.5)
    start, _ = view(net.weights, 0.0)
    end, gates = view(net.weights, 1.0)
    assert all(np.array_equal(a, b) for a, b in zip(start, net.weights, strict=True))
    sizes = np.abs(net.weights[2])
    assert sizes[gates[2] == 1].min() > sizes[gates[2] == 0].max()
    n_matrix = sum(each.size for each in net.weights[::2])
    assert _trick.count_left(end) == n_matrix / 2 + sum(each.size for each in net.weights[1::2])


def test_a_split_of_full_rank_changes_no_output():
    """The product of the two thin matrices is the middle one."""
    net = draw_net()
    x = np.random.default_rng(4).standard_normal((5, 16), dtype=np.float32)
    assert _trick.split(net, 8).outputs(x) == pytest.approx(net.outputs(x), rel=1e-3, abs=1e-3)
    assert _trick.split(net, 2).n_weights == net.n_weights - 64 + 32 + 2


def test_the_teachers_classes_are_about_equally_frequent():
    """None is twice as rare as the others."""
    rng = np.random.default_rng(5)
    points = _ladder.draw_points(rng, _ladder.draw_teacher(rng, 40), 5000)
    assert np.bincount(points.labels, minlength=10).min() > 300


def test_training_moves_what_is_kept_and_leaves_the_start_alone():
    """The copy learns; the net it was copied from stays."""
    rng = np.random.default_rng(6)
    points = _ladder.draw_points(rng, _ladder.draw_teacher(rng, 8), 500)
    start = _ladder.start_net(rng, 16)
    learner, before = start.copy(), start.error(points)
    places = np.arange(500)
    schedule = _ladder.Schedule(n_steps=60, rate=0.02, pick=lambda share: places)
    _ladder.train(learner, points, schedule)
    assert learner.error(points) < before - 0.3
    assert start.error(points) == before
