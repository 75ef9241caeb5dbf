"""How well related notes foretell links: a share of a vault's links is hidden and looked for.

The text that is compared is that of a copy of the vault without any link, its label included, so
that no anchor tells where a hidden one leads. Every figure comes from `noteweb.search`.
"""

from __future__ import annotations

import random
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from noteweb.errors import BadRequest
from noteweb.index.lookup import find_edges
from noteweb.metrics import bootstrap_mean
from noteweb.search.kinship import adamic_adar, combine, echo, make_ties, walk, zed
from noteweb.search.naming import learn_weight
from noteweb.search.related import EDGE_WEIGHT, find_likeness, load_shelf
from noteweb.web import NoteWeb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from noteweb.index.lookup import Edge
    from noteweb.interval import Interval
    from noteweb.model.note import Note
    from noteweb.search.related import Shelf

    Floats = NDArray[np.float64]

_FIRST_PAGE = 10
_LEAST = 10  # pairs of linked notes
TOGETHER = "text and graph"
WITH_TITLES = "text, graph and titles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is hidden: a share of the linked pairs in each fold; `most` notes are asked in each."""

    n_folds: int = 5
    share: float = 0.2
    most: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What one way of ranking finds: means over notes asked, with intervals of 95 %."""

    name: str
    hits_10: Interval
    mrr: Interval
    by_note: NDArray[np.float64] = field(repr=False)  # hits, shape (n_asked,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    n_hidden, n_asked : over all folds
    weights : of a title in each fold, learned from the links that were left
    gain : hits of text and graph together less those of the best one alone
    """

    n_notes: int
    n_links: int
    n_hidden: int
    n_asked: int
    weights: tuple[float, ...]
    methods: tuple[Method, ...]
    best_alone: str
    gain: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fold:
    """A shelf without the hidden links, and what they lead to from each note asked."""

    shelf: Shelf
    hidden: Mapping[int, frozenset[int]]
    linked: Mapping[int, frozenset[int]]  # both ways, by the links left
    weight: float


def measure_links(web: NoteWeb, settings: Settings) -> Measured:
    """Hide links of a vault and look for them.

    Raises
    ------
    BadRequest
        where hardly any two notes are linked
    NotewebError
        as `NoteWeb.sync`
    """
    web.refresh(with_vectors=False)
    with _open_bare(web) as bare:
        shelf = _shelve(web, bare)
        pairs = sorted({(e.source, e.target) for e in shelf.edges if e.kind == "links_to"})
        if len(pairs) < _LEAST:
            message = f"too few notes are linked: {len(pairs)} to another"
            raise BadRequest(message, f"at least {_LEAST} are needed to hide some of them")
        rows: dict[str, list[tuple[float, float]]] = {}
        folds = [_hide(bare, shelf, pairs, settings, n) for n in range(settings.n_folds)]
        for fold in folds:
            for here in fold.hidden:
                for name, scores in _rank(bare, fold, here).items():
                    rows.setdefault(name, []).append(_find(fold, here, scores))
    return _summarise(rows, shelf, pairs, folds)


@contextmanager
def _open_bare(web: NoteWeb) -> Iterator[NoteWeb]:
    """Give a copy of the vault whose notes have no links, with as much of the index as fits."""
    with TemporaryDirectory(prefix="noteweb-bench-") as folder:
        root = Path(folder) / "vault"
        root.mkdir()
        shutil.copytree(web.folder, root / ".noteweb")
        for note in web.notes():
            path = root / note.card.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(strip_links(note).encode("utf-8", "surrogateescape"))
        with NoteWeb.open(root, model=web.model, device=web.config.device) as bare:
            bare.progress = web.progress
            bare.refresh(with_vectors=True)
            yield bare


def strip_links(note: Note) -> str:
    """Give a note's text without its links, their labels included."""
    text = note.text
    for link in sorted(note.card.links, key=lambda link: -link.start):
        text = text[: link.start] + text[link.end :]
    return text


def _shelve(web: NoteWeb, bare: NoteWeb) -> Shelf:
    """Give the notes as the copy compares them, with the links of the vault."""
    shelf = load_shelf(bare.index)
    there = dict(bare.index.catalogue.rows("SELECT path, nid FROM notes"))
    paths = web.index.catalogue.rows("SELECT nid, path FROM notes")
    nids = {nid: there[path] for nid, path in paths if path in there}
    edges = [
        replace(edge, source=nids[edge.source], target=nids[edge.target])
        for edge in find_edges(web.index.catalogue, *EDGE_WEIGHT)
        if edge.source in nids and edge.target in nids
    ]
    return _with_edges(shelf, edges)


