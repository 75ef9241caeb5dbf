"""Which notes a FeedbackLoop means: names in prose, seldom a title as it stands.

A name is read by its words (case, punctuation and articles aside). A title or alias that stands in
it as a whole is `exact`; one whose words mostly stand there, bent or reordered, is `close`; the
rest may be found later by `meaning`, or stays unresolved.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from math import log
from typing import TYPE_CHECKING

from noteweb.links.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.model.note import Card

#: Likeness in percent from which a title is the one meant. Measured on 2,000 made names of titles
#: that are there (a word bent, dropped, misspelt, added or moved, half with a sentence behind) and
#: 2,000 of titles that are not, among 2,000 titles of papers cut to 2 to 5 words: of the close ones
#: .93 are right and .83 of all names are found; at 75 it is .87 and .90, at 88 .96 and .69.
CLOSE = 82.0

_N_WORDS = 16  # a name stands at the head of its sentence; what follows tells of it
_N_KEYS = 3  # a title is tried where two of its three rarest words stand in the name
_N_TRIED = 4
_KEY_LENGTH = 5  # letters: joins the inflected forms of English and Russian words
_PHRASE_LENGTH = 6  # letters: "T cell" alone is no title within a sentence
_LEAD_LENGTH = 4
_CHUNK = 1024  # rows of vectors multiplied at once: 8 MB against 2,000 titles

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+", "a an and as at by for from in of on or the to with в во и к на о об от по с у"
    )
)


class Method(StrEnum):
    """How a name found its note."""

    EXACT = "exact"
    CLOSE = "close"
    MEANING = "meaning"
    AMBIGUOUS = "ambiguous"  # the title of several notes
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackEdge:
    """What one mention of a FeedbackLoop means; `target` is None unless one note is found.

    `weight` is 1 for an exact name, the likeness for a close one, the cosine for one found by
    meaning, and 0 where there is no target.
    """

    source: str
    target: str | None
    name: str
    method: Method
    weight: float
    line: int


@dataclass(frozen=True, slots=True)
class _Find:
    method: Method
    notes: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    """The words of a title or alias, and the notes that bear it."""

    words: tuple[str, ...]
    text: str
    keys: tuple[str, ...]  # the words' first letters, no doubles
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrases:
    """All titles and aliases; the lists give positions in `phrases` by the rarest keys."""

    phrases: tuple[_Phrase, ...]
    by_rarest: Mapping[str, Sequence[int]]
    by_rare: Mapping[str, Sequence[int]]
    rarity: Mapping[str, float]  # inverse document frequency, at least 1


def resolve_feedback(
    cards: Iterable[Card], among: Iterable[Card] | None = None
) -> tuple[FeedbackEdge, ...]:
    """Find the note that each name in each FeedbackLoop means, in the order of the cards.

    `among` are the notes that may be meant, by default the same; of their cards only names count.
    A name that means its own note is left out. Ties between titles go to the longer, then to the
    one named first, then to the earlier card.

    Notes
    -----
    Linear in names: titles are tried by their rarest words only.
    """
    notes = tuple(cards)
    phrases = _build_phrases(notes if among is None else among)
    seen: dict[str, _Find] = {}
    edges: list[FeedbackEdge] = []
    for card in notes:
        for mention in card.feedback:
            find = seen.get(mention.name)
            if find is None:
                find = seen[mention.name] = _find(phrases, mention.name)
            if card.id not in find.notes:
                edges.append(_edge(card.id, mention.name, mention.line, find))
    return tuple(edges)


def resolve_by_meaning(
    edges: Sequence[FeedbackEdge],
    name_vectors: NDArray[np.float32],
    note_ids: Sequence[str],
    title_vectors: NDArray[np.float32],
    *,
    threshold: float,
) -> tuple[FeedbackEdge, ...]:
    """Give each unresolved edge the note whose title is nearest, where that is near enough.

    Parameters
    ----------
    edges : unresolved ones; what finds no note is given back as it is
    name_vectors : shape (n_edges, dim), unit rows, in the order of `edges`
    title_vectors : shape (n_notes, dim), unit rows, in the order of `note_ids`
    threshold : the least cosine

    Notes
    -----
    Of equally near titles the first counts. A note is never its own answer.
    """
    if not edges or not note_ids:
        return tuple(edges)
    import numpy as np

    row_of = {note: row for row, note in enumerate(note_ids)}
    found: list[FeedbackEdge] = []
    for start in range(0, len(edges), _CHUNK):
        chunk = edges[start : start + _CHUNK]
        cosines = name_vectors[start : start + _CHUNK] @ title_vectors.T
        for number, edge in enumerate(chunk):
            if (own := row_of.get(edge.source)) is not None:
                cosines[number, own] = -np.inf
        best = cosines.argmax(axis=1)
        for number, edge in enumerate(chunk):
            cosine = float(cosines[number, best[number]])
            found.append(_found_by_meaning(edge, note_ids[best[number]], cosine, threshold))
    return tuple(found)


def _found_by_meaning(
    edge: FeedbackEdge, note: str, cosine: float, threshold: float
) -> FeedbackEdge:
    if cosine < threshold:
        return edge
    return replace(edge, target=note, method=Method.MEANING, weight=min(cosine, 1.0))


def _edge(source: str, name: str, line: int, find: _Find) -> FeedbackEdge:
    target = find.notes[0] if len(find.notes) == 1 else None
    return FeedbackEdge(
        source=source,
        target=target,
        name=name,
        method=find.method,
        weight=find.weight if target else 0.0,
        line=line,
    )


def _find(phrases: _Phrases, name: str) -> _Find:
    words = _read_words(name)[:_N_WORDS]
    keys = {word[:_KEY_LENGTH] for word in words}
    found = _find_exact(phrases, words, keys)
    if found is None:
        return _find_close(phrases, words, keys)
    if len(found.words) < len(words):
        longer = _find_close(phrases, words, keys, within=found)
        if longer.notes:
            return longer
    method = Method.EXACT if len(found.notes) == 1 else Method.AMBIGUOUS
    return _Find(method, found.notes, 1.0)


def _find_exact(phrases: _Phrases, words: tuple[str, ...], keys: set[str]) -> _Phrase | None:
    text = f" {' '.join(words)} "
    held = [
        (-len(phrase.words), text.index(phrase.text), number)
        for number in _listed(phrases.by_rarest, keys)
        if (phrase := phrases.phrases[number]).text in text and _is_name(phrases, phrase, text)
    ]
    return phrases.phrases[min(held)[2]] if held else None


def _is_name(phrases: _Phrases, phrase: _Phrase, text: str) -> bool:
    """Tell whether a phrase that stands in a sentence is a name there, not common words."""
    if phrase.text == text:
        return True
    if len(phrase.words) > 1 and _length(phrase) >= _PHRASE_LENGTH:
        return True
    key = phrase.words[0][:_KEY_LENGTH]
    is_rare = len(phrases.by_rare.get(key, ())) <= 2  # noqa: PLR2004 - its own title and one more
    return is_rare and text.startswith(phrase.text) and _length(phrase) >= _LEAD_LENGTH


def _length(phrase: _Phrase) -> int:
    return sum(2 if _is_ideograph(word) else len(word) for word in phrase.words)


def _is_ideograph(word: str) -> bool:
    return len(word) == 1 and word >= "\u3040"


def _find_close(
    phrases: _Phrases, words: tuple[str, ...], keys: set[str], within: _Phrase | None = None
) -> _Find:
    """Give the likest title; only of those that go on from the title `within`, if one is given."""
    from rapidfuzz import fuzz

    shared = Counter(_listed(phrases.by_rare, keys))
    several = [number for number, n_keys in shared.items() if n_keys > 1]
    tried = sorted(several, key=lambda number: (-shared[number], number))[:_N_TRIED]
    best, find = CLOSE, _Find(Method.UNRESOLVED)
    for number in tried:
        phrase = phrases.phrases[number]
        if len(phrase.keys) < 2 or _length(phrase) < _PHRASE_LENGTH:  # noqa: PLR2004 - a word
            continue  # alone, or letters, are exact or nothing
        if within is not None and not _goes_on(phrase, within):
            continue
        cover = _cover(phrases, phrase, keys)
        if cover + 100 < 2 * best:
            continue
        likeness = (fuzz.token_set_ratio(phrase.text, _window(phrase, words)) + cover) / 2
        if likeness > best or (likeness == best and not find.notes):
            method = Method.CLOSE if len(phrase.notes) == 1 else Method.AMBIGUOUS
            best, find = likeness, _Find(method, phrase.notes, round(likeness / 100, 4))
    return find


def _goes_on(phrase: _Phrase, within: _Phrase) -> bool:
    return len(phrase.words) > len(within.words) and set(within.keys) < set(phrase.keys)


def _cover(phrases: _Phrases, phrase: _Phrase, keys: set[str]) -> float:
    """Give how much of the title stands in the name, rare words counting more, in percent."""
    rarity = phrases.rarity
    whole = sum([rarity[key] for key in phrase.keys])
    return 100 * sum([rarity[key] for key in phrase.keys if key in keys]) / whole


def _window(phrase: _Phrase, words: tuple[str, ...]) -> str:
    """Give the stretch of the name that begins with the title's first known word."""
    start = next((at for at, word in enumerate(words) if word[:_KEY_LENGTH] in phrase.keys), 0)
    return " ".join(words[start : start + len(phrase.words) + 2])


