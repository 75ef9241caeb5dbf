"""Queries: lexical and dense candidates, their scores as one sum; a hit names field and sentence.

The score of a note is that of its best passage: the share of the query's words that it holds, by
their weight, and its cosine, and a pull towards the notes that lie around it. It is measured in
what unrelated questions find, see `noteweb.search.background`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.index.lookup import find_in_fields, find_passages, find_rows
from noteweb.model.hit import Hit, Mode, Only, Reason
from noteweb.model.note import Field
from noteweb.search.background import Background, find_background
from noteweb.search.candidate import Candidates, Sought, gather
from noteweb.search.mix import N_COMPARED, SHIPPED, Mix, find_pull
from noteweb.search.snippet import best_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.index.lookup import PassageRow

#: Candidates of each half. Of the notes that belong in a first page of ten, the 1,000 best
#: passages of a half miss none on the collections tried.
_N_CANDIDATES = 1_000

#: Scores are equal where they differ only by the order in which a product was summed.
_DIGITS = 5

#: How far below a note's best passage, in deviations, one counts as nearly as good; chosen by eye
#: on the shipped notes, for no labelled data says which passage a reader wants to see.
_NEARLY = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for; the text is words alone, see `noteweb.search.syntax` for operators."""

    text: str
    limit: int = 10
    mode: Mode = Mode.HYBRID
    only: Only = Only()
    mix: Mix = SHIPPED
    min_score: float = -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a passage's words and meaning add to its note's score, and both together."""

    words: float
    meaning: float
    sum: float

    @classmethod
    def of(cls, words: float, meaning: float) -> Parts:
        """Put both together."""
        words, meaning = round(words, _DIGITS), round(meaning, _DIGITS)
        return cls(words=words, meaning=meaning, sum=round(words + meaning, _DIGITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A note by its best passage, with all its candidates (pid, parts), best first.

    `pull` is what its neighbours add; the score is the sum of the best passage's parts and that.
    """

    nid: int
    path: str
    candidates: tuple[tuple[int, Parts], ...]
    score: float
    pull: float = 0.0

    @property
    def best(self) -> int:
        """The passage (pid) that scores best."""
        return self.candidates[0][0]


def search(index: Index, embedder: Embedder | None, request: Request) -> tuple[Hit, ...]:
    """Find the notes for a query, best first; empty where nothing matches.

    Without an embedder, or without vectors in the index, the lexical half answers alone.

    Raises
    ------
    IndexDamaged
    """
    found, usual, ranked = _answer(index, embedder, request)
    shown = [_choose_place(index, note, usual) for note in ranked]
    rows = find_passages(index.catalogue, "pid", [*shown, *(note.best for note in ranked)])
    passages = {row.pid: row for row in rows}
    wanted = index.text.stems(request.text)
    hits = []
    for note, pid in zip(ranked, shown, strict=True):
        shared = wanted & index.text.stems(passages[note.best].text)
        reasons = _reasons(note, found, ", ".join(sorted(shared)))
        hits.append(show_hit(index, passages[pid], wanted, note.score, reasons))
    return tuple(hits)


def rank(index: Index, embedder: Embedder | None, request: Request) -> list[Ranked]:
    """Rank the notes as `search` does, best first, and show nothing of them."""
    return _answer(index, embedder, request)[2]


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


def _answer(
    index: Index, embedder: Embedder | None, request: Request
) -> tuple[Candidates, Background, list[Ranked]]:
    found = _gather(index, embedder, request)
    if not found.owners:
        return found, Background(), []
    asks_model = None if request.mode is Mode.TEXT or not found.cosines else embedder
    mode = request.mode if asks_model is not None else Mode.TEXT
    usual = find_background(index, asks_model, mode, request.text, request.mix)
    ranked = _rank(index, found, _score(found, usual, request.mix), request.mix)
    enough = [note for note in ranked if note.score >= request.min_score]
    return found, usual, enough[: request.limit]


