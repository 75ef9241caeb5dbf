"""What labels teach of single notes: passages like those that a reader labelled score otherwise.

A note whose own description is a poor query is lifted by a handful of examples; one whose
description is a good query needs none. How much a note's examples count is chosen by its labels
themselves, each judged as if it had not been given: where examples tell what fires from what does
not no better than the description alone, they count nothing. A note's scores on its own background
keep their mean and spread, so a rate means what it did.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.ground import Texts, find_parts, scale_parts
from noteweb.activation.lexicon import cosines, count_terms, weigh
from noteweb.activation.prepare import cannot_read
from noteweb.index.embedding import phrase_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.activation.ground import Ground, Tools
    from noteweb.activation.label import Label

    Floats = NDArray[np.floating]
    Bools = NDArray[np.bool_]

#: What examples may count for, in deviations of quiet pairs for a passage that is one of them.
_WEIGHTS = (0.0, 2.0, 5.0, 10.0, 20.0)

#: How much a passage that was labelled quiet counts, beside one that fires (Rocchio 1971 has .15 to
#: .25 of a mean; of the best one half did as well as none and kept more notes quiet).
_QUIET = 0.5

_FEWEST = 2  # labels of either answer: without one of them another must be left to learn from
_TINY = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one note has learned.

    Attributes
    ----------
    examples : rows of the examples that are about it
    weight : what they count for
    shift, scale : put its scores on the background where they were
    """

    owner: int
    examples: NDArray[np.int64]
    weight: float
    shift: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Labelled passages, and how like them passages of the background are.

    Attributes
    ----------
    owners, fires, digests : the note, the answer and the document of each, shape (n_examples,)
    means, spreads : of the background's cosines with each by meaning and by words, shape
        (2, n_examples)
    """

    texts: Texts
    owners: NDArray[np.int64]
    fires: Bools
    digests: tuple[str, ...]
    means: Floats
    spreads: Floats

    def likeness(self, texts: Texts, idf: NDArray[np.float32]) -> Floats:
        """Give how like each example windows are, shape (n_windows, n_examples).

        0 where no more than the background, 1 for the example itself.
        """
        near = (_near(texts, self.texts, idf) - self.means[:, None]) / self.spreads[:, None]
        itself = ((1 - self.means) / self.spreads).sum(axis=0)
        return np.asarray(np.maximum(near.sum(axis=0), 0) / np.maximum(itself, _TINY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What the labels of a vault have taught, ready to be added to scores."""

    examples: Examples
    taught: tuple[Lesson, ...]

    def apply(self, ground: Ground, texts: Texts, scores: Floats, digest: str) -> Floats:
        """Give scores of a document's windows with what was learned from other documents.

        Parameters
        ----------
        scores : shape (n_windows, n_notes)
        digest : of the document; it is not judged by its own labels
        """
        if not self.taught:
            return scores
        scores = scores.copy()
        likeness = self.examples.likeness(texts, ground.holdings.idf)
        is_other = np.array([each != digest for each in self.examples.digests])
        for lesson in self.taught:
            rows = lesson.examples[is_other[lesson.examples]]
            pull = _pull(likeness[:, rows], self.examples.fires[rows])
            told = scores[:, lesson.owner] + lesson.weight * pull
            scores[:, lesson.owner] = lesson.shift + lesson.scale * told
        return scores


def learn(
    tools: Tools, ground: Ground, labels: Sequence[Label], owners: Mapping[str, int]
) -> Lessons | None:
    """Learn from the labels' nearest passages; None where they teach nothing.

    Passages of notes that may learn are embedded where they have no vector yet.

    Parameters
    ----------
    labels : sure ones; those on notes that are gone, and in scripts the model cannot read, are
        passed over
    owners : where each note (by id) stands in the ground
    """
    known = [label for label in labels if label.note in owners and label.passages]
    unread = cannot_read(tools.embedder.name, [label.passages[0] for label in known])
    known = [label for label, is_foreign in zip(known, unread, strict=True) if not is_foreign]
    counts = Counter((label.note, label.fires) for label in known)
    known = [x for x in known if min(counts[x.note, True], counts[x.note, False]) >= _FEWEST]
    if not known:
        return None
    examples = _make_examples(tools, ground, known, owners)
    taught = tuple(_teach(ground, examples))
    return Lessons(examples=examples, taught=taught) if taught else None


def choose_weight(alone: Floats, likeness: Floats, fires: Bools) -> float:
    """Give what examples of a note should count for, by how they tell one another apart.

    Parameters
    ----------
    alone : the note's scores on its examples without what was learned
    likeness : of the examples among one another
    fires : at least two of either answer
    """
    others = ~np.eye(len(fires), dtype=bool)
    pull = np.array(
        [_pull(likeness[i : i + 1, others[i]], fires[others[i]])[0] for i in range(len(fires))]
    )

    def loss(weight: float) -> float:
        told = alone + weight * pull
        return float(np.logaddexp(0, told[~fires] - told[fires][:, None]).mean())

    return min(_WEIGHTS, key=loss)  # of equal ones the least


def _pull(likeness: Floats, fires: Bools) -> Floats:
    """Give how far each window is drawn to what fires and from what does not."""
    best = [likeness[:, kind].max(axis=1, initial=0.0) for kind in (fires, ~fires)]
    return np.asarray(best[0] - _QUIET * best[1])


def _make_examples(
    tools: Tools, ground: Ground, labels: Sequence[Label], owners: Mapping[str, int]
) -> Examples:
    passages = [label.passages[0] for label in labels]
    with tools.index.lock():
        vectors = phrase_vectors(tools.index, tools.embedder, passages, tools.progress)
    texts = Texts(vectors=vectors, words=count_terms(passages, tools.index.text.sequence))
    usual = _near(ground.background, texts, ground.holdings.idf)
    return Examples(
        texts=texts,
        owners=np.array([owners[label.note] for label in labels], dtype=np.int64),
        fires=np.array([label.fires for label in labels], dtype=bool),
        digests=tuple(label.digest for label in labels),
        means=usual.mean(axis=1),
        spreads=np.maximum(usual.std(axis=1), _TINY),
    )


def _near(texts: Texts, others: Texts, idf: NDArray[np.float32]) -> Floats:
    """Give cosines by meaning and by words, shape (2, n_texts, n_others)."""
    words = cosines(weigh(texts.words, idf), weigh(others.words, idf))
    return np.stack([texts.vectors @ others.vectors.T, words])


def _teach(ground: Ground, examples: Examples) -> Iterator[Lesson]:
    idf = ground.holdings.idf
    documents = np.arange(len(examples.owners))
    alone = scale_parts(find_parts(ground.holdings, examples.texts, documents), ground.scale)
    likeness = examples.likeness(examples.texts, idf)
    background = examples.likeness(ground.background, idf)
    for owner in np.unique(examples.owners).tolist():
        rows = np.flatnonzero(examples.owners == owner)
        fires = examples.fires[rows]
        weight = choose_weight(alone[rows, owner], likeness[np.ix_(rows, rows)], fires)
        if weight:
            before = ground.quiet_scores[:, owner]
            after = before + weight * _pull(background[:, rows], fires)
            scale = float(np.nanstd(before) / max(float(np.nanstd(after)), _TINY))
            yield Lesson(
                owner=owner,
                examples=rows,
                weight=weight,
                shift=float(np.nanmean(before) - scale * np.nanmean(after)),
                scale=scale,
            )
