"""The shipped notes with the real model: what fires, and what does not.

Only the half of the labelled passages that is there for tuning is read; the other is kept for
measuring.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from noteweb.activation.front import Options
from noteweb.bench.activation import measure_set
from noteweb.documents.read import read_document
from noteweb.web import NoteWeb

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data" / "activation"
FDR = 0.01

JOINT = {
    "Braise and tax": "the oven is set to a low temperature for a long braise,"
    " an audit penalty for late filing is assessed",
    "Descent and soup": "double descent of the test error is observed as the model grows,"
    " a soup with carrots is cooked on a stove",
}
BRAISE = "Set the oven to a low temperature and braise the meat for four hours."
PENALTY = "An audit penalty for late filing was assessed by the tax authority."
DESCENT = "We observe double descent of the test error as the model grows."
ON_JOINT = {
    BRAISE: set(),
    PENALTY: set(),
    f"The taxpayer filed late. {PENALTY} A deduction for travel was disallowed.": set(),
    f"{BRAISE}\n\n{PENALTY}": {"Braise and tax"},
    "We cook soup.": set(),
    DESCENT: set(),
    f"{DESCENT} Meanwhile a soup with carrots was cooked on the stove.": {"Descent and soup"},
}

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Open a copy of the shipped notes."""
    folder = tmp_path_factory.mktemp("shipped") / "notes"
    shutil.copytree(ROOT / "notes", folder, ignore=shutil.ignore_patterns(".noteweb"))
    with NoteWeb.open(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    "name", ["cooking", "football", "tax-law", "gardening", "chess", "court-ruling"]
)
def test_an_article_on_another_subject_fires_nothing(web, name):
    """Nothing of the vault has to do with it."""
    assert web.activate(FOLDER / "unrelated" / f"{name}.txt", Options(fdr=FDR)).fired == ()


def test_labelled_passages_fire_their_notes(web):
    """Over all pairs of passage and note the right ones are above, and few others fire."""
    found = measure_set(web, FOLDER / "passages.jsonl", {"half": "tune"}, FDR)
    assert found.n_fire > 50
    assert found.figures["auc"].estimate >= 0.95
    assert found.figures["recall"].estimate >= 0.7
    assert found.figures["precision"].estimate >= 0.6
    assert found.figures["false_fire_rate"].estimate <= 0.015
    assert found.n_disturbed <= 2
    errors = {(x.n_labels, x.n_candidates): x.error for x in found.calibration}
    assert errors[20, 5] <= 0.10
    assert errors[100, 5] <= 0.06


def test_a_joint_condition_fires_where_every_part_is_met_and_nowhere_else(web, tmp_path):
    """One part, by meaning or by its very words, does not stand in for the other."""
    folder = shutil.copytree(web.root, tmp_path / "notes")
    for name, condition in JOINT.items():
        text = f"---\nActivation: {{all: [{condition}]}}\n---\n# {name}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with NoteWeb.open(folder) as joint:
        activation = joint.activation
        for text, fires in ON_JOINT.items():
            rates = activation.rates(read_document(text.encode(), "text.txt"))
            assert {name for name in JOINT if rates[name] <= FDR} == fires, text
