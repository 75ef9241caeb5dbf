"""The hand-over from criteria to answers: it begins as the criteria and ends above them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from made_library import CRITERIA, make_library
from noteweb.embed import open_embedder
from noteweb.metrics import auc, wss
from noteweb.model.reference import Reference
from noteweb.screening import learner
from noteweb.screening.criteria import Criteria, read_criteria
from noteweb.screening.feature import list_texts, make_features, score_bm25
from noteweb.screening.meaning import Meaning, embed_criteria, embed_records
from noteweb.screening.ranking import (
    EXCLUDED,
    INCLUDED,
    UNREAD,
    UNSURE,
    hand_over,
    rank,
    score_by_criteria,
    share_of_models,
)


@cache
def prepare(seed, text=CRITERIA):
    """Give a made library's features, its score by the criteria, and the labels."""
    references, labels = make_library(seed=seed)
    meaning = Meaning(embedder=open_embedder("hashing"))
    criteria = read_criteria(text)
    features = make_features(references, embed_records(meaning, list_texts(references)))
    by_criteria = score_by_criteria(features, criteria, embed_criteria(meaning, criteria))
    return features, by_criteria, np.array(labels)


def screen(features, by_criteria, labels):
    """Give the order in which the records are read, ten at a time."""
    answers = np.full(labels.size, UNREAD, np.int8)
    order = []
    while len(order) < labels.size:
        scores = np.where(answers == UNREAD, rank(features, by_criteria, answers), -np.inf)
        some = np.argsort(-scores, kind="stable")[:10]
        answers[some] = np.where(labels[some], INCLUDED, EXCLUDED)
        order += some.tolist()
    return order


def test_without_an_included_record_the_ranking_is_the_criterias():
    """Before the first included record, whatever is excluded, the order is the criteria's."""
    features, by_criteria, labels = prepare(0)
    answers = np.full(labels.size, UNREAD, np.int8)
    answers[:20] = EXCLUDED
    order = np.argsort(-rank(features, by_criteria, answers), kind="stable")
    assert order.tolist() == np.argsort(-by_criteria, kind="stable").tolist()


@pytest.mark.parametrize("seed", range(3))
def test_screening_never_falls_below_the_criteria(seed):
    """After any number of records ours has found what the criteria have, but for two at most."""
    features, by_criteria, labels = prepare(seed)
    order = screen(features, by_criteria, labels)
    ours = np.cumsum(labels[order])
    theirs = np.cumsum(labels[np.argsort(-by_criteria, kind="stable")])
    assert (ours - theirs).min() >= -2
    places = -np.argsort(order).astype(float)
    assert wss(labels, places) >= wss(labels, by_criteria) + 0.1


def test_poor_criteria_are_left_behind():
    """Criteria that say nothing do not hold back what the answers teach."""
    features, by_criteria, labels = prepare(1, "Group measure analysis\n\nDifference rate")
    assert auc(labels, by_criteria) < 0.6
    places = -np.argsort(screen(features, by_criteria, labels)).astype(float)
    assert auc(labels, places) > 0.8


def test_the_same_answers_give_the_same_ranking():
    """A ranking is a function of the answers."""
    features, by_criteria, labels = prepare(2)
    answers = np.where(labels, INCLUDED, EXCLUDED).astype(np.int8)
    answers[50:] = UNREAD
    first = rank(features, by_criteria, answers)
    assert (rank(features, by_criteria, answers.copy()) == first).all()


def test_unsure_teaches_nothing(monkeypatch):
    """A record that is unsure is neither an example nor presumed to be one."""
    features, by_criteria, labels = prepare(0)
    taught = []

    def learn(_features, read, _included, unread):
        taught.extend([*read, *unread])
        return [by_criteria]

    monkeypatch.setattr(learner, "learn", learn)
    answers = np.full(labels.size, UNREAD, np.int8)
    answers[:5], answers[5:10], answers[10:30] = INCLUDED, EXCLUDED, UNSURE
    rank(features, by_criteria, answers)
    assert sorted(taught) == [*range(10), *range(30, labels.size)]


