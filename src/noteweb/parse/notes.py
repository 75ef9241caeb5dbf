"""A file's bytes to a note. Nothing raises, nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from noteweb.errors import Problem
from noteweb.model.note import Card, Field, Note, Part, PartKind, Scores, Unit
from noteweb.parse.code import CODES, Finding
from noteweb.parse.contents import Contents, find_body, read_contents
from noteweb.parse.fields import Reading, glance_field, match_field, read_field
from noteweb.parse.frontmatter import Frontmatter, read_frontmatter
from noteweb.text.damage import find_lossy
from noteweb.text.lines import Lines, index_lines
from noteweb.text.repair import Decoded, Repair, decode_bytes, find_repair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noteweb.model.note import Section

_NO_SCORES = Scores()
_ALL = frozenset(Field)
_ON_CARDS = frozenset({Field.ACCEPTOR, Field.SIGNAL_TRANSDUCTION, Field.FEEDBACK_LOOP})
_MARKUP = re.compile(r"\*\*|__|`|==|!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


def parse_card(data: bytes, *, path: str) -> Card:
    """Parse a file's bytes into the note's card alone.

    The same card as `parse_note` gives, for about two thirds of its cost: the fields that only
    say when a note matters, and name nothing, are not cut into units.
    """
    decoded = decode_bytes(data)
    repair = find_repair(decoded.text)
    text = decoded.text if repair is None else repair.text
    lines = index_lines(text)
    front = read_frontmatter(text)
    fields = _read_fields(text, front, lines, _ON_CARDS)
    return _make_card(path, read_contents(text, front, lines), fields, repair)


def parse_note(data: bytes, *, path: str) -> Note:
    r"""Parse a file's bytes into a note.

    Parameters
    ----------
    path : relative to the vault, with forward slashes; the note's id unless it sets its own

    Returns
    -------
    The note with everything wrong in it as problems. Its parts cover `text` without gap, and
    ``note.original.encode(note.encoding, "surrogateescape")`` is `data`.

    Examples
    --------
    >>> note = parse_note(b"---\ntitle: Dropout\n---\nsee [[Noise]]", path="a/dropout.md")
    >>> note.card.title, note.card.links[0].target
    ('Dropout', 'Noise')
    """
    decoded = decode_bytes(data)
    repair = find_repair(decoded.text)
    text = decoded.text if repair is None else repair.text
    lines = index_lines(text)
    front = read_frontmatter(text)
    contents = read_contents(text, front, lines)
    fields = _read_fields(text, front, lines)
    findings = [
        *_encoding_findings(decoded, repair, text),
        *front.findings,
        *fields.findings,
        *contents.findings,
    ]
    return Note(
        card=_make_card(path, contents, fields, repair),
        text=text,
        original=decoded.text,
        encoding=decoded.encoding,
        parts=(*_front_parts(text, front), *contents.body.parts),
        units=fields.units,
        sections=tuple(contents.body.sections),
        callouts=tuple(contents.body.callouts),
        properties=contents.properties,
        blocks=contents.blocks,
        footnotes=tuple(contents.body.footnotes),
        problems=_locate(path, findings, lines, len(text)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """The seven fields of a note, joined."""

    readings: tuple[Reading, ...]
    units: tuple[Unit, ...] = ()
    joint: tuple[Field, ...] = ()
    scores: Scores = _NO_SCORES
    findings: tuple[Finding, ...] = ()


def _read_fields(
    text: str, front: Frontmatter, lines: Lines, wanted: frozenset[Field] = _ALL
) -> _Fields:
    readings: list[Reading] = []
    units: list[Unit] = []
    findings: list[Finding] = []
    joint: list[Field] = []
    counts: dict[Field, int] = {}
    for entry in front.entries:
        name = match_field(entry.key)
        if name is None:
            continue
        if name not in wanted:
            reading = glance_field(entry, name)
            readings.append(reading)
            joint.extend([name] if reading.is_joint else [])
            continue
        reading = read_field(name, entry, text, lines)
        first = counts.get(name, 0)
        units.extend(u._replace(ordinal=u.ordinal + first) if first else u for u in reading.units)
        counts[name] = first + len(reading.units)
        readings.append(reading)
        if reading.is_joint:
            joint.append(name)
        if not reading.units:
            message = f"`{entry.key}` says nothing"
            findings.append(
                Finding(code="field-without-units", offset=entry.start, message=message)
            )
    return _Fields(
        readings=tuple(readings),
        units=tuple(units),
        joint=tuple(dict.fromkeys(joint)),
        scores=_join_scores(readings),
        findings=tuple(findings),
    )


def _join_scores(readings: Iterable[Reading]) -> Scores:
    joined = Scores()
    for scores in (r.scores for r in readings if r.scores != _NO_SCORES):
        joined = Scores(
            novelty=scores.novelty if joined.novelty is None else joined.novelty,
            value=scores.value if joined.value is None else joined.value,
            feasibility=scores.feasibility if joined.feasibility is None else joined.feasibility,
        )
    return joined


def _make_card(path: str, contents: Contents, fields: _Fields, repair: Repair | None) -> Card:
    attributes = contents.attributes
    return Card(
        id=attributes.id or path.removesuffix(".md"),
        path=path,
        title=attributes.title or _first_title(contents.body.sections) or _stem(path),
        aliases=tuple(dict.fromkeys(attributes.aliases)),
        tags=_join_tags(attributes.tags, contents.tags),
        category=attributes.category,
        description=attributes.description,
        created=attributes.created,
        updated=attributes.updated,
        attributes=attributes.rest,
        scores=fields.scores,
        tools=tuple(m for r in fields.readings for m in r.tools),
        domains=tuple(m for r in fields.readings for m in r.domains),
        terms=tuple(t for r in fields.readings for t in r.terms),
        feedback=tuple(m for r in fields.readings for m in r.feedback),
        links=contents.links,
        joint=fields.joint,
        language=contents.language,
        claims_at=contents.claims_at,
        repaired=repair.encoding if repair else None,
    )


def _first_title(sections: Iterable[Section]) -> str:
    first = next((each.title for each in sections if each.level == 1), "")
    return _MARKUP.sub(lambda m: m[1] or "", first).strip()


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return name.removesuffix(".md") or name


def _join_tags(front: Iterable[str], body: Iterable[str]) -> tuple[str, ...]:
    """Join tags; one that differs in case alone counts once, in its first spelling."""
    tags: dict[str, str] = {}
    for tag in (*front, *body):
        tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


def _front_parts(text: str, front: Frontmatter) -> list[Part]:
    fences = front.fences
    if fences is None:
        bounds = [(PartKind.PREFIX, 0, find_body(text, front))]
    else:
        bounds = [
            (PartKind.PREFIX, 0, fences.prefix_end),
            (PartKind.FENCE, fences.prefix_end, fences.start),
            (PartKind.FRONTMATTER, fences.start, fences.end),
            (PartKind.FENCE, fences.end, fences.body_start),
        ]
    return [Part(kind=kind, start=start, end=end) for kind, start, end in bounds if end > start]


def _encoding_findings(decoded: Decoded, repair: Repair | None, text: str) -> list[Finding]:
    findings = []
    if repair is not None:
        offset = _first_difference(decoded.text, text)
        message = f"UTF-8 read as {repair.encoding}: {repair.n_lines} lines were repaired exactly"
        findings.append(Finding(code="encoding-damaged", offset=offset, message=message))
    for lossy in find_lossy(text):
        message = (
            f"{lossy.found!r} stands {_times(lossy.n_places)} where {lossy.encoding} lost bytes;"
            f" it may have been {lossy.guess}"
        )
        findings.append(Finding(code="encoding-guess", offset=lossy.offset, message=message))
    if decoded.invalid is not None:
        message = "bytes that are no UTF-8"
        findings.append(Finding(code="encoding-invalid", offset=decoded.invalid, message=message))
    for character, code in (("\0", "character-nul"), ("\ufffd", "character-replaced")):
        offset = text.find(character)
        if offset >= 0:
            message = f"U+{ord(character):04X} stands {_times(text.count(character))}"
            findings.append(Finding(code=code, offset=offset, message=message))
    return findings


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _first_difference(before: str, after: str) -> int:
    pairs = zip(before, after, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def _locate(
    path: str, findings: Iterable[Finding], lines: Lines, n_characters: int
) -> tuple[Problem, ...]:
    problems = []
    for finding in findings:
        line, column = lines.position(min(finding.offset, n_characters))
        problems.append(
            Problem(
                path=path,
                line=line,
                column=column,
                code=finding.code,
                severity=CODES[finding.code],
                message=finding.message,
            )
        )
    return tuple(problems)
