"""What a query's ranking is worth: a collection becomes a vault and is asked as any other.

Every figure comes from `noteweb.search`, so what is measured is what a user gets.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb.bench.collection import name_note
from noteweb.metrics import bootstrap_mean
from noteweb.model.hit import Mode
from noteweb.search.mix import SHIPPED, Mix
from noteweb.search.query import Request, rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.bench.collection import Collection
    from noteweb.interval import Interval
    from noteweb.web import NoteWeb

    Floats = NDArray[np.float64]

#: Notes ranked for each query: what lies beyond adds nothing to a figure's third digit.
_DEPTH = 1_000
_FIRST_PAGE = 10
_FAR = 100
_MOST = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one way of ranking is worth.

    Attributes
    ----------
    figures : by name, with intervals of 95 % over queries drawn anew
    cpu_ms : of the process, a query, shape (n_queries,): encoding and ranking, nothing shown
    """

    name: str
    figures: Mapping[str, Interval]
    by_query: Mapping[str, Floats] = field(repr=False)
    cpu_ms: Floats = field(repr=False)

    @property
    def median_ms(self) -> float:
        """The median of `cpu_ms`."""
        return float(np.median(self.cpu_ms))

    @property
    def p95_ms(self) -> float:
        """What 95 of 100 queries stay below."""
        return float(np.quantile(self.cpu_ms, _MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a part of the mix is worth.

    Attributes
    ----------
    without : the mix without it, under the part's name
    worth : how much better the whole mix is, over the same draws of queries
    """

    without: Measured
    worth: Mapping[str, Interval]


def measure_modes(web: NoteWeb, collection: Collection) -> tuple[Measured, ...]:
    """Measure each mode that the vault's model allows."""
    modes = Mode if web.model != "none" else (Mode.TEXT,)
    return tuple(
        measure_request(web, collection, Request(text="", mode=mode), mode.value) for mode in modes
    )


def ndcg(is_relevant: Sequence[bool], n_relevant: int, k: int = _FIRST_PAGE) -> float:
    """Give the discounted gain of the first `k` over the best there can be; gains are 0 or 1.

    Source: Järvelin and Kekäläinen, ACM TOIS 20 (2002), doi:10.1145/582415.582418.
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gained = discounts[: len(is_relevant[:k])][np.array(is_relevant[:k], dtype=bool)].sum()
    return float(gained / discounts[:n_relevant].sum())


def reciprocal_rank(is_relevant: Sequence[bool], n_relevant: int) -> float:
    """Give one over the rank of the first relevant document among the first ten, else 0."""
    del n_relevant
    first = list(is_relevant[:_FIRST_PAGE])
    return 1 / (first.index(True) + 1) if True in first else 0.0


def recall(is_relevant: Sequence[bool], n_relevant: int) -> float:
    """Give the share of the relevant documents that stand among the first hundred."""
    return sum(is_relevant[:_FAR]) / n_relevant


def average_precision(is_relevant: Sequence[bool], n_relevant: int) -> float:
    """Give the mean precision at the relevant documents, 0 for those that were not found."""
    ranks = np.flatnonzero(is_relevant) + 1
    return float((np.arange(1, len(ranks) + 1) / ranks).sum() / n_relevant)


def measure_parts(web: NoteWeb, collection: Collection) -> tuple[Part, ...]:
    """Measure the shipped mix whole, and with each of its parts taken out."""
    whole = measure_request(web, collection, Request(text=""), "hybrid")
    parts = []
    for each in fields(Mix):
        mix = replace(SHIPPED, **{each.name: 0.0})
        without = measure_request(web, collection, Request(text="", mix=mix), each.name)
        parts.append(
            Part(
                without=without,
                worth={
                    metric: bootstrap_mean(whole.by_query[metric] - values)
                    for metric, values in without.by_query.items()
                },
            )
        )
    return tuple(parts)


METRICS = {
    "ndcg_10": ndcg,
    "mrr_10": reciprocal_rank,
    "recall_100": recall,
    "map": average_precision,
}


def measure_request(web: NoteWeb, collection: Collection, request: Request, name: str) -> Measured:
    """Measure one way of asking; the text and the number of notes of `request` are not heeded."""
    numbers = {key: number for number, key in enumerate(collection.documents)}
    by_query: dict[str, list[float]] = {metric: [] for metric in METRICS}
    spent = []
    web.progress.begin(name, len(collection.queries))
    for key, text in collection.queries.items():
        started = time.process_time()
        paths = _find_paths(web, replace(request, text=text, limit=_DEPTH))
        spent.append(1_000 * (time.process_time() - started))
        relevant = collection.relevant[key]
        wanted = {name_note(numbers[document]) for document in relevant if document in numbers}
        found = [path in wanted for path in paths]
        for metric, value in METRICS.items():
            by_query[metric].append(value(found, len(relevant)))
        web.progress.advance(1)
    values = {metric: np.array(each) for metric, each in by_query.items()}
    return Measured(
        name=name,
        figures={metric: bootstrap_mean(each) for metric, each in values.items()},
        by_query=values,
        cpu_ms=np.array(spent),
    )


def _find_paths(web: NoteWeb, request: Request) -> list[str]:
    embedder = None if request.mode is Mode.TEXT else web.embedder
    with web.index.catalogue.snapshot():
        return [note.path for note in rank(web.index, embedder, request)]
