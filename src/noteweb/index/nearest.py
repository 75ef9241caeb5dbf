"""Nearest vectors: exact over the mapped file, FAISS's inverted lists beyond `ANN_FROM` rows.

The exact search is one matrix product over the memory map rather than a FAISS flat index: it is
as fast, and gives the score of every row, which is the background that a score is measured against.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from noteweb.errors import IndexDamaged, WriteFailed
from noteweb.index.vectors import cosines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import faiss
    from numpy.typing import NDArray

#: Up to here the exact search costs some 20 ms; an inverted list cannot be felt below.
ANN_FROM = 100_000

#: Half the vectors and rounds of FAISS's habit find as many of the true neighbours, for a third of
#: the time; ARCHITECTURE has the figures, and those of the probes.
_TRAIN_PER_LIST = 32
_TRAIN_ROUNDS = 10
_PROBES = 192
_AT_ONCE = 16  # queries: their scores over a million rows take 64 MB
_SAMPLE = 4_096  # rows that stand for the background where not all are scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Rows with their cosine, best first, and what is usual for this query.

    Attributes
    ----------
    rows : int64, shape (n_found,)
    scores : float32, shape (n_found,)
    mean, deviation : of the cosine of the query with all rows, or a fixed sample of them
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    mean: float
    deviation: float


def find_nearest(
    vectors: NDArray[np.float32], query: NDArray[np.float32], limit: int, ann: Path | None = None
) -> Found:
    """Find the `limit` rows nearest to `query` (unit rows, shape (n, dim) and (dim,)).

    With an `ann` file the rows it covers are searched through it, the others exactly.

    Raises
    ------
    NotUnitVectors
    IndexDamaged
        where the `ann` file cannot be read
    """
    if ann is not None and len(vectors) > ANN_FROM and ann.exists():
        return _find_by_lists(vectors, query, limit, ann)
    return _choose(cosines(vectors, query), limit)


def find_each(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], limit: int
) -> Iterator[Found]:
    """Find for each of many queries, shape (n_queries, dim), what `find_nearest` finds for one.

    All rows are scored, which for many at once costs a tenth of asking one after the other.

    Raises
    ------
    NotUnitVectors
    """
    for first in range(0, len(queries), _AT_ONCE):
        scores = cosines(vectors, queries[first : first + _AT_ONCE].T)
        yield from (_choose(each, limit) for each in np.ascontiguousarray(scores.T))


def build_ann(path: Path, vectors: NDArray[np.float32]) -> None:
    """Write FAISS's inverted lists with 8-bit codes over all rows; the file appears whole.

    Raises
    ------
    WriteFailed
    """
    import faiss

    n_rows, dim = vectors.shape
    n_lists = int(4 * np.sqrt(n_rows))
    coarse = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFScalarQuantizer(
        coarse, dim, n_lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = _TRAIN_ROUNDS
    index.cp.min_points_per_centroid = 1  # else it writes to the terminal
    picked = np.random.default_rng(0).choice(
        n_rows, min(n_rows, _TRAIN_PER_LIST * n_lists), replace=False
    )
    index.train(np.ascontiguousarray(vectors[np.sort(picked)]))
    for first in range(0, n_rows, 65_536):
        index.add(np.ascontiguousarray(vectors[first : first + 65_536]))
    partial = path.with_suffix(".partial")
    try:
        faiss.write_index(index, str(partial))
        partial.replace(path)
    except (OSError, RuntimeError) as error:
        raise WriteFailed(path, str(error).split("\n", 1)[0]) from error


def nearest_rows(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], n_neighbours: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Give the nearest of all vectors to each of the `rows`, and their cosines, best first.

    Both have the shape (n_rows, n_neighbours); a row is no neighbour of its own, and where there
    are too few, -1 stands with a cosine of -1.
    """
    near = np.full((len(rows), n_neighbours), -1, dtype=np.int64)
    scores = np.full((len(rows), n_neighbours), -1, dtype=np.float32)
    if not len(rows):
        return near, scores
    import faiss

    k = min(n_neighbours + 1, len(vectors))
    found = faiss.knn(vectors[rows], vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    for place, (row, likeness, others) in enumerate(zip(rows, *found, strict=True)):
        kept = np.flatnonzero((others != row) & (others >= 0))[:n_neighbours]
        near[place, : len(kept)] = others[kept]
        scores[place, : len(kept)] = likeness[kept]
    return near, scores


def mutual_pairs(
    near: NDArray[np.int64], scores: NDArray[np.float32]
) -> list[tuple[int, int, float]]:
    """Give the pairs (i < j, cosine) that are among each other's nearest, from all rows' lists."""
    if not len(near):
        return []
    n_rows, width = near.shape
    first = np.repeat(np.arange(n_rows), width)
    second = near.ravel()
    codes = first * n_rows + second
    is_mutual = (second > first) & np.isin(codes, second * n_rows + first)
    cosines = scores.ravel()[is_mutual]
    pairs = zip(first[is_mutual].tolist(), second[is_mutual].tolist(), strict=True)
    return sorted((i, j, c) for (i, j), c in zip(pairs, cosines.tolist(), strict=True))


def _find_by_lists(
    vectors: NDArray[np.float32], query: NDArray[np.float32], limit: int, ann: Path
) -> Found:
    try:
        about = ann.stat()
        index = _open_lists(ann, (about.st_ino, about.st_size, about.st_mtime_ns))
    except (OSError, RuntimeError) as error:
        raise IndexDamaged(ann, str(error).split("\n", 1)[0]) from error
    covered = min(index.ntotal, len(vectors))
    _, near = index.search(query[None, :], min(limit * 2, covered))
    # The lists may be newer than the catalogue that is asked, and know rows that it does not count.
    known = near[0][(near[0] >= 0) & (near[0] < len(vectors))]
    rows = np.concatenate([known, np.arange(covered, len(vectors))])
    scores = cosines(vectors[rows], query)  # exact: the codes only chose the candidates
    best = _best(scores, limit)
    sample = np.random.default_rng(0).integers(0, len(vectors), _SAMPLE)
    usual = cosines(vectors[np.sort(sample)], query)
    return Found(
        rows=rows[best].astype(np.int64),
        scores=scores[best],
        mean=float(usual.mean()),
        deviation=float(usual.std()),
    )


def _choose(scores: NDArray[np.float32], limit: int) -> Found:
    rows = _best(scores, limit)
    return Found(
        rows=rows,
        scores=scores[rows],
        mean=float(scores.mean()) if len(scores) else 0.0,
        deviation=float(scores.std()) if len(scores) else 0.0,
    )


@lru_cache(maxsize=1)
def _open_lists(ann: Path, _: tuple[int, ...]) -> faiss.Index:
    """Open the lists; those opened last stay open until there is another file in their place."""
    import faiss

    index = faiss.read_index(str(ann), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    faiss.extract_index_ivf(index).nprobe = _PROBES
    return index


def _best(scores: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    if len(scores) > limit:
        chosen = np.argpartition(-scores, limit - 1)[:limit]
    else:
        chosen = np.arange(len(scores))
    # Ties by row, so that the same index gives the same order.
    return chosen[np.lexsort((chosen, -scores[chosen]))].astype(np.int64)
