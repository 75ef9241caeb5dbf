"""What a crate says of a claim beside its runs: the figures, the guards, what was published.

Each is an entity of its own that the claim names: a PropertyValue of schema.org for a figure or a
guard, the work that is cited for the source.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from noteweb.look import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noteweb.export.material import KnownClaim
    from noteweb.model.claim import Claim, Expectation, Source
    from noteweb.model.run import GuardResult
    from noteweb.model.verdict import ExpectationResult

    Entity = dict[str, Any]


def describe(known: KnownClaim) -> Iterator[Entity]:
    """Give the figures of a claim, its guards and its source, in that order."""
    claim = known.claim
    expected = [each for evidence in claim.evidence for each in evidence.expect]
    for number, result in enumerate(known.verdict.expectations):
        asked = expected[number] if number < len(expected) else None
        yield _describe_figure(f"{name_claim(claim)}-figure-{number}", result, asked)
    for number, guard in enumerate(known.verdict.guards):
        yield _describe_guard(f"{name_claim(claim)}-guard-{number}", guard)
    if claim.source:
        yield _describe_source(claim)


def name_claim(claim: Claim) -> str:
    """Give a claim's name in the crate, of any id, and no two the same."""
    return f"#claim-{quote(claim.id.encode('utf-8', 'surrogatepass'), safe='')}"


def name_source(claim: Claim) -> str:
    """Give the name of the source as this claim cites it."""
    return f"{name_claim(claim)}-source"


def _describe_figure(name: str, result: ExpectationResult, asked: Expectation | None) -> Entity:
    expected = f", expected {show(asked)}" if asked and asked.metric == result.metric else ""
    late = "; post-hoc" if result.is_post_hoc else ""
    low, high = result.interval or (None, None)
    about: Entity = {
        "@id": name,
        "@type": "PropertyValue",
        "name": result.metric,
        "measurementTechnique": f"{result.estimand} over {result.n_seeds} seeds",
        "value": result.estimate,
        "minValue": low,
        "maxValue": high,
        "description": f"{result.outcome}{expected}{late}",
    }
    return {key: value for key, value in about.items() if _is_told(value)}


def _describe_guard(name: str, guard: GuardResult) -> Entity:
    about: Entity = {
        "@id": name,
        "@type": "PropertyValue",
        "name": f"guard: {guard.name}",
        "propertyID": guard.kind.value,
        "value": guard.ok,
        "description": guard.detail,
    }
    return {key: value for key, value in about.items() if _is_told(value)}


def _describe_source(claim: Claim) -> Entity:
    """Give the source as this claim cites it, for another may quote another place of it."""
    source = claim.source
    about: Entity = {
        "@id": name_source(claim),
        "@type": "CreativeWork",
        "name": source.title or source.note or source.doi or source.url,
        "identifier": f"https://doi.org/{source.doi}" if source.doi else "",
        "url": source.url,
        "pagination": source.locator,
        "text": source.quote,
        "description": f"{source.citation} by the note{_tell_stance(source)}",
    }
    return {key: value for key, value in about.items() if _is_told(value)}


def _tell_stance(source: Source) -> str:
    return f"; the source {source.stance} it" if source.stance else ""


def _is_told(value: object) -> bool:
    """Whether it says anything; an infinite end bounds nothing."""
    if isinstance(value, float):
        return isfinite(value)
    return value is not None and value != ""
