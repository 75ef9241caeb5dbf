"""The names of notes: what a person or a link may call each of them.

A name is compared folded: Unicode NFC, case folded, outer blanks off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote

from noteweb.errors import NoteAmbiguous, NoteNotFound, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.note import Card

Index = Mapping[str, tuple[str, ...]]

#: Below this share of likeness a name is no help as "did you mean".
NEAR_CUTOFF = 60
N_NEAR = 5
_SAME_WORD = 80  # of a word with a typing error: one letter of five

_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """Every name of every note.

    The `by_` maps go from a folded name to the ids it may mean, in the order of the cards.
    `paths` and `titles` give each id's path and title as written.
    """

    paths: Mapping[str, str]
    titles: Mapping[str, str]
    by_id: Index
    by_path: Index  # without .md
    by_stem: Index  # the last step of the path, without .md
    by_title: Index
    by_alias: Index
    by_page: Index  # the page a file name spells in Logseq: a___b is a/b, %3F is ?


def build_names(cards: Iterable[Card]) -> NameTable:
    """Give the table of all names of the notes; of two notes with one id the first counts."""
    first: dict[str, Card] = {}
    for card in cards:
        first.setdefault(card.id, card)
    notes = tuple(first.values())
    return NameTable(
        paths={card.id: card.path for card in notes},
        titles={card.id: card.title for card in notes},
        by_id=_index(notes, lambda card: (card.id,)),
        by_path=_index(notes, lambda card: (strip_suffix(card.path),)),
        by_stem=_index(notes, lambda card: (_stem(card.path),)),
        by_title=_index(notes, lambda card: (card.title,)),
        by_alias=_index(notes, lambda card: card.aliases),
        by_page=_index(notes, _pages),
    )


def find_note(table: NameTable, name: str) -> str:
    """Give the id of the note that `name` means: an id, a path (.md optional), a title, an alias.

    The first of these that fits decides; the end of a path is as good as the path where only
    one note ends so.

    Raises
    ------
    NoteNotFound
        with the names nearest to `name`
    NoteAmbiguous
        with the ids of all notes that the name fits equally well
    """
    if not name.strip() and name in table.titles:  # a file called " .md"
        return name
    wanted = name.strip().removeprefix("./")
    for found in _readings(table, wanted):
        if len(found) == 1:
            return found[0]
        if found:
            raise NoteAmbiguous(name, found)
    raise NoteNotFound(name, near_names(table, name))


def near_names(table: NameTable, name: str) -> tuple[str, ...]:
    """Give the titles, aliases and ids most like `name`, the likest first, at most five."""
    from rapidfuzz import fuzz, process

    wanted = fold_name(name)
    written = [*table.titles.values(), *table.paths]
    choices = dict.fromkeys([*(fold_name(text) for text in written), *table.by_alias])
    spelling = {fold_name(text): text for text in reversed(written)}
    found = process.extract(
        wanted, list(choices), scorer=fuzz.WRatio, limit=4 * N_NEAR, score_cutoff=NEAR_CUTOFF
    )
    near = [choice for choice, _score, _position in found if _is_near(wanted, choice)]
    return tuple(spelling.get(choice, choice) for choice in near[:N_NEAR])


def _is_near(wanted: str, choice: str) -> bool:
    """Whether a name is spelt alike, or has a word for each word that is wanted.

    Parts of words that happen to be alike are no help: "nope" in "open problems".
    """
    from rapidfuzz import fuzz

    words = _WORD.findall(choice)
    return fuzz.token_sort_ratio(wanted, choice) >= NEAR_CUTOFF or all(
        any(word.startswith(each) or fuzz.ratio(each, word) >= _SAME_WORD for word in words)
        for each in _WORD.findall(wanted)
    )


def fold_name(name: str) -> str:
    """Give the form in which names are compared."""
    if name.isascii():
        return name.strip().lower()
    return normalize("NFC", normalize("NFC", name).casefold()).strip()


def find_twins(paths: Iterable[str]) -> Iterator[Problem]:
    """Report paths that differ in case or in how an accent is written, by all but the first."""
    first: dict[str, str] = {}
    for path in sorted(paths):
        twin = first.setdefault(fold_name(path), path)
        if twin != path:
            told = f"Windows and macOS take it for the same file as {twin!r}"
            yield Problem(
                path=path, line=1, column=1, code="path-twice", severity=Severity.INFO, message=told
            )


def strip_suffix(path: str) -> str:
    """Take one .md or .markdown off the end."""
    return _SUFFIX.sub("", path)


def find_by_path(table: NameTable, target: str) -> tuple[str, ...]:
    """Give the ids of the notes at exactly this path from the vault's root, .md optional."""
    for spelling in dict.fromkeys((strip_suffix(target), target)):
        if found := table.by_path.get(fold_name(spelling), ()):
            return _prefer_case(table, found, spelling)
    return ()


def find_by_path_end(table: NameTable, target: str) -> tuple[str, ...]:
    """Give the ids of the notes whose path is `target` or ends with ``/target``, .md optional."""
    for spelling in dict.fromkeys((strip_suffix(target), target)):
        folded = fold_name(spelling)
        found = table.by_stem.get(folded.rpartition("/")[2], ())
        if "/" in folded:
            found = tuple(one for one in found if _ends_with(table.paths[one], folded))
        if found:
            return found
    return ()


def find_by_other_name(table: NameTable, target: str) -> tuple[str, ...]:
    """Give the ids of the notes with this alias, else title, else Logseq page name, else id."""
    folded = fold_name(target)
    for index in (table.by_alias, table.by_title, table.by_page, table.by_id):
        if found := index.get(folded, ()):
            return found
    return ()


def _readings(table: NameTable, name: str) -> Iterable[tuple[str, ...]]:
    folded = fold_name(name)
    if strip_suffix(name) != name:
        yield find_by_path(table, name)
    if name in table.paths:
        yield (name,)
    yield table.by_id.get(folded, ())
    yield find_by_path(table, name)
    yield find_by_path_end(table, name)
    for index in (table.by_title, table.by_alias, table.by_page):
        yield index.get(folded, ())


def _index(notes: Sequence[Card], names: Callable[[Card], Iterable[str]]) -> Index:
    found: dict[str, dict[str, None]] = {}
    for card in notes:
        for name in names(card):
            if folded := fold_name(name):
                found.setdefault(folded, {})[card.id] = None
    return {name: tuple(ids) for name, ids in found.items()}


def _stem(path: str) -> str:
    return strip_suffix(path.rpartition("/")[2])


def _pages(card: Card) -> tuple[str, ...]:
    stem = _stem(card.path)
    if "___" not in stem and not _ESCAPE.search(stem):
        return ()
    return (unquote(stem.replace("___", "/")),)


def _ends_with(path: str, folded: str) -> bool:
    whole = fold_name(strip_suffix(path))
    return whole == folded or whole.endswith("/" + folded)


def _prefer_case(table: NameTable, found: tuple[str, ...], spelling: str) -> tuple[str, ...]:
    """Tell A.md from a.md where a file system holds both."""
    if len(found) == 1:
        return found
    same = tuple(one for one in found if strip_suffix(table.paths[one]) == spelling)
    return same or found
