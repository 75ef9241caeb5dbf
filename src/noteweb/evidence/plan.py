"""Which runs to make next for open cases, and why; nothing is run here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.evidence.task import Task
from noteweb.lab import Limits
from noteweb.look import DETERMINISTIC_RUNS, LOOKS, first_look, plan_seeds
from noteweb.model.verdict import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noteweb.evidence.case import Case
    from noteweb.model.note import Json
    from noteweb.model.run import RunKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is next for one case.

    Attributes
    ----------
    n_runs : how many runs, those it shares with other claims included; 0 where none is needed
    n_most : how many these and all that may follow can be, where no look decides before the last
    is_allowed : whether its code may run
    """

    claim: str
    experiment: str
    n_runs: int
    n_most: int
    reasons: tuple[Reason, ...]
    is_allowed: bool

    def to_json(self) -> dict[str, Json]:
        """Give the line that ``noteweb verify --explain --format jsonl`` prints."""
        reasons: list[Json] = [
            {"kind": reason.kind.value, "detail": reason.detail} for reason in self.reasons
        ]
        return {
            "claim": self.claim,
            "experiment": self.experiment,
            "n_runs": self.n_runs,
            "n_most": self.n_most,
            "reasons": reasons,
            "allowed": self.is_allowed,
        }


def plan_step(case: Case, *, is_forced: bool = False) -> Step:
    """Say what would run next for the case, and why."""
    n_runs = len(_wanted_keys(case, is_forced=is_forced)) if case.refusal is None else 0
    if case.refusal is not None:
        reasons: tuple[Reason, ...] = case.refusal.reasons
    elif is_forced:
        reasons = (Reason(kind=ReasonKind.FORCED),)
    else:
        reasons = case.reasons_to_run() if n_runs else case.judge().reasons
    return Step(
        claim=case.claim.id,
        experiment=case.evidence.experiment,
        n_runs=n_runs,
        n_most=max(n_runs, _count_most(case)) if n_runs else 0,
        reasons=reasons,
        is_allowed=case.is_allowed,
    )


def _count_most(case: Case) -> int:
    """Give how many runs are not on record that the last look needs."""
    declared = case.found.experiment if case.found else None
    is_deterministic = declared is not None and declared.is_deterministic
    return len(case.missing(DETERMINISTIC_RUNS if is_deterministic else LOOKS[-1].n_seeds))


def plan_tasks(
    cases: Iterable[Case], executor: str, *, is_forced: bool = False
) -> tuple[Task, ...]:
    """Give the runs that the cases need next, each once, those of one experiment together."""
    tasks: dict[str, Task] = {}
    for case in cases:
        if case.refusal is None and case.is_allowed:
            for key in _wanted_keys(case, is_forced=is_forced):
                task = make_task(case, key, executor, attempt=_next_attempt(case, key))
                tasks.setdefault(task.name, task)
    return tuple(tasks.values())


def make_task(case: Case, key: RunKey, executor: str, *, attempt: int) -> Task:
    """Give the task of one run."""
    found = case.found
    if found is None or found.experiment is None:
        message = f"{case.evidence.experiment} cannot be run"
        raise ValueError(message)
    experiment, place = found.experiment, found.place
    profile = experiment.profiles.get(key.profile)
    files = {} if place.is_installed else case.workplace.closure(found).files
    return Task(
        parts=key,
        attempt=attempt,
        module=place.module,
        file="" if place.is_installed else place.label,
        files={name: data for name, data in files.items() if not name.startswith("noteweb/")},
        metrics=tuple(experiment.metrics),
        guards={name: guard.kind for name, guard in experiment.guards.items()},
        limits=profile.limits if profile else Limits(),
        is_deterministic=experiment.is_deterministic,
        needs_gpu=profile.needs_gpu if profile else False,
        executor=executor,
    )


def _wanted_keys(case: Case, *, is_forced: bool) -> Sequence[RunKey]:
    if not is_forced:
        return case.missing(case.n_wanted())
    if case.key is None or case.found is None or case.found.experiment is None:
        return ()
    n_seeds = max(
        len({record.seed for record in case.records()}),
        first_look(is_deterministic=case.found.experiment.is_deterministic),
    )
    seeds = plan_seeds(case.evidence.experiment)[:n_seeds]
    return [replace(case.key, seed=seed) for seed in seeds]


def _next_attempt(case: Case, key: RunKey) -> int:
    digest = key.digest()
    return 1 + max((each.attempt for each in case.records() if each.key == digest), default=0)
