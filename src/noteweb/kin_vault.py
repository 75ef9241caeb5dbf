"""A vault that tells which of its notes belong together, and why."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from noteweb.errors import Problem, WriteFailed
from noteweb.tended_vault import TendedVault
from noteweb.vault import read_note, scan

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from noteweb.links.resolve import Resolution
    from noteweb.model.hit import Hit
    from noteweb.model.note import Note
    from noteweb.search.naming import NamedNote, Namer
    from noteweb.search.related import Shelf
    from noteweb.search.suggest import Suggestion, SuggestionKind
    from noteweb.search.why import Why
    from noteweb.vault import NoteFile


class KinVault(TendedVault):
    """A vault with its index and graph, asked for notes that belong together."""

    def related(self, name: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Find the notes nearest to a note in text, links and titles, best first.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NotewebError
        """
        from noteweb.search.related import Titles, find_related

        self.refresh(with_vectors=True)
        nid = self._nids[self.find(name)]
        titles = Titles(named=self.find_named(nid), weight=self._title_weight())
        with self.index.snapshot():
            return find_related(self.index, nid, limit, titles)

    def why(self, name: str, others: Sequence[str]) -> tuple[Why, ...]:
        """Tell what ties a note to each of some others: what can be looked up in both.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NotewebError
        """
        from noteweb.search.related import load_shelf
        from noteweb.search.why import find_why

        self.refresh(with_vectors=True)
        here, shelf = self.find(name), load_shelf(self.index)
        found = []
        for other in others:
            there = other if other in self._nids else self.find(other)
            pair = self._nids[here], self._nids[there]
            titles = [*self._titles(here, there), *self._titles(there, here)]
            found.append(find_why(self.index, shelf, pair, titles, self._way(here, there)))
        return tuple(found)

    def suggest(
        self, name: str = "", kinds: Collection[SuggestionKind] = ()
    ) -> tuple[Suggestion, ...]:
        """Suggest links, names to link, duplicates and notes to write, of one note or of all.

        The best of each kind come first; no kind means all.

        Raises
        ------
        NoteNotFound, NoteAmbiguous, NotewebError
        """
        from noteweb.search.suggest import SuggestionKind

        self.refresh(with_vectors=SuggestionKind.LINKS in (kinds or SuggestionKind))
        note = self.find(name) if name else ""
        ways = {
            SuggestionKind.LINKS: lambda: self._suggest_links(note),
            SuggestionKind.MENTIONS: self._suggest_mentions,
            SuggestionKind.DUPLICATES: self._suggest_duplicates,
            SuggestionKind.GHOSTS: self._suggest_ghosts,
        }
        found = [one for kind in ways if kind in (kinds or ways) for one in ways[kind]()]
        return tuple(one for one in found if not note or note in (one.note, one.other))

    def _suggest_links(self, note: str) -> tuple[Suggestion, ...]:
        from noteweb.search.related import Titles, load_shelf
        from noteweb.search.suggest import suggest_links

        shelf = load_shelf(self.index)
        weight = self._title_weight(shelf)
        asked = (self._nids[note],) if note else ()
        return suggest_links(
            self.index,
            shelf,
            asked,
            lambda nid: Titles(named=self.find_named(nid), weight=weight),
        )

    def _suggest_mentions(self) -> tuple[Suggestion, ...]:
        from noteweb.search.suggest import suggest_mentions

        linked: dict[str, set[str]] = {}
        for one in self._resolution.resolved:
            linked.setdefault(one.source, set()).add(one.target)
        return suggest_mentions(self.notes(), self.namer.names, linked)

    def _suggest_duplicates(self) -> tuple[Suggestion, ...]:
        from noteweb.search.suggest import suggest_duplicates

        return suggest_duplicates(self.notes())

    def _suggest_ghosts(self) -> tuple[Suggestion, ...]:
        from noteweb.search.suggest import suggest_ghosts

        return suggest_ghosts(self._resolution.missing, self._text)

    def _text(self, note: str) -> str:
        read = self._read_path(self.namer.paths[note])
        return "" if read is None else read.text

    @cached_property
    def _resolution(self) -> Resolution:
        from noteweb.links.resolve import resolve_links

        return resolve_links(self.cards, root=self.root)

    @cached_property
    def namer(self) -> Namer:
        """The names of the notes, looked for in their texts."""
        from noteweb.search.naming import Namer

        return Namer(self.cards, self._read_path)

    @cached_property
    def _files(self) -> dict[str, NoteFile]:
        return {file.path: file for file in scan(self.root, self.config).files}

    @cached_property
    def _nids(self) -> dict[str, int]:
        return dict(self.index.catalogue.rows("SELECT id, nid FROM notes"))

    def _read_path(self, path: str) -> Note | None:
        read = read_note(self.root, self._files[path]) if path in self._files else None
        return None if isinstance(read, Problem) else read

    def find_named(self, nid: int) -> frozenset[int]:
        """Give the notes whose names stand in a note."""
        note = self.index.catalogue.rows("SELECT id FROM notes WHERE nid = ?", (nid,))[0][0]
        found = self.namer.find(note)
        return frozenset(self._nids[note] for each in found for note in each.notes)

    def _title_weight(self, shelf: Shelf | None = None) -> float:
        from noteweb.search.naming import learn_weight, title_weight
        from noteweb.search.related import load_shelf

        shelf = shelf or load_shelf(self.index)
        with suppress(WriteFailed):
            return title_weight(self.index, shelf, self.find_named)
        return learn_weight(self.index, shelf, self.find_named)

    def _titles(self, here: str, there: str) -> list[tuple[str, NamedNote]]:
        return [(here, each) for each in self.namer.find(here) if there in each.notes]

    def _way(self, here: str, there: str) -> tuple[str, ...]:
        from noteweb.graph.build import note_key
        from noteweb.graph.route import shortest_route

        found = shortest_route(self.graph, note_key(here), note_key(there))
        if found is None:
            return ()
        labels = self.graph.nodes(data="label")
        return tuple(f"{labels[s.start]} {s.text} → {labels[s.end]}" for s in found.steps)

    def _forget(self) -> None:
        super()._forget()
        for name in ("namer", "_files", "_nids", "_resolution"):
            self.__dict__.pop(name, None)
