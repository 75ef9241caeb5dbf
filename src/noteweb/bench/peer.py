"""asreview's default, simulated on the same records; the one door to asreview.

It runs in a process of its own, in an empty folder: importing it writes a file into the current
folder, and what it prints is no answer of ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from noteweb.errors import PeerFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.model.reference import Reference


def find_version() -> str:
    """Give the version of asreview that is installed; nothing where none is."""
    try:
        return version("asreview")
    except PackageNotFoundError:
        return ""


def simulate_asreview(
    references: Sequence[Reference], labels: Sequence[bool], seed: int | None
) -> list[int]:
    """Give the order in which asreview reads the records; it learns after every one.

    It starts as its command does, reading from the top until it has both kinds, or with a seed
    from a random record of each kind, which count as read.

    Raises
    ------
    PeerFailed
    """
    asked = {
        "title": [each.title for each in references],
        "abstract": [each.abstract for each in references],
        "labels": [int(label) for label in labels],
        "seed": seed,
    }
    with tempfile.TemporaryDirectory(prefix="noteweb-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "noteweb.bench.peer"],
            cwd=folder,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2]
        raise PeerFailed("asreview", said or f"exit code {done.returncode}")
    order: list[int] = json.loads(done.stdout.rpartition("\n")[2])
    return order


def _simulate(asked: dict[str, Any]) -> list[int]:
    import numpy as np
    import pandas as pd
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import get_ai_config
    from asreview.models.queriers import TopDown
    from asreview.models.stoppers import IsFittable
    from asreview.simulation.simulate import Simulate

    labels, seed = np.array(asked["labels"]), asked["seed"]
    learner = ActiveLearningCycle.from_meta(get_ai_config()["value"])
    first = ActiveLearningCycle(querier=TopDown(), stopper=IsFittable())
    texts = pd.DataFrame({name: asked[name] for name in ("title", "abstract")})
    simulation = Simulate(texts, pd.Series(labels), [first, learner], print_progress=False)
    np.random.seed(seed or 0)  # noqa: NPY002 - it is what asreview draws from
    if seed is not None:
        for kind in (1, 0):
            simulation.label(np.random.default_rng(seed).choice(np.flatnonzero(labels == kind), 1))
    simulation.review()
    order = [int(row) for row in simulation._results["record_id"]]  # noqa: SLF001 - no other way
    return [*order, *np.setdiff1d(np.arange(labels.size), order).tolist()]


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(_simulate(json.load(sys.stdin))))
