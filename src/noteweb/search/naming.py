"""Where a note's text holds the name of another, and what such a name counts for in this vault."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from noteweb.links.mention import NameIndex, find_names, find_prose, index_names
from noteweb.search.kinship import make_ties
from noteweb.search.related import Titles, weigh
from noteweb.text.lines import index_lines
from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from noteweb.index.folder import Index
    from noteweb.model.note import Card, Note
    from noteweb.search.related import Shelf

#: Where a vault has too few links to learn from; chosen on the Logseq documentation.
PRIOR = 0.5
_WEIGHTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_N_SOURCES = 150  # notes whose links are hidden in part; 60 gave .5 here and 8 there on one vault
_LEAST = 50  # hidden links, below which chance would choose
_SHARE = 3  # every third link of a note is hidden
_META = "title_weight"
_CHANGED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedNote:
    """A note's name where it stands in the text of another, outside links, code and addresses.

    `notes` are the ids of all notes of that name; `sentence` is what it stands in.
    """

    notes: tuple[str, ...]
    name: str
    line: int
    column: int
    start: int
    end: int
    sentence: str


class Namer:
    """The names of a vault's notes, looked for in their texts.

    Parameters
    ----------
    read : gives a note by its path, None where it cannot be read
    """

    def __init__(self, cards: Sequence[Card], read: Callable[[str], Note | None]) -> None:
        self._cards = cards
        self._read = read

    @cached_property
    def names(self) -> NameIndex:
        """All names."""
        return index_names(self._cards)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The path of each note by its id."""
        return {card.id: card.path for card in self._cards}

    def find(self, note_id: str) -> tuple[NamedNote, ...]:
        """Find the names of other notes in a note, in order."""
        note = self._read(self.paths[note_id])
        return () if note is None else find_named(self.names, note, note_id)


def find_named(names: NameIndex, note: Note, note_id: str) -> tuple[NamedNote, ...]:
    """Find the names of other notes in a note, in order."""
    prose, found = find_prose(note), []
    lines = index_lines(note.text)
    for each in find_names(names, prose):
        owners = names.owners[each.name]
        if note_id in owners:
            continue
        line, column = lines.position(each.start)
        found.append(
            NamedNote(
                notes=owners,
                name=note.text[each.start : each.end],
                line=line,
                column=column,
                start=each.start,
                end=each.end,
                sentence=_sentence(note.text, each.start, each.end),
            )
        )
    return tuple(found)


def title_weight(index: Index, shelf: Shelf, named: Callable[[int], Collection[int]]) -> float:
    """Give what a title in the text adds to a score, as the vault's own links would have it.

    It is kept with the index, and learned anew once a tenth of the links has come or gone.

    Parameters
    ----------
    named : gives the notes (nids) whose names stand in a note
    """
    n_links = sum(edge.kind == "links_to" for edge in shelf.edges)
    known, _, weight = index.catalogue.meta(_META).partition(" ")
    if weight and abs(n_links - int(known)) <= _CHANGED * int(known):
        return float(weight)
    learned = learn_weight(index, shelf, named)
    with index.catalogue.transaction():
        index.catalogue.set_meta(_META, f"{n_links} {learned}")
    return learned


def learn_weight(index: Index, shelf: Shelf, named: Callable[[int], Collection[int]]) -> float:
    """Hide every third link of some notes, and choose the weight that ranks these links best.

    Best is the greatest mean reciprocal rank; of equal weights the one nearest to `PRIOR`. The same
    index gives the same weight.
    """
    gains = np.zeros(len(_WEIGHTS))
    n_hidden = 0
    for here, hidden in _hide_links(shelf):
        edges = zip(shelf.ties.starts, shelf.ties.ends, shelf.ties.weights, strict=True)
        left = [(a, b, w) for a, b, w in edges if not (a == here and b in hidden)]
        seen = {int(b) for a, b, _ in left if a == here} | {here}
        titles = Titles(named=named(int(shelf.nids[here])), weight=1.0)
        parts = weigh(index, shelf, here, titles, make_ties(left, len(shelf.nids)))
        bare = sum((parts[name] for name in parts if name != "title"), np.zeros(len(shelf.nids)))
        bare[list(seen)] = -np.inf
        n_hidden += len(hidden)
        for number, weight in enumerate(_WEIGHTS):
            total = bare + weight * parts["title"]
            gains[number] += sum(1 / (1 + int((total > total[there]).sum())) for there in hidden)
    if n_hidden < _LEAST:
        return PRIOR
    best = gains.max()
    chosen = (w for w, gain in zip(_WEIGHTS, gains, strict=True) if np.isclose(gain, best))
    return min(chosen, key=lambda weight: (abs(weight - PRIOR), weight))


def _hide_links(shelf: Shelf) -> list[tuple[int, frozenset[int]]]:
    """Give some notes, spread evenly, with the notes that their hidden links lead to."""
    ends: dict[int, set[int]] = {}
    for edge in shelf.edges:
        if edge.kind == "links_to":
            ends.setdefault(shelf.place(edge.source), set()).add(shelf.place(edge.target))
    sources = sorted(ends)
    picked = np.linspace(0, len(sources) - 1, min(len(sources), _N_SOURCES)).astype(int)
    return [
        (sources[i], frozenset(sorted(ends[sources[i]])[_first(i, ends[sources[i]]) :: _SHARE]))
        for i in dict.fromkeys(picked.tolist())
    ]


def _first(number: int, ends: Collection[int]) -> int:
    """Give which link of a note is the first one hidden; one at least is."""
    return number % min(_SHARE, len(ends))


def _sentence(text: str, start: int, end: int) -> str:
    """Give the sentence of the line that a name stands in."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = text[first : last if last >= 0 else len(text)]
    for a, b in split_sentences(line):
        if a <= start - first < b:
            return " ".join(line[a:b].split())
    return " ".join(line.split())
