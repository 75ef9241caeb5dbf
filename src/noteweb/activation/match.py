"""One document against the ground: which notes fire, by which condition, on which passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.label import digest_of
from noteweb.activation.null import draw_chance, strength
from noteweb.index.lookup import find_passages
from noteweb.model.firing import Firing, FoundPassage, Match, MetCondition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from noteweb.activation.condition import Conditions
    from noteweb.activation.ground import Ground, Texts
    from noteweb.activation.learn import Lessons
    from noteweb.activation.null import Null
    from noteweb.activation.window import Window
    from noteweb.index.folder import Index
    from noteweb.index.lookup import PassageRow
    from noteweb.model.document import Document

    Floats = NDArray[np.floating]

#: Windows shown for one note: more are read in the paper itself.
_N_MATCHES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Windows (by their places in the document) that are read by one model.

    Attributes
    ----------
    lessons : what labels teach, None where nothing
    """

    ground: Ground
    places: tuple[int, ...]
    texts: Texts
    lessons: Lessons | None = None

    def best_condition(self, window: int, owner: int) -> int:
        """Give the condition of a note that a window of the lane meets best."""
        row = self.places.index(window)
        return self.ground.holdings.best_condition(self.ground.scale, self.texts, row, owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document cut, prepared and scored.

    Attributes
    ----------
    lanes : every window is in one; the one with most windows first
    scores : of windows against notes, shape (n_windows, n_notes)
    strengths, rates : shape (n_notes,)
    learned : how much of each strength is by labels on other documents, shape (n_notes,)
    """

    document: Document
    windows: tuple[Window, ...]
    lanes: tuple[Lane, ...]
    scores: Floats
    strengths: Floats
    rates: Floats
    learned: Floats

    @property
    def null(self) -> Null:
        """What chance does, in the lane with most windows."""
        return self.lanes[0].ground.null

    @property
    def conditions(self) -> Conditions:
        """The conditions, the same in every lane."""
        return self.lanes[0].ground.holdings.conditions

    def best_condition(self, window: int, owner: int) -> int:
        """Give the condition of a note that a window meets best."""
        lane = next(lane for lane in self.lanes if window in lane.places)
        return lane.best_condition(window, owner)


def read(document: Document, windows: tuple[Window, ...], lanes: Sequence[Lane]) -> Reading:
    """Score a document of at least one window."""
    ordered = tuple(sorted(lanes, key=lambda lane: -len(lane.places)))
    alone = np.empty((len(windows), len(ordered[0].ground.holdings.conditions.nids)))
    for lane in ordered:
        alone[list(lane.places)] = lane.ground.score(lane.texts)
    scores = _add_lessons(document, ordered, alone)
    return Reading(
        document=document,
        windows=windows,
        lanes=ordered,
        scores=scores,
        strengths=strength(scores),
        learned=strength(scores) - strength(alone),
        rates=draw_chance(ordered[0].ground.null, len(windows)).rates(scores),
    )


def _add_lessons(document: Document, lanes: Sequence[Lane], scores: Floats) -> Floats:
    """Give scores with what labels on other documents teach."""
    if not any(lane.lessons for lane in lanes):
        return scores
    scores, digest = scores.copy(), digest_of(document)
    for lane in lanes:
        if lane.lessons:
            rows = list(lane.places)
            told = lane.lessons.apply(lane.ground, lane.texts, scores[rows], digest)
            scores[rows] = told
    return scores


def explain(
    index: Index,
    reading: Reading,
    owners: Sequence[int],
    probability: Callable[[int], float | None],
) -> tuple[Firing, ...]:
    """Give these notes (positions in the ground) with their reasons, in the order given."""
    best = {owner: _best_windows(reading, owner) for owner in owners}
    met = {
        (owner, window): reading.best_condition(window, owner)
        for owner, windows in best.items()
        for window in windows
    }
    pids = reading.conditions.pids
    rows = {
        row.pid: row
        for row in find_passages(index.catalogue, "pid", pids[list(met.values())].tolist())
    }
    without = _leave_out_best(reading)
    ranks = np.argsort(np.lexsort((reading.conditions.nids, -reading.strengths))) + 1
    firings = []
    for owner, windows in best.items():
        shown = [rows[int(pids[met[owner, window]])] for window in windows]
        pairs = zip(windows, shown, strict=True)
        firings.append(
            Firing(
                note=shown[0].note,
                title=shown[0].title,
                path=shown[0].path,
                score=float(reading.strengths[owner]),
                false_fire_rate=float(reading.rates[owner]),
                probability=probability(owner),
                matches=tuple(_match(index, reading, owner, w, row) for w, row in pairs),
                score_without=float(without[0][owner]),
                rate_without=float(without[1][owner]),
                rank=int(ranks[owner]),
                learned=float(reading.learned[owner]),
            )
        )
    return tuple(firings)


def show_window(
    document: Document, window: Window, wanted: frozenset[str], index: Index
) -> FoundPassage:
    """Show the sentence of a window that shares most with the words wanted."""
    sentences = document.sentences[window.first : window.last]
    shared = [len(wanted & index.text.stems(sentence.text)) for sentence in sentences]
    best = sentences[int(np.argmax(shared))]
    return FoundPassage(best.page, best.line, best.text, window.text, best.section)


def _best_windows(reading: Reading, owner: int) -> list[int]:
    order = np.argsort(-reading.scores[:, owner], kind="stable")[:_N_MATCHES]
    return [int(i) for i in order]


def _match(index: Index, reading: Reading, owner: int, window: int, row: PassageRow) -> Match:
    cut = reading.windows[window]
    wanted = index.text.stems(row.text)
    return Match(
        condition=MetCondition(row.field or "", row.text, row.line),
        passage=show_window(reading.document, cut, wanted, index),
        score=float(reading.scores[window, owner]),
        words=tuple(sorted(wanted & index.text.stems(cut.text))),
    )


def _leave_out_best(reading: Reading) -> tuple[Floats, Floats]:
    """Give strengths and rates without each note's best window."""
    n_windows, n_notes = reading.scores.shape
    if n_windows == 1:
        return np.zeros(n_notes), np.ones(n_notes)
    rest = np.sort(reading.scores, axis=0)[:-1]
    return strength(rest), draw_chance(reading.null, n_windows - 1).rates(rest)
