"""What falls with a claim: along stated relations, with the way there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noteweb.impact import Effect, find_impact
from noteweb.model.claim import Claim, Relation

NAMES = list("abcdef")


def say(name, *relations):
    """Give a claim with relations written as "depends_on b"."""
    ties = tuple(Relation(kind=kind, target=end) for kind, end in map(str.split, relations))
    return Claim(id=name, statement=name, note_id="n", path="n.md", line=1, relations=ties)


def told(claims, fallen):
    """Give what is struck as a mapping from id to effect."""
    return {each.claim.id: each.effect.value for each in find_impact(claims, fallen)}


def test_what_depends_falls_and_what_was_supported_is_weakened():
    """Dependants fall at any length; one support on the way weakens all behind it."""
    claims = [
        say("a", "supports s", "contradicts x"),
        say("b", "depends_on a"),
        say("c", "depends_on b"),
        say("s"),
        say("t", "depends_on s"),
        say("x", "supports a"),
        say("y", "qualifies a"),
    ]
    assert told(claims, "a") == {"b": "falls", "c": "falls", "s": "weakened", "t": "weakened"}
    found = {each.claim.id: each for each in find_impact(claims, "a")}
    assert found["t"].ties == (("a", "supports", "s"), ("t", "depends_on", "s"))
    assert [each.claim.id for each in find_impact(claims, "a")] == ["b", "c", "s", "t"]


def test_a_way_that_makes_it_fall_counts_before_a_shorter_one_that_weakens():
    """A claim that falls at three steps is not told as weakened at one."""
    claims = [
        say("a", "supports d"),
        say("b", "depends_on a"),
        say("c", "depends_on b"),
        say("d", "depends_on c"),
    ]
    assert told(claims, "a")["d"] == "falls"


def test_a_circle_ends_and_the_fallen_one_is_not_its_own_victim():
    """Claims that lean on one another in a circle, and relations to nowhere, are no trouble."""
    claims = [say("a", "depends_on b"), say("b", "depends_on a", "supports nowhere")]
    assert told(claims, "a") == {"b": "falls"}


@given(
    st.sets(
        st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from(["depends_on", "supports"]),
            st.sampled_from(NAMES),
        )
    )
)
def test_each_way_is_one_of_the_notes(ties):
    """Every way starts at the fallen claim, follows stated relations and ends at the struck one."""
    claims = [say(n, *(f"{k} {e}" for s, k, e in ties if s == n)) for n in NAMES]
    for each in find_impact(claims, "a"):
        here = "a"
        for tie in each.ties:
            assert tuple(tie) in ties
            needs = tie.relation == "depends_on"
            assert here == (tie.target if needs else tie.claim)
            here = tie.claim if needs else tie.target
        assert here == each.claim.id
        is_hard = all(tie.relation == "depends_on" for tie in each.ties)
        assert is_hard == (each.effect is Effect.FALLS)
