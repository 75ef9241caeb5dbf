"""How a library is screened, beside asreview's default simulated in the same run.

Run it with ``python tests/bench/screening.py LIBRARY.csv...``, from an environment with the extra
``bench``. The CSV has asreview's columns title, abstract and label_included. The criteria are read
from ``criteria/`` beside this file, by the library's name, or from ``--criteria FILE``; they were
written from the subject of each review before anything was measured.

The reader of ours starts with the criteria alone and reads a twentieth of what he has read before
the ranking is made anew; asreview's model learns after every record. Asreview is run as its
command runs it, reading from the top until it has both kinds, and from random starts with one
record of each kind given, which count as read.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from noteweb import metrics
from noteweb.embed import open_embedder
from noteweb.model.reference import Reference
from noteweb.screening.criteria import read_criteria
from noteweb.screening.feature import list_texts, make_features
from noteweb.screening.meaning import Meaning, embed_criteria, embed_records
from noteweb.screening.ranking import UNREAD, rank, score_by_criteria
from noteweb.screening.stopping import TARGET, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from noteweb.screening.feature import Features

_ONCE_IN = 20  # of ours: the ranking is made anew after this share of what is read
_MOST_AT_ONCE = 50
_CHECKED = (50, 100, 200, 400)
_METRICS = {
    "auc": metrics.auc,
    "average_precision": metrics.average_precision,
    "recall_at_10": metrics.recall_at,
    "wss_95": metrics.wss,
    "tnr_95": metrics.tnr,
}


def read_library(path: Path) -> tuple[list[Reference], NDArray[np.bool_]]:
    """Read the records without their labels, and the labels."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    references = [
        Reference(key=str(number), title=row["title"] or "", abstract=row["abstract"] or "")
        for number, row in enumerate(rows)
    ]
    return references, np.array([row["label_included"] == "1" for row in rows])


