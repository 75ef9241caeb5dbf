"""What a claim's fall reaches: labels that change, supports that are lost, each with the way."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from noteweb.argument.bearing import find_bearing
from noteweb.argument.impact import Effect, find_impact
from noteweb.argument.label import find_standings
from noteweb.model.verdict import VerdictKind
from test_argument import make_argument, say


def told(claims, fallen, **verdicts):
    """Give what is struck as a mapping from id to effect."""
    kinds = {name: VerdictKind(kind) for name, kind in verdicts.items()}
    return {each.claim.id: each.effect.value for each in find_impact(claims, kinds, fallen)}


def test_what_depends_falls_and_what_was_supported_is_weakened():
    """Dependants fall at any length; one support on the way weakens all behind it."""
    claims = [
        say("a", "supports s"),
        say("b", "depends_on a"),
        say("c", "depends_on b"),
        say("s"),
        say("t", "depends_on s"),
        say("x", "supports a"),
        say("y", "qualifies a"),
    ]
    assert told(claims, "a") == {"b": "falls", "c": "falls", "s": "weakened", "t": "weakened"}
    found = {each.claim.id: each for each in find_impact(claims, {}, "a")}
    assert found["t"].ties == (("a", "supports", "s"), ("t", "depends_on", "s"))
    assert [*found] == ["b", "c", "s", "t"]


def test_what_it_kept_down_rises():
    """The fall of a claim sets free what it contradicted, and shakes what that contradicts."""
    claims = [say("a", "contradicts b"), say("b", "contradicts c"), say("c")]
    assert told(claims, "a", a="supported") == {"b": "rises", "c": "wavers"}
    up = find_impact(claims, {"a": VerdictKind.SUPPORTED}, "a")[1]
    assert (up.claim.id, up.before.value, up.after.value) == ("b", "out", "undecided")


def test_a_claim_that_has_fallen_takes_nothing_with_it():
    """What is refuted already has had its effect."""
    assert told([say("a"), say("b", "depends_on a")], "a", a="refuted") == {}


def test_a_circle_ends_and_the_fallen_one_is_not_its_own_victim():
    """Claims that lean on one another in a circle, and relations to nowhere, are no trouble."""
    claims = [say("a", "depends_on b"), say("b", "depends_on a", "supports nowhere")]
    assert told(claims, "a") == {"b": "falls"}


@given(st.integers(min_value=0, max_value=10**6))
def test_taking_a_claim_out_changes_exactly_what_impact_names(seed):
    """The labels that change without a claim are those that its impact tells, and no others."""
    claims, verdicts = make_argument(random.Random(seed))
    before = find_standings(find_bearing(claims, verdicts))
    for gone in claims:
        kept = [each for each in claims if each is not gone]
        after = find_standings(find_bearing(kept, verdicts))
        changed = {c.id for c in kept if before[c.id].label is not after[c.id].label}
        struck = find_impact(claims, verdicts, gone.id)
        assert changed == {each.claim.id for each in struck if each.before is not each.after}
        for each in struck:
            assert each.before is before[each.claim.id].label
            assert each.after is after[each.claim.id].label


@given(st.integers(min_value=0, max_value=10**6))
def test_each_way_is_one_of_the_notes(seed):
    """Every way starts at the fallen claim, follows stated relations and ends at the struck one."""
    claims, verdicts = make_argument(random.Random(seed))
    stated = {(c.id, r.kind, r.target) for c in claims for r in c.relations}
    for each in find_impact(claims, verdicts, claims[0].id):
        here = claims[0].id
        assert each.ties
        for tie in each.ties:
            assert tuple(tie) in stated
            ends = {tie.claim, tie.target}
            assert here in ends
            if tie.relation != "contradicts":
                assert here == (tie.target if tie.relation == "depends_on" else tie.claim)
            here = next(iter(ends - {here}), here)
        assert here == each.claim.id
        assert (each.effect is Effect.WEAKENED) == (each.before is each.after)