def _with_edges(shelf: Shelf, edges: Sequence[Edge]) -> Shelf:
    ties = [
        (shelf.place(e.source), shelf.place(e.target), EDGE_WEIGHT[e.kind] * e.weight)
        for e in edges
    ]
    return replace(shelf, edges=tuple(edges), ties=make_ties(ties, len(shelf.nids)))


def _hide(
    bare: NoteWeb,
    shelf: Shelf,
    pairs: Sequence[tuple[int, int]],
    settings: Settings,
    number: int,
) -> _Fold:
    draw = random.Random(f"{settings.seed} {number}")  # noqa: S311 - no secret
    gone = frozenset(draw.sample(pairs, max(1, round(settings.share * len(pairs)))))
    left = _with_edges(shelf, [e for e in shelf.edges if (e.source, e.target) not in gone])
    hidden: dict[int, set[int]] = {}
    for one, two in sorted(gone):
        hidden.setdefault(shelf.place(one), set()).add(shelf.place(two))
    asked = draw.sample(sorted(hidden), min(settings.most, len(hidden)))
    linked: dict[int, set[int]] = {here: {here} for here in asked}
    for edge in left.edges:
        a, b = shelf.place(edge.source), shelf.place(edge.target)
        if edge.kind == "links_to":
            linked.get(a, set()).add(b)
            linked.get(b, set()).add(a)
    return _Fold(
        shelf=left,
        hidden={here: frozenset(hidden[here]) for here in asked},
        linked={here: frozenset(linked[here]) for here in asked},
        weight=learn_weight(bare.index, left, bare.find_named),
    )


def _rank(bare: NoteWeb, fold: _Fold, here: int) -> dict[str, Floats]:
    """Give every note's score by each signal alone and by all together."""
    shelf, ties = fold.shelf, fold.shelf.ties
    text = find_likeness(bare.index, shelf, here)
    likeness = sum((zed(each) for each in text.values()), np.zeros(len(shelf.nids)))
    named = np.zeros(len(shelf.nids))
    for nid in bare.find_named(int(shelf.nids[here])):
        named[shelf.place(nid)] = fold.weight
    together = combine(text, ties, here)
    total = sum(together.values(), np.zeros(len(shelf.nids)))
    return {
        **text,
        **({"words and meaning": likeness} if len(text) > 1 else {}),
        "walk": walk(ties, here),
        "Adamic-Adar": adamic_adar(ties, here),
        "links of the nearest": echo(ties, likeness, here),
        TOGETHER: total,
        WITH_TITLES: total + named,
    }


def _find(fold: _Fold, here: int, scores: Floats) -> tuple[float, float]:
    """Give the share of hidden links among the first ten, and the mean reciprocal rank.

    Notes that are linked already are not counted, nor are the other hidden ones. Of equal scores
    half stand before.
    """
    wanted = sorted(fold.hidden[here])
    left = np.ones(len(scores), dtype=bool)
    left[[*fold.linked[here], *wanted]] = False
    others = scores[left]
    ranks = np.array(
        [
            1 + (others > scores[there]).sum() + (others == scores[there]).sum() / 2
            for there in wanted
        ]
    )
    return float((ranks <= _FIRST_PAGE).mean()), float((1 / ranks).mean())


def _summarise(
    rows: Mapping[str, Sequence[tuple[float, float]]],
    shelf: Shelf,
    pairs: Collection[tuple[int, int]],
    folds: Sequence[_Fold],
) -> Measured:
    tables = {name: np.array(each) for name, each in rows.items()}
    methods = tuple(
        Method(
            name=name,
            hits_10=bootstrap_mean(table[:, 0]),
            mrr=bootstrap_mean(table[:, 1]),
            by_note=table[:, 0],
        )
        for name, table in tables.items()
    )
    alone = [each for each in methods if each.name in {*_ALONE}]
    best = max(alone, key=lambda each: each.hits_10.estimate)
    return Measured(
        n_notes=len(shelf.nids),
        n_links=len(pairs),
        n_hidden=sum(len(each) for fold in folds for each in fold.hidden.values()),
        n_asked=sum(len(fold.hidden) for fold in folds),
        weights=tuple(fold.weight for fold in folds),
        methods=methods,
        best_alone=best.name,
        gain=bootstrap_mean(tables[TOGETHER][:, 0] - best.by_note),
    )


#: What is text alone or graph alone; the links of the nearest are both.
_ALONE = ("words", "meaning", "words and meaning", "walk", "Adamic-Adar")
