"""One experiment's evidence on one claim: what was expected, found, checked, left and kept."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from noteweb.evidence.history import find_history, find_registered
from noteweb.model.run import RunStatus
from noteweb.report.figure import find_figures
from noteweb.report.prose import Prose, read_prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from noteweb.evidence.case import Case
    from noteweb.evidence.history import Batch
    from noteweb.lab import Metric
    from noteweb.model.claim import Expectation
    from noteweb.model.note import Json
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import ExpectationResult, Verdict
    from noteweb.report.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One expectation with what came of it.

    Attributes
    ----------
    result : None where no run could be judged
    meaning, unit : of the metric, as the experiment declares it
    values : of the metric, one for each seed that ended well, in the order of the records
    registered : when it was first written down, ISO 8601; empty where it was not
    """

    expectation: Expectation
    result: ExpectationResult | None = None
    meaning: str = ""
    unit: str = ""
    values: tuple[float, ...] = ()
    registered: str = ""

    @property
    def spread(self) -> tuple[float, float, float]:
        """Least, median and greatest value; asked only where there are values."""
        return min(self.values), median(self.values), max(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A guard with what it is for, and in how many runs it failed; `detail` is one run's word."""

    name: str
    kind: str
    meaning: str
    is_ok: bool
    detail: str
    n_failed: int
    n_runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """All that an experiment says of a claim.

    Attributes
    ----------
    file : the experiment's, empty where it is not there
    source : what the experiment says it re-runs
    params : in full, defaults included, where they are known
    prose : of its docstring
    files : those that the result depends on
    records : the runs that the verdict rests on
    history : all runs that bear on it, those of the verdict too
    """

    experiment: str
    verdict: Verdict
    file: str = ""
    source: str = ""
    prose: Prose
    params: Mapping[str, Json]
    profile: str = ""
    files: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    records: tuple[RunRecord, ...] = ()
    figures: tuple[Figure, ...] = ()
    history: tuple[Batch, ...] = ()


def read_exhibit(case: Case, verdict: Verdict, runs: Path) -> Exhibit:
    """Give what is on record of a case; `runs` is the folder of the vault's ledgers."""
    found, key = case.found, case.key
    declared = found.experiment if found else None
    records = tuple(case.known_records())
    return Exhibit(
        experiment=case.evidence.experiment,
        verdict=verdict,
        file=found.place.label if found else "",
        source=declared.source if declared else "",
        prose=read_prose(found.docstring) if found else Prose(),
        params=dict(key.params if key else case.evidence.params),
        profile=key.profile if key else "",
        files=tuple(sorted(key.code)) if key else (),
        findings=tuple(_read_findings(case, verdict, records)),
        checks=tuple(_read_checks(case, verdict, records)),
        records=records,
        figures=find_figures(runs, case.evidence.experiment, records),
        history=find_history(case),
    )


def _read_findings(case: Case, verdict: Verdict, records: Sequence[RunRecord]) -> Iterator[Finding]:
    declared = case.found.experiment if case.found else None
    metrics: Mapping[str, Metric] = declared.metrics if declared else {}
    for place, expectation in enumerate(case.evidence.expect):
        metric = metrics.get(expectation.metric)
        results = verdict.expectations
        yield Finding(
            expectation=expectation,
            result=results[place] if place < len(results) else None,
            meaning=metric.summary if metric else "",
            unit=metric.unit if metric and metric.unit != "1" else "",
            values=tuple(_read_values(records, expectation.metric)),
            registered=find_registered(case, expectation),
        )


def _read_values(records: Sequence[RunRecord], metric: str) -> Iterator[float]:
    """Give the metric's values, one for each seed: its first attempt that ended well."""
    first: dict[int, RunRecord] = {}
    for record in sorted(records, key=lambda each: each.attempt):
        if record.status is RunStatus.OK:
            first.setdefault(record.seed, record)
    return (each.metrics[metric] for each in first.values() if metric in each.metrics)


def _read_checks(case: Case, verdict: Verdict, records: Sequence[RunRecord]) -> Iterator[Check]:
    declared = case.found.experiment if case.found else None
    for guard in verdict.guards:
        told = declared.guards.get(guard.name) if declared else None
        outcomes = [
            each.ok for record in records for each in record.guards if each.name == guard.name
        ]
        yield Check(
            name=guard.name,
            kind=guard.kind.value,
            meaning=told.summary if told else "",
            is_ok=guard.ok,
            detail=guard.detail,
            n_failed=outcomes.count(False),
            n_runs=len(outcomes),
        )
