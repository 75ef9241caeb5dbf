"""What papers are held against: the vault's conditions and what is usual among its notes.

Derived from the index, kept beside it in one file, and made anew when the notes change; what needs
an encoder is kept with the index's phrases, so that an edit embeds only what it touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.background import find_quiet, read_background, read_sentences
from noteweb.activation.condition import Conditions, read_conditions
from noteweb.activation.general import read_general
from noteweb.activation.lexicon import add_up, cosines, count_terms, rarity, weigh
from noteweb.activation.likeness import best_by_owner, centre, find_cohort, normalise
from noteweb.activation.null import Null, fit_null
from noteweb.index.embedding import phrase_vectors
from noteweb.index.vectors import check_units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from noteweb.activation.lexicon import Counts
    from noteweb.activation.likeness import Cohort
    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.model.claim import Claim
    from noteweb.model.progress import Progress

    Floats = NDArray[np.floating]
    Background = tuple[NDArray[np.int64], list[str]]
    Hold = Callable[[Index, Conditions, NDArray[np.float32]], "Holdings"]

#: What the parts count for: conditions by meaning, by words, the note by words, the body by
#: meaning. Chosen on the half of the labelled passages that is there for it, on round numbers.
_WEIGHTS = (1.0, 1.0, 2.0, 0.5)

#: The same across languages, where few words are shared and the body has no vectors to compare.
_WEIGHTS_ACROSS = (1.0, 0.1, 0.2, 0.0)

#: Across languages one condition alone is met by accident; the mean of the best few is what a
#: window has to do with a note. And the gap between two languages is the same for all conditions,
#: so what a window has in common with all of them is taken off.
_N_BEST_ACROSS = 5

#: How far each note is held against its own background rather than that of all notes.
_OWN_SHARE = 0.5

#: Fewer conditions of the vault, or windows of background, are filled up with general ones.
_FEWEST_CONDITIONS = 240
_FEWEST_WINDOWS = 60

_POOL = 4_000  # conditions among which neighbours are looked for

_CHUNK = 64  # windows at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Windows made ready: their vectors and words."""

    vectors: NDArray[np.float32]  # shape (n_windows, dim)
    words: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What windows are compared with.

    Attributes
    ----------
    is_across : whether windows are in other languages than most conditions
    """

    conditions: Conditions
    vectors: NDArray[np.float32]  # of the conditions, general ones included
    cohort: Cohort
    idf: NDArray[np.float32]
    condition_words: Counts  # of the vault's own
    note_words: Counts
    body: NDArray[np.float32]
    body_starts: NDArray[np.int64]
    body_owners: NDArray[np.int64]  # positions of the notes that have a body
    is_across: bool = False

    def best_condition(self, scale: Scale, texts: Texts, window: int, owner: int) -> int:
        """Give the condition of a note that a window meets best, in meaning and words together."""
        vector = texts.vectors[window : window + 1]
        first, last = np.searchsorted(self.conditions.owners, [owner, owner + 1])
        meaning = normalise(vector @ self.vectors.T, self.cohort)[0, first:last]
        words = weigh(texts.words[window : window + 1], self.idf)
        shared = cosines(words, self.condition_words[first:last])[0]
        worth = scale.weights / scale.part_spread
        return int(first + np.argmax(worth[0] * meaning + worth[1] * shared))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The usual values of the parts, and of the notes, among quiet pairs.

    What a window shares with the whole of a note with a joint condition counts at most as much as
    its conditions are met: its words would else stand in for the part that is not there.
    """

    weights: Floats  # shape (4,)
    part_mean: Floats
    part_spread: Floats
    note_mean: Floats  # shape (n_notes,)
    note_spread: Floats
    is_joint: NDArray[np.bool_]  # shape (n_notes,); notes with a joint condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything needed to score a document.

    Attributes
    ----------
    background : windows that most notes have nothing to do with
    quiet_scores : of them against the notes, shape (n_windows, n_notes), nan where linked
    """

    holdings: Holdings
    scale: Scale
    null: Null
    background: Texts
    quiet_scores: Floats

    def score(self, texts: Texts) -> Floats:
        """Score windows against notes, in deviations of quiet pairs, shape (n_windows, n_notes)."""
        return scale_parts(find_parts(self.holdings, texts), self.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a ground is made with."""

    index: Index
    embedder: Embedder
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a text is held against beside notes; `note` is the one (id) that states it, if any."""

    texts: tuple[str, ...]
    note: str = ""


def make_ground(tools: Tools) -> Ground:
    """Make the ground of the vault's notes.

    What has no vector yet is embedded, and kept with the index. An embedder that is not the
    index's own makes a ground for texts in other languages.

    Raises
    ------
    IndexBusy, WriteFailed, IndexDamaged
    """
    catalogue = tools.index.catalogue
    (n_own,) = catalogue.rows("SELECT count(*) FROM passages WHERE joint IS NOT NULL")[0]
    extra = read_general().conditions if n_own < _FEWEST_CONDITIONS else ()
    conditions = read_conditions(catalogue, extra)
    held = _hold_notes, read_background(tools.index)
    return _make(tools, conditions, held, conditions.nids)


def make_claim_ground(tools: Tools, claims: Sequence[Claim]) -> Ground:
    """Make a ground on which claims stand in the place of notes, each with one condition."""
    return make_text_ground(
        tools,
        [Target(texts=(claim.statement,), note=claim.note_id) for claim in claims],
        by_window=True,
    )


def make_text_ground(tools: Tools, targets: Sequence[Target], *, by_window: bool = False) -> Ground:
    """Make a ground on which texts stand in the place of notes, as alternatives of each target.

    Parameters
    ----------
    by_window : whether windows will be held against it, else single sentences; chance does as well
        as its background, which has to be of the same length
    """
    statements = tuple(text for target in targets for text in target.texts)
    extra = read_general().conditions
    counts = [len(target.texts) for target in targets]
    owners = np.repeat(np.arange(len(targets)), counts)
    conditions = Conditions(
        nids=np.arange(len(targets)),
        pids=np.arange(len(statements)),
        joint=np.zeros(len(statements), dtype=np.int64),
        owners=np.concatenate([owners, len(targets) + np.arange(len(extra))]),
        texts=(*statements, *extra),
    )
    nids = dict(tools.index.catalogue.rows("SELECT id, nid FROM notes"))
    homes = np.array([nids.get(target.note, -1) for target in targets], dtype=np.int64)
    background = read_background(tools.index) if by_window else read_sentences(tools.index)
    return _make(tools, conditions, (_hold_texts, background), homes)


def _make(
    tools: Tools,
    conditions: Conditions,
    held: tuple[Hold, Background],
    homes: NDArray[np.int64],
) -> Ground:
    """Make a ground; `homes` are the notes (nids) that what is held against stands in."""
    index = tools.index
    hold, (sources, windows) = held
    if len(windows) < _FEWEST_WINDOWS:
        passages = read_general().passages
        sources = np.concatenate([sources, -2 - np.arange(len(passages))])
        windows = [*windows, *passages]
    n_texts = len(conditions.texts)
    with index.lock():
        vectors = phrase_vectors(
            index, tools.embedder, [*conditions.texts, *windows], tools.progress
        )
    is_own = tools.embedder.identity == index.space
    holdings = hold(index, conditions, vectors[:n_texts])
    if not is_own:
        holdings = replace(holdings, body=holdings.body[:0], is_across=True)
    words = count_terms(windows, index.text.sequence)
    texts = Texts(vectors=vectors[n_texts:], words=words)
    parts = find_parts(holdings, texts, sources)
    quiet = find_quiet(index, homes, sources)
    weights = np.array(_WEIGHTS if is_own else _WEIGHTS_ACROSS)
    scale = fit_scale(parts, quiet, weights, conditions.have_joint())
    scores = np.where(quiet, scale_parts(parts, scale), np.nan)
    return Ground(
        holdings=holdings,
        scale=scale,
        null=fit_null(scores, sources),
        background=texts,
        quiet_scores=scores,
    )


def find_parts(
    holdings: Holdings, texts: Texts, documents: NDArray[np.int64] | None = None
) -> Floats:
    """Give the parts' values of windows against notes, shape (4, n_windows, n_notes).

    Parameters
    ----------
    documents : numbers the document of each window; None where all are of one
    """
    n_windows = len(texts.vectors)
    if not n_windows:
        return np.empty((4, 0, len(holdings.conditions.nids)))
    chunks = [
        _find_chunk(holdings, texts.vectors[i : i + _CHUNK], texts.words[i : i + _CHUNK])
        for i in range(0, n_windows, _CHUNK)
    ]
    parts = np.concatenate([chunk for chunk, _ in chunks], axis=1)
    joined = np.concatenate([values for _, values in chunks], axis=1)
    documents = np.zeros(n_windows, dtype=np.int64) if documents is None else documents
    for document in np.unique(documents) if joined.shape[2] else ():
        rows = documents == document
        for part in range(len(joined)):
            whole = holdings.conditions.join(parts[part, rows], joined[part, rows])
            parts[part, rows] = whole
    return parts


def _find_chunk(
    holdings: Holdings, vectors: NDArray[np.float32], counts: Counts
) -> tuple[Floats, Floats]:
    """Give the parts without joint conditions, and the values of those by meaning and by words."""
    conditions = holdings.conditions
    meaning = normalise(vectors @ holdings.vectors.T, holdings.cohort)
    if holdings.is_across:
        meaning -= meaning.mean(axis=1, keepdims=True)
    meaning = meaning[:, : conditions.n_own]
    words = weigh(counts, holdings.idf)
    shared = cosines(words, holdings.condition_words)
    body = np.zeros((len(vectors), len(conditions.nids)))
    if len(holdings.body):
        near = best_by_owner(vectors @ holdings.body.T, holdings.body_starts)
        body[:, holdings.body_owners] = centre(near)
    parts = np.stack(
        [
            conditions.best_alone(meaning, _N_BEST_ACROSS if holdings.is_across else 1),
            conditions.best_alone(shared),
            cosines(words, holdings.note_words),
            body,
        ]
    )
    joined = conditions.joined()
    return parts, np.stack([meaning[:, joined], shared[:, joined]])


def fit_scale(
    parts: Floats, quiet: NDArray[np.bool_], weights: Floats, is_joint: NDArray[np.bool_]
) -> Scale:
    """Measure what is usual among the quiet pairs (shape (n_windows, n_notes))."""
    kept = [parts[i][quiet] for i in range(len(parts))]
    n_notes = parts.shape[2]
    rough = Scale(
        weights=weights,
        part_mean=np.array([part.mean() if len(part) else 0.0 for part in kept]),
        part_spread=np.array([_spread(part) for part in kept]),
        note_mean=np.zeros(n_notes),
        note_spread=np.ones(n_notes),
        is_joint=is_joint,
    )
    total = np.where(quiet, scale_parts(parts, rough), np.nan)
    held = total[~np.isnan(total)]
    mean, spread = (held.mean(), _spread(held)) if len(held) else (0.0, 1.0)
    note_means, note_spreads = [], []
    for column in total.T:
        own = column[~np.isnan(column)]
        own_mean, own_spread = (own.mean(), _spread(own)) if len(own) > 1 else (mean, spread)
        note_means.append(mean + _OWN_SHARE * (own_mean - mean))
        note_spreads.append(own_spread**_OWN_SHARE * spread ** (1 - _OWN_SHARE))
    return replace(rough, note_mean=np.array(note_means), note_spread=np.array(note_spreads))


def scale_parts(parts: Floats, scale: Scale) -> Floats:
    """Add the weighed parts up, in deviations of each note's background."""
    each = (parts - scale.part_mean[:, None, None]) / scale.part_spread[:, None, None]
    if scale.is_joint.any():
        met = np.tensordot(scale.weights[:2], each[:2], axes=1) / scale.weights[:2].sum()
        each[2:] = np.where(scale.is_joint, np.minimum(each[2:], met), each[2:])
    total = np.tensordot(scale.weights, each, axes=1)
    return np.asarray((total - scale.note_mean) / scale.note_spread)


