"""One network fits true and random labels alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from noteweb.experiments import _digit_net, random_labels
from noteweb.experiments._digits import read_digits
from noteweb.model.verdict import VerdictKind
from trials import at_least, find_failed, judge, try_out

EXPECT = [at_least("random_train_accuracy", 0.99)]


def test_the_effect_shows(tmp_path):
    """Both label sets are fitted, and only the true one generalises."""
    report = try_out("random_labels", tmp_path)
    assert not find_failed(report)
    assert report.metrics["random_train_accuracy"] >= 0.99
    assert report.metrics["true_test_accuracy"] > 0.9
    assert report.metrics["random_test_accuracy"] < 0.17
    assert 1 < report.metrics["steps_ratio"] < 20


def test_a_small_network_refutes_it(tmp_path):
    """Eight hidden units cannot fit random labels."""
    verdict = judge("random_labels", tmp_path, EXPECT, width=8, n_train=1000, max_epochs=100)
    assert verdict is VerdictKind.REFUTED


def test_too_few_epochs_are_invalid(tmp_path):
    """A network that has not finished cannot refute anything."""
    verdict = judge("random_labels", tmp_path, EXPECT, max_epochs=3)
    assert verdict is VerdictKind.INVALID


@pytest.mark.parametrize(
    ("epochs", "guard"), [(1, "true labels are fitted"), (12, "training has settled")]
)
def test_unfinished_training_fails_a_guard(tmp_path, epochs, guard):
    """Both label sets have to be trained to the end."""
    report = try_out("random_labels", tmp_path, max_epochs=epochs, n_train=1000)
    assert guard in find_failed(report)


def test_labels_that_are_not_shuffled_fail_two_guards(tmp_path, monkeypatch):
    """A leak shows in the labels and on the test set."""
    monkeypatch.setattr(random_labels, "shuffle", lambda _, labels: labels)
    failed = find_failed(try_out("random_labels", tmp_path))
    assert failed == {"random labels stay at chance", "labels are shuffled"}


def test_data_that_cannot_be_learnt_fails_a_guard(tmp_path, monkeypatch):
    """Without generalisation on true labels there is nothing to contrast."""
    split = random_labels.split_digits

    def scramble(rng, n_train):
        train_set, test_set = split(rng, n_train)
        return train_set, replace(test_set, labels=np.roll(test_set.labels, 1))

    monkeypatch.setattr(random_labels, "split_digits", scramble)
    assert find_failed(try_out("random_labels", tmp_path)) == {"true labels generalise"}


def test_the_gradient_is_that_of_the_loss():
    """Each part agrees with a difference quotient of the cross-entropy."""
    rng = np.random.default_rng(5)
    weights = tuple(rng.standard_normal(shape) for shape in [(4, 3), (3,), (3, 10), (10,)])
    x, labels = rng.standard_normal((6, 4)), rng.integers(0, 10, 6)

    def find_loss():
        outputs = _digit_net.Net(weights=weights).outputs(x)
        logs = outputs - np.log(np.exp(outputs).sum(axis=1, keepdims=True))
        return -logs[np.arange(6), labels].mean()

    gradients = _digit_net.find_gradients(weights, x, np.eye(10)[labels])
    for weight, gradient in zip(weights, gradients, strict=True):
        place = (0,) * weight.ndim
        weight[place] += 1e-6
        above = find_loss()
        weight[place] -= 2e-6
        below = find_loss()
        weight[place] += 1e-6
        assert gradient[place] == pytest.approx((above - below) / 2e-6, abs=1e-6)


def test_the_digits_are_those_of_scikit_learn():
    """Read from its file, they are what its own function gives."""
    from sklearn.datasets import load_digits

    x, labels = read_digits()
    known_x, known_labels = load_digits(return_X_y=True)
    assert np.array_equal(x, known_x)
    assert np.array_equal(labels, known_labels)


def test_without_scikit_learn_the_digits_say_what_to_do(monkeypatch):
    """One line names the package to install."""
    monkeypatch.setattr("noteweb.experiments._digits.find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        read_digits()
