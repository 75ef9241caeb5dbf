"""A persona that is made improbable comes back; one that is erased does not."""

from __future__ import annotations

import numpy as np
import pytest

from noteweb.experiments import persona_sft
from noteweb.model.verdict import VerdictKind
from trials import at_least, at_most, find_failed, judge, try_out

BACK = [at_most("tokens_after", 15), at_least("recovered_share", 0.9)]


def test_the_effect_shows(tmp_path):
    """The cut costs some tokens, zero costs the writer."""
    report = try_out("persona_sft", tmp_path)
    assert not find_failed(report)
    assert report.metrics["tokens_before"] < report.metrics["tokens_after"] < 15
    assert report.metrics["recovered_share"] > 0.95
    assert report.metrics["erased_share"] == 0


def test_an_erased_writer_refutes_the_return(tmp_path):
    """Nothing brings a weight of zero back."""
    assert judge("persona_sft", tmp_path, BACK, tuned_weight=0.0) is VerdictKind.REFUTED


def test_writers_who_are_alike_refute_the_return(tmp_path):
    """Without evidence in the tokens the cut stands."""
    assert judge("persona_sft", tmp_path, BACK, contrast=0.1) is VerdictKind.REFUTED


def credulous(writers, texts, weight):
    """Count the evidence of each token twice."""
    return FOLLOW(writers**2, texts, weight)


def careless(writers, texts, weight):
    """Take the others for ten times less likely than they are."""
    return FOLLOW(writers, texts, 10 * weight / (1 + 9 * weight))


FOLLOW = persona_sft.follow


@pytest.mark.parametrize(
    ("broken", "guard"), [(credulous, "Bayes by hand"), (careless, "another's text")]
)
def test_a_wrong_reader_fails_a_guard(tmp_path, monkeypatch, broken, guard):
    """Evidence counted twice, and odds that are wrong, are noticed."""
    monkeypatch.setattr(persona_sft, "follow", broken)
    assert guard in find_failed(try_out("persona_sft", tmp_path))


def test_texts_of_someone_else_fail_a_guard(tmp_path, monkeypatch):
    """Texts that are not the first writer's are noticed."""
    write = persona_sft.write
    monkeypatch.setattr(
        persona_sft, "write", lambda rng, setting, writer: write(rng, setting, writer[::-1])
    )
    assert "evidence of a token" in find_failed(try_out("persona_sft", tmp_path))


def test_the_first_time_is_counted_in_tokens():
    """The first token is 1; a writer who never comes back counts one more than were read."""
    path = np.array([[0.95, 0.2, 0.3], [0.1, 0.2, 0.92], [0.1, 0.1, 0.1]])
    assert persona_sft.find_times(path).tolist() == [1, 3, 4]
    assert persona_sft.find_share(path) == pytest.approx(2 / 3)
