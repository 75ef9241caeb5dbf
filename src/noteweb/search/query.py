"""Queries: lexical and dense candidates, fused by z-scores; a hit names its field and sentence.

The score of a note is half the z-score of its best passage's BM25 and half that of its best
passage's cosine, both measured against all passages of the vault for this query. No candidate of
either half is dropped before fusion: what only one half finds has the other half's true score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.index.lookup import (
    find_in_fields,
    find_owners,
    find_passages,
    find_pids,
    find_rows,
)
from noteweb.model.hit import Hit, Mode, Only, Reason
from noteweb.model.note import Field
from noteweb.search.scope import find_scope
from noteweb.search.snippet import best_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.index.lookup import PassageRow

#: Candidates of each half. Of the notes that belong in a first page of ten, the 1,000 best
#: passages of a half miss none on the collections tried.
_CANDIDATES = 1_000

_HALF = 0.5

#: Scores are equal where they differ only by the order in which a product was summed.
_DIGITS = 5

#: How far below a note's best passage, in deviations, one counts as nearly as good; chosen by eye
#: on the shipped notes, for no labelled data says which passage a reader wants to see.
_NEARLY = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for; the text is words alone, see `noteweb.search.syntax` for operators."""

    text: str
    limit: int = 10
    mode: Mode = Mode.HYBRID
    only: Only = Only()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One half's z-scores by passage, and what a passage has that is not among them."""

    z: Mapping[int, float]
    missing: float

    def of(self, pid: int) -> float:
        """Give a passage's z-score."""
        return self.z.get(pid, self.missing)


