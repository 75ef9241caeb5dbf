"""What notes are to one another: links, feedback and likeness, kept up with what changed.

Where no note has got another name, an edit changes the links and feedback of the edited note alone;
else those of all notes are found anew, for any of them may mean another note by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from noteweb.index.embedding import phrase_vectors, refresh_ann
from noteweb.index.likeness import update_likeness
from noteweb.index.lookup import find_name_cards, find_numbered_cards, find_some_cards
from noteweb.links.feedback import resolve_by_meaning, resolve_feedback
from noteweb.links.resolve import resolve_links

if TYPE_CHECKING:
    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.index.freshness import Source
    from noteweb.links.feedback import FeedbackEdge
    from noteweb.model.note import Card
    from noteweb.model.progress import Progress

#: A feedback name and a title that mean the same; see ARCHITECTURE.md for how it was chosen.
MEANING_THRESHOLD = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Stir:
    """What a run has changed of the notes.

    Attributes
    ----------
    since : the generation before the run
    nids : of the notes that were read
    is_renamed : whether a note came, went, or is called otherwise
    """

    since: int
    nids: frozenset[int] = frozenset()
    is_renamed: bool = False

    def joined(self, later: Stir) -> Stir:
        """Give both as one."""
        return Stir(
            since=self.since,
            nids=self.nids | later.nids,
            is_renamed=self.is_renamed or later.is_renamed,
        )


def relate(index: Index, source: Source, stir: Stir, progress: Progress) -> None:
    """Find what notes are to one another, where that may have changed.

    Raises
    ------
    IndexDamaged, WriteFailed
    """
    catalogue = index.catalogue
    generation = str(catalogue.generation)
    names = _Names(index, _sources(index, "edges_of", stir))
    if catalogue.meta("edges_of") != generation:
        links = _links(names, source)
        feedback = [edge for edge in names.feedback if edge.target is not None]
        with catalogue.transaction():
            catalogue.set_edges("links_to", "explicit", links, names.sources)
            catalogue.set_edges("feeds_back", "name", names.rows(feedback), names.sources)
            catalogue.set_meta("edges_of", generation)
    if source.embedder and catalogue.meta("vector_edges_of") != generation:
        progress.begin("comparing notes", 2)
        if (sources := _sources(index, "vector_edges_of", stir)) != names.sources:
            names = _Names(index, sources)
        meant = _feedback_by_meaning(index, source.embedder, names)
        progress.advance(1)
        is_kept_up = catalogue.meta("vector_edges_of") == str(stir.since)
        with catalogue.transaction():
            update_likeness(index, stir.nids if is_kept_up else None)
            catalogue.set_edges("feeds_back", "meaning", meant, sources)
            catalogue.set_meta("vector_edges_of", generation)
        refresh_ann(index)
        progress.advance(1)


def _sources(index: Index, step: str, stir: Stir) -> frozenset[int] | None:
    """Give the notes whose edges are to be found anew, None for all."""
    is_kept_up = index.catalogue.meta(step) == str(stir.since)
    return stir.nids if is_kept_up and not stir.is_renamed else None


class _Names:
    """The notes whose edges are wanted, among all that they may mean; read when they are needed."""

    def __init__(self, index: Index, sources: frozenset[int] | None) -> None:
        self.sources = sources
        self._catalogue = index.catalogue

    @cached_property
    def _numbered(self) -> tuple[tuple[int, Card], ...]:
        find = find_numbered_cards if self.sources is None else find_name_cards
        return find(self._catalogue)

    @cached_property
    def all(self) -> list[Card]:
        return [card for _, card in self._numbered]

    @cached_property
    def cards(self) -> list[Card]:
        if self.sources is None:
            return self.all
        return [card for _, card in find_some_cards(self._catalogue, self.sources)]

    @cached_property
    def nids(self) -> dict[str, int]:
        return {card.id: nid for nid, card in self._numbered}

    @cached_property
    def feedback(self) -> tuple[FeedbackEdge, ...]:
        return resolve_feedback(self.cards, self.all)

    def rows(self, edges: list[FeedbackEdge]) -> list[tuple[int, int, float, int, str]]:
        """Give edges that have a target as the catalogue takes them."""
        return [
            (self.nids[e.source], self.nids[e.target or ""], e.weight, e.line, e.name)
            for e in edges
        ]


def _links(names: _Names, source: Source) -> list[tuple[int, int, float, int, str]]:
    found = resolve_links(names.cards, root=source.root, among=names.all)
    return [
        (names.nids[one.source], names.nids[one.target], 1.0, one.link.line, one.link.relation)
        for one in found.resolved
        if one.source != one.target
    ]


def _feedback_by_meaning(
    index: Index, embedder: Embedder, names: _Names
) -> list[tuple[int, int, float, int, str]]:
    unresolved = [edge for edge in names.feedback if edge.target is None]
    if not unresolved:
        return []
    titles = phrase_vectors(index, embedder, [card.title for card in names.all])
    wanted = phrase_vectors(index, embedder, [edge.name for edge in unresolved])
    found = resolve_by_meaning(
        unresolved, wanted, [card.id for card in names.all], titles, threshold=MEANING_THRESHOLD
    )
    return names.rows([edge for edge in found if edge.target is not None])
