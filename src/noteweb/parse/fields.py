"""The seven prose fields: from a frontmatter entry to ordered units with their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache, partial
from itertools import count, repeat
from typing import TYPE_CHECKING, NamedTuple

import yaml

from noteweb.model.note import Field, Mention, Scores, TermPair, Unit
from noteweb.parse.domain import choose_domains, find_lead_domain, find_listed_domains
from noteweb.parse.feedback import find_feedback_name, find_feedback_names
from noteweb.parse.layout import find_layout
from noteweb.parse.mark import find_line_marks
from noteweb.parse.scalar import ScalarMap, Span, map_scalar, map_span, map_whole
from noteweb.parse.score import read_scores
from noteweb.parse.term import find_terms
from noteweb.parse.tool import find_announced_tools, find_tools
from noteweb.parse.typed import walk_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from noteweb.parse.frontmatter import Entry
    from noteweb.parse.node import Source
    from noteweb.parse.typed import Leaf
    from noteweb.text.lines import Lines

_ASCII_BLANKS = "\t\v\f\r\x1c\x1d\x1e\x1f"  # besides blank and line feed
_N_CONTEXT = 200  # characters of a unit shown beside a name
_LIST_REACH = 3000  # characters from a field's start in which it lists its domains
_NEAR = 1_000  # characters in which the next value of a list is looked for
_NO_SCORES = Scores()
_LABELLED = frozenset(
    {Field.EMERGENCE, Field.ACCEPTOR, Field.SIGNAL_TRANSDUCTION, Field.FEEDBACK_LOOP}
)
_BY_STEM = {field.value.lower(): field for field in Field}
_STEM = re.compile(
    rf"({'|'.join(sorted(_BY_STEM, key=len, reverse=True))})"
    r"(?:s|fields?|metrics?|conditions?|thresholds?|triggers?|pathways?|factors?|tools?|scores?)?"
)
_NOT_LETTER = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def match_field(key: str) -> Field | None:
    """Give the field a frontmatter key names: ``Receptor``, ``feedback_loops``."""
    match = _STEM.fullmatch(_NOT_LETTER.sub("", key.lower()))
    return _BY_STEM[match[1]] if match else None


class Reading(NamedTuple):
    """What one field says.

    Attributes
    ----------
    is_joint : whether the units hold only together (``{all: [...]}``)
    """

    units: tuple[Unit, ...]
    tools: tuple[Mention, ...] = ()
    domains: tuple[Mention, ...] = ()
    terms: tuple[TermPair, ...] = ()
    feedback: tuple[Mention, ...] = ()
    scores: Scores = _NO_SCORES
    is_joint: bool = False


class _Statements(NamedTuple):
    """Units before they are units: raw texts, places in the file, and whether a list gave them."""

    texts: list[str]
    places: list[Span]
    are_items: bool
    groups: Iterable[int] = repeat(0)


def glance_field(entry: Entry, field: Field) -> Reading:
    """Read of a field what a card shows, without cutting its text into units.

    Only for the fields that name nothing: all but Acceptor, SignalTransduction, FeedbackLoop.
    """
    keys = entry.value if isinstance(entry.value, dict) else {}
    scores = read_scores(entry.value) if field is Field.EMERGENCE else _NO_SCORES
    return Reading(units=(), scores=scores, is_joint=any(key.lower() == "all" for key in keys))


def read_field(field: Field, entry: Entry, text: str, lines: Lines) -> Reading:
    """Read a field of the frontmatter, prose or typed, into units and the names they give.

    `text` is the whole file, which the spans index.
    """
    statements = _find_statements(field, entry, text)
    texts = statements.texts
    if not isinstance(entry.value, str) or "**" in entry.value or not _is_even(entry.value):
        texts = [_collapse(text) for text in texts]
    elif "\n" in entry.value:
        texts = [" ".join(text.split()) if "\n" in text else text for text in texts]
    starts, ends = zip(*statements.places, strict=True) if texts else ((), ())
    numbers = map(bisect_right, repeat(lines.starts), starts)
    columns = (repeat(field), count(), texts, numbers, starts, ends, statements.groups)
    units = tuple(map(_make_unit, zip(*columns, strict=False)))  # some are endless
    if field in _NAMED:
        return _NAMED[field](entry, statements, units)
    return glance_field(entry, field)._replace(units=units)


#: What ``Unit(*values)`` gives, without a call of Python for each of the many.
_make_unit: Callable[[tuple[Field, int, str, int, int, int, int]], Unit] = partial(
    tuple.__new__, Unit
)


def _is_even(value: str) -> bool:
    """Whether a value holds no white space but single blanks and line ends."""
    if "  " in value:
        return False
    if value.isascii():  # much quicker than a look at every character
        return not any(blank in value for blank in _ASCII_BLANKS)
    return value.replace("\n", " ").isprintable()


def _collapse(text: str) -> str:
    """Make runs of white space one blank."""
    text = " ".join(text.split())
    if "*" in text and text.count("**") % 2:  # half of a bold lead whose label was taken off
        text = text.replace("**", "", 1)
    return text


def _find_statements(field: Field, entry: Entry, text: str) -> _Statements:
    if isinstance(entry.node, yaml.ScalarNode) and entry.source is not None:
        if isinstance(entry.value, str):
            return _prose(entry.value, map_scalar(entry.node, entry.source))
        return _Statements([], [], are_items=False)
    if isinstance(entry.value, str):
        return _prose(entry.value, _locate(entry, entry.value, text))
    if entry.node is not None and entry.source is not None:
        typed = [
            (item, leaf.group)
            for leaf in walk_typed(entry.node)
            for item in _labelled(field, leaf, entry.source)
        ]
    else:
        values = tuple(_leaves(entry.value))
        places = _locate_each(entry, values, text)
        typed = [(item, 0) for v, at in zip(values, places, strict=True) for item in _item(v, at)]
    return _Statements(
        [text for (text, _), _ in typed],
        [place for (_, place), _ in typed],
        are_items=True,
        groups=[group for _, group in typed],
    )


def _locate(entry: Entry, value: str, text: str) -> ScalarMap:
    """Find a value that has no YAML node; the whole entry where it does not stand as it is."""
    at = text.find(value, entry.value_start, entry.end)
    return map_span(at, at + len(value)) if at >= 0 else map_whole(entry.value_start, entry.end)


def _locate_each(entry: Entry, values: Iterable[str], text: str) -> Iterator[ScalarMap]:
    """Find values that stand one after the other; the whole entry for one that is not near."""
    at = entry.value_start
    for value in values:
        found = text.find(value, at, min(entry.end, at + len(value) + _NEAR))
        if found >= 0:
            at = found + len(value)
            yield map_span(found, at)
        else:
            yield map_whole(entry.value_start, entry.end)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value)


def _prose(value: str, places: ScalarMap) -> _Statements:
    layout = find_layout(value)
    texts = [value[start:end] for start, end in layout.items]
    return _Statements(texts, places.locate(layout.items), layout.is_enumerated)


_Item = tuple[str, Span]


def _item(value: str, places: ScalarMap) -> Iterator[_Item]:
    """Give an item of a typed list, without a mark of its own."""
    end = len(value.rstrip())
    marks = find_line_marks(value[:end].split("\n", 1)[0])
    start = marks[0].content if marks else len(value) - len(value.lstrip())
    if end > start:
        yield value[start:end], places.locate([(start, end)])[0]


def _labelled(field: Field, leaf: Leaf, source: Source) -> Iterator[_Item]:
    items = _item(source.show(leaf.node.value), map_scalar(leaf.node, source))
    if not leaf.label or field not in _LABELLED:
        yield from items
        return
    for text, (_, end) in items:
        yield f"{leaf.label}: {text}", (source.offset + leaf.first.start_mark.index, end)


def _name_tools(entry: Entry, statements: _Statements, units: tuple[Unit, ...]) -> Reading:
    found: dict[str, Mention] = {}
    for text, unit in zip(statements.texts, units, strict=True):
        for name in find_tools(text):
            found.setdefault(name.lower(), _mention(name, unit))
    if units and isinstance(entry.value, str) and not statements.are_items:
        first_paragraphs = entry.value[:_LIST_REACH].split("\n\n")
        for name in find_announced_tools(first_paragraphs[0]):
            found.setdefault(name.lower(), _mention(name, units[0]))
    order = sorted(found.values(), key=lambda mention: mention.start)
    return Reading(units=units, tools=tuple(order))


def _name_domains(entry: Entry, statements: _Statements, units: tuple[Unit, ...]) -> Reading:
    text = entry.value if isinstance(entry.value, str) else ""
    leads: dict[str, Unit] = {}
    for raw, unit in zip(statements.texts, units, strict=True):
        name = find_lead_domain(raw)
        if name:
            leads.setdefault(name, unit)
    listed = find_listed_domains(text[:_LIST_REACH])
    places = {name.lower(): unit for name, unit in leads.items()}
    names = choose_domains(listed, tuple(leads))
    mentions = [_mention(name, places.get(name.lower(), units[0])) for name in names if units]
    terms = find_terms(text or "\n".join(unit.text for unit in units))
    return Reading(units=units, domains=tuple(mentions), terms=terms)


def _name_feedback(entry: Entry, statements: _Statements, units: tuple[Unit, ...]) -> Reading:
    del entry
    mentions: list[Mention] = []
    for text, unit in zip(statements.texts, units, strict=True):
        if statements.are_items:
            names: tuple[str, ...] = (find_feedback_name(text),)
        else:
            names = find_feedback_names(text)
        mentions.extend(_mention(name, unit) for name in names if name)
    return Reading(units=units, feedback=tuple(mentions))


def _mention(name: str, unit: Unit) -> Mention:
    return Mention(name, unit.line, unit.start, unit.end, unit.text[:_N_CONTEXT])


_NAMED = {
    Field.ACCEPTOR: _name_tools,
    Field.SIGNAL_TRANSDUCTION: _name_domains,
    Field.FEEDBACK_LOOP: _name_feedback,
}