_NO_LANE = Lane(z={}, missing=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A note by its best passage, with all its candidates (pid, score), best first."""

    nid: int
    path: str
    candidates: tuple[tuple[int, float], ...]

    @property
    def best(self) -> int:
        """The passage (pid) that scores best."""
        return self.candidates[0][0]

    @property
    def score(self) -> float:
        """That passage's score."""
        return self.candidates[0][1]


def search(index: Index, embedder: Embedder | None, request: Request) -> tuple[Hit, ...]:
    """Find the notes for a query, best first; empty where nothing matches.

    Without an embedder, or without vectors in the index, the lexical half answers alone.

    Raises
    ------
    IndexDamaged
    """
    words, meaning = _lanes(index, embedder, request)
    found = _rank(index, words, meaning, request.limit)
    shown = [_choose_place(index, note, words, meaning) for note in found]
    rows = find_passages(index.catalogue, "pid", [*shown, *(note.best for note in found)])
    passages = {row.pid: row for row in rows}
    wanted = index.text.stems(request.text)
    hits = []
    for note, pid in zip(found, shown, strict=True):
        shared = wanted & index.text.stems(passages[note.best].text)
        reasons = _reasons(note.best, words, meaning, ", ".join(sorted(shared)))
        hits.append(show_hit(index, passages[pid], wanted, note.score, reasons))
    return tuple(hits)


def rank(index: Index, embedder: Embedder | None, request: Request) -> list[Ranked]:
    """Rank the notes as `search` does, best first, and show nothing of them."""
    words, meaning = _lanes(index, embedder, request)
    return _rank(index, words, meaning, request.limit)


def rank_notes(index: Index, request: Request) -> dict[int, float]:
    """Give the score of each note (nid) found by its words alone, best first."""
    return {note.nid: note.score for note in rank(index, None, request)}


def show_hit(
    index: Index,
    passage: PassageRow,
    wanted: frozenset[str],
    score: float,
    reasons: tuple[Reason, ...],
) -> Hit:
    """Make a hit of a passage: a field's unit whole, of the body the sentence that matches."""
    text, line = passage.text, passage.line
    if passage.field is None:
        start, end = best_sentence(text, wanted, index.text.stems)
        line += text.count("\n", 0, start)
        text = text[start:end]
    return Hit(
        note_id=passage.note,
        title=passage.title,
        path=passage.path,
        field=passage.field,
        line=line,
        text=" ".join(text.split()),
        score=score,
        reasons=reasons,
    )


def _lanes(index: Index, embedder: Embedder | None, request: Request) -> tuple[Lane, Lane]:
    """Score by words and by meaning; where both answer, each counts half."""
    words = meaning = _NO_LANE
    if request.mode is not Mode.SEMANTIC:
        words = _lexical_lane(index, request)
    if request.mode is not Mode.TEXT and embedder is not None and index.catalogue.n_rows:
        meaning = _dense_lane(index, embedder.encode_query(request.text), request, words)
    if words.z and meaning.z:
        return _halved(words), _halved(meaning)
    return words, meaning


def _lexical_lane(index: Index, request: Request) -> Lane:
    scope = find_scope(index, request.only)
    hits = index.text.search(request.text, _CANDIDATES, scope.words)
    scores = dict(hits)
    n_passages = max(index.text.n_passages, 1)
    # What BM25 did not return scored nothing: that is the background.
    mean = sum(scores.values()) / n_passages
    spread = max(sum(s * s for s in scores.values()) / n_passages - mean * mean, 0.0) ** 0.5
    return _lane(scores, (mean, spread), missing=0.0)


def _dense_lane(index: Index, query: NDArray[np.float32], request: Request, words: Lane) -> Lane:
    from noteweb.index.nearest import find_nearest
    from noteweb.index.vectors import cosines

    scope = find_scope(index, request.only)
    with index.reading_vectors() as vectors:
        if scope.rows is None:
            found = find_nearest(vectors, query, _CANDIDATES, index.ann_path)
            rows = found.rows
        else:
            found = find_nearest(vectors[scope.rows], query, _CANDIDATES)
            rows = scope.rows[found.rows]
        by_row = dict(zip(rows.tolist(), found.scores.tolist(), strict=True))
        scores = {
            pid: by_row[row]
            for pid, row in find_pids(index.catalogue, by_row)
            if scope.pids is None or pid in scope.pids
        }
        # The candidates of the words have a meaning too, and it counts.
        lacking = find_rows(index.catalogue, words.z.keys() - scores.keys())
        if lacking:
            exact = cosines(vectors[list(lacking.values())], query)
            scores |= dict(zip(lacking, exact.tolist(), strict=True))
    return _lane(scores, (found.mean, found.deviation), missing=min(scores.values(), default=0.0))


def _lane(scores: Mapping[int, float], usual: tuple[float, float], *, missing: float) -> Lane:
    mean, spread = usual
    scale = spread if spread > 0 else 1.0
    z = {pid: (score - mean) / scale for pid, score in scores.items()}
    return Lane(z=z, missing=(missing - mean) / scale)


def _halved(lane: Lane) -> Lane:
    z = {pid: value * _HALF for pid, value in lane.z.items()}
    return Lane(z=z, missing=lane.missing * _HALF)


def _rank(index: Index, words: Lane, meaning: Lane, limit: int) -> list[Ranked]:
    """Give the best notes, best first; ties by path, and within a note in its order."""
    by_note: dict[tuple[int, str], list[tuple[int, float]]] = {}
    owners = find_owners(index.catalogue, words.z.keys() | meaning.z.keys())
    for pid, owner in owners.items():
        score = round(words.of(pid) + meaning.of(pid), _DIGITS)
        by_note.setdefault(owner, []).append((pid, score))
    found = [
        Ranked(
            nid=nid,
            path=path,
            candidates=tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))),
        )
        for (nid, path), pairs in by_note.items()
    ]
    return sorted(found, key=lambda note: (-note.score, note.path))[:limit]


def _choose_place(index: Index, note: Ranked, words: Lane, meaning: Lane) -> int:
    """Choose the passage (pid) to show: the condition that the query meets, else the best one.

    A scenario or trigger says why the note matters in fewer words than the body does, so of the
    passages nearly as good as the best one it goes first, the nearest in meaning before others.
    """
    near = [pid for pid, score in note.candidates if score > note.score - _NEARLY]
    conditions = find_in_fields(index.catalogue, near, (Field.RECEPTOR, Field.ACTIVATION))
    if not conditions or note.best in conditions:
        return note.best
    return min(conditions, key=lambda pid: (-meaning.of(pid), -words.of(pid), pid))


def _reasons(pid: int, words: Lane, meaning: Lane, shared: str) -> tuple[Reason, ...]:
    parts = (("words", words, shared), ("meaning", meaning, ""))
    return tuple(
        Reason(kind=kind, detail=detail, value=round(lane.of(pid), 4))
        for kind, lane, detail in parts
        if lane.z
    )
