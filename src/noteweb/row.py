"""Answers as rows: the public shapes of ``schemas/`` as JSON values, whoever asks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noteweb.argument.front import Argument
    from noteweb.argument.impact import Struck
    from noteweb.errors import Problem
    from noteweb.evidence.find import Found
    from noteweb.evidence.front import Account, ClaimRow, TrustRow
    from noteweb.graph.build import Graph
    from noteweb.graph.outline import Branch, Group
    from noteweb.graph.walk import Neighbour
    from noteweb.model.firing import Firing, FoundPassage, Report, SecondHand
    from noteweb.model.hit import Hit
    from noteweb.model.note import Link, Note
    from noteweb.screening.session import Listed
    from noteweb.screening.stopping import Standing

Row = dict[str, Any]

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


def impact_row(claim: str, found: Iterable[Struck]) -> Row:
    """Give what a claim's fall reaches as ``impact.json`` has it."""
    return {
        "claim": claim,
        "reached": [
            {
                "claim": each.claim.id,
                "statement": each.claim.statement,
                "note": each.claim.note_id,
                "effect": each.effect.value,
                "before": each.before.value,
                "after": each.after.value,
                "way": [tie._asdict() for tie in each.ties],
            }
            for each in found
        ],
    }


def claim_row(row: ClaimRow, argument: Argument) -> Row:
    """Give a claim as ``noteweb claims --format jsonl`` has it."""
    return {
        "claim": row.claim.id,
        "statement": row.claim.statement,
        "kind": row.claim.kind.value,
        "note": row.claim.note_id,
        "path": row.claim.path,
        "verdict": row.verdict.kind.value,
        "reason": str(row.verdict.reason),
        "remarks": [str(remark) for remark in row.verdict.remarks],
        "previous": row.verdict.previous.value if row.verdict.previous else None,
        "evidence": [each.experiment for each in row.claim.evidence],
        "n_seeds": row.verdict.n_seeds,
        "ended": row.ended or None,
        **argument.summary(row.claim.id),
    }


def standing_row(argument: Argument, claim: str) -> Row:
    """Give why a claim stands or not, as part of what ``noteweb why --format json`` has."""
    found = argument.environments(claim)
    return {
        **argument.summary(claim),
        "chain": [
            {
                "claim": link.claim,
                "standing": link.standing.label.value,
                "depth": link.depth,
                "because": [
                    {"ground": each.ground.value, "claim": each.claim or None}
                    for each in link.standing.because
                ],
            }
            for link in argument.chain(claim)
        ],
        "rests_on": [sorted(each) for each in found.sets],
        "rests_on_is_cut": found.is_cut,
    }


def trust_row(row: TrustRow) -> Row:
    """Give an experiment's standing as JSON."""
    return {
        "experiment": row.name,
        "source": row.source,
        "file": row.file,
        "standing": row.standing.value,
        "allowed": row.allowed or None,
    }


def experiment_row(found: Found) -> Row:
    """Give an experiment as JSON, with its declaration as ``experiment.json`` has it."""
    return {
        "experiment": found.place.name,
        "source": found.place.source,
        "file": found.place.label,
        "defect": found.defect or None,
        "declaration": found.experiment.to_json() if found.experiment else None,
    }


def account_row(found: Account, argument: Argument) -> Row:
    """Give what a claim's verdict and its standing rest on as JSON."""
    return {
        "claim": found.claim.id,
        "statement": found.claim.statement,
        "kind": found.claim.kind.value,
        "note": found.claim.note_id,
        "verdict": found.verdict.to_json(),
        "standing": standing_row(argument, found.claim.id),
        "evidence": [
            {
                **verdict.to_json(),
                "params": dict(case.key.params) if case.key else dict(case.evidence.params),
                "files": sorted(case.key.code) if case.key else [],
                "runs": [
                    {
                        "seed": record.seed,
                        "status": record.status.value,
                        "detail": record.detail,
                        "metrics": dict(record.metrics),
                        "artifacts": [each.path for each in record.artifacts],
                        "sandbox": record.sandbox,
                        "cpu_s": record.cpu_s,
                    }
                    for record in case.records()
                ],
            }
            for case, verdict in found.cases
        ],
    }


