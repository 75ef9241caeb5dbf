"""What papers set off, and libraries that are screened, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.model.firing import Firing, FoundPassage, Report, SecondHand
    from noteweb.row import Row
    from noteweb.screening.session import Listed
    from noteweb.screening.stopping import Standing


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
