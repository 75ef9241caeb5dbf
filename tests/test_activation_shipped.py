"""The shipped notes with the real model: what fires, and what does not.

Only the half of the labelled passages that is there for tuning is read; the other is kept for
measuring.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from noteweb.activation.front import Options
from noteweb.documents.read import read_document
from noteweb.web import NoteWeb

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data" / "activation"
FDR = 0.01

pytestmark = pytest.mark.model


def read_tuning_half():
    """Give the passages that may be looked at."""
    lines = (FOLDER / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return [passage for passage in map(json.loads, lines) if passage["half"] == "tune"]


def area_under_curve(scores, fires):
    """Give how often a pair that fires is above one that does not, ties by half."""
    above, below = scores[fires][:, None], scores[~fires][None]
    return float(((above > below) + (above == below) / 2).mean())


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Open a copy of the shipped notes."""
    folder = tmp_path_factory.mktemp("shipped") / "notes"
    shutil.copytree(ROOT / "notes", folder, ignore=shutil.ignore_patterns(".noteweb"))
    with NoteWeb.open(folder) as opened:
        yield opened


@pytest.mark.parametrize("name", ["cooking", "football", "tax-law"])
def test_an_article_on_another_subject_fires_nothing(web, name):
    """Nothing of the vault has to do with it."""
    assert web.activate(FOLDER / "unrelated" / f"{name}.txt", Options(fdr=FDR)).fired == ()


def test_labelled_passages_fire_their_notes(web):
    """Over all pairs of passage and note the right ones are above, and few others fire."""
    notes = {card.id for card in web.cards if not card.path.startswith("language/")}
    options = Options(fdr=FDR, also=tuple(notes))
    scores, fires, rates = [], [], []
    for passage in read_tuning_half():
        document = read_document(passage["text"].encode(), passage["id"], suffix=".txt")
        report = web.activate(document, options)
        for firing in (*report.fired, *report.near):
            name = firing.path.removesuffix(".md")
            if firing.note in notes and name not in passage["maybe"]:
                scores.append(firing.score)
                rates.append(firing.false_fire_rate)
                fires.append(name in passage["fires"])
    wanted = np.array(fires)
    assert wanted.sum() > 50
    assert area_under_curve(np.array(scores), wanted) >= 0.94
    assert (np.array(rates)[~wanted] <= FDR).mean() <= 0.02
