"""What a note holds beside its seven fields: attributes, body, links."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.model.note import CLAIMS, Anchor
from noteweb.parse.attribute import Attributes, read_attributes, read_page_properties
from noteweb.parse.fields import match_field
from noteweb.parse.inline import Place, scan_inline
from noteweb.parse.markdown import STAMP_CLOSE, STAMP_OPEN, scan_body
from noteweb.parse.position import find_position
from noteweb.parse.property import find_block_ids, find_properties, is_inside
from noteweb.parse.relation import find_frontmatter_links
from noteweb.text.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.model.note import Link, Property
    from noteweb.model.position import Position
    from noteweb.parse.code import Finding
    from noteweb.parse.frontmatter import Frontmatter
    from noteweb.parse.scan import Body
    from noteweb.text.lines import Lines

_BYTE_ORDER_MARK = "\ufeff"
#: The block of `noteweb claims stamp` is not the author's; a sample may cut it short.
_STAMP = re.compile(rf"{STAMP_OPEN}.*?(?:{STAMP_CLOSE}|\Z)", re.DOTALL)
_LONGEST_STAMP = 8_000  # characters in which one is looked for
_LANGUAGE_SAMPLE = 500  # characters each of the fields and the body
_LOGSEQ_ID = re.compile(r"[0-9a-fA-F-]{36}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Attributes and body of a note."""

    attributes: Attributes
    body: Body
    tags: tuple[str, ...]
    links: tuple[Link, ...]
    properties: tuple[Property, ...]
    blocks: tuple[Anchor, ...]
    findings: tuple[Finding, ...]
    language: str
    claims_at: Position | None


def read_contents(text: str, front: Frontmatter, lines: Lines) -> Contents:
    """Read a note's attributes and body."""
    start = find_body(text, front)
    first_line = lines.line(start)
    body = scan_body(text, start, first_line)
    place = Place(lines=lines, breaks=body.breaks, holes=body.holes, definitions=body.definitions)
    inline = scan_inline(text, start, len(text), place)
    holes = sorted(body.holes + inline.holes)
    properties = find_properties(text, start, holes, lines)
    attributes, findings = read_attributes(front.entries)
    if not front.entries and properties:
        attributes = read_page_properties(properties, first_line)
    claims = next((each for each in front.entries if each.key == CLAIMS), None)
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
    return Contents(
        attributes=attributes,
        body=body,
        tags=tuple([tag for tag, _ in inline.tags]),
        links=tuple(links),
        properties=properties,
        blocks=(*find_block_ids(text, start, holes, lines), *logseq_ids),
        findings=(*findings, *body.findings),
        language=guess_language(_language_sample(text, start, front)),
        claims_at=find_position(claims, lines) if claims else None,
    )


def find_body(text: str, front: Frontmatter) -> int:
    """Give the offset at which the body begins."""
    if front.fences is not None:
        return front.fences.body_start
    return 1 if text.startswith(_BYTE_ORDER_MARK) else 0


def _language_sample(text: str, start: int, front: Frontmatter) -> str:
    prose = next((e for e in front.entries if match_field(e.key) is not None), None)
    sample = _STAMP.sub("", text[start : start + _LONGEST_STAMP])[:_LANGUAGE_SAMPLE]
    if prose is not None:
        sample = text[prose.value_start : prose.value_start + _LANGUAGE_SAMPLE] + "\n" + sample
    return sample


def _relate(links: Iterable[Link], properties: Sequence[Property]) -> list[Link]:
    """Give the links inside a ``key:: value`` their relation."""
    if not properties:
        return list(links)
    starts = [each.start for each in properties]
    whole_lines: dict[int, Property] = {}
    for each in properties:
        whole_lines.setdefault(each.line, each)
    related = []
    for link in links:
        index = bisect_right(starts, link.start) - 1
        nearest = properties[index] if index >= 0 else None
        around = (nearest, whole_lines.get(link.line))
        holder = next((p for p in around if p and p.start <= link.start < link.end <= p.end), None)
        related.append(replace(link, relation=holder.key) if holder else link)
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
