"""Weights that generalise err on the mirrored training set."""

from __future__ import annotations

import pytest

from noteweb.experiments import nk_linear
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("mirrored_error", 0.99), at_least("gap", 0.9)]


def test_the_effect_shows(tmp_path):
    """Every mirrored point is wrong, every fresh one right."""
    report = try_out("nk_linear", tmp_path)
    assert not find_failed(report)
    assert report.metrics == {"mirrored_error": 1, "test_error": 0, "gap": 1}


def test_a_strong_signal_refutes_it(tmp_path):
    """Where the signal outweighs the noise, mirroring does no harm."""
    assert judge("nk_linear", tmp_path, EXPECT, signal=8.0) is VerdictKind.REFUTED


def test_few_dimensions_are_invalid(tmp_path):
    """A classifier that does not generalise proves nothing about generalisation."""
    assert judge("nk_linear", tmp_path, EXPECT, n_noise=600) is VerdictKind.INVALID


@pytest.mark.parametrize(
    ("n_noise", "guard"),
    [
        (10, "no training error"),
        (600, "it generalises"),
        (600, "mirrored fresh points"),
    ],
)
def test_each_premise_can_fail(tmp_path, n_noise, guard):
    """Noise that is not orthogonal breaks the premises one by one."""
    assert guard in find_failed(try_out("nk_linear", tmp_path, n_noise=n_noise, n_train=100))


def test_noise_of_another_size_is_noticed(tmp_path, monkeypatch):
    """The margins are no longer those of the algebra."""
    draw = nk_linear._draw_noise
    monkeypatch.setattr(nk_linear, "_draw_noise", lambda *args: 1.2 * draw(*args))
    assert find_failed(try_out("nk_linear", tmp_path)) == {"margins as computed"}


@pytest.mark.parametrize("n_test", [50, 70, 199])
def test_as_many_fresh_points_as_asked_for(tmp_path, n_test):
    """Also where the number is no multiple of what is held at once."""
    module, seen = nk_linear, []
    ctx = type("Ctx", (), {"rng": lambda self, stream: module.np.random.default_rng(1)})()
    size = module._Size(n_train=5, n_test=n_test, n_noise=20, signal=2.0)
    seen.append(module.measure_margins(ctx, size))
    assert seen[0].test.shape == (n_test,)
