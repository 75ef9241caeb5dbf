"""How a labelled library is screened: by criteria alone, read through, and by asreview beside it.

The reader starts with the criteria alone and reads a twentieth of what he has read before the
ranking is made anew, as `noteweb screen --interactive` does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb import metrics
from noteweb.bench.peer import simulate_asreview
from noteweb.errors import BadRequest
from noteweb.screening.feature import list_texts, make_features
from noteweb.screening.meaning import embed_criteria, embed_records
from noteweb.screening.ranking import UNREAD, count_at_once, rank, score_by_criteria
from noteweb.screening.stopping import TARGET, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.interval import Interval
    from noteweb.model.progress import Progress
    from noteweb.model.reference import Reference
    from noteweb.screening.criteria import Criteria
    from noteweb.screening.feature import Features
    from noteweb.screening.meaning import Meaning

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]

METRICS = {
    "auc": metrics.auc,
    "average_precision": metrics.average_precision,
    "recall_at_10": metrics.recall_at,
    "wss_95": metrics.wss,
    "tnr_95": metrics.tnr,
}
#: The reader looks whether to stop after as many records.
_LOOKS_EVERY = 20
#: Too few of a kind make no interval.
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A library whose answers are known.

    Attributes
    ----------
    references : those with a label, the label taken off
    labels : whether each is relevant, shape (n_records,)
    n_left_out : records without a label
    """

    references: tuple[Reference, ...]
    labels: Bools
    n_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A library read through in some order.

    Attributes
    ----------
    name : whose order it is
    figures : each of `METRICS` with its interval
    time_to_discovery : mean share read when a relevant record turns up
    read_for_all : share read when the last one does
    """

    name: str
    order: tuple[int, ...]
    figures: Mapping[str, Interval]
    time_to_discovery: float
    read_for_all: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When the rule first said to stop, and what had been found by then."""

    share_read: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured on one library.

    Attributes
    ----------
    criteria, screened : by the criteria alone, and with answers as they come
    most_behind, after : how many relevant records the screened order is behind the criteria's at
        most, and after how many records first
    cpu_s : of all rankings of the screened order
    peers : asreview, once for each start
    differences : the screened order less each peer's
    """

    n_records: int
    n_relevant: int
    n_left_out: int
    criteria: Reading
    screened: Reading
    most_behind: int
    after: int
    stop: Stop
    cpu_s: float
    peers: tuple[Reading, ...] = ()
    differences: tuple[Mapping[str, Interval], ...] = ()


def take_labels(references: Sequence[Reference]) -> Labelled:
    """Part the records from their labels.

    Raises
    ------
    BadRequest : there are too few of a kind to measure anything
    """
    known = [each for each in references if each.included is not None]
    labels = np.array([each.included is True for each in known], bool)
    n_relevant = int(labels.sum())
    if min(n_relevant, labels.size - n_relevant) < _FEWEST:
        raise BadRequest(
            f"the library has {n_relevant} records labelled relevant and"
            f" {labels.size - n_relevant} labelled irrelevant; {_FEWEST} of each are needed",
            "label them in a column `included` with 1 and 0, or in RIS with ASReview_relevant",
        )
    bare = tuple(replace(each, included=None) for each in known)
    return Labelled(references=bare, labels=labels, n_left_out=len(references) - len(known))


def measure_screening(
    labelled: Labelled,
    criteria: Criteria,
    meaning: Meaning | None,
    progress: Progress,
    seeds: Sequence[int | None] = (),
) -> Measured:
    """Measure one library, and asreview from each of the starts, None being the top.

    asreview takes a CPU minute a start on two thousand records.

    Raises
    ------
    PeerFailed, WriteFailed
    """
    references, labels = labelled.references, labelled.labels
    vectors = embed_records(meaning, list_texts(references)) if meaning else None
    features = make_features(references, vectors)
    by_criteria = score_by_criteria(
        features, criteria, embed_criteria(meaning, criteria) if meaning else None
    )
    begun = time.process_time()
    progress.begin("screening", labels.size)
    order = simulate(features, by_criteria, labels, progress)
    cpu_s = time.process_time() - begun
    first = np.argsort(-by_criteria, kind="stable").tolist()
    behind = np.cumsum(labels[first]) - np.cumsum(labels[order])
    peers = _read_as_asreview(labelled, seeds, progress)
    return Measured(
        n_records=int(labels.size),
        n_relevant=int(labels.sum()),
        n_left_out=labelled.n_left_out,
        criteria=_describe("criteria alone", first, labels, by_criteria),
        screened=_describe("screened", order, labels),
        most_behind=max(0, int(behind.max())),
        after=int(behind.argmax()) + 1 if behind.max() > 0 else 0,
        stop=find_stop(labels, order),
        cpu_s=cpu_s,
        peers=peers,
        differences=tuple(_compare(labels, order, each.order) for each in peers),
    )


def simulate(
    features: Features, by_criteria: Floats, labels: Bools, progress: Progress
) -> list[int]:
    """Give the order in which a reader who answers truly reads the records."""
    answers = np.full(labels.size, UNREAD, np.int8)
    order: list[int] = []
    while len(order) < labels.size:
        scores = rank(features, by_criteria, answers)
        unread = np.flatnonzero(answers == UNREAD)
        if not labels[unread].any():  # in what order the others come counts nowhere
            return [*order, *unread.tolist()]
        some = unread[np.argsort(-scores[unread], kind="stable")][: count_at_once(len(order))]
        answers[some] = labels[some]
        order += some.tolist()
        progress.advance(some.size)
    return order


def find_stop(labels: Bools, order: Sequence[int]) -> Stop:
    """Say when the rule would have stopped the reader, and what he had by then."""
    found = labels[list(order)].tolist()
    for n_read in range(_LOOKS_EVERY, labels.size, _LOOKS_EVERY):
        recall, _ = judge(found[:n_read], labels.size - n_read)
        if recall is not None and recall.low >= TARGET:
            return Stop(share_read=n_read / labels.size, recall=sum(found[:n_read]) / sum(found))
    return Stop(share_read=1.0, recall=1.0)


def _read_as_asreview(
    labelled: Labelled, seeds: Sequence[int | None], progress: Progress
) -> tuple[Reading, ...]:
    progress.begin("asreview", len(seeds))
    found = []
    for seed in seeds:
        order = simulate_asreview(labelled.references, labelled.labels.tolist(), seed)
        name = "from the top" if seed is None else f"random start {seed + 1}"
        found.append(_describe(name, order, labelled.labels))
        progress.advance(1)
    return tuple(found)


def _describe(
    name: str, order: Sequence[int], labels: Bools, scores: Floats | None = None
) -> Reading:
    ranked = _place(order) if scores is None else scores
    places = np.flatnonzero(labels[list(order)]) + 1
    return Reading(
        name=name,
        order=tuple(order),
        figures={name: metrics.bootstrap(each, labels, ranked) for name, each in METRICS.items()},
        time_to_discovery=float(places.mean() / labels.size),
        read_for_all=float(places[-1] / labels.size),
    )


def _compare(labels: Bools, ours: Sequence[int], theirs: Sequence[int]) -> dict[str, Interval]:
    return {
        name: metrics.bootstrap_difference(each, labels, _place(ours), _place(theirs))
        for name, each in METRICS.items()
    }


def _place(order: Sequence[int]) -> Floats:
    """Give scores that fall along the order."""
    scores = np.empty(len(order))
    scores[list(order)] = -np.arange(len(order), dtype=float)
    return scores
