"""What a quiet note scores: the vault's own background, and how often chance does as well.

The background are windows of the vault's notes, each held against every note that is not linked
with its own. A paper on the vault's subjects that a note has nothing to say on should score like
them. A pair of note and source keeps its level over all windows of the source, so the score of a
window is modelled as a level of the pair plus what differs from window to window; documents of any
length are drawn from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

#: The share of a document's windows, the best ones, whose mean is its strength against a note.
#: Of .05 to 1 only .2 to .5 put a note of general conditions first among special ones.
BREADTH = 0.3

_N_DRAWS = 4_000
_N_DRAWN = 1_200_000  # values at most, for long documents
_TAIL = 0.05  # the share of draws that the tail is fitted to
_SEED = 20_261

#: With fewer deviations than this, as where notes have hardly a body, they cannot be told from
#: levels; then they are taken to have this share of the variance, as among the shipped notes.
_FEWEST_DEVIATIONS = 100
_USUAL_WITHIN = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """Levels of quiet pairs, and deviations of single windows from them, in no order."""

    levels: Floats
    deviations: Floats


def fit_null(scores: Floats, sources: NDArray[np.int64]) -> Null:
    """Fit the background.

    Parameters
    ----------
    scores : of windows against notes, shape (n_windows, n_notes), nan where they are not quiet
    sources : the note each window is from

    Notes
    -----
    A pair's mean over few windows is farther from the others than its level; it is drawn towards
    them by the usual ratio of variances (a one-way random-effects model).
    """
    means, counts, deviations = [], [], []
    for source in np.unique(sources):
        rows = scores[sources == source]
        n = np.sum(~np.isnan(rows), axis=0)
        rows, n = rows[:, n > 0], n[n > 0]
        mean = np.nanmean(rows, axis=0) if len(n) else np.empty(0)
        means.append(mean)
        counts.append(n)
        off = (rows - mean) * np.sqrt(n / np.maximum(n - 1, 1))
        deviations.append(np.asarray(off[:, n > 1]).ravel())
    mean, n = np.concatenate(means), np.concatenate(counts)
    off = np.concatenate(deviations)
    off = off[~np.isnan(off)]
    if not len(mean):  # no note has conditions, or none is quiet anywhere
        return Null(levels=np.zeros(1), deviations=np.zeros(1))
    if len(off) < _FEWEST_DEVIATIONS:
        share, off = np.sqrt(1 - _USUAL_WITHIN), np.sqrt(_USUAL_WITHIN) * (mean - mean.mean())
    else:
        within = float(off.var())
        between = max(float(mean.var()) - within * float((1 / n).mean()), 0.0)
        share = np.sqrt(between / np.maximum(between + within / n, 1e-12))
    return Null(levels=mean.mean() + (mean - mean.mean()) * share, deviations=off)


def strength(scores: Floats) -> Floats:
    """Give a document's strength against each note: the mean of its best windows.

    Parameters
    ----------
    scores : shape (..., n_windows, n_notes)
    """
    n_best = max(1, int(np.ceil(BREADTH * scores.shape[-2])))
    return np.asarray(np.sort(scores, axis=-2)[..., -n_best:, :].mean(axis=-2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How well quiet notes do on documents of one length, sorted draws.

    Attributes
    ----------
    n_ways : how many independent ways of doing well the best window and the strength amount to
    """

    n_windows: int
    peaks: Floats
    strengths: Floats
    n_ways: float

    def rates(self, scores: Floats) -> Floats:
        """Give how often a quiet note would do as well as each note does, shape (n_notes,).

        Two ways of doing well count, the best window and the document's strength; chance has the
        better of them so much more often as the draws say. A document of one window has one way.

        Parameters
        ----------
        scores : of the document's windows against the notes, shape (n_windows, n_notes)
        """
        peak = _exceeded(scores.max(axis=0), self.peaks)
        if self.n_windows == 1:
            return peak
        breadth = _exceeded(strength(scores), self.strengths)
        return np.asarray(np.minimum(1.0, self.n_ways * np.minimum(peak, breadth)))


def draw_chance(null: Null, n_windows: int) -> Chance:
    """Draw what quiet notes do, with a fixed seed: the same document gives the same rates."""
    n_draws = max(500, min(_N_DRAWS, _N_DRAWN // n_windows))
    random = np.random.default_rng(_SEED)
    levels = random.choice(null.levels, n_draws)
    drawn = levels[:, None, None] + random.choice(null.deviations, (n_draws, n_windows, 1))
    peaks, strengths = drawn.max(axis=1)[:, 0], strength(drawn)[:, 0]
    ranked = np.sort(peaks), np.sort(strengths)
    better = np.minimum(_exceeded(peaks, ranked[0]), _exceeded(strengths, ranked[1]))
    n_ways = float((better <= _TAIL / 2).mean() / (_TAIL / 2))
    return Chance(
        n_windows=n_windows,
        peaks=ranked[0],
        strengths=ranked[1],
        n_ways=min(2.0, max(1.0, n_ways)),
    )


def _exceeded(values: Floats, drawn: Floats) -> Floats:
    """Give the share of draws at or above each value.

    Beyond the best twentieth of the draws an exponential tail is fitted, so rates below a
    thousandth are extrapolated.
    """
    n, n_tail = len(drawn), max(10, int(len(drawn) * _TAIL))
    floor = drawn[-n_tail - 1]
    scale = max(float((drawn[-n_tail:] - floor).mean()), 1e-9)
    share = (n - np.searchsorted(drawn, values, side="left") + 0.5) / (n + 1)
    tail = n_tail / n * np.exp(-np.maximum(values - floor, 0.0) / scale)
    return np.asarray(np.where(values > floor, tail, share))
