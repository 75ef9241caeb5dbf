"""Names of notes that stand literally in a text, found in one pass over its words.

A name is compared as `fold_name` does, word by word and sign by sign, white space aside; it begins
and ends where words do. Scripts that put no spaces between words have a boundary at every letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, is_normalized

from noteweb.links.names import fold_name, strip_suffix
from noteweb.model.note import PartKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.model.note import Card, Note

#: Thai, Lao, Burmese, Khmer, kana, Han: no spaces between words.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_ATOM = re.compile(
    rf"[^\W{_SPACELESS}]+(?:[\u0300-\u036f]+[^\W{_SPACELESS}]*)*|[{_SPACELESS}]|[^\w\s\0]|\0+"
)

#: What is no prose where it stands in prose: code in a line, addresses, tags of HTML, formulas,
#: Obsidian's tags, what links without a note leave.
_ASIDE = re.compile(
    r"(?P<mark>`+)(?!`).{1,2000}?(?<!`)(?P=mark)(?!`)"
    rf"|(?<![!-~])[!-~]*(?:://|@|www\.)[^\s{_SPACELESS}]*"
    r"|<[a-zA-Z/!][^<>\n]{0,400}>"
    r"|\$[^$\n]{1,400}\$"
    r"|(?<!\S)#[^\s#]\S*"
    r"|!?\[\[[^\[\]\n]*\]\]"
    r"|!?\[[^\[\]\n]{0,400}\]\([^()\n]*\)",
    re.DOTALL,
)
_PROSE = frozenset(
    {PartKind.TEXT, PartKind.CALLOUT, PartKind.FOOTNOTE, PartKind.TABLE, PartKind.HEADING}
)
_BLANK = "\0"  # no name holds it


class Standing(NamedTuple):
    """A name as it stands in a text: ``text[start:end]``, and its atoms as the key of its name."""

    name: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NameIndex:
    """Names to look for: whose each is, and how long those are that begin with a word."""

    owners: Mapping[tuple[str, ...], tuple[str, ...]]
    lengths: Mapping[str, tuple[int, ...]]  # the longest first


def index_names(cards: Iterable[Card]) -> NameIndex:
    """Give the titles, aliases and file names of the notes; names of one sign or digit are none."""
    owners: dict[tuple[str, ...], dict[str, None]] = {}
    for card in cards:
        stem = strip_suffix(card.path.rpartition("/")[2])
        for name in (card.title, stem, *card.aliases):
            atoms = _split(fold_name(name))
            if _tells(atoms):
                owners.setdefault(atoms, {})[card.id] = None
    lengths: dict[str, set[int]] = {}
    for atoms in owners:
        lengths.setdefault(atoms[0], set()).add(len(atoms))
    return NameIndex(
        owners={name: tuple(ids) for name, ids in owners.items()},
        lengths={first: tuple(sorted(ns, reverse=True)) for first, ns in lengths.items()},
    )


def find_names(names: NameIndex, text: str) -> Iterator[Standing]:
    """Find every name in a text, the longest of those that overlap, in order.

    Cost: one look a word, however many names there are.
    """
    fold = str.casefold if is_normalized("NFC", text) else fold_name
    atoms = [fold(atom) for atom in _ATOM.findall(text)]
    last, places = -1, None
    for number, atom in enumerate(atoms):
        if number <= last or atom not in names.lengths:
            continue
        for n_atoms in names.lengths[atom]:
            name = tuple(atoms[number : number + n_atoms])
            if name not in names.owners:
                continue
            places = places or [match.span() for match in _ATOM.finditer(text)]
            start, end = places[number][0], places[number + len(name) - 1][1]
            if _is_whole(text, start) and _is_whole(text, end):
                yield Standing(name, start, end)
                last = number + len(name) - 1
                break


def find_prose(note: Note) -> str:
    """Give a note's text with all that is no prose blanked, so that places stay as they are.

    Prose is the body and the units of the seven fields, less code, comments, formulas, links and
    their labels, addresses and tags.
    """
    spans = [(part.start, part.end) for part in note.parts if part.kind in _PROSE]
    spans += [(unit.start, unit.end) for unit in note.units]
    pieces, done = [], 0
    for start, end in sorted(spans):
        if end > done:
            first = max(start, done)
            pieces += [_BLANK * (first - done), note.text[first:end]]
            done = end
    prose = "".join(pieces)
    for start, end in ((link.start, link.end) for link in note.card.links):
        prose = prose[:start] + _BLANK * (min(end, len(prose)) - start) + prose[end:]
    return _ASIDE.sub(lambda match: _BLANK * len(match.group()), prose)


def _split(folded: str) -> tuple[str, ...]:
    return tuple(_ATOM.findall(folded))


def _tells(atoms: tuple[str, ...]) -> bool:
    """Whether a name has more than one letter, or one of a script whose letters are words."""
    letters = "".join(atoms)
    if not any(char.isalpha() for char in letters):
        return False
    return len(letters) > 1


def _is_whole(text: str, place: int) -> bool:
    """Whether a word may end at a place: nothing of one word stands on both sides of it."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if category(after) in {"Mn", "Mc", "Me"}:
        return False
    if _IS_SPACELESS.match(before) or _IS_SPACELESS.match(after):
        return True
    return not (_is_of_word(before) and _is_of_word(after))


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_" or category(char) in {"Mn", "Mc"}
