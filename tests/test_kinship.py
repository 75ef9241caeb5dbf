"""What each signal says of how near notes are adds up to a score."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.search.kinship import adamic_adar, combine, echo, make_ties, walk, zed

N = 7
EDGES = st.lists(
    st.tuples(st.integers(0, N - 1), st.integers(0, N - 1), st.just(1.0)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=15,
)


@given(edges=EDGES, here=st.integers(0, N - 1))
def test_neighbours_shared_count_as_adamic_and_adar_have_it(edges, here):
    """On any graph the figures are networkx's."""
    graph = nx.Graph([(a, b) for a, b, _ in edges])
    graph.add_nodes_from(range(N))
    told = adamic_adar(make_ties(edges, N), here)
    pairs = [(here, other) for other in range(N) if other != here]
    for _, other, value in nx.adamic_adar_index(graph, pairs):
        assert told[other] == pytest.approx(value)


@given(edges=EDGES, here=st.integers(0, N - 1))
def test_a_walk_shares_out_no_more_than_there_is(edges, here):
    """Shares are no less than nothing and no more than one in all; where no way leads is none."""
    share = walk(make_ties(edges, N), here)
    graph = nx.Graph([(a, b) for a, b, _ in edges])
    graph.add_nodes_from(range(N))
    near = nx.node_connected_component(graph, here)
    assert share.min() >= 0
    assert share.sum() <= 1
    assert all(share[other] == 0 for other in range(N) if other not in near)


def test_the_nearest_notes_tell_where_to_go():
    """What notes alike in text link to is found, though no way leads there from the note."""
    ties = make_ties([(1, 2, 1.0), (3, 4, 1.0)], 5)
    likeness = np.array([9.0, 2.0, 0.0, -1.0, 0.0])
    assert echo(ties, likeness, 0).tolist() == [0.0, 0.0, 2.0, 0.0, 0.0]


@given(edges=EDGES, here=st.integers(0, N - 1))
def test_text_and_links_count_half_each(edges, here):
    """Parts that vary have one deviation for the text in all, and half of one for each link's."""
    ties = make_ties(edges, N)
    text = {"words": np.arange(N) * 1.0, "meaning": np.arange(N)[::-1] * 2.0}
    parts = combine(text, ties, here, np.ones(N))
    assert [*parts] == ["words", "meaning", "graph", "nearest", "title"]
    assert parts["words"].std() == pytest.approx(0.5)
    assert parts["graph"].std() == pytest.approx(0.5 if edges and walk(ties, here).any() else 0)


def test_values_that_are_all_one_tell_nothing():
    """A signal without any difference adds nothing, and none makes no harm."""
    assert zed(np.ones(3)).tolist() == [0, 0, 0]
    assert zed(np.ones(0)).tolist() == []
