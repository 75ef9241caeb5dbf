"""What the ledger remembers of a claim: earlier runs, what they say, and what was expected when."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.evidence.case import name_changes
from noteweb.judge import judge_evidence
from noteweb.ledger import Registration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noteweb.evidence.case import Case
    from noteweb.model.claim import Expectation
    from noteweb.model.note import Json
    from noteweb.model.run import RunKey, RunRecord
    from noteweb.model.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Runs of the same code, parameters, libraries and profile, made as the same attempt.

    Attributes
    ----------
    verdict : what these runs alone say, held against what the claim expects today
    changes : what has changed since; empty for what still fits
    """

    records: tuple[RunRecord, ...]
    verdict: Verdict
    changes: tuple[Reason, ...] = ()

    @property
    def attempt(self) -> int:
        """From 1; later ones were forced, or came after failures."""
        return self.records[0].attempt

    @property
    def profile(self) -> str:
        """The size of the runs."""
        return self.records[0].parts.profile

    @property
    def started(self) -> str:
        """When the first of the runs began."""
        return min(record.started for record in self.records)

    @property
    def ended(self) -> str:
        """When the last of the runs ended."""
        return max(record.ended for record in self.records)


def find_history(case: Case) -> tuple[Batch, ...]:
    """Give all runs on record that bear on this evidence, in batches, in the ledger's order.

    Runs of the same experiment that other claims asked for with other parameters are left out.
    """
    key = case.key
    if key is None:
        return ()
    known = {(each.key, each.attempt) for each in case.known_records()}
    batches: dict[tuple[str, int], list[RunRecord]] = {}
    for record in case.ledger.records:
        if (record.key, record.attempt) in known or _bears_on(case, record.parts):
            of = replace(record.parts, seed=0).digest(), record.attempt
            batches.setdefault(of, []).append(record)
    return tuple(_judge(case, key, records) for records in batches.values())


def find_registered(case: Case, expectation: Expectation) -> str:
    """Give when the claim's expectation was first written down; empty where it was not."""
    digest, own = expectation.digest(), dict(case.evidence.params)
    return next(
        (
            each.written
            for each in case.ledger.entries
            if isinstance(each, Registration)
            and (each.claim, each.expectation) == (case.claim.id, digest)
            and json.loads(each.params) == own
        ),
        "",
    )


def _judge(case: Case, key: RunKey, records: Iterable[RunRecord]) -> Batch:
    """Judge a batch by itself; the declaration counts only for runs of the code as it is."""
    found = tuple(records)
    parts = found[0].parts
    is_same_code = parts.code == key.code
    declared = case.found.experiment if case.found and is_same_code else None
    post_hoc = case.find_post_hoc(case.evidence)
    return Batch(
        records=found,
        verdict=judge_evidence(case.claim, case.evidence, found, post_hoc, declared),
        changes=name_changes(parts, key),
    )


def _bears_on(case: Case, parts: RunKey) -> bool:
    """Tell whether runs had what the evidence asks for, today or as the claim once was."""
    given = (each.params for each in (case.evidence, *case.earlier()))
    return any(_fits(case.resolve(params, parts.profile), parts.params) for params in given)


def _fits(asked: Mapping[str, Json], held: Mapping[str, Json]) -> bool:
    # A parameter that one side does not know came or went with the code.
    return all(held[name] == value for name, value in asked.items() if name in held)
