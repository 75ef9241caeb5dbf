"""Nearest vectors: exact search, inverted lists, mutual neighbours, the vector file."""

from __future__ import annotations

import numpy as np
import pytest

import noteweb.index.nearest
from noteweb.errors import IndexDamaged
from noteweb.index.folder import Index
from noteweb.index.nearest import build_ann, find_each, find_nearest, mutual_pairs, nearest_rows
from noteweb.index.vectors import append_rows, map_rows


def units(n_rows, dim=16, seed=0):
    """Make unit rows."""
    made = np.random.default_rng(seed).standard_normal((n_rows, dim)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_the_exact_search_is_the_sorted_product():
    """Rows come by falling cosine, with the mean and deviation of all of them."""
    vectors, query = units(50), units(1, seed=1)[0]
    found = find_nearest(vectors, query, 5)
    cosines = vectors @ query
    assert found.rows.tolist() == np.argsort(-cosines)[:5].tolist()
    assert found.scores == pytest.approx(np.sort(cosines)[::-1][:5])
    assert found.mean == pytest.approx(cosines.mean(), abs=1e-6)
    assert found.deviation == pytest.approx(cosines.std(), abs=1e-6)


def test_ties_come_in_the_order_of_the_rows():
    """Equal vectors give the same answer every time."""
    vectors = np.repeat(np.eye(1, 16, dtype=np.float32), 6, axis=0)
    assert find_nearest(vectors, vectors[0], 6).rows.tolist() == list(range(6))


def test_no_vectors_give_no_rows():
    """An index without vectors answers with nothing."""
    found = find_nearest(np.empty((0, 16), np.float32), units(1)[0], 5)
    assert found.rows.tolist() == []


def test_many_queries_find_what_each_finds_alone():
    """Asked together, queries get the rows, cosines and background that they get alone."""
    vectors, queries = units(50), units(20, seed=1)
    for query, found in zip(queries, find_each(vectors, queries, 5), strict=True):
        alone = find_nearest(vectors, query, 5)
        assert found.rows.tolist() == alone.rows.tolist()
        assert found.scores == pytest.approx(alone.scores, abs=1e-6)
        assert found.mean == pytest.approx(alone.mean, abs=1e-6)


def test_inverted_lists_find_what_the_exact_search_finds(tmp_path, monkeypatch):
    """Beyond the limit FAISS answers: recall at 10 of at least .95, rows added later included."""
    monkeypatch.setattr(noteweb.index.nearest, "ANN_FROM", 1_000)
    centres = units(40, dim=32)
    rng = np.random.default_rng(3)
    vectors = centres[rng.integers(0, 40, 4_000)] + rng.normal(0, 0.15, (4_000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ann = tmp_path / "ann.faiss"
    build_ann(ann, vectors[:3_900])
    recalls = []
    for query in vectors[::400]:
        exact = set(np.argsort(-(vectors @ query))[:10].tolist())
        recalls.append(len(exact & set(find_nearest(vectors, query, 10, ann).rows.tolist())) / 10)
    assert np.mean(recalls) >= 0.95
    assert find_nearest(vectors, vectors[3_950], 1, ann).rows.tolist() == [3_950]
    assert max(find_nearest(vectors[:3_000], vectors[3_500], 10, ann).rows) < 3_000


def test_lists_made_anew_are_the_ones_that_answer(tmp_path, monkeypatch):
    """Lists stay open between questions, until another file stands in their place."""
    monkeypatch.setattr(noteweb.index.nearest, "ANN_FROM", 1_000)
    monkeypatch.setattr(noteweb.index.nearest, "_PROBES", 1)
    before = units(2_000, dim=32)
    after = before[::-1].copy()
    ann = tmp_path / "ann.faiss"
    for vectors in (before, after):
        build_ann(ann, vectors)
        near = [find_nearest(vectors, vectors[row], 1, ann).rows[0] for row in range(0, 2_000, 100)]
        assert near == list(range(0, 2_000, 100))


def test_a_damaged_ann_file_is_told(tmp_path, monkeypatch):
    """A broken FAISS file is refused with its name."""
    monkeypatch.setattr(noteweb.index.nearest, "ANN_FROM", 10)
    ann = tmp_path / "ann.faiss"
    ann.write_bytes(b"nothing of faiss")
    with pytest.raises(IndexDamaged, match=r"ann\.faiss"):
        find_nearest(units(20), units(1)[0], 3, ann)


def test_neighbours_are_mutual():
    """A pair counts only where each is among the other's nearest, each pair once."""
    close = np.array([[1, 0], [0.99, 0.14], [0, 1], [-0.1, 0.99], [-1, 0]], dtype=np.float32)
    close /= np.linalg.norm(close, axis=1, keepdims=True)
    near = nearest_rows(close, np.arange(5), 1)
    assert [(i, j) for i, j, _ in mutual_pairs(*near)] == [(0, 1), (2, 3)]
    assert mutual_pairs(*nearest_rows(close[:1], np.arange(1), 3)) == []


def test_rows_beyond_the_count_are_overwritten(tmp_path):
    """What an unfinished run left behind never becomes a vector of the index."""
    path = tmp_path / "v.f32"
    assert append_rows(path, 0, units(3)) == 3
    assert append_rows(path, 2, units(2, seed=5)) == 4
    rows = map_rows(path, 4, 16)
    assert np.array_equal(rows[:2], units(3)[:2])
    assert np.array_equal(rows[2:], units(2, seed=5))


def test_a_short_or_missing_vector_file_is_told(tmp_path):
    """Fewer bytes than the catalogue counts is damage."""
    path = tmp_path / "v.f32"
    with pytest.raises(IndexDamaged, match="No such file"):
        map_rows(path, 1, 16)
    append_rows(path, 0, units(3))
    with pytest.raises(IndexDamaged, match="catalogued"):
        map_rows(path, 4, 16)
    assert map_rows(path, 0, 16).shape == (0, 16)


def test_vectors_are_mapped_anew_where_their_file_changed(tmp_path):
    """One map serves until rows come or go; a file that was cut short is refused all the same."""
    with Index(tmp_path) as index:
        for n_rows in (0, 4):
            append_rows(index.vectors_path, n_rows, units(4))
            with index.catalogue.transaction():
                index.catalogue.set_meta("dim", "16")
                index.catalogue.add_vectors(n_rows, [bytes([n_rows + i]) for i in range(4)])
            assert len(index.vectors()) == n_rows + 4
            assert index.vectors() is index.vectors()
        with index.vectors_path.open("r+b") as stream:
            stream.truncate(100)
        with pytest.raises(IndexDamaged):
            index.vectors()
