"""A case: one piece of a claim's evidence, held against the experiment it names and its records.

Everything that can be said without a run is said here: why no run would help, which records fit,
what has changed since those that no longer do, whether the code may run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from noteweb.evidence.fault import find_faults
from noteweb.evidence.host import find_foreign, is_foreign
from noteweb.judge import judge_evidence, mark_stale
from noteweb.lab import resolve_params
from noteweb.ledger import Registration, find_post_hoc, register
from noteweb.look import first_look, plan_seeds
from noteweb.model.run import RunKey, find_changes
from noteweb.model.verdict import Reason, ReasonKind, Verdict, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from noteweb.evidence.find import Found
    from noteweb.evidence.workplace import Workplace
    from noteweb.ledger import Ledger
    from noteweb.model.claim import Claim, EvidenceRef, Expectation
    from noteweb.model.note import Json
    from noteweb.model.run import RunRecord

_CHANGED = {
    "code": ReasonKind.CHANGED_CODE,
    "params": ReasonKind.CHANGED_PARAMETERS,
    "data": ReasonKind.CHANGED_DATA,
    "libraries": ReasonKind.CHANGED_LIBRARIES,
    "profile": ReasonKind.CHANGED_PROFILE,
    "format_version": ReasonKind.CHANGED_FORMAT,
    "experiment": ReasonKind.CHANGED_CODE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One piece of evidence, opened.

    Attributes
    ----------
    evidence : with the experiment's one name, however the note called it
    refusal : the verdict that no run could change; None where runs decide
    key : of its runs, seed apart; None where there is a refusal
    kept : what was made of the ledger, with the ledger it was made of
    """

    claim: Claim
    evidence: EvidenceRef
    workplace: Workplace
    found: Found | None = None
    refusal: Verdict | None = None
    key: RunKey | None = None
    kept: dict[str, tuple[Ledger, Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_allowed(self) -> bool:
        """Whether its code may run."""
        return self.found is not None and self.workplace.standing(self.found).may_run

    @property
    def ledger(self) -> Ledger:
        """What is on record of the experiment."""
        return self.workplace.ledger(self.evidence.experiment)

    def records(self) -> list[RunRecord]:
        """Give the records of exactly this code, data, parameters, libraries and profile.

        Of a seed that has run both here and elsewhere those made here count.
        """
        found: list[RunRecord] = self._keep("records", self._find_records)
        return found

    def known_records(self) -> list[RunRecord]:
        """Give the records that the verdict rests on: those before the change where it is stale."""
        if records := self.records():
            return records
        old = self._find_old()
        return old.records if old else []

    def missing(self, n_seeds: int) -> list[RunKey]:
        """Give the keys of those of the first planned seeds that are not on record."""
        if self.key is None:
            return []
        held = {record.seed for record in self.records()}
        seeds = plan_seeds(self.evidence.experiment)[:n_seeds]
        return [replace(self.key, seed=seed) for seed in seeds if seed not in held]

    def n_wanted(self) -> int:
        """Give how many seeds the next look needs; 0 where no more would help."""
        verdict = self.judge()
        if verdict.next_look is None:
            return 0
        experiment = self.found.experiment if self.found else None
        if experiment is not None and not self.records():
            return first_look(is_deterministic=experiment.is_deterministic)
        return verdict.next_look

    def judge(self) -> Verdict:
        """Give what the fitting records say."""
        if self.refusal is not None:
            return self.refusal
        verdict: Verdict = self._keep("verdict", self._judge)
        return verdict

    def _judge(self) -> Verdict:
        post_hoc = self.find_post_hoc(self.evidence)
        declared = self.found.experiment if self.found else None
        return judge_evidence(self.claim, self.evidence, self.records(), post_hoc, declared)

    def find_post_hoc(self, evidence: EvidenceRef) -> tuple[Expectation, ...]:
        """Give the expectations of this evidence that were written after its first run."""
        return find_post_hoc(self.ledger, self.claim.id, evidence, self.resolve)

    def resolve(self, given: Mapping[str, Json], profile: str) -> Mapping[str, Json]:
        """Give all parameters of a run, those that are left out by their defaults."""
        declared = self.found.experiment if self.found else None
        if declared is None or self.key is None:
            return given
        params, defects = resolve_params(declared, given, profile or self.key.profile)
        return given if defects else params

    def verdict(self) -> Verdict:
        """Give the verdict for people: stale or blocked where it is, with what was known beside."""
        verdict = self.judge()
        if self.refusal is not None:
            return verdict
        if verdict.kind is VerdictKind.NOT_RUN and not self.records():
            verdict = self._look_back() or verdict
        if foreign := find_foreign(self.known_records()):
            remark = Reason(kind=ReasonKind.ELSEWHERE, detail=foreign)
            verdict = replace(verdict, reasons=(*verdict.reasons, remark))
        return verdict if self.is_allowed else self._block(verdict)

    def reasons_to_run(self) -> tuple[Reason, ...]:
        """Tell why the next runs are made."""
        if self.records():
            return (Reason(kind=ReasonKind.NEEDS_SEEDS, detail="the next look may decide"),)
        old = self._find_old()
        if old is None:
            return (Reason(kind=ReasonKind.FIRST_RUN),)
        return old.reasons

    def registrations(self, written: str) -> tuple[Registration, ...]:
        """Give what to write down before the first run."""
        return register(self.claim.id, self.evidence, written)

    def _keep(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401  # of any type
        """Give what `make` gives, made once for each state of the ledger."""
        ledger = self.ledger
        held = self.kept.get(name)
        if held is None or held[0] is not ledger:
            held = self.kept[name] = ledger, make()
        return held[1]

    def _find_records(self) -> list[RunRecord]:
        if self.key is None:
            return []
        found = [each for each in self.ledger.records if not find_changes(each.parts, self.key)]
        own = {each.seed for each in found if not is_foreign(each)}
        return [each for each in found if each.seed not in own or not is_foreign(each)]

    def _block(self, verdict: Verdict) -> Verdict:
        """Say that the code may not run.

        What records say does not stand alone either: they come from the same hands as the code.
        """
        standing = self.workplace.standing(self.found) if self.found else "new"
        detail = f"{standing}; to look at it and allow it: noteweb trust allow {verdict.experiment}"
        reason = Reason(kind=ReasonKind.UNTRUSTED, detail=detail)
        is_known = verdict.kind is not VerdictKind.NOT_RUN
        return replace(
            verdict,
            kind=VerdictKind.BLOCKED,
            reasons=(reason, *(verdict.reasons if is_known else ())),
            previous=(verdict.previous or verdict.kind) if is_known else None,
            next_look=None,
        )

    def _look_back(self) -> Verdict | None:
        """Give the stale verdict, where there are records of what once was."""
        old = self._find_old()
        if old is None:
            return None
        post_hoc = self.find_post_hoc(old.evidence)
        verdict = judge_evidence(self.claim, old.evidence, old.records, post_hoc)
        return mark_stale(verdict, old.reasons)

    def _find_old(self) -> _Old | None:
        """Find the last runs that the claim rested on before something changed."""
        if self.key is None:
            return None
        for evidence in (self.evidence, *self.earlier()):
            wanted = {**self.key.params, **evidence.params}
            records = [
                each
                for each in self.ledger.records
                if each.parts.profile == self.key.profile
                and all(each.parts.params.get(name) == wanted[name] for name in evidence.params)
            ]
            if evidence is self.evidence:
                records = self._choose_kin(records)
            if records:
                last = records[-1].parts
                group = [each for each in records if not find_changes(each.parts, last)]
                reasons = name_changes(last, self.key)
                return _Old(evidence=evidence, records=group, reasons=reasons)
        return None

    def _choose_kin(self, records: list[RunRecord]) -> list[RunRecord]:
        """Give the records of the same parameters; with other code, of those the claim names.

        A default belongs to the code and may have changed with it.
        """
        if self.key is None:
            return []
        key = self.key
        same = [each for each in records if each.parts.params == key.params]
        return same or [each for each in records if each.parts.code != key.code]

    def earlier(self) -> Iterable[EvidenceRef]:
        """Give the evidence as the claim once had it, with other parameters, the last first."""
        texts = [
            each.params
            for each in self.ledger.entries
            if isinstance(each, Registration) and each.claim == self.claim.id
        ]
        for text in dict.fromkeys(reversed(texts)):
            params = json.loads(text)
            if isinstance(params, dict) and params != dict(self.evidence.params):
                yield replace(self.evidence, params=params)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Old:
    """Records that no longer fit, and what has changed since."""

    evidence: EvidenceRef
    records: list[RunRecord]
    reasons: tuple[Reason, ...]


def open_cases(claim: Claim, workplace: Workplace, profile: str) -> tuple[Case, ...]:
    """Open every piece of the claim's evidence."""
    return tuple(_open_case(claim, each, workplace, profile) for each in claim.evidence)


def _open_case(claim: Claim, evidence: EvidenceRef, workplace: Workplace, profile: str) -> Case:
    found = workplace.finder.find(evidence.experiment) if evidence.experiment else None
    if found is not None:
        evidence = replace(evidence, experiment=found.place.name)
    blank = judge_evidence(claim, evidence, ())
    case = Case(claim=claim, evidence=evidence, workplace=workplace, found=found)
    if blank.kind is not VerdictKind.NOT_RUN:
        return replace(case, refusal=blank)
    fault = next(find_faults(evidence, workplace.finder, found), None)
    if fault is not None or found is None or found.experiment is None:
        reason = fault.reason if fault else Reason(kind=ReasonKind.MALFORMED)
        refusal = replace(blank, kind=VerdictKind.INVALID, reasons=(reason,), next_look=None)
        return replace(case, refusal=refusal)
    profiles = found.experiment.profiles
    if profile not in profiles:
        # Without a size of its own the run would be the same, under another name.
        profile = next(iter(profiles), profile)
    params = resolve_params(found.experiment, evidence.params, profile)[0]
    closure = workplace.closure(found)
    key = RunKey(
        experiment=found.place.name,
        profile=profile,
        seed=0,
        params=params,
        code=closure.code,
        data=closure.data,
        libraries=closure.libraries,
    )
    return replace(case, key=key)


def name_changes(old: RunKey, new: RunKey) -> tuple[Reason, ...]:
    """Give what has changed; of what is no hash, from what to what."""
    reasons = []
    for each in find_changes(old, new):
        detail = each.name
        if each.part in {"libraries", "params"}:
            before, after = (getattr(key, each.part).get(each.name, "-") for key in (old, new))
            detail = f"{each.name} {before}, now {after}"
        reasons.append(Reason(kind=_CHANGED[each.part], detail=detail))
    return tuple(reasons)
