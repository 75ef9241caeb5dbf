"""Cards and problems survive the catalogue."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from noteweb.errors import Problem, Severity
from noteweb.model.codec import (
    card_from_json,
    card_to_json,
    problems_from_json,
    problems_to_json,
)
from noteweb.model.note import Card
from noteweb.parse.notes import parse_note

FULL = """---
id: own
title: "A \\"quoted\\" title"
aliases: [B, C]
tags: [x/y, z]
category: Kind
description: What it says.
created: 2026-01-02
updated: yesterday
rating: 4.5
nested: {a: [1, null, true]}
claims:
- {id: own-claim, statement: It holds., supports: [another]}
Activation:
  all:
  - one thing happens
  - another thing happens
Acceptor: |-
  PyTorch trains it.
SignalTransduction: |-
  1. Statistics - how to count.

  'risk' in statistics is 'loss' in learning.
Emergence: Novelty 4/10. Value 7/10. Feasibility 8/10.
FeedbackLoop: |-
  First, the note on [[Other]] provides the contrast.
---

supports:: [[Third#Part|label]] and ![[image]] – ёж \udc80
"""


def test_a_full_card_survives():
    """Every field of a card that is not its default comes back as it was."""
    card = parse_note(FULL.encode("utf-8", "surrogateescape"), path="a.md").card
    defaults = {f.name: f.default for f in fields(Card)}
    same = {name for name, default in defaults.items() if getattr(card, name) == default}
    assert same == {"repaired"}  # nothing else is left to its default, so nothing is untested
    assert card_from_json(card_to_json(card)) == card


def test_a_card_from_before_places_is_read():
    """An index whose cards do not say where claims stand needs no new start."""
    card = parse_note(FULL.encode("utf-8", "surrogateescape"), path="a.md").card
    row = json.loads(card_to_json(card))
    del row[1][4]
    assert card_from_json(json.dumps(row)) == replace(card, claims_at=None)


@given(st.binary(max_size=400))
def test_any_card_survives(data):
    """Whatever bytes a note has, its card comes back from ASCII JSON."""
    note = parse_note(data, path="b.md")
    text = card_to_json(note.card)
    assert text.isascii()
    assert card_from_json(text) == note.card
    assert problems_from_json(problems_to_json(note.problems), "b.md") == note.problems


def test_problems_come_back_with_their_path():
    """The path is kept once, with the note."""
    problem = Problem(
        path="x.md", line=3, column=7, code="some-code", severity=Severity.INFO, message="m"
    )
    assert problems_from_json(problems_to_json((problem,)), "x.md") == (problem,)
