"""A note: its card (what the graph and the links need) and its text with every part's place.

All offsets are characters into `Note.text`, the text after repair; lines and columns count from 1.
What a note has dozens of is a named tuple, which is made three times quicker than a frozen
dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.errors import Problem
    from noteweb.model.position import Position

#: What a frontmatter value is once it is read: JSON's types, dates as ISO text.
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

#: The frontmatter's key of claims.
CLAIMS = "claims"


class Field(StrEnum):
    """The seven prose fields, named after cell signalling."""

    RECEPTOR = "Receptor"
    ACTIVATION = "Activation"
    ACCEPTOR = "Acceptor"
    SIGNAL_TRANSDUCTION = "SignalTransduction"
    EMERGENCE = "Emergence"
    FEEDBACK_LOOP = "FeedbackLoop"
    SIGNAL_AMPLIFICATION = "SignalAmplification"


#: The fields whose units fire the note.
CONDITIONS = frozenset({Field.RECEPTOR, Field.ACTIVATION})


class LinkKind(StrEnum):
    """How a link is written."""

    WIKILINK = "wikilink"  # [[A]]
    EMBED = "embed"  # ![[A]], {{embed [[A]]}}
    MARKDOWN = "markdown"  # [b](a.md), <a href="a.md">
    BLOCK_REF = "block-ref"  # Logseq's ((uuid))


class PartKind(StrEnum):
    """What a stretch of the file is; the parts of a note cover it without gap or overlap."""

    PREFIX = "prefix"  # a byte order mark, blank lines before the first fence
    FENCE = "fence"  # a line of ---
    FRONTMATTER = "frontmatter"
    HEADING = "heading"
    CODE = "code"  # a fenced block, its fences included
    COMMENT = "comment"  # %% ... %% over whole lines
    MATH = "math"  # $$ ... $$ over whole lines
    CALLOUT = "callout"
    FOOTNOTE = "footnote"
    TABLE = "table"
    TEXT = "text"


class Part(NamedTuple):
    """A stretch of the file."""

    kind: PartKind
    start: int
    end: int


class Unit(NamedTuple):
    """One statement of a field: a scenario, a trigger, a tool's paragraph.

    `text` is the value as YAML gives it with runs of white space made one blank and its list mark
    or "Scenario 7:" lead taken off; ``note.text[start:end]`` is where that stands in the file.
    """

    field: Field
    ordinal: int  # from 0, in the order of the file
    text: str
    line: int
    start: int
    end: int
    group: int = 0


class Mention(NamedTuple):
    """A tool, domain or related note named by a field, with the unit that names it."""

    name: str
    line: int
    start: int
    end: int
    context: str = ""  # the unit's text, shortened to about 200 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPair:
    """One line of a SignalTransduction field's terminology map."""

    source: str
    target: str
    source_domain: str = ""
    target_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Emergence: 1 to 10 each, None where the note gives none."""

    novelty: float | None = None
    value: float | None = None
    feasibility: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as written; who it points to is found by `noteweb.links.resolve`.

    `target` is the file part alone, unescaped and trimmed, empty for a link into the same note.
    `relation` is the key of a typed relation (``supports:: [[A]]``), else empty.
    `where` is "body" or the name of the frontmatter key that holds the link.
    """

    kind: LinkKind
    target: str
    heading: str = ""
    block: str = ""
    label: str = ""
    relation: str = ""
    where: str = "body"
    line: int
    column: int = 1
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything of a note but its text: what graph, links and lists need. Stored in the index."""

    id: str  # the path without .md, or the note's own `id`
    path: str  # relative to the vault, forward slashes
    title: str  # frontmatter title, else first level-1 heading, else file stem
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # without #, nested by /, frontmatter then body, no doubles
    category: str = ""
    description: str = ""
    created: str = ""  # ISO where it can be read as a date, else as written
    updated: str = ""
    attributes: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    scores: Scores = Scores()
    tools: tuple[Mention, ...] = ()
    domains: tuple[Mention, ...] = ()
    terms: tuple[TermPair, ...] = ()
    feedback: tuple[Mention, ...] = ()
    links: tuple[Link, ...] = ()
    joint: tuple[Field, ...] = ()  # fields whose units hold only together: {all: [...]}
    language: str = ""  # the main language of the text, ISO 639-1, empty when unsure
    claims_at: Position | None = None  # where the frontmatter's claims stand
    repaired: str | None = None  # the encoding the text had been read wrongly as


class Section(NamedTuple):
    """A heading with what stands under it up to the next heading; level 0 before the first."""

    level: int
    title: str
    line: int
    start: int  # of the heading's line
    body_start: int  # of what follows the heading's line
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """An Obsidian callout: ``> [!warning]- Title``."""

    kind: str  # lower case
    title: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A dataview or Logseq line: ``key:: value``."""

    key: str
    value: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Something a link can point into: a block id ``^3df057`` or a footnote ``[^1]:``."""

    name: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as read. Nothing of the file is lost: see `original` and `parts`."""

    card: Card
    text: str  # after repair
    original: str  # as decoded from the file, before repair; the same object when not repaired
    encoding: str  # how the bytes were decoded: utf-8, utf-16-le, utf-16-be; errors=surrogateescape
    parts: tuple[Part, ...] = ()
    units: tuple[Unit, ...] = ()
    sections: tuple[Section, ...] = ()
    callouts: tuple[Callout, ...] = ()
    properties: tuple[Property, ...] = ()
    blocks: tuple[Anchor, ...] = ()
    footnotes: tuple[Anchor, ...] = ()
    problems: tuple[Problem, ...] = ()
