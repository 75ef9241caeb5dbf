"""Answers in the public shapes of ``schemas/``, as JSON, JSON lines, CSV or paths."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from noteweb.cli.options import HitFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.errors import Problem
    from noteweb.model.hit import Hit
    from noteweb.model.note import Link, Note

Row = dict[str, Any]
_OBEYED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


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


def write_rows(
    rows: Sequence[Row], form: HitFormat, whole: Mapping[str, Any] | Sequence[Row]
) -> str:
    """Give rows in any form but text; `whole` is what ``--format json`` writes."""
    if form is HitFormat.JSON:
        return to_json(whole)
    if form is HitFormat.JSONL:
        return "".join(f"{_calm(json.dumps(row, ensure_ascii=False))}\n" for row in rows)
    if form is HitFormat.PATHS:
        return "".join(path + "\n" for path in dict.fromkeys(row["path"] for row in rows))
    return _to_csv(rows)


def to_json(value: object) -> str:
    """Give a value as JSON for people and programs: indented, in its own script; paths as text."""
    return _calm(json.dumps(value, ensure_ascii=False, indent=2, default=str)) + "\n"


def _calm(text: str) -> str:
    """Escape what JSON need not and a terminal may obey."""
    return text if text.isascii() and "\x7f" not in text else text.translate(_OBEYED)


def _to_csv(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    out = io.StringIO()
    names = [name for name, value in rows[0].items() if not isinstance(value, list)]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
