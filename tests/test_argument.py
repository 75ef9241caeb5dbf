"""Which claims stand: the most careful labels, why, on what they rest, and how strong they are."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.argument.bearing import find_bearing
from noteweb.argument.environment import find_environments
from noteweb.argument.front import Argument
from noteweb.argument.label import Because, Ground, Label, find_standings
from noteweb.argument.strength import find_strengths
from noteweb.model.claim import Claim, Relation
from noteweb.model.verdict import Reason, ReasonKind, Verdict, VerdictKind

IN, OUT, UNDECIDED = range(3)
LABELS = {Label.IN: IN, Label.OUT: OUT, Label.UNDECIDED: UNDECIDED}
KINDS = [VerdictKind.SUPPORTED, VerdictKind.REFUTED, VerdictKind.NOT_RUN, VerdictKind.PARTLY]
TIES = ("contradicts", "depends_on", "supports")


def say(name, *relations):
    """Give a claim with relations written as "depends_on b"."""
    ties = tuple(Relation(kind=kind, target=end) for kind, end in map(str.split, relations))
    return Claim(id=name, statement=name, note_id="n", path="n.md", line=1, relations=ties)


def label(claims, **verdicts):
    """Give the labels of claims as a mapping from id to word; verdicts by their first letter."""
    kinds = {name: VerdictKind(kind) for name, kind in verdicts.items()}
    found = find_standings(find_bearing(claims, kinds))
    return {name: standing.label.value for name, standing in found.items()}


def make_argument(rng, n_most=8):
    """Give random claims with relations, some to nowhere, and verdicts."""
    names = [f"c{i}" for i in range(rng.randint(1, n_most))]
    claims = [
        say(name, *(f"{kind} {end}" for kind in TIES for end in names if rng.random() < 0.15))
        for name in names
    ]
    if rng.random() < 0.2:
        claims[0] = say(names[0], "depends_on nowhere")
    return claims, {name: rng.choice(KINDS) for name in names}


def find_by_force(claims, verdicts):
    """Give the least of all labellings that agree with themselves, out of all there are."""
    names = [claim.id for claim in claims]
    place = {name: i for i, name in enumerate(names)}
    n = len(names)
    hits, needs = np.zeros((n, n), int), np.zeros((n, n), int)  # from row to column
    lost = np.array([verdicts[name] is VerdictKind.REFUTED for name in names])
    half = np.array([verdicts[name] is VerdictKind.PARTLY for name in names])
    bare = lost.copy()
    for claim in claims:
        for end in claim.targets("depends_on"):
            if end in place:
                needs[place[end], place[claim.id]] = 1
            else:
                bare[place[claim.id]] = True
        for end in claim.targets("contradicts"):
            for one, other in ((claim.id, end), (end, claim.id)):
                a, b = place[one], place[other]
                is_weaker = (
                    verdicts[one] is not VerdictKind.SUPPORTED
                    and verdicts[other] is VerdictKind.SUPPORTED
                )
                if not (lost[a] or lost[b] or is_weaker):
                    hits[a, b] = 1
    every = np.array(list(itertools.product(range(3), repeat=n)))
    must_out = bare | ((every == IN) @ hits > 0) | ((every == OUT) @ needs > 0)
    is_open = ((every != OUT) @ hits > 0) | ((every != IN) @ needs > 0)
    must_in = ~must_out & ~is_open & ~half
    aims = np.where(must_out, OUT, np.where(must_in, IN, UNDECIDED))
    complete = every[(every == aims).all(axis=1)]
    least = complete[(complete != UNDECIDED).sum(axis=1).argmin()]
    # What the least settles, every other settles the same way.
    assert ((complete == least) | (least == UNDECIDED)).all()
    return dict(zip(names, least.tolist(), strict=True))


def test_labels_equal_brute_force():
    """On a thousand random arguments the labels are the least of all that agree with themselves."""
    rng = random.Random(7)
    seen = set()
    for _ in range(1000):
        claims, verdicts = make_argument(rng)
        found = find_standings(find_bearing(claims, verdicts))
        assert {name: LABELS[each.label] for name, each in found.items()} == find_by_force(
            claims, verdicts
        )
        seen |= {each.label for each in found.values()}
    assert seen == set(Label)


def test_two_that_contradict_each_other_stay_undecided():
    """Neither of two equal claims wins, whichever note states the contradiction."""
    for claims in (
        [say("a", "contradicts b"), say("b", "contradicts a")],
        [say("a", "contradicts b"), say("b")],
    ):
        for kind in ("supported", "not-run"):
            assert label(claims, a=kind, b=kind) == {"a": "undecided", "b": "undecided"}


def test_evidence_prevails_over_its_absence():
    """A supported claim stands against one without evidence, in whichever note the word falls."""
    assert label([say("a"), say("b", "contradicts a")], a="supported") == {"a": "in", "b": "out"}


def test_what_is_refuted_neither_stands_nor_attacks():
    """A refuted claim is out, what it contradicted stands, and what needs it falls."""
    claims = [say("a", "contradicts b"), say("b"), say("c", "depends_on a")]
    assert label(claims, a="refuted") == {"a": "out", "b": "in", "c": "out"}


def test_what_falls_sets_free_what_it_contradicted():
    """A claim defended by a stronger one stands, and says against whom."""
    claims = [say("a", "contradicts b"), say("b", "contradicts c"), say("c")]
    verdicts = {"a": VerdictKind.SUPPORTED}
    found = find_standings(find_bearing(claims, verdicts))
    assert [found[name].label.value for name in "abc"] == ["in", "out", "in"]
    assert found["b"].because == (Because(Ground.CONTRADICTED, "a"),)
    assert found["c"].because == (Because(Ground.SURVIVES, "b"),)


@pytest.mark.parametrize("kind", ["partly", "contested"])
def test_what_holds_in_part_may_be_doubted(kind):
    """A claim whose evidence is mixed is undecided, and so is what needs it."""
    claims = [say("a"), say("b", "depends_on a")]
    assert label(claims, a=kind) == {"a": "undecided", "b": "undecided"}


def test_a_circle_of_dependence_holds_nothing_up():
    """Claims that rest on one another alone stay undecided."""
    claims = [say("a", "depends_on b"), say("b", "depends_on a"), say("c", "contradicts c")]
    assert set(label(claims).values()) == {"undecided"}


def test_a_missing_foundation_is_none():
    """What depends on no claim of the vault falls, and the missing name is told."""
    found = find_standings(find_bearing([say("a", "depends_on gone")], {}))
    assert found["a"].label is Label.OUT
    assert found["a"].because == (Because(Ground.MISSING, "gone"),)


def test_a_stale_verdict_counts_as_what_it_was():
    """A claim that was refuted before its code changed has fallen all the same."""
    stale = Verdict(
        claim="a",
        experiment="x",
        kind=VerdictKind.STALE,
        reasons=(Reason(kind=ReasonKind.CHANGED_CODE),),
        previous=VerdictKind.REFUTED,
    )
    assert Argument([say("a")], [stale]).standings["a"].label is Label.OUT


def test_the_chain_tells_each_reason_once():
    """Reasons come below what they are for, and a claim met again is not told again."""
    claims = [
        say("a", "depends_on b", "depends_on c"),
        say("b", "depends_on c"),
        say("c"),
    ]
    links = Argument(claims, []).chain("a")
    assert [(x.claim, x.depth, x.is_again) for x in links] == [
        ("a", 0, False),
        ("b", 1, False),
        ("c", 2, False),
        ("c", 1, True),
    ]


def test_environments_are_the_smallest_sets_that_are_enough():
    """Two ways to the fall of an opponent give two environments."""
    claims = [
        say("a", "depends_on base"),
        say("base"),
        say("foe", "contradicts a", "depends_on x", "depends_on y"),
        say("x"),
        say("y"),
    ]
    verdicts = {"x": VerdictKind.REFUTED, "y": VerdictKind.REFUTED}
    bearing = find_bearing(claims, verdicts)
    standings = find_standings(bearing)
    found = find_environments(bearing, standings, "a")
    assert found.sets == (
        frozenset({"a", "base", "foe", "x"}),
        frozenset({"a", "base", "foe", "y"}),
    )
    assert not found.is_cut
    cut = find_environments(bearing, standings, "a", most=1)
    assert len(cut.sets) == 1
    assert cut.is_cut


@given(st.integers(min_value=0, max_value=10**6))
def test_an_environment_is_enough_alone(seed):
    """With the claims of an environment alone, as they are, a claim keeps its label."""
    claims, verdicts = make_argument(random.Random(seed), 6)
    bearing = find_bearing(claims, verdicts)
    standings = find_standings(bearing)
    for claim in claims:
        found = find_environments(bearing, standings, claim.id)
        assert bool(found.sets) == (standings[claim.id].label is not Label.UNDECIDED)
        for one in found.sets:
            kept = [each for each in claims if each.id in one]
            alone = find_standings(find_bearing(kept, verdicts))
            assert alone[claim.id].label is standings[claim.id].label


def test_strength_goes_with_supports_and_against_contradictions():
    """What is supported gains, what is contradicted loses, and both lie between 0 and 1."""
    claims = [say("a", "supports b", "contradicts c"), say("b"), say("c"), say("d")]
    found = find_strengths(claims, {"a": VerdictKind.SUPPORTED})
    assert found.unsettled == ()
    assert 0 < found.values["c"] < found.values["d"] == 0.5 < found.values["b"] < 1
    assert found.values["a"] < 0.9


@given(st.integers(min_value=0, max_value=10**6))
def test_strengths_end_and_stay_in_bounds(seed):
    """On any argument strengths are numbers between 0 and 1, and what still moves is named."""
    claims, verdicts = make_argument(random.Random(seed))
    found = find_strengths(claims, verdicts)
    assert all(0 <= value <= 1 for value in found.values.values())
    assert set(found.unsettled) <= set(found.values)


def test_strengths_that_never_rest_are_named():
    """Fifty claims that support and contradict one another at random swing on, and are told."""
    rng = random.Random(0)
    names = [f"c{i}" for i in range(50)]
    ties = ("contradicts", "supports")
    claims = [
        say(name, *(f"{kind} {end}" for kind in ties for end in names if rng.random() < 0.45))
        for name in names
    ]
    found = find_strengths(claims, {})
    assert found.unsettled
    assert set(found.unsettled) < set(names)
