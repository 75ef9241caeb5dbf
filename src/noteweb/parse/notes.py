"""A file's bytes to a note. Nothing raises, nothing is lost."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from noteweb.errors import Problem
from noteweb.model.note import Anchor, Card, Field, Note, Part, PartKind, Scores, Unit
from noteweb.parse.attribute import Attributes, read_attributes, read_page_properties
from noteweb.parse.code import CODES, Finding
from noteweb.parse.fields import Reading, match_field, read_field
from noteweb.parse.frontmatter import Frontmatter, read_frontmatter
from noteweb.parse.inline import Inline, Place, scan_inline
from noteweb.parse.markdown import Body, scan_body
from noteweb.parse.property import find_block_ids, find_properties, is_inside
from noteweb.parse.relation import find_frontmatter_links
from noteweb.text.damage import find_lossy
from noteweb.text.language import guess_language
from noteweb.text.lines import Lines, index_lines
from noteweb.text.repair import Decoded, Repair, decode_bytes, find_repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.model.note import Link, Property, Section

_NO_SCORES = Scores()
_BYTE_ORDER_MARK = "\ufeff"
_LANGUAGE_SAMPLE = 1000  # characters each of the fields and the body
_LOGSEQ_ID = re.compile(r"[0-9a-fA-F-]{36}\Z")
_MARKUP = re.compile(r"\*\*|__|`|==|!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


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
    contents = _read_contents(text, front, lines)
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
class _Contents:
    """Attributes and body of a note."""

    attributes: Attributes
    body: Body
    inline: Inline
    links: tuple[Link, ...]
    properties: tuple[Property, ...]
    blocks: tuple[Anchor, ...]
    findings: tuple[Finding, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """The seven fields of a note, joined."""

    readings: tuple[Reading, ...]
    units: tuple[Unit, ...] = ()
    joint: tuple[Field, ...] = ()
    scores: Scores = _NO_SCORES
    findings: tuple[Finding, ...] = ()


def _read_contents(text: str, front: Frontmatter, lines: Lines) -> _Contents:
    start = _body_start(text, front)
    first_line = lines.line(start)
    body = scan_body(text, start, first_line)
    place = Place(lines=lines, breaks=body.breaks, holes=body.holes, definitions=body.definitions)
    inline = scan_inline(text, start, len(text), place)
    holes = sorted(body.holes + inline.holes)
    properties = find_properties(text, start, holes, lines)
    attributes, findings = read_attributes(front.entries)
    if not front.entries and properties:
        attributes = read_page_properties(properties, first_line)
    links = _relate(inline.links, properties)
    links = _drop_footnote_doubles(links, body.footnotes)
    if front.fences is not None:
        span = (front.fences.start, front.fences.end)
        links = find_frontmatter_links(text, span, front.entries, lines) + links
    logseq_ids = (
        Anchor(name=p.value.lower(), line=p.line, start=p.start, end=p.end)
        for p in properties
        if p.key == "id" and _LOGSEQ_ID.match(p.value)
    )
    return _Contents(
        attributes=attributes,
        body=body,
        inline=inline,
        links=tuple(links),
        properties=properties,
        blocks=(*find_block_ids(text, start, holes, lines), *logseq_ids),
        findings=(*findings, *body.findings),
        language=guess_language(_language_sample(text, start, front)),
    )


def _body_start(text: str, front: Frontmatter) -> int:
    if front.fences is not None:
        return front.fences.body_start
    return 1 if text.startswith(_BYTE_ORDER_MARK) else 0


def _language_sample(text: str, start: int, front: Frontmatter) -> str:
    prose = next((e for e in front.entries if match_field(e.key) is not None), None)
    sample = text[start : start + _LANGUAGE_SAMPLE]
    if prose is not None:
        sample = text[prose.value_start : prose.value_start + _LANGUAGE_SAMPLE] + "\n" + sample
    return sample


def _relate(links: Iterable[Link], properties: Sequence[Property]) -> list[Link]:
    """Give the links inside a ``key:: value`` their relation."""
    if not properties:
        return list(links)
    starts = [each.start for each in properties]
    related = []
    for link in links:
        index = bisect_right(starts, link.start) - 1
        while index >= 0 and properties[index].line == link.line:
            if properties[index].end >= link.end:
                related.append(replace(link, relation=properties[index].key))
                break
            index -= 1
        else:
            related.append(link)
    return related


def _drop_footnote_doubles(links: list[Link], footnotes: Sequence[Anchor]) -> list[Link]:
    """Drop a footnote's link where the same one stands elsewhere too."""
    if not footnotes:
        return links
    spans = [(note.start, note.end) for note in footnotes]
    inside = [is_inside(link.start, spans) for link in links]
    seen = {_address(link) for link, within in zip(links, inside, strict=True) if not within}
    kept = []
    for link, within in zip(links, inside, strict=True):
        if not within or _address(link) not in seen:
            seen.add(_address(link))
            kept.append(link)
    return kept


