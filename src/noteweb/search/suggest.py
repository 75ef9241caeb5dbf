"""What a vault may lack: links, names that are no links yet, notes said twice, notes to write.

Each suggestion has its evidence: the line, and the sentence that stands there.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

import numpy as np

from noteweb.links.mention import find_prose
from noteweb.search.naming import find_named
from noteweb.search.related import weigh
from noteweb.text.lines import index_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from noteweb.index.folder import Index
    from noteweb.links.mention import NameIndex
    from noteweb.links.resolve import MissingLink
    from noteweb.model.note import Note
    from noteweb.search.naming import NamedNote
    from noteweb.search.related import Shelf, Titles


class SuggestionKind(StrEnum):
    """What is suggested."""

    LINKS = "links"  # notes that belong together and are not linked
    MENTIONS = "mentions"  # a name that stands in a text and is no link
    DUPLICATES = "duplicates"  # sentences that two notes share
    GHOSTS = "ghosts"  # notes that links ask for and nobody has written


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggestion; scores order those of one kind.

    Attributes
    ----------
    note : the id of the note to look at, at `line` and `column`
    other : the other note's id; for a ghost the name that is asked for
    evidence : the sentence that stands there
    detail : for a person, why
    """

    kind: SuggestionKind
    note: str
    other: str
    score: float
    line: int
    column: int
    evidence: str
    detail: str


#: Below this share of links among all the notes that name it, a name is a common word; chosen by
#: eye on the shipped notes and on a vault in Chinese.
_COMMON = 0.1

#: Notes asked for missing links where no note is named, those with fewest links first.
_MOST_ASKED = 200
_PER_NOTE = 3

_SENTENCE = re.compile(r"[^.!?。！？\n]+")
_LONG = 40  # letters of a sentence that no two notes share by chance
_LONG_WIDE = 15  # of Han and kana
_TEMPLATE = 5  # notes that share a sentence, above which it is a template's
_COPIED = 0.2  # of the letters of the smaller note
_SAME = 0.8
_N_ASKING = 5  # notes named of those that ask for a ghost


def suggest_mentions(
    notes: Iterable[Note], names: NameIndex, linked: Mapping[str, Collection[str]]
) -> tuple[Suggestion, ...]:
    """Find names that stand in texts and are no links, the likeliest to be meant first.

    A name that several notes bear is left out, and so is a note that links there already. What
    counts is how often the notes that hold a name link to its note, and how rare the name is.

    Parameters
    ----------
    linked : the notes that each note links to

    Notes
    -----
    One pass over the words of all notes, however many names there are.

    Source: Mihalcea and Csomai 2007, "Wikify!", keyphraseness, doi:10.1145/1321440.1321475.
    """
    found: list[tuple[str, str, NamedNote, int]] = []
    n_notes = 0
    n_holding: Counter[str] = Counter()
    for note in notes:
        n_notes += 1
        source = note.card.id
        named: dict[str, list[NamedNote]] = defaultdict(list)
        for each in find_named(names, note, source):
            if len(each.notes) == 1:
                named[each.notes[0]].append(each)
        n_holding.update(named.keys())
        found += [
            (source, target, places[0], len(places))
            for target, places in named.items()
            if target not in linked.get(source, ())
        ]
    n_linking = Counter(target for targets in linked.values() for target in set(targets))
    rank = _rank_names(n_holding, n_linking, max(n_notes, 2))
    told = [_mention(each, rank[each[1]]) for each in found if rank[each[1]] >= _COMMON]
    return tuple(sorted(told, key=lambda one: (-one.score, one.note, one.line)))


def _rank_names(n_holding: Counter[str], n_linking: Counter[str], n_notes: int) -> dict[str, float]:
    """Give how often a name is meant as a link, what is rare taken for one until it is known."""
    return {
        target: (n_linking[target] + log(n_notes / n) / log(n_notes)) / (n_linking[target] + n + 1)
        for target, n in n_holding.items()
    }


def _mention(each: tuple[str, str, NamedNote, int], score: float) -> Suggestion:
    source, target, named, n_places = each
    more = f", and in {n_places - 1} more places" if n_places > 1 else ""
    return Suggestion(
        kind=SuggestionKind.MENTIONS,
        note=source,
        other=target,
        score=round(score, 4),
        line=named.line,
        column=named.column,
        evidence=named.sentence,
        detail=f"“{named.name}” is no link{more}",
    )


