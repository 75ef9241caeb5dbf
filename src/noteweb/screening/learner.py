"""Learning from answers: three linear models, each on its own view of the records.

With `feature` this is the door to scikit-learn. Support vector machines on words with their pairs
and on stems, logistic regression on the vectors; each alone does worse on reviews tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from noteweb.screening.feature import Features

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Bools = NDArray[np.bool_]

#: All the included weigh this many times less than all the others, as in asreview's ELAS u4: a
#: review's few included records must not be drowned, nor its many excluded ones be forgotten.
_BALANCE = 9.8

#: Records not yet read that are taken for excluded: what has been read is all near the subject,
#: and says nothing of the rest. Source: Cormack and Grossman (2015), arXiv:1504.06868, with 100.
_N_PRESUMED = 30

#: Strengths. A third of each does as well on the reviews tried; a tenth costs one of them .04 of
#: the work saved.
_C_WORDS = 1.0
_C_VECTORS = 10.0
_MOST_STEPS = 300


def learn(features: Features, read: Rows, included: Bools, unread: Rows) -> list[Floats]:
    """Give each model's score of every record.

    Parameters
    ----------
    read : the records answered, rising, with `included` beside them; of both kinds
    unread : those without an answer

    Deterministic: the records presumed excluded are drawn by how many are read.
    """
    rng = np.random.default_rng(read.size)
    presumed = rng.choice(unread, min(_N_PRESUMED, unread.size), replace=False)
    rows = np.concatenate([read, presumed])
    answers = np.concatenate([included, np.zeros(presumed.size, bool)])
    weights = _weigh(answers)
    views = [(features.phrases, _svm()), (features.stems, _svm())]
    if features.vectors is not None:
        views.append((features.vectors, LogisticRegression(C=_C_VECTORS, max_iter=_MOST_STEPS)))
    # Matrices this small gain nothing from a second thread, and idle ones spin.
    with threadpool_limits(1, user_api="blas"):
        return [_score(model, view, rows, answers, weights) for view, model in views]


def _svm() -> LinearSVC:
    return LinearSVC(C=_C_WORDS, random_state=0)


def _weigh(answers: Bools) -> Floats:
    n_included = int(answers.sum())
    n_excluded = answers.size - n_included
    weights = np.where(answers, 1.0, n_included / (_BALANCE * n_excluded))
    scaled: Floats = weights * (answers.size / weights.sum())
    return scaled


def _score(model: Any, view: Any, rows: Rows, answers: Bools, weights: Floats) -> Floats:  # noqa: ANN401
    model.fit(view[rows], answers, sample_weight=weights)
    return np.asarray(model.decision_function(view), np.float64)