def _address(link: Link) -> tuple[str, str, str]:
    return link.target, link.heading, link.block


def _read_fields(text: str, front: Frontmatter, lines: Lines) -> _Fields:
    readings: list[Reading] = []
    units: list[Unit] = []
    findings: list[Finding] = []
    joint: list[Field] = []
    counts: dict[Field, int] = {}
    for entry in front.entries:
        name = match_field(entry.key)
        if name is None:
            continue
        reading = read_field(name, entry, text, lines)
        first = counts.get(name, 0)
        units.extend(replace(u, ordinal=u.ordinal + first) if first else u for u in reading.units)
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
    for scores in (reading.scores for reading in readings):
        joined = Scores(
            novelty=scores.novelty if joined.novelty is None else joined.novelty,
            value=scores.value if joined.value is None else joined.value,
            feasibility=scores.feasibility if joined.feasibility is None else joined.feasibility,
        )
    return joined


def _make_card(path: str, contents: _Contents, fields: _Fields, repair: Repair | None) -> Card:
    attributes = contents.attributes
    return Card(
        id=attributes.id or path.removesuffix(".md"),
        path=path,
        title=attributes.title or _first_title(contents.body.sections) or _stem(path),
        aliases=tuple(dict.fromkeys(attributes.aliases)),
        tags=_join_tags(attributes.tags, contents.inline.tags),
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
        repaired=repair.encoding if repair else None,
    )


def _first_title(sections: Iterable[Section]) -> str:
    first = next((each.title for each in sections if each.level == 1), "")
    return _MARKUP.sub(lambda m: m[1] or "", first).strip()


def _stem(path: str) -> str:
    name = PurePosixPath(path).name
    return name.removesuffix(".md") or name


def _join_tags(front: Iterable[str], body: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Join tags; one that differs in case alone counts once, in its first spelling."""
    tags: dict[str, str] = {}
    for tag in (*front, *(tag for tag, _ in body)):
        tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


def _front_parts(text: str, front: Frontmatter) -> list[Part]:
    fences = front.fences
    if fences is None:
        bounds = [(PartKind.PREFIX, 0, _body_start(text, front))]
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
            f"{lossy.found!r} stands {lossy.n_places} times where {lossy.encoding} lost bytes;"
            f" it may have been {lossy.guess}"
        )
        findings.append(Finding(code="encoding-guess", offset=lossy.offset, message=message))
    if decoded.invalid is not None:
        message = "bytes that are no UTF-8"
        findings.append(Finding(code="encoding-invalid", offset=decoded.invalid, message=message))
    for character, code in (("\0", "character-nul"), ("\ufffd", "character-replaced")):
        offset = text.find(character)
        if offset >= 0:
            message = f"U+{ord(character):04X} stands {text.count(character)} times"
            findings.append(Finding(code=code, offset=offset, message=message))
    return findings


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
                severity=CODES[finding.code].severity,
                message=finding.message,
            )
        )
    return tuple(problems)
