"""A note, its hits and its problems as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.errors import Problem
    from noteweb.model.hit import Hit
    from noteweb.model.note import Link, Note
    from noteweb.row import Row

_MOST_PLACES = 200  # of an outline

#: The columns of a table of hits, and of one of problems, also where it has no rows.
HIT_COLUMNS = ("note", "title", "path", "field", "line", "text", "score")
PROBLEM_COLUMNS = ("path", "line", "column", "code", "severity", "message")


def hit_row(hit: Hit) -> Row:
    """Give a hit as ``query-result.json`` has it."""
    return {
        "note": hit.note_id,
        "title": hit.title,
        "path": hit.path,
        "field": hit.field,
        "line": hit.line,
        "text": hit.text,
        "score": round(hit.score, 4),
        "reasons": [{"kind": r.kind, "detail": r.detail, "value": r.value} for r in hit.reasons],
    }


def problem_row(problem: Problem) -> Row:
    """Give a problem as ``problem.json`` has it."""
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
    }


def note_row(note: Note) -> Row:
    """Give a note as ``note.json`` has it; offsets are into the text after repair."""
    card = note.card
    fields: dict[str, list[Row]] = {}
    for unit in note.units:
        fields.setdefault(unit.field.value, []).append(
            {"text": unit.text, "line": unit.line, "start": unit.start, "end": unit.end}
        )
    return {
        "id": card.id,
        "path": card.path,
        "title": card.title,
        "aliases": list(card.aliases),
        "tags": list(card.tags),
        "category": card.category,
        "description": card.description,
        "created": card.created,
        "updated": card.updated,
        "language": card.language,
        "attributes": dict(card.attributes),
        "fields": fields,
        "joint": [field.value for field in card.joint],
        "scores": {
            "novelty": card.scores.novelty,
            "value": card.scores.value,
            "feasibility": card.scores.feasibility,
        },
        "tools": [m.name for m in card.tools],
        "domains": [m.name for m in card.domains],
        "feedback": [m.name for m in card.feedback],
        "terms": [
            {
                "source": t.source,
                "target": t.target,
                "source_domain": t.source_domain,
                "target_domain": t.target_domain,
            }
            for t in card.terms
        ],
        "links": [_link_row(link) for link in card.links],
        "claims": card.attributes.get("claims") or [],
        "problems": [problem_row(p) for p in note.problems],
        "repaired": card.repaired,
    }


def page_row(note: Note, offset: int, limit: int) -> Row:
    """Give a page of a note's text as ``note-page.json`` has it.

    It ends with a line where it can, and the first one has an outline: a note's fields and
    headings, with the offsets to read on from.
    """
    text, card = note.text, note.card
    end = min(offset + limit, len(text))
    if end < len(text):
        end = max(text.rfind("\n", offset + limit // 2, end) + 1, 0) or end
    return {
        "note": card.id,
        "title": card.title,
        "path": card.path,
        "tags": list(card.tags),
        "text": text[offset:end],
        "line": text.count("\n", 0, offset) + 1,
        "start": min(offset, len(text)),
        "end": end,
        "n_characters": len(text),
        "next": end if end < len(text) else None,
        "outline": [] if offset else _outline(note),
    }


def _outline(note: Note) -> list[Row]:
    places = {unit.field.value: (unit.line, unit.start) for unit in reversed(note.units)}
    fields = [("field", name, line, start) for name, (line, start) in places.items()]
    headings = [("heading", s.title, s.line, s.start) for s in note.sections if s.level]
    found = sorted([*fields, *headings], key=lambda each: each[3])[:_MOST_PLACES]
    return [
        {"kind": kind, "title": title, "line": line, "start": start}
        for kind, title, line, start in found
    ]


def _link_row(link: Link) -> Row:
    return {
        "kind": link.kind.value,
        "target": link.target,
        "heading": link.heading,
        "block": link.block,
        "label": link.label,
        "relation": link.relation,
        "where": link.where,
        "line": link.line,
        "column": link.column,
        "start": link.start,
        "end": link.end,
    }