def report_row(report: Report) -> Row:
    """Give a report as ``activation-result.json`` has it."""
    return {
        "document": report.document,
        "title": report.title,
        "identifiers": list(report.identifiers),
        "fired": [_firing_row(firing) for firing in report.fired],
        "near": [_firing_row(firing) for firing in report.near],
        "second_hand": [_second_hand_row(each) for each in report.second_hand],
        "gaps": [
            {
                "title": g.title,
                "tags": list(g.tags),
                "passages": [_passage_row(p) for p in g.passages],
            }
            for g in report.gaps
        ],
        "claims": [
            {
                "claim": each.claim,
                "statement": each.statement,
                "note": each.note,
                "verdict": each.verdict,
                "standing": each.standing,
                "score": round(each.score, 4),
                "false_fire_rate": each.false_fire_rate,
                "passage": _passage_row(each.passage),
            }
            for each in report.claims
        ],
    }


def answer_row(graph: Graph, found: Any) -> Row:  # noqa: ANN401 - one of the graph's answers
    """Give one answer of the graph with its label in front."""
    if isinstance(found, str):
        return {"label": graph.nodes[found]["label"], "node": found}
    row = asdict(found)
    if "nodes" in row:
        labels = [graph.nodes[node]["label"] for node in row["nodes"]]
        return {"label": ", ".join(labels), "tags": row["tags"], "nodes": row["nodes"]}
    return {"label": graph.nodes[row["node"]]["label"], **row}


def neighbour_rows(graph: Graph, found: Iterable[Neighbour]) -> list[Row]:
    """Give nodes some steps away, the step before each by its label."""
    labels = graph.nodes(data="label")
    return [answer_row(graph, one) | {"previous": labels[one.previous]} for one in found]


def outline_rows(graph: Graph, groups: Iterable[Group]) -> list[Row]:
    """Give the tree of ``noteweb graph plot`` as JSON: groups, in them nodes, in these nodes."""
    return [
        {
            "text": group.text,
            "way": group.way.value,
            "provenance": group.provenance,
            "nodes": [_branch_row(graph, branch) for branch in group.branches],
        }
        for group in groups
    ]


def _branch_row(graph: Graph, branch: Branch) -> Row:
    about = graph.nodes[branch.node]
    found: Row = {name: about[name] for name in ("verdict", "standing") if name in about}
    branches = [_branch_row(graph, each) for each in branch.branches]
    return {"label": about["label"], **asdict(branch), **found, "branches": branches}


def _outline(note: Note) -> list[Row]:
    places = {unit.field.value: (unit.line, unit.start) for unit in reversed(note.units)}
    fields = [("field", name, line, start) for name, (line, start) in places.items()]
    headings = [("heading", s.title, s.line, s.start) for s in note.sections if s.level]
    found = sorted([*fields, *headings], key=lambda each: each[3])[:_MOST_PLACES]
    return [
        {"kind": kind, "title": title, "line": line, "start": start}
        for kind, title, line, start in found
    ]


def screening_row(standing: Standing) -> Row:
    """Give where a screening stands as ``screen-result.json`` has it."""
    recall = standing.recall
    return {
        "n_records": standing.n_records,
        "n_read": standing.n_read,
        "n_relevant": standing.n_relevant,
        "n_unsure": standing.n_unsure,
        "recall": recall and {"estimate": round(recall.estimate, 4), "low": round(recall.low, 4)},
        "n_missing": standing.n_missing,
        "is_enough": standing.is_enough,
        "reason": {"kind": standing.reason.kind, "detail": standing.reason.detail},
    }


def listed_row(listed: Listed) -> Row:
    """Give a record of a library that is screened as ``screen-result.json`` has it."""
    reference = listed.reference
    return {
        "rank": listed.rank,
        "key": reference.key,
        "title": reference.title,
        "authors": list(reference.authors),
        "year": reference.year,
        "journal": reference.journal,
        "doi": reference.doi,
        "line": reference.line,
        "answer": listed.answer and listed.answer.value,
        "score": round(listed.score, 4),
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


def _firing_row(firing: Firing) -> Row:
    best = firing.matches[0]
    return {
        "note": firing.note,
        "title": firing.title,
        "path": firing.path,
        "rank": firing.rank,
        "score": round(firing.score, 4),
        "learned": round(firing.learned, 4),
        "false_fire_rate": firing.false_fire_rate,
        "calibrated": firing.is_calibrated,
        "probability": firing.probability,
        "condition": best.condition._asdict(),
        "passage": _passage_row(best.passage),
        "words": list(best.words),
    }


def _passage_row(passage: FoundPassage) -> Row:
    return {
        "page": passage.page,
        "line": passage.line,
        "text": passage.text,
        "section": passage.section,
    }


def _second_hand_row(each: SecondHand) -> Row:
    return {
        "note": each.note,
        "title": each.title,
        "via": [
            {"note": via.note, "kind": via.kind, "forward": via.is_forward} for via in each.via
        ],
        "score": round(each.score, 4),
    }
