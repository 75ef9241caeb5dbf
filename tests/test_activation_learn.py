"""What labels teach of single notes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_garden import make_garden
from noteweb.activation.front import Options
from noteweb.activation.label import Answer
from noteweb.activation.learn import choose_weight
from noteweb.cli import run
from noteweb.documents.read import read_document
from noteweb.web import NoteWeb

#: A note whose one condition does not say what its owner files under it.
POOR = """---
title: Winter work
Activation: |-
  Condition 1: Something for the long evenings turns up.
---

Whatever the hands can do by the stove.
"""
ROPES = [
    "A rope walk twists hemp strands into cable, and tar keeps the hemp strands from rotting.",
    "Splicing a hemp rope takes a fid, three strands and patience with the tarred cable.",
    "The strands of a tarred hemp cable are laid against their own twist, or the rope unlays.",
]
OTHERS = [
    "The evenings of the conference were long, and something always turned up at the bar.",
    "Something turns up in every audit, so the office works through the long evenings.",
    "For long evenings a radio play is something; it turns up on the local station.",
]
NEW_ROPE = "Old hemp cable was tarred by hand, and a rope of four strands wants a heart inside."
NEW_OTHER = "Something turned up at the long evenings of the choir, and the tenor laughed."


def read(text):
    """Give a document of one passage."""
    return read_document(text.encode(), text.split()[-1], suffix=".txt")


@pytest.fixture
def garden(tmp_path, monkeypatch):
    """Make the vault with the poorly described note."""
    folder = make_garden(tmp_path / "garden")
    (folder / "Winter work.md").write_text(POOR, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOTEWEB_VAULT", str(folder))
    return folder


def label_all(web, n=3):
    """Say of so many passages of either kind what they are to the note."""
    for texts, answer in ((ROPES, Answer.FIRES), (OTHERS, Answer.QUIET)):
        for text in texts[:n]:
            web.activation.label(read(text), "Winter work", answer)


def firing(web, text, note="Winter work"):
    """Give what is said of the note on a text."""
    report = web.activate(read(text), Options(also=(note,)))
    (found,) = [each for each in (*report.fired, *report.near) if each.note == note]
    return found


def test_a_handful_of_labels_lifts_a_note_that_describes_itself_poorly(garden):
    """What is like what was said to fire now fires; what only shares words scores less."""
    with NoteWeb.open(garden) as web:
        before = firing(web, NEW_ROPE)
        label_all(web)
        rope, other = (firing(web, text) for text in (NEW_ROPE, NEW_OTHER))
    assert before.false_fire_rate > 0.01 > rope.false_fire_rate
    assert before.learned == 0
    assert rope.learned == pytest.approx(rope.score - before.score)
    assert other.learned < 0


def test_labels_of_one_note_teach_no_other(garden):
    """Every other note scores as before."""
    with NoteWeb.open(garden) as web:
        before = firing(web, NEW_ROPE, "Owls")
        label_all(web)
        after = firing(web, NEW_ROPE, "Owls")
    assert (after.score, after.learned) == (before.score, 0)


def test_two_labels_of_either_answer_are_the_fewest_that_teach(garden):
    """With one of either kind nothing is learned and nothing embedded for it."""
    with NoteWeb.open(garden) as web:
        before = firing(web, NEW_ROPE).score
        label_all(web, 1)
        assert firing(web, NEW_ROPE).score == before
        label_all(web, 2)
        assert firing(web, NEW_ROPE).score != before


def test_a_paper_is_not_judged_by_its_own_label(garden):
    """Said again, the passage scores by the other labels alone, and less than its neighbour's."""
    with NoteWeb.open(garden) as web:
        label_all(web)
        own = firing(web, ROPES[0])
        near = firing(web, f"{ROPES[0]} Indeed.")
    assert near.learned > own.learned + 1


def test_a_person_sees_what_labels_did(capsys, garden, tmp_path):
    """`--why` says how much of the score is learned, and so does the JSON."""
    (tmp_path / "rope.txt").write_text(NEW_ROPE, encoding="utf-8")
    why = ["activate", "rope.txt", "--why", "Winter work", "-q"]
    run(why)
    assert "your labels" not in capsys.readouterr().out
    with NoteWeb.open(garden) as web:
        label_all(web)
    run(why)
    assert "by your labels on other papers" in capsys.readouterr().out
    run([*why, "--format", "json"])
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    (found,) = [x for x in document["fired"] + document["near"] if x["note"] == "Winter work"]
    assert found["learned"] > 1


def test_examples_that_help_count_and_others_do_not():
    """Alike ones that the description misses are worth most; a good description wants none."""
    fires = np.array([True, True, True, False, False, False])
    alike = np.where(fires[:, None] == fires[None], 0.8, 0.0)
    missed = np.zeros(6)
    assert choose_weight(missed, alike, fires) == 20
    assert choose_weight(missed, np.where(alike > 0, 0.0, 0.8), fires) == 0
    assert choose_weight(missed, np.zeros((6, 6)), fires) == 0


@given(st.data())
def test_what_is_chosen_is_never_worse_on_the_labels(data):
    """Each label judged without itself, the chosen weight tells them no worse than none."""
    n = data.draw(st.integers(4, 9))
    fires = np.arange(n) % 2 == 0
    seed = data.draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    alone, alike = random.normal(0, 2, n), random.random((n, n))
    weight = choose_weight(alone, alike, fires)
    told = alone.copy()
    for i in range(n):
        rest = np.arange(n) != i
        best = [alike[i, rest & kind].max() for kind in (fires, ~fires)]
        told[i] += weight * (best[0] - best[1] / 2)
    losses = [
        np.logaddexp(0, scores[~fires] - scores[fires][:, None]).mean() for scores in (alone, told)
    ]
    assert losses[1] <= losses[0] + 1e-9
