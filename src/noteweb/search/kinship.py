"""How near notes are to one of them: what each signal says, as numbers that add up.

Text counts one half and links the other; each half is the mean of its signals' z-scores over all
notes. Pure: who is linked and what the texts share is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

#: The weight of edges by which a note hangs on others fully; with fewer a part of the walk ends, so
#: that a note's only neighbour, by a name that may mean it, does not take all.
_FULL = 3.0

_DAMPING = 0.85  # Brin and Page 1998, section 2.1.1
_STEPS = 20  # the rest of the walk, .85 ** 20, is below 4 %

#: The notes nearest in text whose links count; other numbers were not compared.
N_NEAREST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Who points to whom among notes that are numbered from 0.

    Attributes
    ----------
    starts, ends, weights : one entry an edge, as it points
    """

    starts: Places
    ends: Places
    weights: Floats
    n_notes: int


def make_ties(edges: Sequence[tuple[int, int, float]], n_notes: int) -> Ties:
    """Give ties from (start, end, weight)."""
    table = np.array(edges, dtype=np.float64).reshape(-1, 3)
    return Ties(
        starts=table[:, 0].astype(np.int64),
        ends=table[:, 1].astype(np.int64),
        weights=table[:, 2],
        n_notes=n_notes,
    )


def combine(
    text: Mapping[str, Floats], ties: Ties, here: int, titles: Floats | None = None
) -> dict[str, Floats]:
    """Give what each signal adds to the score of every note; the score is their sum.

    Parameters
    ----------
    text : likeness to the note `here` by the name of its signal, shape (n_notes,) each
    titles : what a title that stands in the text adds
    """
    halves = {name: zed(values) / len(text) for name, values in text.items()}
    likeness = sum(halves.values(), np.zeros(ties.n_notes))
    halves["graph"] = zed(walk(ties, here)) / 2
    halves["nearest"] = zed(echo(ties, likeness, here)) / 2
    if titles is not None:
        halves["title"] = titles
    return halves


def walk(ties: Ties, here: int) -> Floats:
    """Give every note's share of a random walk, either way, that starts anew at `here`."""
    sources = np.concatenate([ties.starts, ties.ends])
    targets = np.concatenate([ties.ends, ties.starts])
    weights = np.concatenate([ties.weights, ties.weights])
    out = np.bincount(sources, weights, ties.n_notes)
    step = weights / np.maximum(out[sources], _FULL)
    rank: Floats = np.zeros(ties.n_notes)
    rank[here] = 1.0
    for _ in range(_STEPS):
        rank = np.asarray(_DAMPING * np.bincount(targets, rank[sources] * step, ties.n_notes))
        rank[here] += 1.0 - rank.sum()
    rank[here] = 0.0
    return rank


def echo(ties: Ties, likeness: Floats, here: int) -> Floats:
    """Give how much the notes nearest in text point to each note, the nearer the more."""
    near = find_nearest(likeness, here)
    say: Floats = np.zeros(ties.n_notes)
    say[near] = np.maximum(likeness[near], 0.0)
    said = np.bincount(ties.ends, say[ties.starts] * ties.weights, ties.n_notes)
    found: Floats = said.astype(np.float64)
    found[here] = 0.0
    return found


def find_nearest(likeness: Floats, here: int) -> Places:
    """Give the notes nearest in text, the nearest first; ties in order."""
    others = likeness.copy()
    others[here] = -np.inf
    return np.argsort(-others, kind="stable")[: min(N_NEAREST, len(others) - 1)]


def adamic_adar(ties: Ties, here: int) -> Floats:
    """Give how many neighbours each note shares with `here`, those with few others counting more.

    Source: Adamic and Adar 2003, doi:10.1016/S0378-8733(03)00009-1.
    """
    one, two = np.concatenate([ties.starts, ties.ends]), np.concatenate([ties.ends, ties.starts])
    pairs = np.unique(one * ties.n_notes + two)
    one, two = pairs // ties.n_notes, pairs % ties.n_notes
    degree = np.bincount(one, minlength=ties.n_notes)
    worth = 1.0 / np.log(np.maximum(degree, 2))
    is_near = np.zeros(ties.n_notes, dtype=bool)
    is_near[two[one == here]] = True
    found: Floats = np.bincount(two, is_near[one] * worth[one], ties.n_notes).astype(np.float64)
    found[here] = 0.0
    return found


def zed(values: NDArray[np.floating]) -> Floats:
    """Give z-scores; noughts where all values are one."""
    if not len(values):
        return np.zeros(0)
    spread = float(values.std())
    centred = values.astype(np.float64) - float(values.mean())
    return centred / spread if spread > 0 else np.zeros(len(values))
