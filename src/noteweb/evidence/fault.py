"""Faults: what is wrong with a piece of evidence before anything runs.

It names an experiment that is not there or cannot be read, a metric or a parameter that the
experiment does not declare.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.lab import resolve_params
from noteweb.model.verdict import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.evidence.find import Finder, Found
    from noteweb.lab import Experiment
    from noteweb.model.claim import Claim, EvidenceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    code : of the problem that ``noteweb check`` tells
    reason : of the verdict, which is invalid
    keys : the way to it inside the evidence as written
    """

    code: str
    reason: Reason
    keys: tuple[str | int, ...] = ()


def find_faults(evidence: EvidenceRef, finder: Finder, found: Found | None) -> Iterator[Fault]:
    """Give what is wrong with asking this of the experiment `found`, the worst first."""
    if found is None:
        near = _name_near(evidence.experiment, finder.names())
        detail = f"no experiment is named {evidence.experiment!r}{near}"
        reason = Reason(kind=ReasonKind.MALFORMED, detail=detail)
        yield Fault(code="experiment-unknown", reason=reason, keys=("experiment",))
    elif found.experiment is None or found.defect:
        reason = Reason(kind=ReasonKind.MALFORMED, detail=found.defect)
        yield Fault(code="experiment-invalid", reason=reason, keys=("experiment",))
    else:
        yield from _find_unknown_metrics(evidence, found.experiment)
        yield from _find_bad_params(evidence, found.experiment)


def find_claim_faults(claims: Iterable[Claim], finder: Finder) -> Iterator[Problem]:
    """Give the faults of all evidence as problems, each where it is written."""
    for claim in claims:
        # Where none is named, reading the claim has said so.
        for evidence in (each for each in claim.evidence if each.experiment):
            for fault in find_faults(evidence, finder, finder.find(evidence.experiment)):
                place = evidence.at.at(*fault.keys)
                yield Problem(
                    path=claim.path,
                    line=place.line,
                    column=place.column,
                    code=f"claim-{fault.code}",
                    severity=Severity.ERROR,
                    message=f"the evidence of {claim.id!r}: {fault.reason.detail}",
                )


def _find_unknown_metrics(evidence: EvidenceRef, experiment: Experiment) -> Iterator[Fault]:
    for order, each in enumerate(evidence.expect):
        if each.metric not in experiment.metrics:
            near = _name_near(each.metric, experiment.metrics)
            detail = f"{evidence.experiment} declares no metric {each.metric!r}{near}"
            # An expectation with a defect is left out, and the others' order with it.
            keys = () if evidence.defects else (order, "metric")
            yield Fault(
                code="metric-unknown",
                reason=Reason(kind=ReasonKind.MISSING_METRIC, detail=detail),
                keys=("expect", *keys),
            )


def _find_bad_params(evidence: EvidenceRef, experiment: Experiment) -> Iterator[Fault]:
    for name, value in evidence.params.items():
        is_known = name in experiment.parameters
        near = "" if is_known else _name_near(name, experiment.parameters)
        for defect in resolve_params(experiment, {name: value}, "")[1]:
            reason = Reason(kind=ReasonKind.MALFORMED, detail=f"{defect}{near}")
            yield Fault(code="parameter-invalid", reason=reason, keys=("params", name))


def _name_near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), n=3)
    return f"; near: {', '.join(near)}" if near else ""
