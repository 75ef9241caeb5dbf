"""Which words two texts share, weighed by how rare they are in the vault.

The one place that knows scipy. Texts are rows of a sparse matrix of TF-IDF weights (one plus the
logarithm of a term's count, times the BM25 form of inverse document frequency over the vault's
passages), unit length, so that a product of two matrices is their cosines.

Terms are counted under a hash of 22 bits: nothing needs to remember which column is which word.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

#: A scipy.sparse.csr_matrix: texts in rows, terms in columns.
Counts: TypeAlias = Any

_BITS = 22


def count_terms(texts: Iterable[str], terms: Callable[[str], Sequence[str]]) -> Counts:
    """Count the terms of texts, shape (n_texts, 2 ** 22)."""
    from scipy.sparse import csr_matrix

    columns: list[int] = []
    values: list[int] = []
    ends = [0]
    for text in texts:
        counts = Counter(map(hash_term, terms(text)))
        columns.extend(counts)
        values.extend(counts.values())
        ends.append(len(columns))
    data = np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32)
    return csr_matrix((*data, np.array(ends, dtype=np.int32)), shape=(len(ends) - 1, 1 << _BITS))


def hash_term(term: str) -> int:
    """Give a term's column, the same on every machine."""
    return crc32(term.encode("utf-8", "surrogatepass")) & ((1 << _BITS) - 1)


def rarity(counts: Counts) -> NDArray[np.float32]:
    """Give each term's inverse document frequency over these texts, shape (2 ** 22,).

    The form of BM25 (Robertson and Zaragoza 2009, doi:10.1561/1500000019, section 3.4), never
    below 0; what no text holds is the rarest of all.
    """
    n_with = np.bincount(counts.indices, minlength=counts.shape[1])
    weights = np.log1p((counts.shape[0] - n_with + 0.5) / (n_with + 0.5))
    return np.asarray(weights, dtype=np.float32)


def weigh(counts: Counts, idf: NDArray[np.float32]) -> Counts:
    """Give the texts' unit TF-IDF rows; a text without terms is a row of zeros."""
    from scipy.sparse import csr_matrix

    weights = (1 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    norms = np.sqrt(np.bincount(rows, weights**2, counts.shape[0]))
    weights = (weights / np.maximum(norms[rows], 1e-12)).astype(np.float32)
    return csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape)


def add_up(counts: Counts, owners: NDArray[np.int64], n_owners: int) -> Counts:
    """Add the rows of each owner up, shape (n_owners, 2 ** 22)."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(owners), dtype=np.float32)
    gather = csr_matrix((ones, (owners, np.arange(len(owners)))), shape=(n_owners, len(owners)))
    return (gather @ counts).tocsr()


def cosines(rows: Counts, columns: Counts) -> NDArray[np.float32]:
    """Give the cosines of two sets of unit rows, shape (n_rows, n_columns)."""
    return np.asarray((rows @ columns.T).todense(), dtype=np.float32)
