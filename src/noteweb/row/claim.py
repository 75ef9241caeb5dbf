"""Claims, their evidence and their standing as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noteweb.argument.front import Argument
    from noteweb.argument.impact import Struck
    from noteweb.evidence.find import Found
    from noteweb.evidence.front import Account, ClaimRow, TrustRow
    from noteweb.model.claim import Claim, Source
    from noteweb.model.suggestion import Nearest, Suggestion
    from noteweb.row import Row


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
        **_named(row.claim),
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


def suggestion_row(each: Suggestion) -> Row:
    """Give a sentence that could be a claim as ``suggestion-list.json`` has it."""
    return {
        "document": each.document,
        "note": each.note or None,
        "page": each.page,
        "line": each.line,
        "section": each.section,
        "text": each.text,
        "cues": list(each.cues),
        "weight": each.weight,
        "claim": _nearest_row(each.claim, "claim", "statement"),
        "experiment": _nearest_row(each.experiment, "experiment", "summary"),
    }


def _nearest_row(nearest: Nearest | None, name: str, text: str) -> Row | None:
    if nearest is None:
        return None
    told = {name: nearest.name, text: nearest.text}
    return {**told, "rate": float(f"{nearest.rate:.3g}"), "is_near": nearest.is_near}


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
    """Give what a claim's verdict and its standing rest on as ``account.json`` has it."""
    return {
        **_named(found.claim),
        "source": _source_row(found.claim.source),
        "relations": {kind: list(ids) for kind, ids in found.claim.related.items()},
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


def _source_row(source: Source) -> Row | None:
    """Give what a note says of a claim's source; None where it names none."""
    if source.citation is None:
        return None
    words = ("title", "note", "doi", "url", "locator", "quote")
    return {
        **{word: getattr(source, word) or None for word in words},
        "verified": source.is_verified,
        "citation": source.citation.value,
        "stance": source.stance.value if source.stance else None,
    }


def _named(claim: Claim) -> Row:
    """Give what a claim is, without what is known of it."""
    return {
        "claim": claim.id,
        "statement": claim.statement,
        "kind": claim.kind.value,
        "note": claim.note_id,
        "needs": claim.needs or None,
    }
