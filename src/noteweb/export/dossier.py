"""What the page tells of a node when it is chosen: a note's fields, a claim's evidence."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from noteweb.graph.claims import claim_key
from noteweb.model.note import CLAIMS, Field
from noteweb.model.relation import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noteweb.export.material import KnownClaim, Material
    from noteweb.model.claim import Claim, Expectation
    from noteweb.model.note import Json
    from noteweb.model.verdict import ExpectationResult

    Dossier = dict[str, Json]

_BUDGET = 12_000_000  # characters of all notes' units together, so that a page stays openable
_SHORTEST, _LONGEST = 60, 400  # characters of one unit
#: What a note's node holds and the page shows in its own way, or not at all.
_TOLD = frozenset({"kind", "label", "note", "title", "language", CLAIMS})


def read_dossiers(material: Material) -> Iterator[Dossier]:
    """Give what is told of each node, in the order of the graph."""
    abouts = [about for _, about in material.graph.nodes(data=True)]
    n_units = sum(len(_units(about, name)) for about in abouts for name in Field)
    longest = max(_SHORTEST, min(_LONGEST, _BUDGET // max(n_units, 1)))
    claims = {claim_key(one.claim.id): _tell_claim(one) for one in material.evidence()}
    for node, about in material.graph.nodes(data=True):
        yield _tell_note(about, longest) if about["kind"] == NodeKind.NOTE else claims.get(node, {})


def _tell_note(about: Mapping[str, Json], longest: int) -> Dossier:
    """Give a note's own keys, and its fields apart, each unit cut to this length."""
    fields: Dossier = {
        name.value: [_shorten(str(unit), longest) for unit in units]
        for name in Field
        if (units := _units(about, name))
    }
    told = {
        key: value
        for key, value in about.items()
        if key not in _TOLD and key not in fields and not key.startswith("frontmatter_")
    }
    return {**told, "fields": fields} if fields else told


def _units(about: Mapping[str, Json], name: Field) -> list[Json]:
    units = about.get(name)
    return units if isinstance(units, list) else []


def _shorten(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0] + " …"


def _tell_claim(one: KnownClaim) -> Dossier:
    claim, verdict = one.claim, one.verdict
    source = claim.source
    told: Dossier = {
        "id": claim.id,
        "claim_kind": claim.kind.value,
        "path": claim.path,
        "line": claim.line,
        "experiments": [each.experiment for each in claim.evidence],
        "verdict": verdict.kind.value,
        "previous": verdict.previous.value if verdict.previous else "",
        "reasons": [str(reason) for reason in verdict.reasons],
        "n_seeds": verdict.n_seeds,
        "results": _tell_results(claim, verdict.expectations),
        "guards": [[guard.name, guard.ok, guard.detail] for guard in verdict.guards],
        "source": source.title or source.doi or source.url or source.note,
        "quote": source.quote,
    }
    return {key: value for key, value in told.items() if value not in ("", [], 0)}


def _tell_results(claim: Claim, results: Iterable[ExpectationResult]) -> list[Json]:
    """Give what is expected with what was found; without runs, what is expected alone."""
    waiting = [expected for each in claim.evidence for expected in each.expect]
    found: list[Json] = []
    for result in results:
        asked = (result.metric, result.op)
        expected = next((one for one in waiting if (one.metric, one.op) == asked), None)
        if expected is not None:
            waiting.remove(expected)
        found.append(_tell_expected(expected) | _tell_result(result))
    return [*found, *map(_tell_expected, waiting)]


def _tell_expected(expected: Expectation | None) -> Dossier:
    return expected.to_json() if expected is not None else {}


def _tell_result(result: ExpectationResult) -> Dossier:
    told = result.to_json()
    estimate = result.estimate
    is_known = estimate is not None and isfinite(estimate)
    return {**told, "estimate": estimate if is_known else None}
