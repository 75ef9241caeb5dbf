"""How near sentences come to claims: what a rate promises."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from noteweb.activation.ground import Target, Tools
from noteweb.activation.near import WordsAlone, find_nearness
from noteweb.documents.markdown import compose_note
from noteweb.web import NoteWeb

NOTES = Path(__file__).parents[1] / "notes"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Give the shipped notes, indexed by words alone."""
    root = tmp_path_factory.mktemp("near") / "notes"
    shutil.copytree(NOTES, root, ignore=shutil.ignore_patterns("runs", ".noteweb"))
    (root / "noteweb.toml").write_text('model = "none"\n')
    with NoteWeb.open(root) as web:
        web.refresh(with_vectors=False)
        yield web


def nearness_of(web, texts):
    """Tell how near texts are to the claims of the shipped notes."""
    tools = Tools(index=web.index, embedder=WordsAlone(), progress=web.progress)
    targets = [Target(texts=(claim.statement,), note=claim.note_id) for claim in web.claims]
    return find_nearness(tools, targets, texts)


def test_sentences_about_something_else_seldom_come_near(shipped):
    """Of sentences of notes that are not linked with a claim's about one in twenty has .05."""
    told = [
        (note.card.id, sentence.text)
        for note in shipped.notes()
        for sentence in compose_note(note, "x").sentences[3::9]
        if len(sentence.text.split()) >= 5
    ]
    linked: dict[str, set[str]] = {}
    ids = dict(shipped.index.catalogue.rows("SELECT nid, id FROM notes"))
    for source, target in shipped.index.catalogue.rows("SELECT source, target FROM edges"):
        linked.setdefault(ids[source], set()).add(ids[target])
        linked.setdefault(ids[target], set()).add(ids[source])
    rates = nearness_of(shipped, [text for _, text in told]).rates
    is_quiet = np.array(
        [
            [c.note_id not in linked.get(n, ()) and c.note_id != n for c in shipped.claims]
            for n, _ in told
        ]
    )
    best = np.where(is_quiet, rates, 1.0).min(axis=1)
    assert len(best) > 100
    assert (best <= 0.05).mean() < 0.1
    assert (best <= 0.2).mean() < 0.3


def test_a_claims_own_words_come_near_to_it(shipped):
    """A sentence that says what a claim says comes nearest to it, and near."""
    claims = shipped.claims[::9]
    found = nearness_of(shipped, [claim.statement.lower().rstrip(".") for claim in claims])
    assert found.scores.argmax(axis=1).tolist() == list(range(0, len(shipped.claims), 9))
    assert (found.rates.min(axis=1) <= 0.05).all()


def test_against_nothing_nothing_is_near(shipped):
    """Without texts, or without claims, there are no rates."""
    assert nearness_of(shipped, []).rates.shape == (0, len(shipped.claims))
    tools = Tools(index=shipped.index, embedder=WordsAlone(), progress=shipped.progress)
    assert find_nearness(tools, [], ["a sentence"]).rates.shape == (1, 0)
