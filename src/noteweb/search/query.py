"""Queries: lexical and dense candidates, their scores as one sum; a hit names field and sentence.

The score of a note is that of its best passage: the share of the query's words that it holds, by
their weight, and its cosine, and a pull towards the notes that lie around it. It is measured in
what unrelated questions find, see `noteweb.search.background`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.index.lookup import find_in_fields, find_passages, find_paths
from noteweb.model.hit import Hit, Mode, Only, Reason
from noteweb.model.note import Field
from noteweb.search.background import Background, find_background
from noteweb.search.candidate import Candidates, Sought, gather
from noteweb.search.mix import N_COMPARED, SHIPPED, Mix, find_pull
from noteweb.search.snippet import best_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    return found, usual, _rank(index, found, _score(found, usual, request.mix), request)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What words and meaning say of each candidate, by pid in their order, and both together."""

    words: Mapping[int, float]
    meaning: Mapping[int, float]
    sums: Mapping[int, float]

    def parts(self, pid: int) -> Parts:
        return Parts(words=self.words[pid], meaning=self.meaning[pid], sum=self.sums[pid])


def _score(found: Candidates, usual: Background, mix: Mix) -> _Scores:
    """Score each candidate.

    A passage that has no vector yet counts as the least near candidate.
    """
    farthest = min(found.cosines.values(), default=usual.mean)
    words = {
        pid: round(usual.words(mix, found.coverage.get(pid, 0.0)), _DIGITS) for pid in found.owners
    }
    meaning = {
        pid: round(usual.meaning(mix, found.cosines.get(pid, farthest)), _DIGITS)
        for pid in found.owners
    }
    sums = {pid: round(words[pid] + meaning[pid], _DIGITS) for pid in found.owners}
    return _Scores(words=words, meaning=meaning, sums=sums)


def _rank(index: Index, found: Candidates, given: _Scores, request: Request) -> list[Ranked]:
    """Give the notes, best first; ties by path, and within a note in its order."""
    # Sorting keeps the order of equals, and candidates come in that of their numbers.
    pids = sorted(given.sums, key=given.sums.__getitem__, reverse=True)
    best = {found.owners[pid]: pid for pid in reversed(pids)}
    scores = {nid: given.sums[pid] for nid, pid in best.items()}
    order, pulls = _order(index, scores), dict.fromkeys(scores, 0.0)
    if request.mix.neighbours and found.coverage and found.cosines:
        rows = [found.rows.get(best[nid]) for nid in order]
        pulled = _pull(index, rows, [scores[nid] for nid in order], request.mix.neighbours)
        pulls = dict(zip(order, pulled, strict=True))
        scores = {nid: round(scores[nid] + pulls[nid], _DIGITS) for nid in order}
        order = _order(index, scores)
    shown = [nid for nid in order if scores[nid] >= request.min_score][: request.limit]
    paths = find_paths(index.catalogue, shown)
    candidates: dict[int, list[tuple[int, Parts]]] = {nid: [] for nid in shown}
    for pid in pids:
        if (nid := found.owners[pid]) in candidates:
            candidates[nid].append((pid, given.parts(pid)))
    return [
        Ranked(
            nid=nid,
            path=paths[nid],
            candidates=tuple(candidates[nid]),
            score=scores[nid],
            pull=pulls[nid],
        )
        for nid in shown
    ]


def _order(index: Index, scores: Mapping[int, float]) -> list[int]:
    """Give the notes (nid), best first; only those that tie are looked up, for their paths."""
    n_with = Counter(scores.values())
    tied = [nid for nid, score in scores.items() if n_with[score] > 1]
    paths = find_paths(index.catalogue, tied)
    by_path = sorted(scores, key=lambda nid: paths.get(nid, ""))
    return sorted(by_path, key=scores.__getitem__, reverse=True)  # which keeps the order of equals


def _pull(
    index: Index, rows: Sequence[int | None], scores: Sequence[float], share: float
) -> list[float]:
    """Give what its neighbours add to each note; `rows` are the vectors of their best passages."""
    import numpy as np

    from noteweb.index.vectors import check_units

    compared = rows[:N_COMPARED]
    here = [place for place, row in enumerate(compared) if row is not None]
    vectors = np.zeros((len(compared), index.dim), dtype=np.float32)
    with index.reading_vectors() as every:
        vectors[here] = check_units(every[[row for row in compared if row is not None]])
    pulls: list[float] = find_pull(np.array(scores), vectors, share).round(_DIGITS).tolist()
    return pulls


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
