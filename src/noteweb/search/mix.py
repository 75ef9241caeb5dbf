"""How the parts of a score are put together: pure functions over candidates.

The weights were frozen on SciFact's training claims; ARCHITECTURE tells how, and what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Notes that may be neighbours. Of 100, 300 and 1,000 none ranks better than another, and a product
#: of 300 by 300 costs nothing that can be felt.
N_COMPARED = 300

_N_NEIGHBOURS = 10

#: A neighbourhood is no larger than this share of the notes: of five notes all would be one.
_SHARE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What each part counts for; a part of weight 0 is taken out.

    Attributes
    ----------
    words : what a passage would add that is made of the query's words alone
    meaning : what one deviation of the cosines of unrelated texts adds
    neighbours : how much of a note's score is the mean of its neighbours'
    """

    words: float = 20.0
    meaning: float = 1.0
    neighbours: float = 0.3


SHIPPED = Mix()


def find_pull(scores: Floats, vectors: NDArray[np.float32], share: float) -> Floats:
    """Give what its neighbours add to each note's score: towards their mean, by `share`.

    Neighbours are the ten notes nearest by their best passages, fewer among few; notes beyond the
    300 best have none. Where many notes answer, those that lie among others that answer rise.

    Parameters
    ----------
    scores : shape (n_notes,), falling
    vectors : of each note's best passage, shape (n_notes, dim), unit rows, else zeros; only the 300
        first are looked at
    """
    import numpy as np

    pull = np.zeros(len(scores))
    n_notes = min(len(scores), N_COMPARED)
    n_near = min(_N_NEIGHBOURS, n_notes // _SHARE)
    if not n_near or not share:
        return pull
    likeness = vectors[:n_notes] @ vectors[:n_notes].T
    np.fill_diagonal(likeness, -np.inf)
    near = _find_near(likeness, n_near)
    pull[:n_notes] = share * (scores[near].mean(axis=1) - scores[:n_notes])
    if len(scores) > n_notes:  # what has no neighbours must not overtake what has
        floor = float((scores[:n_notes] + pull[:n_notes]).min())
        pull[n_notes:] = np.minimum(floor - scores[n_notes], 0.0)
    return pull


def _find_near(likeness: NDArray[np.float32], n_near: int) -> NDArray[np.int64]:
    """Give the places of each row's largest, in no order; of equal ones the first."""
    import numpy as np

    near = np.argpartition(-likeness, n_near - 1, axis=1)[:, :n_near]
    least = np.take_along_axis(likeness, near, axis=1).min(axis=1, keepdims=True)
    is_tied = (likeness >= least).sum(axis=1) > n_near
    near[is_tied] = np.argsort(-likeness[is_tied], axis=1, kind="stable")[:, :n_near]
    return near
