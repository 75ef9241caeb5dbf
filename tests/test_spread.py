"""Second-hand activation along edges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from noteweb.activation.spread import spread
from noteweb.index.lookup import Edge


def edge(source, target, kind="links_to", weight=1.0):
    """Make an edge between two notes."""
    return Edge(
        source=source, target=target, kind=kind, how="explicit", weight=weight, line=1, name=""
    )


def test_a_link_passes_more_than_a_name_and_a_name_more_than_likeness():
    """Arrivals come in the order of how much the edge was meant."""
    edges = [edge(1, 4, "similar", 0.9), edge(1, 3, "feeds_back"), edge(1, 2)]
    assert [a.nid for a in spread({1: 1.0}, edges)] == [2, 3, 4]


def test_activation_fades_and_tells_its_way():
    """What is two edges away comes fainter, with both steps, also against an edge's direction."""
    near, far = spread({1: 2.0}, [edge(1, 2), edge(3, 2)])
    assert (near.nid, far.nid) == (2, 3)
    assert far.score < near.score < 2.0
    assert [(s.source, s.target, s.is_forward) for s in far.steps] == [(1, 2, True), (2, 3, False)]


def test_a_hub_hands_on_less():
    """A note with many edges wakes each neighbour less."""
    few = spread({1: 1.0}, [edge(1, 2)])
    many = spread({1: 1.0}, [edge(1, n) for n in range(2, 12)])
    assert many[0].score < few[0].score


def test_what_fired_itself_is_not_second_hand():
    """Fired notes are neither listed nor waken by others, and a loop ends."""
    edges = [edge(1, 2), edge(2, 1), edge(2, 3), edge(3, 1), edge(1, 1)]
    assert [a.nid for a in spread({1: 1.0, 2: 0.2}, edges)] == [3]
    assert spread({}, edges) == ()


@given(
    edges=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.floats(0.1, 1))),
    fired=st.dictionaries(st.integers(0, 8), st.floats(0.1, 9), min_size=1),
)
def test_every_score_is_that_of_its_way(edges, fired):
    """Ways start at a fired note, hang together, and no arrival outshines where it came from."""
    for arrival in spread(fired, [edge(a, b, weight=w) for a, b, w in edges]):
        steps = arrival.steps
        assert steps[0].source in fired
        assert steps[-1].target == arrival.nid
        assert all(a.target == b.source for a, b in pairwise(steps))
        assert 0 < arrival.score <= 0.6 ** len(steps) * fired[steps[0].source] + 1e-9
