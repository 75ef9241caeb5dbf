"""The hashing encoder needs no model and gives the same vectors everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.embed import open_embedder

EMBEDDER = open_embedder("hashing")


@given(st.text())
def test_every_text_has_a_unit_vector(text):
    """Any text, the empty one and lone surrogates included, gives a unit float32 vector."""
    vector = EMBEDDER.encode_query(text)
    assert vector.dtype == np.float32
    assert vector.shape == (EMBEDDER.dim,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_vectors_never_change():
    """A known text has known places: an index outlives the process and the machine."""
    vector = EMBEDDER.encode_query("ab")
    places = {int(i): round(float(vector[i]), 3) for i in np.flatnonzero(vector)}
    assert places == {116: -0.5, 139: 0.5, 156: -0.707}


def test_shared_words_are_near():
    """A text is nearest to the one that shares its words, inflected or in another case."""
    texts = [
        "Phase transitions in spin lattices",
        "Recipes for apple cake",
        "Фазовые переходы",
        "万有引力定律",
    ]
    vectors = EMBEDDER.encode(texts)
    for query, nearest in (
        ("PHASE TRANSITION", 0),
        ("apples", 1),
        ("фазового перехода", 2),
        ("引力", 3),
    ):
        assert int((vectors @ EMBEDDER.encode_query(query)).argmax()) == nearest


def test_progress_is_reported():
    """Every text is counted."""
    done = []
    assert EMBEDDER.encode(["a", "b"], on_done=done.append).shape == (2, EMBEDDER.dim)
    assert sum(done) == 2
    assert EMBEDDER.encode([]).shape == (0, EMBEDDER.dim)