def simulate(features: Features, by_criteria: NDArray, labels: NDArray) -> tuple[list[int], dict]:
    """Give the order in which ours reads the records, and the AUC over the unread ones."""
    answers = np.full(labels.size, UNREAD, np.int8)
    order: list[int] = []
    ahead: dict[str, float] = {}
    while len(order) < labels.size:
        scores = rank(features, by_criteria, answers)
        unread = np.flatnonzero(answers == UNREAD)
        for n in [n for n in _CHECKED if n <= len(order) and str(n) not in ahead]:
            ahead[str(n)] = round(metrics.auc(labels[unread], scores[unread]), 3)
        if labels[unread].sum() == 0:
            return [*order, *unread.tolist()], ahead
        n_next = min(max(1, len(order) // _ONCE_IN), _MOST_AT_ONCE)
        some = unread[np.argsort(-scores[unread], kind="stable")][:n_next]
        answers[some] = labels[some]
        order += some.tolist()
    return order, ahead


def simulate_asreview(
    references: Sequence[Reference], labels: NDArray, seed: int | None
) -> list[int]:
    """Give the order in which asreview reads the records; without a seed, from the top.

    Importing it leaves a file synergy_cache.sqlite in the current folder.
    """
    import pandas as pd
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import get_ai_config
    from asreview.models.queriers import TopDown
    from asreview.models.stoppers import IsFittable
    from asreview.simulation.simulate import Simulate

    texts = {"title": [r.title for r in references], "abstract": [r.abstract for r in references]}
    learner = ActiveLearningCycle.from_meta(get_ai_config()["value"])
    first = ActiveLearningCycle(querier=TopDown(), stopper=IsFittable())
    answers = pd.Series(labels.astype(int))
    simulation = Simulate(pd.DataFrame(texts), answers, [first, learner], print_progress=False)
    np.random.seed(seed or 0)  # noqa: NPY002 - it is what asreview draws from
    if seed is not None:
        for kind in (True, False):
            simulation.label(np.random.default_rng(seed).choice(np.flatnonzero(labels == kind), 1))
    simulation.review()
    order = [int(row) for row in simulation._results["record_id"]]
    return [*order, *np.setdiff1d(np.arange(labels.size), order).tolist()]


def describe(labels: NDArray, scores: NDArray) -> dict:
    """Give every metric with its interval."""
    return {name: _show(metrics.bootstrap(each, labels, scores)) for name, each in _METRICS.items()}


def describe_order(labels: NDArray, order: Sequence[int]) -> dict:
    """Give the metrics of a screening, with the mean share read when a relevant one turns up."""
    places = np.flatnonzero(labels[list(order)])
    return describe(labels, place_scores(order)) | {
        "time_to_discovery": round(float((places + 1).mean() / labels.size), 3),
        "read_for_all": round(float((places[-1] + 1) / labels.size), 3),
    }


def place_scores(order: Sequence[int]) -> NDArray[np.float64]:
    """Give scores that fall along the order."""
    scores = np.empty(len(order))
    scores[list(order)] = -np.arange(len(order), dtype=float)
    return scores


def describe_stop(labels: NDArray, order: Sequence[int]) -> dict:
    """Say when the rule would have stopped the reader, and what he had by then."""
    found = labels[list(order)].tolist()
    for n_read in range(20, labels.size, 20):
        recall, _ = judge(found[:n_read], labels.size - n_read)
        if recall is not None and recall.low >= TARGET:
            return {"share_read": round(n_read / labels.size, 3),
                    "recall": round(sum(found[:n_read]) / sum(found), 3)}  # fmt: skip
    return {"share_read": 1.0, "recall": 1.0}


def measure(path: Path, criteria: Path, cache: Path | None, n_starts: int) -> dict:
    """Measure one library."""
    references, labels = read_library(path)
    wanted = read_criteria(criteria.read_text(encoding="utf-8"))
    meaning = Meaning(embedder=open_embedder(purpose="bulk"), cache=cache)
    features = make_features(references, embed_records(meaning, list_texts(references)))
    by_criteria = score_by_criteria(features, wanted, embed_criteria(meaning, wanted))
    start = time.process_time()
    order, ahead = simulate(features, by_criteria, labels)
    seconds = time.process_time() - start
    gain = np.cumsum(labels[order]) - np.cumsum(labels[np.argsort(-by_criteria, kind="stable")])
    starts = [None, *range(n_starts)]
    others = {str(seed): simulate_asreview(references, labels, seed) for seed in starts}
    return {
        "library": path.stem,
        "n_records": int(labels.size),
        "n_relevant": int(labels.sum()),
        "criteria_alone": describe(labels, by_criteria),
        "ours": describe_order(labels, order)
        | {"auc_of_unread_after": ahead, "cpu_s": round(seconds, 1)},
        "least_gain_on_criteria": {"records": int(gain.min()), "after": int(gain.argmin()) + 1},
        "stop": describe_stop(labels, order),
        "asreview": {name: describe_order(labels, each) for name, each in others.items()},
        "ours_less_asreview": {
            name: {
                metric: _show(metrics.bootstrap_difference(
                    _METRICS[metric], labels, place_scores(order), place_scores(each)))
                for metric in ("wss_95", "recall_at_10", "auc")
            }
            for name, each in others.items()
        },
    }  # fmt: skip


def _show(interval: object) -> list[float]:
    return [round(getattr(interval, name), 3) for name in ("estimate", "low", "high")]


def main() -> None:
    """Print one JSON object a library."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("library", nargs="+", type=Path)
    parser.add_argument("--criteria", type=Path)
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    parser.add_argument("--starts", type=int, default=3, help="asreview's random starts")
    given = parser.parse_args()
    for path in given.library:
        criteria = given.criteria or Path(__file__).parent / "criteria" / f"{path.stem}.md"
        json.dump(measure(path, criteria, given.cache, given.starts), sys.stdout, indent=1)
        print(flush=True)


if __name__ == "__main__":
    main()
