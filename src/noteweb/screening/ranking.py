"""Ranking a library: by the criteria alone, then handed over to what the answers teach.

Every score becomes a rank, and a rank the logarithm of its odds, so that no model's scale counts.
The models' mean gets a share of m / (m + 7), m being how many answers there are of the rarer
kind, and the criteria get the rest. The order is wholly the criteria's until there are five answers
of each kind, and as long as nine in ten of what is read is relevant: there is nothing to mend.

So far nothing can be found later than in the criteria's own order. Beyond, no rule can promise that
record by record: whoever shows another record than the criteria's next is behind whenever that one
is irrelevant and the other is not. What is promised there is measured, see ARCHITECTURE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from noteweb.embed.port import Vectors
    from noteweb.screening.criteria import Criteria
    from noteweb.screening.feature import Features

    Floats = NDArray[np.floating]

#: Answers of the rarer kind from which the models count as much as the criteria do. From 5 to 10
#: nothing changes on the reviews tried; 15 costs three hundredths of the work saved where the
#: criteria are poor, and counting included records alone falls below good criteria at first.
_WORTH_OF_CRITERIA = 7

#: Answers of each kind, and the share of irrelevant ones, before the models count at all. Without
#: them one review was a record behind its criteria after five, another four after eighty-one; the
#: work saved is the same within .01 from 4 to 8, and from a twelfth to a quarter.
_FEWEST_OF_EACH = 5
_LEAST_IRRELEVANT = 0.1

#: What is excluded, taken off: on both reviews tried better than nothing, from .1 to .4.
_UNWANTED = 0.3

#: How far records without an abstract are measured among their own: they hold few words, and so
#: stood at the end whatever their titles said.
_AMONG_OWN = 0.5
_FEWEST_OWN = 10

#: How much is read before the ranking is made anew: a share of what has been read, within bounds.
_ONCE_IN = 20
_MOST_AT_ONCE = 50

#: Answers as `rank` takes them.
UNREAD, EXCLUDED, INCLUDED, UNSURE = -1, 0, 1, 2


def score_by_criteria(
    features: Features, criteria: Criteria, meanings: tuple[Vectors, Vectors | None] | None
) -> Floats:
    """Score every record without any answer: words and meaning of all criteria together.

    Parameters
    ----------
    meanings : the vectors of what is wanted and of what is not; None without a model
    """
    wanted = " ".join(criteria.parts)
    scores = _fuse(features, wanted, meanings[0] if meanings else None)
    if criteria.unwanted:
        vector = meanings[1] if meanings else None
        scores = scores - _UNWANTED * _fuse(features, " ".join(criteria.unwanted), vector)
    return _level(scores, features.is_bare)


def rank(features: Features, by_criteria: Floats, answers: NDArray[np.int8]) -> Floats:
    """Score every record for what to read next, larger first.

    The same answers give the same scores, in whatever order they came.

    Parameters
    ----------
    by_criteria : of `score_by_criteria`
    answers : of every record, UNREAD, EXCLUDED, INCLUDED or UNSURE
    """
    n_relevant, n_irrelevant = int((answers == INCLUDED).sum()), int((answers == EXCLUDED).sum())
    share = share_of_models(n_relevant, n_irrelevant)
    if not share:
        return _log_odds(by_criteria)
    from noteweb.screening.learner import learn

    read = np.flatnonzero((answers == EXCLUDED) | (answers == INCLUDED))
    included = answers[read] == INCLUDED
    learned = learn(features, read, included, np.flatnonzero(answers == UNREAD))
    return hand_over(by_criteria, learned, share)


def count_at_once(n_read: int) -> int:
    """Give how many records are read from one ranking, after `n_read` of them."""
    return min(max(1, n_read // _ONCE_IN), _MOST_AT_ONCE)


def share_of_models(n_relevant: int, n_irrelevant: int) -> float:
    """Give how much the models count beside the criteria, after so many answers of each kind."""
    n_rarer = min(n_relevant, n_irrelevant)
    is_early = n_rarer < _FEWEST_OF_EACH
    if is_early or n_irrelevant < _LEAST_IRRELEVANT * (n_relevant + n_irrelevant):
        return 0.0
    return n_rarer / (n_rarer + _WORTH_OF_CRITERIA)


def hand_over(by_criteria: Floats, learned: Sequence[Floats], share: float) -> Floats:
    """Join the criteria's scores with those learned, which count by `share`."""
    models = np.mean([_log_odds(each) for each in learned], axis=0)
    joined: Floats = share * models + (1 - share) * _log_odds(by_criteria)
    return joined


def _fuse(features: Features, text: str, vector: Vectors | None) -> Floats:
    from noteweb.screening.feature import score_bm25

    words = _standardise(score_bm25(features, text))
    if vector is None or features.vectors is None:
        return words
    return _standardise(words + _standardise(features.vectors @ vector))


def _level(scores: Floats, is_bare: NDArray[np.bool_]) -> Floats:
    leveled = _standardise(scores)
    for group in (is_bare, ~is_bare):
        if group.sum() >= _FEWEST_OWN:
            own = _standardise(scores[group])
            leveled[group] = (1 - _AMONG_OWN) * leveled[group] + _AMONG_OWN * own
    return leveled


def _standardise(scores: Floats) -> Floats:
    scaled: Floats = (scores - scores.mean()) / (scores.std() or 1.0)
    return scaled


def _log_odds(scores: Floats) -> Floats:
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2  # equal scores share the middle of their ranks
    share = middle[places] / scores.size
    odds: Floats = np.log(share / (1 - share))
    return odds
