"""Which notes are alike: each note's vector and its nearest notes, kept up with what changed.

A note's list of nearest notes changes where it was edited itself, where one of the list was, and
where an edited note has come nearer than the last of the list; only these lists are made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.index.nearest import mutual_pairs, nearest_rows
from noteweb.index.vectors import check_units

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from noteweb.index.folder import Index

#: Every note keeps its mutual ones among this many nearest.
_N_SIMILAR = 8

_SAMPLE = 256  # notes that stand for all where the usual likeness is measured

#: From this share of the notes on, all lists are made anew: it costs no more.
_MANY = 0.5

_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """The notes that have a vector, by nid: unit vectors and lists of neighbours by row.

    Attributes
    ----------
    nids : int64, shape (n_notes,), rising
    vectors : float32, shape (n_notes, dim), unit rows
    near, cosines : shape (n_notes, _N_SIMILAR); -1 where there is no neighbour
    """

    nids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    near: NDArray[np.int64]
    cosines: NDArray[np.float32]


def update_likeness(index: Index, stirred: Collection[int] | None) -> None:
    """Find the vectors of the notes `stirred` (by nid), or of all, and who is alike.

    To be called within a transaction.

    Raises
    ------
    IndexDamaged
    """
    _set_vectors(index, stirred)
    notes = _read_notes(index)
    rows = None if stirred is None else _touched(notes, stirred)
    if rows is None or len(rows) > len(notes.nids) * _MANY:
        rows = np.arange(len(notes.nids))
    near, cosines = nearest_rows(notes.vectors, rows, _N_SIMILAR)
    notes.near[rows], notes.cosines[rows] = near, cosines
    _keep_lists(index, notes, rows)
    floor = _usual_likeness(notes.vectors)
    index.catalogue.set_edges(
        "similar",
        "vectors",
        [
            (int(notes.nids[i]), int(notes.nids[j]), cosine, 0, "")
            for i, j, cosine in mutual_pairs(notes.near, notes.cosines)
            if cosine > floor
        ],
    )


def _set_vectors(index: Index, nids: Collection[int] | None) -> None:
    """Keep the mean of each note's passage vectors, at unit length."""
    sql = "SELECT nid, row FROM passages WHERE row IS NOT NULL{} ORDER BY nid, row"
    if nids is None:
        found = index.catalogue.rows(sql.format(""))
    else:
        of_note = sql.format(" AND nid = ?")
        found = [pair for nid in sorted(nids) for pair in index.catalogue.rows(of_note, (nid,))]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    owners, firsts = np.unique(pairs[:, 0], return_index=True)
    means = []
    with index.reading_vectors() as rows:
        for nid, chunk in zip(owners, np.split(pairs[:, 1], firsts[1:]), strict=False):
            mean = check_units(rows[chunk]).mean(axis=0)
            mean /= max(float(np.linalg.norm(mean)), 1e-12)
            means.append((int(nid), mean.astype(np.float32).tobytes()))
    bare = None if nids is None else set(nids) - {nid for nid, _ in means}
    index.catalogue.forget_note_vectors(bare)
    index.catalogue.set_note_vectors(means)


def _read_notes(index: Index) -> _Notes:
    rows = index.catalogue.rows(
        "SELECT nid, vector FROM notes WHERE vector IS NOT NULL ORDER BY nid"
    )
    nids = np.array([nid for nid, _ in rows], dtype=np.int64)
    vectors = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float32)
    near = np.full((len(nids), _N_SIMILAR), -1, dtype=np.int64)
    cosines = np.full((len(nids), _N_SIMILAR), -1, dtype=np.float32)
    lists = index.catalogue.neighbours()
    for row, nid in enumerate(nids.tolist()):
        if nid in lists:
            near[row] = np.frombuffer(lists[nid][0], dtype=np.int64)
            cosines[row] = np.frombuffer(lists[nid][1], dtype=np.float32)
    return _Notes(
        nids=nids,
        vectors=vectors.reshape(len(nids), -1) if len(nids) else np.empty((0, 1), np.float32),
        near=_rows_of(nids, near),
        cosines=cosines,
    )


def _rows_of(nids: NDArray[np.int64], near: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the row of each nid, -1 for one that has none."""
    if not len(nids):
        return near
    rows = np.minimum(np.searchsorted(nids, near), len(nids) - 1)
    return np.where(nids[rows] == near, rows, -1)


def _touched(notes: _Notes, stirred: Collection[int]) -> NDArray[np.int64]:
    """Give the rows whose lists may be others by now, rising."""
    edited = np.flatnonzero(np.isin(notes.nids, list(stirred)))
    is_short = (notes.near < 0).any(axis=1)  # a neighbour is gone, or there never was a list
    has_edited = np.isin(notes.near, edited).any(axis=1)
    if not len(edited):
        return np.flatnonzero(is_short)
    nearest = (notes.vectors @ notes.vectors[edited].T).max(axis=1)
    is_nearer = nearest > notes.cosines[:, -1] - _ROUNDING
    is_edited = np.isin(np.arange(len(notes.nids)), edited)
    return np.flatnonzero(is_edited | is_short | has_edited | is_nearer)


def _keep_lists(index: Index, notes: _Notes, rows: NDArray[np.int64]) -> None:
    near = np.where(notes.near[rows] < 0, -1, notes.nids[notes.near[rows]]) if len(rows) else rows
    index.catalogue.set_neighbours(
        [
            (int(notes.nids[row]), nids.astype(np.int64).tobytes(), notes.cosines[row].tobytes())
            for row, nids in zip(rows, near, strict=True)
        ],
        is_all=len(rows) == len(notes.nids),
    )


def _usual_likeness(vectors: NDArray[np.float32]) -> float:
    """Give the cosine that two notes must pass to be alike: a deviation above the usual one.

    In a small vault everybody has a nearest neighbour; without a floor the most unlike would count.
    """
    if not len(vectors):
        return 0.0
    picked = np.linspace(0, len(vectors) - 1, min(len(vectors), _SAMPLE)).astype(np.int64)
    cosines = vectors[picked] @ vectors.T
    others = cosines[np.arange(len(vectors))[None, :] != picked[:, None]]
    return float(others.mean() + others.std()) if len(others) else 0.0