def _listed(lists: Mapping[str, Sequence[int]], keys: Iterable[str]) -> Iterator[int]:
    return chain.from_iterable([lists[key] for key in keys if key in lists])


def _read_words(text: str) -> tuple[str, ...]:
    words = tuple(_WORD.findall(fold_name(text)))
    return tuple(word for word in words if word not in _STOP_WORDS) or words


def _build_phrases(notes: Iterable[Card]) -> _Phrases:
    bearers: dict[tuple[str, ...], dict[str, None]] = {}
    for card in notes:
        for name in (card.title, *card.aliases):
            if words := _read_words(name):
                bearers.setdefault(words, {})[card.id] = None
    phrases = tuple(
        _Phrase(
            words=words,
            text=f" {' '.join(words)} ",
            keys=tuple(dict.fromkeys(word[:_KEY_LENGTH] for word in words)),
            notes=tuple(ids),
        )
        for words, ids in bearers.items()
    )
    return _index_phrases(phrases)


def _index_phrases(phrases: tuple[_Phrase, ...]) -> _Phrases:
    n_with = Counter(chain.from_iterable(phrase.keys for phrase in phrases))
    by_rarest: defaultdict[str, list[int]] = defaultdict(list)
    by_rare: defaultdict[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        rare = sorted(phrase.keys, key=lambda key: (n_with[key], key))[:_N_KEYS]
        by_rarest[rare[0]].append(number)
        for key in rare:
            by_rare[key].append(number)
    rarity = {key: 1 + log(len(phrases) / n) for key, n in n_with.items()}
    return _Phrases(phrases, dict(by_rarest), dict(by_rare), rarity)
