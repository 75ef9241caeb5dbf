"""Whether the shipped verdicts stand on seeds that nobody has looked at.

    python tests/bench/fresh_seeds.py [EXPERIMENT...] [--series fresh]

Each experiment that a shipped claim rests on is run, in this process and without a sandbox, on
twenty seeds that follow from its name and the name of the series, and are none of those on record;
each claim is then judged as `noteweb verify` judges it. Prints the verdict on record, the one here,
and where the means lie. Ends with 1 where a verdict differs. All of it takes some 500 CPU seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from noteweb import NoteWeb
from noteweb.judge import judge_claim, judge_evidence
from noteweb.lab import Context, resolve_params
from noteweb.look import DETERMINISTIC_RUNS, plan_seeds
from noteweb.model.run import RunKey

sys.path.insert(0, str(Path(__file__).parent.parent))
from trials import make_record

if TYPE_CHECKING:
    from noteweb.model.claim import Claim
    from noteweb.model.run import RunRecord
    from noteweb.model.verdict import Verdict

NOTES = Path(__file__).parents[2] / "notes"


@cache
def run_all(name: str, given: str, series: str) -> tuple[RunRecord, ...]:
    """Run an experiment on fresh seeds; the records stand in the places of the planned ones."""
    module = import_module(f"noteweb.experiments.{name}")
    params, defects = resolve_params(module.experiment, json.loads(given), "quick")
    assert not defects, defects
    planned = plan_seeds(name)
    if module.experiment.is_deterministic:
        planned = planned[:DETERMINISTIC_RUNS]
    records = []
    for place, seed in enumerate(planned):
        digest = hashlib.sha256(f"{series} seed {name} {place}".encode()).digest()
        fresh = int.from_bytes(digest[:4], "big") >> 1
        with tempfile.TemporaryDirectory() as out:
            context = Context(module.experiment, seed=fresh, out=Path(out))
            module.run(context, params, fresh)
            report = context.close()
        parts = RunKey(experiment=name, profile="quick", seed=seed)
        records.append(make_record(module.experiment, parts, report))
    return tuple(records)


def judge(claim: Claim, series: str) -> Verdict:
    """Give the verdict on a claim after fresh runs of all its evidence."""
    verdicts = []
    for evidence in claim.evidence:
        records = run_all(evidence.experiment, json.dumps(dict(evidence.params)), series)
        declared = import_module(f"noteweb.experiments.{evidence.experiment}").experiment
        verdicts.append(judge_evidence(claim, evidence, records, declared=declared))
    return judge_claim(claim, verdicts)


def main() -> None:
    """Judge the shipped claims and print both verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("experiments", nargs="*", help="default: all")
    parser.add_argument("--series", default="fresh", help="another name gives other seeds")
    told = parser.parse_args()
    n_apart = 0
    with NoteWeb.open(NOTES) as web, threadpool_limits(1):
        recorded = {row.claim.id: row.verdict for row in web.evidence.rows()}
        for claim in web.claims:
            names = {evidence.experiment for evidence in claim.evidence}
            if not names or (told.experiments and not names & set(told.experiments)):
                continue
            found, before = judge(claim, told.series), recorded[claim.id]
            n_apart += found.kind is not before.kind
            means = ", ".join(
                f"{result.metric} {result.estimate:.3g}"
                for result in found.expectations
                if result.estimate is not None
            )
            print(f"{claim.id:<38} {before.kind:<13} {found.kind:<13} {means}", flush=True)
    print(f"{n_apart} verdicts differ")
    sys.exit(1 if n_apart else 0)


if __name__ == "__main__":
    main()