def _gather(index: Index, embedder: Embedder | None, request: Request) -> Candidates:
    vector = None
    if request.mode is not Mode.TEXT and embedder is not None and index.catalogue.n_rows:
        vector = embedder.encode_query(request.text)
    return gather(
        index,
        Sought(
            text=request.text,
            mode=request.mode,
            only=request.only,
            vector=vector,
            n_candidates=_N_CANDIDATES,
        ),
    )


def _score(found: Candidates, usual: Background, mix: Mix) -> dict[int, Parts]:
    """Give what words and meaning say of each candidate.

    A passage that has no vector yet counts as the least near candidate.
    """
    farthest = min(found.cosines.values(), default=usual.mean)
    return {
        pid: Parts.of(
            usual.words(mix, found.coverage.get(pid, 0.0)),
            usual.meaning(mix, found.cosines.get(pid, farthest)),
        )
        for pid in found.owners
    }


def _rank(index: Index, found: Candidates, scores: Mapping[int, Parts], mix: Mix) -> list[Ranked]:
    """Give the notes, best first; ties by path, and within a note in its order."""
    by_note: dict[tuple[int, str], list[tuple[int, Parts]]] = {}
    for pair in sorted(scores.items(), key=lambda pair: (-pair[1].sum, pair[0])):
        by_note.setdefault(found.owners[pair[0]], []).append(pair)
    notes = [
        Ranked(nid=nid, path=path, candidates=tuple(pairs), score=pairs[0][1].sum)
        for (nid, path), pairs in by_note.items()
    ]
    notes.sort(key=lambda note: (-note.score, note.path))
    if mix.neighbours and found.coverage and found.cosines:
        notes = _pull(index, notes, mix.neighbours)
        notes.sort(key=lambda note: (-note.score, note.path))
    return notes


def _pull(index: Index, notes: list[Ranked], share: float) -> list[Ranked]:
    """Give the notes with what their neighbours add."""
    import numpy as np

    from noteweb.index.vectors import check_units

    compared = notes[:N_COMPARED]
    rows = find_rows(index.catalogue, [note.best for note in compared])
    here = [place for place, note in enumerate(compared) if note.best in rows]
    vectors = np.zeros((len(compared), index.dim), dtype=np.float32)
    with index.reading_vectors() as every:
        vectors[here] = check_units(every[[rows[compared[place].best] for place in here]])
    pulls = find_pull(np.array([note.score for note in notes]), vectors, share)
    return [
        replace(note, pull=pull, score=round(note.score + pull, _DIGITS)) if pull else note
        for note, pull in zip(notes, pulls.round(_DIGITS).tolist(), strict=True)
    ]


def _choose_place(index: Index, note: Ranked, usual: Background) -> int:
    """Choose the passage (pid) to show: the condition that the query meets, else the best one.

    A scenario or trigger says why the note matters in fewer words than the body does, so of the
    passages nearly as good as the best one it goes first, the nearest in meaning before others.
    """
    best = note.candidates[0][1].sum
    near = {pid: parts for pid, parts in note.candidates if parts.sum > best - _NEARLY / usual.best}
    conditions = find_in_fields(index.catalogue, near, (Field.RECEPTOR, Field.ACTIVATION))
    if not conditions or note.best in conditions:
        return note.best
    return min(conditions, key=lambda pid: (-near[pid].meaning, -near[pid].words, pid))


def _reasons(note: Ranked, found: Candidates, shared: str) -> tuple[Reason, ...]:
    parts = note.candidates[0][1]
    told = (
        ("words", shared, parts.words, bool(found.coverage)),
        ("meaning", "", parts.meaning, bool(found.cosines)),
        ("neighbours", "", note.pull, bool(note.pull)),
    )
    return tuple(
        Reason(kind=kind, detail=detail, value=round(value, 4))
        for kind, detail, value, is_part in told
        if is_part
    )
