"""Where claims stand: every problem of theirs points at what it is about."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from noteweb.claimset import read_claim_set
from noteweb.model.position import START, Position
from noteweb.parse.notes import parse_card

NOTE = """\
---
title: Bees
claims:
  - id: a
    statement: >
      It holds.
    kind: magic
    source: {doi: 10.1/x, page: 3}
    supports: [b, nowhere]
    sure: 0.7
    evidence:
      - experiment: toy
        expect:
          - {metric: gap, op: gt, threshold: 0}
          - {metric: gap, op: gt, threshold: 0, pass_share: 0.99}
      - experiment: toy
        expects: []
  - words
  - statement: nameless
  -   id: b
      relations:
        qualifies: {}
        explains: missing
  - id: a
---
Body.
"""


def find(text):
    """Give the problems of a note's claims as (line, column, code)."""
    card = parse_card(text.encode(), path="n.md")
    found = read_claim_set([card]).problems
    return sorted((each.line, each.column, each.code) for each in found)


def test_each_problem_points_at_what_it_is_about():
    """Keys, items and entries have their own line and column, however deep they stand."""
    assert find(NOTE) == [
        (7, 5, "claim-kind-unknown"),
        (7, 5, "claim-kind-untestable"),
        (8, 27, "claim-key-unknown"),
        (9, 19, "claim-target-unknown"),
        (10, 5, "claim-key-unknown"),
        (15, 13, "claim-pass-share-out-of-reach"),
        (16, 9, "claim-evidence-invalid"),
        (18, 5, "claim-not-a-map"),
        (19, 5, "claim-id-missing"),
        (20, 7, "claim-statement-missing"),
        (22, 9, "claim-relation-invalid"),
        (23, 9, "claim-target-unknown"),
        (24, 5, "claim-id-duplicate"),
        (24, 5, "claim-statement-missing"),
    ]


def test_a_claim_and_its_evidence_know_their_place():
    """A list's item stands where it begins, a map's where its key does."""
    card = parse_card(NOTE.encode(), path="n.md")
    claim = read_claim_set([card]).claims[0]
    assert (claim.line, claim.column) == (4, 5)
    assert [(each.at.line, each.at.column) for each in claim.evidence] == [(12, 9), (16, 9)]
    assert claim.evidence[0].at.at("expect", 1, "pass_share").line == 15


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("claims: {id: a, statement: s, kind: magic}", (2, 31)),
        ("claims:\n  a:\n    statement: s\n    kind: magic", (5, 5)),
        ("\ufeffclaims: [{id: a, statement: s, kind: magic}]", (2, 32)),
        ('"claims" :\n- {id: a, kind: magic, statement: "s\u2028t"}', (3, 11)),
        ('claims: {"a\x85b": {statement: s, kind: magic}}', (2, 32)),
        ("x: &k magic\nclaims: [{id: a, statement: s, kind: *k}]", (3, 32)),
        ("bad: [\nclaims:\n- id: a\n  statement: s\n  kind: magic", (6, 3)),
    ],
)
def test_every_way_to_write_claims_has_places(text, place):
    """Flow and block style, maps from id, forbidden characters, aliases, a broken neighbour."""
    assert find(f"---\n{text}\n---\n") == [(*place, "claim-kind-unknown")]


def test_where_no_place_is_known_the_key_has_it():
    """TOML tells no places of values, so its problems point at the key."""
    text = '+++\ntitle = "x"\n[[claims]]\nid = "a"\nstatement = "s"\nkind = "magic"\n+++\n'
    assert find(text) == [(3, 1, "claim-kind-unknown")]


def test_a_note_without_claims_keeps_no_places():
    """Nothing is stored for the many notes that state none."""
    assert parse_card(b"---\ntitle: x\n---\n", path="n.md").claims_at is None


def test_what_multiplies_has_no_places_inside():
    """Aliases that blow up a value do not blow up its places."""
    rows = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    text = f"---\na0: &a0 [x]\n{rows}claims: *a11\n---\n"
    assert parse_card(text.encode(), path="n.md").claims_at == Position(line=14)


def test_the_way_leads_as_far_as_it_is_known():
    """An unknown key ends it; a number is the value itself where there is no list."""
    inner = Position(line=3, column=5)
    outer = Position(line=2, inside={"expect": Position(line=2, column=9, inside={"m": inner})})
    assert outer.at("expect", 0, "m") is inner
    assert outer.at("expect", "n", "m").column == 9
    assert outer.at() is outer
    assert START.at("x", 1) is START


VALUES = st.recursive(
    st.sampled_from(["w", "two words", "42", "#x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "kind", "expect", "a b"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def check_keys(value, place, lines):
    """See that every key of the value stands where its place says."""
    pairs = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = ((str(number), item) for number, item in enumerate(value))
    for key, item in pairs:
        inner = place.inside[key]
        told = key if isinstance(value, dict) else item
        if isinstance(told, str):
            assert lines[inner.line - 1][inner.column - 1 :].lstrip("'").startswith(told)
        check_keys(item, inner, lines)


@given(st.dictionaries(st.just("claims"), VALUES, min_size=1), st.sampled_from([True, False, None]))
def test_every_key_stands_where_its_place_says(front, is_flow):
    """In whatever style YAML writes a value, each of its keys is found at its place."""
    written = yaml.safe_dump(front, default_flow_style=is_flow, sort_keys=False)
    text = f"---\n{written}---\n"
    place = parse_card(text.encode(), path="n.md").claims_at
    if not written.startswith("{"):
        assert place is not None
        check_keys(front, Position(inside={"claims": place}), text.split("\n"))