def _spread(values: Floats) -> float:
    return max(float(values.std()), 1e-9) if len(values) > 1 else 1.0


def _hold_notes(index: Index, conditions: Conditions, vectors: NDArray[np.float32]) -> Holdings:
    rows = index.catalogue.rows("SELECT nid, pid, text FROM passages ORDER BY nid, pid")
    counts = count_terms((text for *_, text in rows), index.text.sequence)
    idf = rarity(counts)
    nids = np.array([nid for nid, *_ in rows], dtype=np.int64)
    known = np.flatnonzero(np.isin(nids, conditions.nids))
    owners = np.searchsorted(conditions.nids, nids[known])
    places = {pid: place for place, (_, pid, _) in enumerate(rows)}
    body, body_of = _read_body(index, conditions.nids)
    starts = np.flatnonzero(np.diff(body_of, prepend=-1))
    return Holdings(
        conditions=conditions,
        vectors=vectors,
        cohort=_find_cohort(conditions, vectors),
        idf=idf,
        condition_words=weigh(counts[[places[pid] for pid in conditions.pids.tolist()]], idf),
        note_words=weigh(add_up(counts[known], owners, len(conditions.nids)), idf),
        body=body,
        body_starts=starts,
        body_owners=body_of[starts],
    )


def _hold_texts(index: Index, conditions: Conditions, vectors: NDArray[np.float32]) -> Holdings:
    texts = [text for (text,) in index.catalogue.rows("SELECT text FROM passages ORDER BY pid")]
    idf = rarity(count_terms(texts, index.text.sequence))
    own = conditions.n_own
    counts = count_terms(conditions.texts[:own], index.text.sequence)
    n_targets = len(conditions.nids)
    none = np.empty(0, dtype=np.int64)
    return Holdings(
        conditions=conditions,
        vectors=vectors,
        cohort=_find_cohort(conditions, vectors),
        idf=idf,
        condition_words=weigh(counts, idf),
        note_words=weigh(add_up(counts, conditions.owners[:own], n_targets), idf),
        body=np.empty((0, vectors.shape[1]), dtype=np.float32),
        body_starts=none,
        body_owners=none,
    )


def _find_cohort(conditions: Conditions, vectors: NDArray[np.float32]) -> Cohort:
    pool = np.arange(len(vectors))
    if len(pool) > _POOL:
        pool = pool[:: len(pool) // _POOL]
    return find_cohort(vectors, conditions.owners, pool)


def _read_body(
    index: Index, nids: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Give the vectors of the bodies of these notes, by note, and whose they are."""
    rows = index.catalogue.rows(
        "SELECT nid, row FROM passages WHERE field = 'body' AND ordinal > 0 AND row IS NOT NULL"
        " ORDER BY nid, row"
    )
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    pairs = pairs[np.isin(pairs[:, 0], nids)]
    with index.reading_vectors() as vectors:
        body = check_units(np.asarray(vectors[pairs[:, 1]]))
    return body, np.searchsorted(nids, pairs[:, 0])