def test_the_criteria_fade_as_the_rarer_kind_grows():
    """With few answers the criteria decide between two records, with many the models do."""
    criteria, learned = np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.0])
    assert hand_over(criteria, [learned], share_of_models(5, 90)).argmax() == 2
    assert hand_over(criteria, [learned], share_of_models(100, 900)).argmax() == 0
    shares = [share_of_models(n, 300) for n in range(301)]
    assert shares == sorted(shares)


@pytest.mark.parametrize(("n_relevant", "n_irrelevant"), [(4, 300), (300, 4), (91, 10), (0, 0)])
def test_at_first_the_order_is_the_criterias_own(n_relevant, n_irrelevant):
    """With too few of a kind, or hardly any irrelevant, nothing is found later than by criteria."""
    features, by_criteria, _ = prepare(0)
    answers = np.full(by_criteria.size, UNREAD, np.int8)
    answers[: min(n_irrelevant, 90)] = EXCLUDED
    answers[min(n_irrelevant, 90) :][: min(n_relevant, 91)] = INCLUDED
    assert share_of_models(n_relevant, n_irrelevant) == 0
    order = np.argsort(-rank(features, by_criteria, answers), kind="stable")
    assert order.tolist() == np.argsort(-by_criteria, kind="stable").tolist()


def test_criteria_are_scored_together():
    """A record that meets two of the criteria goes before one that meets one of them fully."""
    texts = ["bees bees bees", "bees and honey", "steel", "ice", "law", "melt", "weld", "court"]
    references = [Reference(key=text, title=text) for text in texts]
    features = make_features(references, None)
    scores = score_by_criteria(features, Criteria(wanted=("bees", "honey")), None)
    assert np.argmax(scores) == 1


def test_what_is_excluded_counts_against():
    """Of two records that meet the criteria alike, the one that meets the exclusion goes last."""
    texts = ["bees of courts", "bees of fields", "steel", "ice", "law", "melt", "weld", "court"]
    references = [Reference(key=text, title=text) for text in texts]
    features = make_features(references, None)
    scores = score_by_criteria(features, Criteria(title="bees", unwanted=("courts",)), None)
    assert scores[1] > scores[0]


def test_records_without_an_abstract_are_measured_among_their_own():
    """The best of the bare records goes before middling records with an abstract."""
    full = [
        Reference(key=f"f{n}", title="honey", abstract="bees and steel " * (n + 1))
        for n in range(12)
    ]
    bare = [Reference(key=f"b{n}", title="ice and law") for n in range(11)]
    bare.append(Reference(key="best", title="bees"))
    criteria = Criteria(title="bees and honey")
    scores = score_by_criteria(make_features([*full, *bare], None), criteria, None)
    assert (scores[:12] < scores[-1]).any()


def test_bm25_is_the_text_indexs(tmp_path):
    """The same terms score the same as in the index of notes."""
    from noteweb.index.textindex import TextIndex, TextRow

    references, _ = make_library(60)
    index = TextIndex(tmp_path / "words")
    rows = [
        TextRow(pid=n, nid=n, field="body", text=f"{each.title} {each.abstract}")
        for n, each in enumerate(references)
    ]
    with index.writing() as writer:
        writer.add(rows)
    theirs = dict(index.search("bees and honey in the hive", 60))
    ours = score_bm25(make_features(references, None), "bees and honey in the hive")
    assert set(theirs) == set(np.flatnonzero(ours))
    # The index keeps lengths in one byte: records of one length here, so nothing is rounded apart.
    assert [theirs[n] for n in theirs] == pytest.approx([ours[n] for n in theirs], rel=0.05)


@pytest.mark.parametrize("texts", [[""], ["", "the of"], ["bees"], ["蜜蜂", "пчёлы"]])
def test_the_smallest_libraries_are_ranked(texts):
    """One record, no words, another script: there is a finite score, before and after answers."""
    references = [Reference(key=str(n), title=text) for n, text in enumerate(texts)]
    meaning = Meaning(embedder=open_embedder("hashing"))
    criteria = Criteria(title="bees", unwanted=("steel",))
    features = make_features(references, embed_records(meaning, list_texts(references)))
    by_criteria = score_by_criteria(features, criteria, embed_criteria(meaning, criteria))
    for answers in ([UNREAD] * len(texts), [INCLUDED] + [UNREAD] * (len(texts) - 1)):
        scores = rank(features, by_criteria, np.array(answers, np.int8))
        assert np.isfinite(scores).all()
