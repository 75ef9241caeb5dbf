"""Alternatives and joint conditions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from noteweb.activation.condition import Conditions, read_conditions
from noteweb.web import NoteWeb

JOINT = [1001, 1002, 1002]


def make_conditions(owners, joint):
    """Conditions of these notes with these groups."""
    n = len(owners)
    return Conditions(
        nids=np.unique(owners),
        pids=np.arange(n),
        joint=np.array(joint),
        owners=np.array(owners),
        texts=tuple(f"condition {i}" for i in range(n)),
    )


def best(joint, *windows):
    """How well one note with these groups is met by windows."""
    conditions = make_conditions([0] * len(joint), joint)
    return conditions.best(np.array(windows, dtype=float))[:, 0].tolist()


def test_of_alternatives_the_best_counts():
    """One condition met is enough."""
    assert best([0, 0, 0], [1, 5, -2], [0, 0, 3]) == [5, 3]


def test_of_joint_conditions_all_must_be_met():
    """One group of two unmet costs all that the other is worth; both met cost nothing."""
    both, half = best(JOINT, [4, 4, -1])[0], best(JOINT, [4, 0, -1])[0]
    assert both == 4
    assert half == 0


def test_within_a_group_any_is_enough():
    """Of a group's leaves the better counts, whichever it is."""
    assert best(JOINT, [4, -9, 4]) == best(JOINT, [4, 4, -9]) == [4]


def test_groups_may_be_met_in_different_windows():
    """What each window shows counts together; the window that shows neither is worth less."""
    one, other, neither = best(JOINT, [4, 0, 0], [0, 4, 0], [-3, -3, -3])
    assert one == other == 4
    assert neither == 4 - 4 - 3


def test_an_alternative_beside_a_joint_condition_fires_alone():
    """A note may have both; the better counts, and each joint condition stands for itself."""
    assert best([0, 1001, 1002], [6, 0, 0]) == [6]
    assert best([1001, 1002, 2001, 2002], [0, 0, 5, 5]) == [5]


@given(st.lists(st.sampled_from([0, 1001, 1002]), min_size=1, max_size=5), st.data())
def test_nothing_is_worth_more_than_its_best_condition(joint, data):
    """Joined or not, a note scores between its worst and its best condition over the document."""
    rows = st.lists(st.integers(-5, 5), min_size=len(joint), max_size=len(joint))
    windows = data.draw(st.lists(rows, min_size=1, max_size=4))
    made = best(joint, *windows)
    assert max(made) <= np.max(windows)
    if not any(joint):
        assert made == [max(row) for row in windows]


def test_other_notes_are_left_alone():
    """A joint condition changes its own note's worth only."""
    conditions = make_conditions([0, 1, 1, 2], [0, 1001, 1002, 0])
    assert conditions.best(np.array([[1.0, 4.0, 2.0, 3.0]])).tolist() == [[1.0, 2.0, 3.0]]


def test_conditions_are_read_with_their_groups(tmp_path):
    """Groups of different notes and fields have numbers of their own; general ones come last."""
    joint = "{all: [the tide fills the pond, {any: [it is night, the moon is full]}]}"
    (tmp_path / "a.md").write_text(f"---\nReceptor: {joint}\n---\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(
        f"---\nReceptor: [an owl hears]\nActivation: {joint}\n---\n", encoding="utf-8"
    )
    (tmp_path / "c.md").write_text("No conditions.", encoding="utf-8")
    with NoteWeb.open(tmp_path, model="hashing") as web:
        web.refresh(with_vectors=False)
        conditions = read_conditions(web.index.catalogue, ("a general one",))
    assert len(conditions.nids) == 2
    assert conditions.n_own == 7
    assert conditions.texts[-1] == "a general one"
    assert conditions.owners.tolist() == [0, 0, 0, 1, 1, 1, 1, 2]
    groups = dict(zip(conditions.texts[:-1], conditions.joint.tolist(), strict=False))
    assert groups["an owl hears"] == 0
    numbers = [n for n in conditions.joint.tolist() if n]
    assert sorted(n % 1000 for n in numbers) == [1, 1, 2, 2, 2, 2]
    assert len(set(numbers)) == 4
