"""A library as matrices: words, stems and vectors of its records.

With `learner` this is the door to scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

from noteweb.index.stem import open_analyzer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.embed.port import Vectors
    from noteweb.model.reference import Reference

    Floats = NDArray[np.float64]
    Sparse = Any  # a scipy.sparse matrix

_K1, _B = 1.2, 0.75
#: A word of the criteria that stands in more of the records than this is not shown as a match.
_TELLING = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known of each record, in the library's order.

    Attributes
    ----------
    phrases : TF-IDF of words and pairs of words, shape (n_records, n_phrases), sparse, unit rows
    stems : TF-IDF of stems, likewise
    counts : of the same stems, by column
    columns : where each stem stands in `stems` and `counts`
    vectors : float32, shape (n_records, dim), unit rows; None without a model
    is_bare : records without an abstract
    """

    phrases: Sparse
    stems: Sparse
    counts: Sparse
    columns: Mapping[str, int]
    vectors: Vectors | None
    is_bare: NDArray[np.bool_]


def list_texts(references: Sequence[Reference]) -> tuple[str, ...]:
    """Give what is embedded of each record: its title and abstract."""
    return tuple(f"{each.title}. {each.abstract}".strip() for each in references)


def make_features(references: Sequence[Reference], vectors: Vectors | None) -> Features:
    """Make the matrices of a library; 2 CPU seconds for 2,000 abstracts."""
    texts = [f"{each.title} {each.abstract}" for each in references]
    counter = CountVectorizer(analyzer=open_analyzer())
    counts = _fit(counter, texts)
    phrases = _fit(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), texts)
    return Features(
        phrases=phrases,
        stems=TfidfTransformer(sublinear_tf=True).fit_transform(counts).tocsr(),
        counts=counts.tocsc(),
        columns=getattr(counter, "vocabulary_", {}),
        vectors=vectors,
        is_bare=np.array([not each.abstract.strip() for each in references], bool),
    )


def score_bm25(features: Features, text: str) -> Floats:
    """Score every record for a text, each of its terms counted once.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009),
    doi:10.1561/1500000019, with the inverse document frequency that Lucene made positive.
    """
    counts = features.counts
    n_records = counts.shape[0]
    lengths = np.asarray(counts.sum(axis=1), np.float64).ravel()
    norm = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1.0))
    scores = np.zeros(n_records)
    for term in dict.fromkeys(open_analyzer()(text)):
        column = features.columns.get(term)
        if column is None:
            continue
        span = slice(counts.indptr[column], counts.indptr[column + 1])
        rows, often = counts.indices[span], counts.data[span]
        idf = np.log1p((n_records - rows.size + 0.5) / (rows.size + 0.5))
        scores[rows] += idf * often * (_K1 + 1) / (often + norm[rows])
    return scores


def find_telling(features: Features, text: str) -> frozenset[str]:
    """Give a text's stems that stand in few records, so that they tell them apart."""
    most = _TELLING * features.counts.shape[0]
    columns = {stem: features.columns.get(stem) for stem in open_analyzer()(text)}
    n_records = np.diff(features.counts.indptr)
    return frozenset(
        stem for stem, at in columns.items() if at is not None and n_records[at] <= most
    )


def _fit(vectorizer: CountVectorizer, texts: Sequence[str]) -> Sparse:
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:  # no text holds a word
        return csr_matrix((len(texts), 1))
