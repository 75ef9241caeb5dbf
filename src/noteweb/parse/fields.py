"""The seven prose fields: from a frontmatter entry to ordered units with their places."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import yaml

from noteweb.model.note import Field, Mention, Scores, TermPair, Unit
from noteweb.parse.domain import choose_domains, find_lead_domain, find_listed_domains
from noteweb.parse.feedback import find_feedback_name, find_feedback_names
from noteweb.parse.layout import find_layout
from noteweb.parse.mark import find_line_marks
from noteweb.parse.scalar import ScalarMap, map_scalar, map_span, map_whole
from noteweb.parse.score import read_scores
from noteweb.parse.term import find_terms
from noteweb.parse.tool import find_announced_tools, find_tools

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.parse.frontmatter import Entry
    from noteweb.parse.node import Source
    from noteweb.text.lines import Lines

_ASCII_BLANKS = "\t\v\f\r\x1c\x1d\x1e\x1f"  # besides blank and line feed
_N_CONTEXT = 200  # characters of a unit shown beside a name
_LIST_REACH = 3000  # characters from a field's start in which it lists its domains
_NO_SCORES = Scores()
_NAME_KEYS = ("name", "title", "tool", "domain", "note", "field")
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


class _Statement(NamedTuple):
    """One unit before it is one: its raw text, its place, and whether a list gave it."""

    text: str
    start: int
    end: int
    is_item: bool


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
    statements = list(_find_statements(field, entry, text))
    is_even = isinstance(entry.value, str) and _is_even(entry.value)
    units = tuple(
        [
            Unit(field, ordinal, _collapse(raw, is_even=is_even), lines.line(start), start, end)
            for ordinal, (raw, start, end, _) in enumerate(statements)
        ]
    )
    if field in _NAMED:
        return _NAMED[field](entry, statements, units)
    return glance_field(entry, field)._replace(units=units)


def _is_even(value: str) -> bool:
    """Whether a value holds no white space but single blanks and line ends."""
    if "  " in value:
        return False
    if value.isascii():  # much quicker than a look at every character
        return not any(blank in value for blank in _ASCII_BLANKS)
    return value.replace("\n", " ").isprintable()


def _collapse(text: str, *, is_even: bool) -> str:
    """Make runs of white space one blank; most statements hold none, and splitting is slow."""
    if "\n" in text or not is_even:
        text = " ".join(text.split())
    if "*" in text and text.count("**") % 2:  # half of a bold lead whose label was taken off
        text = text.replace("**", "", 1)
    return text


def _find_statements(field: Field, entry: Entry, text: str) -> Iterable[_Statement]:
    if entry.node is not None and entry.source is not None:
        if not isinstance(entry.node, yaml.ScalarNode):
            return _typed(field, entry.node, entry.source)
        if isinstance(entry.value, str):
            return _prose(entry.value, map_scalar(entry.node, entry.source))
        return ()
    if isinstance(entry.value, str):
        return _prose(entry.value, _locate(entry, entry.value, text))
    leaves = _leaves(entry.value)
    return (s for leaf in leaves for s in _item(leaf, _locate(entry, leaf, text)))


def _locate(entry: Entry, value: str, text: str) -> ScalarMap:
    """Find a value that has no YAML node; the whole entry where it does not stand as it is."""
    at = text.find(value, entry.value_start, entry.end)
    return map_span(at, at + len(value)) if at >= 0 else map_whole(entry.value_start, entry.end)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value)


def _prose(value: str, places: ScalarMap) -> list[_Statement]:
    layout = find_layout(value)
    is_item = layout.is_enumerated
    pairs = zip(layout.items, places.locate(layout.items), strict=True)
    return [_Statement(value[a:b], start, end, is_item) for (a, b), (start, end) in pairs]


def _item(value: str, places: ScalarMap) -> Iterator[_Statement]:
    """Give an item of a typed list, without a mark of its own."""
    end = len(value.rstrip())
    marks = find_line_marks(value[:end].split("\n", 1)[0])
    start = marks[0].content if marks else len(value) - len(value.lstrip())
    if end > start:
        ((begin, stop),) = places.locate([(start, end)])
        yield _Statement(value[start:end], begin, stop, is_item=True)


def _typed(field: Field, root: yaml.Node, source: Source) -> Iterator[_Statement]:
    """Walk a list or map in the order of the file; an explicit stack, since aliases may nest."""
    stack: list[tuple[str, yaml.Node, yaml.Node]] = [("", root, root)]
    seen: set[int] = set()
    while stack:
        label, first, node = stack.pop()
        if isinstance(node, yaml.ScalarNode):
            yield from _labelled(field, label, first, node, source)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.extend(reversed(_children(node)))


def _children(node: yaml.Node) -> list[tuple[str, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        return [("", child, child) for child in node.value]
    pairs = [(k, v) for k, v in node.value if isinstance(k, yaml.ScalarNode)]
    return [("" if k.value.lower() in _NAME_KEYS else k.value, k, v) for k, v in pairs]


def _labelled(
    field: Field, label: str, first: yaml.Node, node: yaml.ScalarNode, source: Source
) -> Iterator[_Statement]:
    value = node.value.translate(source.restore) if source.restore else node.value
    statements = _item(value, map_scalar(node, source))
    if not label or field not in _LABELLED:
        yield from statements
        return
    for statement in statements:
        start = source.offset + first.start_mark.index
        yield _Statement(f"{label}: {statement.text}", start, statement.end, is_item=True)


def _name_tools(entry: Entry, statements: list[_Statement], units: tuple[Unit, ...]) -> Reading:
    found: dict[str, Mention] = {}
    for statement, unit in zip(statements, units, strict=True):
        for name in find_tools(statement.text):
            found.setdefault(name.lower(), _mention(name, unit))
    if units and isinstance(entry.value, str) and not statements[0].is_item:
        first_paragraphs = entry.value[:_LIST_REACH].split("\n\n")
        for name in find_announced_tools(first_paragraphs[0]):
            found.setdefault(name.lower(), _mention(name, units[0]))
    order = sorted(found.values(), key=lambda mention: mention.start)
    return Reading(units=units, tools=tuple(order))


def _name_domains(entry: Entry, statements: list[_Statement], units: tuple[Unit, ...]) -> Reading:
    text = entry.value if isinstance(entry.value, str) else ""
    leads: dict[str, Unit] = {}
    for statement, unit in zip(statements, units, strict=True):
        name = find_lead_domain(statement.text)
        if name:
            leads.setdefault(name, unit)
    listed = find_listed_domains(text[:_LIST_REACH])
    places = {name.lower(): unit for name, unit in leads.items()}
    names = choose_domains(listed, tuple(leads))
    mentions = [_mention(name, places.get(name.lower(), units[0])) for name in names if units]
    terms = find_terms(text or "\n".join(unit.text for unit in units))
    return Reading(units=units, domains=tuple(mentions), terms=terms)


def _name_feedback(entry: Entry, statements: list[_Statement], units: tuple[Unit, ...]) -> Reading:
    del entry
    mentions: list[Mention] = []
    for statement, unit in zip(statements, units, strict=True):
        if statement.is_item:
            names: tuple[str, ...] = (find_feedback_name(statement.text),)
        else:
            names = find_feedback_names(statement.text)
        mentions.extend(_mention(name, unit) for name in names if name)
    return Reading(units=units, feedback=tuple(mentions))


def _mention(name: str, unit: Unit) -> Mention:
    return Mention(name, unit.line, unit.start, unit.end, unit.text[:_N_CONTEXT])


_NAMED = {
    Field.ACCEPTOR: _name_tools,
    Field.SIGNAL_TRANSDUCTION: _name_domains,
    Field.FEEDBACK_LOOP: _name_feedback,
}
