"""Which note has which id, when several want the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noteweb.links.identity import find_double_ids, settle_ids


def test_the_path_goes_before_a_wish():
    """The note whose path is the id keeps it from one that asks for it."""
    wanted = [("a.md", "b"), ("b.md", "b")]
    assert settle_ids(wanted) == {"a.md": "a", "b.md": "b"}


def test_of_two_wishes_the_first_path_wins():
    """Two notes with the same `id:` do not share it; the loser is reported."""
    wanted = [("z.md", "x"), ("y.md", "x")]
    assert settle_ids(wanted) == {"y.md": "x", "z.md": "z"}
    assert [(p.path, p.code) for p in find_double_ids(wanted)] == [("z.md", "duplicate-id")]


@given(
    st.dictionaries(
        st.sampled_from(["a.md", "b.md", "c.md", "d/a.md"]),
        st.sampled_from(["a", "b", "c", "d/a", "x", "y"]),
    )
)
def test_ids_are_unique_and_do_not_depend_on_order(wanted):
    """Whatever is wanted, every note has an id of its own, in any order of reading."""
    pairs = list(wanted.items())
    settled = settle_ids(pairs)
    assert len(set(settled.values())) == len(pairs)
    assert settle_ids(pairs[::-1]) == settled
