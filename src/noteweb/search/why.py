"""Why two notes belong together, as what can be looked up in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.index.lookup import find_passages
from noteweb.index.vectors import cosines
from noteweb.search.snippet import best_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.index.folder import Index
    from noteweb.index.lookup import Edge, PassageRow
    from noteweb.search.naming import NamedNote
    from noteweb.search.related import Shelf

_N_SHARED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A link or a name in a FeedbackLoop field, in the note `source`."""

    source: str
    kind: str  # the relation of a typed link, else links_to or feeds_back
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A note that both are tied to, with the line that says so (in which note, and where)."""

    note: str
    title: str
    n_tied: int  # to how many notes it is tied in all
    places: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A passage of a note."""

    note: str
    field: str | None
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What ties two notes.

    Attributes
    ----------
    shared : the notes tied to few others first, at most five; `n_shared` is how many there are
    nearest : the passage of each that lie nearest to one another
    words : that these two share
    titles : in `note`, a name of the other
    route : the shortest way in the graph, in words, step by step
    """

    written: tuple[Written, ...]
    shared: tuple[Shared, ...]
    n_shared: int
    nearest: tuple[Place, Place] | None
    words: tuple[str, ...]
    titles: tuple[tuple[str, NamedNote], ...]
    route: tuple[str, ...] = ()


def find_why(
    index: Index,
    shelf: Shelf,
    pair: tuple[int, int],
    titles: Sequence[tuple[str, NamedNote]],
    route: Sequence[str],
) -> Why:
    """Find what ties two notes (nids)."""
    ids = dict(index.catalogue.rows("SELECT nid, id FROM notes"))
    shared = _find_shared(shelf.edges, pair)
    names = dict(index.catalogue.rows("SELECT nid, title FROM notes"))
    near = _find_nearest(index, pair)
    stems = [index.text.stems(each.text) for each in near] if near else []
    words = tuple(sorted(frozenset.intersection(*stems))) if stems else ()
    return Why(
        written=tuple(_written(edge, ids) for edge in shelf.edges if _joins(edge, pair)),
        shared=tuple(
            Shared(
                note=ids[nid],
                title=names[nid],
                n_tied=n_tied,
                places=tuple(_written(edge, ids) for edge in edges),
            )
            for nid, n_tied, edges in shared[:_N_SHARED]
        ),
        n_shared=len(shared),
        nearest=None if near is None else _places(index, near, frozenset(words)),
        words=words,
        titles=tuple(titles),
        route=tuple(route),
    )


def _joins(edge: Edge, pair: tuple[int, int]) -> bool:
    return {edge.source, edge.target} == set(pair)


def _written(edge: Edge, ids: dict[int, str]) -> Written:
    is_typed = edge.kind == "links_to" and edge.name
    return Written(
        source=ids[edge.source], kind=edge.name if is_typed else edge.kind, line=edge.line
    )


def _find_shared(
    edges: Sequence[Edge], pair: tuple[int, int]
) -> list[tuple[int, int, tuple[Edge, ...]]]:
    """Give the notes that both are tied to: nid, number of ties, an edge to each of the two."""
    ways: dict[int, dict[int, Edge]] = {}
    degrees: Counter[int] = Counter()
    ends = {(edge.source, edge.target) for edge in edges}
    for source, target in ends:
        degrees.update((source, target))
    for edge in edges:
        for mine, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if mine in pair and other not in pair:
                ways.setdefault(other, {}).setdefault(mine, edge)
    found = [
        (nid, degrees[nid], tuple(way[end] for end in pair))
        for nid, way in ways.items()
        if len(way) == len(pair)
    ]
    return sorted(found, key=lambda each: each[:2][::-1])


def _find_nearest(index: Index, pair: tuple[int, int]) -> tuple[PassageRow, PassageRow] | None:
    """Find the two passages nearest in meaning, or without vectors sharing most words."""
    one, two = (find_passages(index.catalogue, "nid", [nid]) for nid in pair)
    if not one or not two:
        return None
    rows = [[p.row for p in passages if p.row is not None] for passages in (one, two)]
    if len(rows[0]) < len(one) or len(rows[1]) < len(two):
        stems = [[index.text.stems(p.text) for p in passages] for passages in (one, two)]
        likeness = np.array(
            [[len(a & b) / (1 + len(a | b)) for b in stems[1]] for a in stems[0]], dtype=np.float64
        )
    else:
        with index.reading_vectors() as vectors:
            likeness = np.array([cosines(vectors[rows[1]], vectors[row]) for row in rows[0]])
    best = np.unravel_index(int(np.argmax(likeness)), likeness.shape)
    return one[int(best[0])], two[int(best[1])]


def _places(
    index: Index, near: tuple[PassageRow, PassageRow], shared: frozenset[str]
) -> tuple[Place, Place]:
    one, two = (_place(index, passage, shared) for passage in near)
    return one, two


def _place(index: Index, passage: PassageRow, shared: frozenset[str]) -> Place:
    text, line = passage.text, passage.line
    if passage.field is None:
        start, end = best_sentence(text, shared, index.text.stems)
        line += text.count("\n", 0, start)
        text = text[start:end]
    return Place(note=passage.note, field=passage.field, line=line, text=" ".join(text.split()))
