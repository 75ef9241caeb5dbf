"""Making recorded runs again, and holding what they give now against the records."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.evidence.case import open_cases
from noteweb.evidence.plan import make_task
from noteweb.evidence.run import open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noteweb.evidence.case import Case
    from noteweb.evidence.run import Options
    from noteweb.evidence.task import Task
    from noteweb.evidence.workplace import Workplace
    from noteweb.model.claim import Claim
    from noteweb.model.note import Json
    from noteweb.model.progress import Progress
    from noteweb.model.run import RunRecord

#: Other processors sum in another order; beyond this it is another result.
_TOLERANCE = 1e-6
#: Attempts of a recheck have numbers of their own: they are compared and never recorded.
_FIRST_ATTEMPT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One recorded run beside the same run made again; equal where there is no difference."""

    experiment: str
    seed: int
    differences: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Give the line that ``noteweb verify --recheck --format jsonl`` prints."""
        return {
            "experiment": self.experiment,
            "seed": self.seed,
            "same": not self.differences,
            "differences": list(self.differences),
        }


def recheck(
    claims: Sequence[Claim],
    workplace: Workplace,
    how: tuple[Path, Options],
    share: float,
    progress: Progress,
) -> list[Comparison]:
    """Run a share of what is on record again, at least one run of each experiment.

    `how` is the vault's cache folder and the options of `verify`.
    Which runs is left to chance, so that nobody can prepare for it.

    Raises
    ------
    WriteFailed, SandboxUnavailable, ExecutorUnavailable
    """
    cache, options = how
    cases = [case for claim in claims for case in open_cases(claim, workplace, options.profile)]
    drawn = dict(_draw(cases, share, options.executor))
    if not drawn:
        return []
    progress.begin("running experiments again", len(drawn))
    found = []
    with open_shop(workplace, cache, options) as shop:
        tasks = [task for task, _ in drawn.values()]
        for task, result in shop.run(tasks, progress, is_recorded=False):
            if result is not None and result.record is not None:
                found.append(compare(drawn[task.name][1], result.record))
            shop.release(task)
            progress.advance(1)
    return sorted(found, key=lambda each: (each.experiment, each.seed))


def compare(old: RunRecord, new: RunRecord) -> Comparison:
    """Hold a run made again against its record."""
    differences = []
    if old.status is not new.status:
        differences.append(f"status {old.status}, now {new.status}")
    for name in sorted(old.metrics.keys() | new.metrics.keys()):
        before, now = (each.metrics.get(name, math.nan) for each in (old, new))
        if not math.isclose(before, now, rel_tol=_TOLERANCE):
            differences.append(f"{name} {before:.9g}, now {now:.9g}")
    guards = [{guard.name: guard.ok for guard in each.guards} for each in (old, new)]
    changed = sorted(
        name for name in guards[0] | guards[1] if guards[0].get(name) != guards[1].get(name)
    )
    differences += [f"guard {name} differs" for name in changed]
    return Comparison(
        experiment=old.parts.experiment, seed=old.seed, differences=tuple(differences)
    )


def _draw(
    cases: Sequence[Case], share: float, executor: str
) -> Iterator[tuple[str, tuple[Task, RunRecord]]]:
    chance = random.SystemRandom()
    seen: set[str] = set()
    for case in cases:
        if case.key is None or not case.is_allowed:
            continue
        attempts = sorted(case.records(), key=lambda record: -record.attempt)
        # What counts of a seed: its first attempt, of those made here where there are any.
        first = [each for key, each in {a.key: a for a in attempts}.items() if key not in seen]
        seen |= {each.key for each in first}
        for record in chance.sample(first, min(len(first), math.ceil(share * len(first)))):
            task = make_task(case, record.parts, executor, attempt=_FIRST_ATTEMPT)
            yield task.name, (task, record)
