"""What activation is worth: pairs of document and note against what somebody said of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from noteweb import metrics
from noteweb.activation.calibrate import fit_calibration, is_enough
from noteweb.bench.labelled import read_labelled_set
from noteweb.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from noteweb.bench.labelled import Labelled
    from noteweb.interval import Interval
    from noteweb.model.document import Document
    from noteweb.web import NoteWeb

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Labels that are drawn to calibrate with, and from among how many of each document's best notes.
_N_LABELS = (20, 100)
_N_CANDIDATES = (5, 20)

_N_DRAWS = 300
_SEED = 20_261
_RAREST = 1e-300  # where a rate is nothing in floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Documents against notes, document by document; doubtful pairs are left out.

    Attributes
    ----------
    documents : the number of each pair's document, rising
    rates : false-fire rates
    fires : what was said
    """

    documents: NDArray[np.int64]
    rates: Floats
    fires: Bools

    @property
    def scores(self) -> Floats:
        """How the pairs rank: the rarer by chance, the higher."""
        return np.asarray(-np.log10(np.maximum(self.rates, _RAREST)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationError:
    """How far probabilities are off after so many labels among so many candidates a document."""

    n_labels: int
    n_candidates: int
    error: float | None  # None where there are too few pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a set says of activation.

    Attributes
    ----------
    figures : by name, with intervals of 95 % over documents drawn anew; nan where there is no value
    n_quiet, n_disturbed : documents that should fire nothing, and those of them that do
    """

    n_documents: int
    n_pairs: int
    n_fire: int
    n_quiet: int
    n_disturbed: int
    figures: Mapping[str, Interval]
    calibration: tuple[CalibrationError, ...]


def measure_set(web: NoteWeb, path: Path, where: Mapping[str, str], fdr: float) -> Measured:
    """Measure on a labelled set, see `noteweb.bench.labelled`.

    Raises
    ------
    DocumentUnreadable, NoteNotFound, NoteAmbiguous
    BadRequest
        where no line has the facts of `where`, or all pairs are of one kind
    """
    labelled, notes = read_labelled_set(path, web.find, where)
    return measure_pairs(find_pairs(labelled, notes, web.activation.rates), fdr)


def measure_labels(web: NoteWeb, fdr: float) -> Measured:
    """Measure on the vault's own labels, each at the rate it had when it was given.

    Raises
    ------
    BadRequest
        where all labels are of one kind
    """
    labels = web.activation.sure_labels()
    digests = {digest: n for n, digest in enumerate(sorted({label.digest for label in labels}))}
    labels = sorted(labels, key=lambda label: digests[label.digest])
    pairs = Pairs(
        documents=np.array([digests[label.digest] for label in labels], dtype=np.int64),
        rates=np.array([label.rate for label in labels], dtype=np.float64),
        fires=np.array([label.fires for label in labels], dtype=bool),
    )
    return measure_pairs(pairs, fdr)


def measure_pairs(pairs: Pairs, fdr: float) -> Measured:
    """Measure pairs of both kinds.

    Raises
    ------
    BadRequest
        where all are of one kind
    """
    n_fire = int(pairs.fires.sum())
    if not 0 < n_fire < len(pairs.fires):
        message = f"of {len(pairs.fires)} pairs of document and note {n_fire} should fire"
        raise BadRequest(message, "pairs of both kinds are needed")
    n_should, n_does = (
        np.bincount(pairs.documents, weights=kind) for kind in (pairs.fires, pairs.rates <= fdr)
    )
    return Measured(
        n_documents=len(n_should),
        n_pairs=len(pairs.fires),
        n_fire=n_fire,
        n_quiet=int((n_should == 0).sum()),
        n_disturbed=int(((n_should == 0) & (n_does > 0)).sum()),
        figures=find_figures(pairs, fdr),
        calibration=tuple(
            CalibrationError(
                n_labels=n_labels,
                n_candidates=n_candidates,
                error=find_calibration_error(pairs, n_labels, n_candidates),
            )
            for n_candidates in _N_CANDIDATES
            for n_labels in _N_LABELS
        ),
    )


def find_pairs(
    labelled: Sequence[Labelled],
    notes: frozenset[str],
    find_rates: Callable[[Document], Mapping[str, float]],
) -> Pairs:
    """Hold each document against the notes; notes without conditions never fire."""
    rows: list[tuple[int, float, bool]] = []
    for number, each in enumerate(labelled):
        rates = find_rates(each.document)
        rows += [
            (number, rates.get(note, 1.0), note in each.fires)
            for note in sorted(notes - each.maybe)
        ]
    return Pairs(
        documents=np.array([number for number, *_ in rows], dtype=np.int64),
        rates=np.array([rate for _, rate, _ in rows], dtype=np.float64),
        fires=np.array([fires for *_, fires in rows], dtype=bool),
    )


def find_figures(pairs: Pairs, fdr: float) -> dict[str, Interval]:
    """Give the figures of pairs of both kinds, with intervals over documents drawn anew.

    A figure that has no value, as the precision where nothing fires, is nan.
    """
    threshold = float(-np.log10(max(fdr, _RAREST)))
    told: dict[str, metrics.Metric] = {
        "auc": metrics.auc,
        "average_precision": metrics.average_precision,
        "recall_at_10": metrics.recall_at,
        "wss_95": metrics.wss,
        "tnr_95": metrics.tnr,
        "precision": partial(metrics.precision_from, threshold=threshold),
        "recall": partial(metrics.recall_from, threshold=threshold),
        "false_fire_rate": partial(metrics.false_rate_from, threshold=threshold),
    }
    return {
        name: metrics.bootstrap(metric, pairs.fires, pairs.scores, groups=pairs.documents)
        for name, metric in told.items()
    }


def find_calibration_error(pairs: Pairs, n_labels: int, n_candidates: int) -> float | None:
    """Give the expected calibration error after so many labels, the mean over draws of them.

    Labels are drawn from each document's best candidates and judged on the other candidates. None
    where there are hardly more candidates than labels.
    """
    kept = _best_of_each(pairs, n_candidates)
    rates, fires = pairs.rates[kept], pairs.fires[kept]
    if len(kept) < n_labels + n_labels // 2 or not 0 < fires.sum() < len(kept):
        return None
    random = np.random.default_rng(_SEED)
    errors: list[float] = []
    for _ in range(_N_DRAWS):
        order = random.permutation(len(kept))
        known, rest = order[:n_labels], order[n_labels:]
        if is_enough(fires[known]):
            told = fit_calibration(rates[known], fires[known]).probability(rates[rest])
            errors.append(metrics.calibration_error(fires[rest], told))
    return float(np.mean(errors)) if errors else None


def _best_of_each(pairs: Pairs, n_candidates: int) -> NDArray[np.int64]:
    order = np.lexsort((pairs.rates, pairs.documents))
    starts = np.searchsorted(pairs.documents[order], pairs.documents[order])
    return np.asarray(order[np.arange(len(order)) - starts < n_candidates])