def suggest_links(
    index: Index, shelf: Shelf, nids: Sequence[int], titles: Callable[[int], Titles]
) -> tuple[Suggestion, ...]:
    """Find notes that belong together and are not linked, the nearest first, three a note.

    Parameters
    ----------
    nids : the notes to ask from; none means those with fewest links, up to 200
    """
    linked: dict[int, set[int]] = defaultdict(set)
    for edge in shelf.edges:
        linked[edge.source].add(edge.target)
        linked[edge.target].add(edge.source)
    every = sorted((int(nid) for nid in shelf.nids), key=lambda nid: (len(linked[nid]), nid))
    ids = dict(index.catalogue.rows("SELECT nid, id FROM notes"))
    best: dict[tuple[int, int], Suggestion] = {}
    for nid in nids or every[:_MOST_ASKED]:
        here = shelf.place(nid)
        parts = weigh(index, shelf, here, titles(nid))
        total = sum(parts.values(), np.zeros(len(shelf.nids)))
        total[[shelf.place(other) for other in linked[nid] | {nid}]] = -np.inf
        for there in (int(i) for i in np.argsort(-total, kind="stable")[:_PER_NOTE]):
            other = int(shelf.nids[there])
            pair = min(nid, other), max(nid, other)
            if total[there] <= 0 or (pair in best and best[pair].score >= total[there]):
                continue
            told = {name: float(part[there]) for name, part in parts.items() if part[there] > 0}
            best[pair] = Suggestion(
                kind=SuggestionKind.LINKS,
                note=ids[nid],
                other=ids[other],
                score=round(float(total[there]), 4),
                line=1,
                column=1,
                evidence="",
                detail=" ".join(f"{name} {value:+.2f}" for name, value in told.items()),
            )
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.note, one.other)))


def suggest_duplicates(notes: Iterable[Note]) -> tuple[Suggestion, ...]:
    """Find pairs of notes that share sentences, by the share of the smaller one's letters.

    Sentences that more than five notes hold are a template's, and short ones count nothing.

    Notes
    -----
    Each sentence is looked at once; a sentence makes ten pairs at most.
    """
    holders: dict[int, list[tuple[int, int]]] = defaultdict(list)
    sizes: list[int] = []
    known: list[tuple[str, str]] = []
    for number, note in enumerate(notes):
        prose = find_prose(note)
        sentences = {_key(prose[a:b]): (a, b) for a, b in _sentences(prose)}
        for key, (start, _) in sentences.items():
            holders[key].append((number, start))
        sizes.append(len("".join(prose.replace("\0", "").split())) or 1)
        known.append((note.card.id, note.text))
    shared: dict[tuple[int, int], list[int]] = defaultdict(list)
    for places in holders.values():
        if 1 < len(places) <= _TEMPLATE:
            for i, (one, start) in enumerate(places):
                for two, _ in places[i + 1 :]:
                    shared[one, two].append(start)
    found = [_duplicate(known, sizes, pair, starts) for pair, starts in shared.items()]
    told = [one for one in found if one.score >= _COPIED]
    return tuple(sorted(told, key=lambda one: (-one.score, one.note, one.other)))


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(prose):
        text = match.group().strip(" \0\t-*>#")
        least = _LONG if text.isascii() else _LONG_WIDE
        if len(text) >= least and "\0" not in text:
            start = match.start() + match.group().index(text)
            yield start, start + len(text)


def _key(sentence: str) -> int:
    return hash(tuple(re.findall(r"\w+", sentence.casefold())))


def _duplicate(
    known: Sequence[tuple[str, str]],
    sizes: Sequence[int],
    pair: tuple[int, int],
    starts: Sequence[int],
) -> Suggestion:
    (note, text), (other, _) = known[pair[0]], known[pair[1]]
    told = [_SENTENCE.match(text, start) for start in starts]
    words = [match.group().strip() for match in told if match]
    share = min(1.0, sum(map(len, words)) / min(sizes[pair[0]], sizes[pair[1]]))
    longest = max(range(len(words)), key=lambda i: (len(words[i]), -starts[i]))
    line, column = index_lines(text).position(starts[longest])
    what = "nearly the same" if share >= _SAME else "copied in part"
    return Suggestion(
        kind=SuggestionKind.DUPLICATES,
        note=note,
        other=other,
        score=round(share, 4),
        line=line,
        column=column,
        evidence=" ".join(words[longest].split()),
        detail=f"{what}: {len(words)} sentences, {share:.0%} of the smaller note",
    )


def suggest_ghosts(
    missing: Iterable[MissingLink], texts: Callable[[str], str]
) -> tuple[Suggestion, ...]:
    """Find the notes that links ask for and nobody has written, the most wanted first.

    Parameters
    ----------
    texts : gives a note's text by its id, to show the line that asks
    """
    wanted: dict[str, list[MissingLink]] = defaultdict(list)
    for gap in missing:
        wanted[gap.ghost].append(gap)
    found = []
    for gaps in wanted.values():
        asking = list(dict.fromkeys(gap.source for gap in gaps))
        first = gaps[0]
        lines = texts(first.source).split("\n")
        line = lines[first.link.line - 1] if first.link.line <= len(lines) else ""
        more = f" and {len(asking) - _N_ASKING} more" if len(asking) > _N_ASKING else ""
        found.append(
            Suggestion(
                kind=SuggestionKind.GHOSTS,
                note=first.source,
                other=first.link.target or first.link.block,
                score=float(len(asking)),
                line=first.link.line,
                column=first.link.column,
                evidence=" ".join(line.split()),
                detail=f"asked for by {', '.join(asking[:_N_ASKING])}{more}",
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.score, one.other)))
