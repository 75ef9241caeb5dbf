"""What noteweb's commands cost on a copy of a vault, beside what others take for the same.

Each figure is the median of runs in fresh processes; an index is made once.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.bench.process import Cost, find_median, run_command
from noteweb.bench.rival import QUESTION, RIVALS, Rival
from noteweb.errors import BadRequest, PeerFailed
from noteweb.vault import scan
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noteweb.config import Config
    from noteweb.model.progress import Progress

_NOTEWEB = (sys.executable, "-m", "noteweb")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
_N_ENCODED = 200
_DONE = (0, 1)  # 1: the answer is no

#: The tasks by the names of the rivals' steps.
TASKS = {
    "help": "noteweb --help",
    "graph": "read the notes, build the graph",
    "index": "first index",
    "query": "cold query by words and meaning",
    "words": "cold query by words",
    "unchanged": "nothing changed",
    "edit": "one note edited",
    "encode": "embedding alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one tool takes for one task.

    Attributes
    ----------
    cost : for `encode`, cpu_s is of the encoding alone, without loading the model
    times : the CPU time as a multiple of noteweb's for the same; None for noteweb itself
    failure : why there is no figure
    """

    task: str
    tool: str
    version: str
    cost: Cost | None
    times: float | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """All that was measured, and the tools that were not there."""

    n_notes: int
    n_passages: int
    n_encoded: int
    figures: tuple[Figure, ...]
    missing: tuple[Rival, ...]


def choose_tasks(names: Sequence[str]) -> tuple[str, ...]:
    """Give the tasks by these names in their order; all for none.

    Raises
    ------
    BadRequest
    """
    for name in names:
        if name not in TASKS:
            raise BadRequest(f"no task {name!r}", f"there are: {', '.join(TASKS)}")
    return tuple(task for task in TASKS if not names or task in names)


def copy_notes(root: Path, config: Config, target: Path, n_notes: int) -> int:
    """Copy at most `n_notes` notes, spread evenly over the paths, and the settings."""
    files = scan(root, config).files
    step = max(1.0, len(files) / n_notes)
    picked = [files[int(i * step)] for i in range(min(n_notes, len(files)))]
    for path in [*(file.path for file in picked), "noteweb.toml"]:
        if (root / path).is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, target / path)
    return len(picked)


def measure_speed(
    folder: Path, tasks: Sequence[str], n_runs: int, progress: Progress
) -> tuple[Figure, ...]:
    """Measure on the notes in the folder's `vault/`; rivals keep what they make beside it."""
    progress.begin("measuring", len(tasks))
    (folder / "store").mkdir(exist_ok=True)
    if "index" not in tasks and {"query", "words", "unchanged", "edit"} & {*tasks}:
        _run_noteweb("index", folder)
    figures: list[Figure] = []
    for task in tasks:
        figures += _measure_task(task, folder, n_runs)
        progress.advance(1)
    return tuple(figures)


def write_passages(texts: Sequence[str], folder: Path) -> int:
    """Keep the passages that all embed; give how many of them `encode` takes."""
    step = max(1, len(texts) // _N_ENCODED)
    (folder / "passages.json").write_text(json.dumps(list(texts)), encoding="utf-8")
    few = list(texts[::step][:_N_ENCODED])
    (folder / "few").mkdir(exist_ok=True)
    (folder / "few" / "passages.json").write_text(json.dumps(few), encoding="utf-8")
    return len(few)


def _measure_task(task: str, folder: Path, n_runs: int) -> Iterator[Figure]:
    own = Figure(task=task, tool="noteweb", version=__version__, cost=None)
    ours = find_median([_run_noteweb(task, folder) for _ in _turns(task, n_runs)])
    yield replace(own, cost=ours)
    for rival in RIVALS:
        if task not in rival.steps or not rival.version:
            continue
        theirs = Figure(task=task, tool=rival.tool, version=rival.version, cost=None)
        try:
            runs = [_run_step(rival.tool, task, folder) for _ in _turns(task, n_runs)]
        except PeerFailed as failed:
            yield replace(theirs, failure=failed.message)
            continue
        cost = find_median(runs)
        yield replace(theirs, cost=cost, times=cost.cpu_s / ours.cpu_s)


def _turns(task: str, n_runs: int) -> range:
    return range(1 if task == "index" else n_runs)


def _run_noteweb(task: str, folder: Path) -> Cost:
    vault = folder / "vault"
    at = ("--vault", str(vault), "--quiet")
    command: tuple[str, ...] = ("index", *at)
    match task:
        case "help":
            command = ("--help",)
        case "graph":
            command = ("graph", "--no-index", *at)
        case "query":
            command = ("query", QUESTION, *at)
        case "words":
            command = ("query", QUESTION, "--mode", "text", *at)
        case "encode":
            return _run_step("noteweb", "encode", folder)
        case "edit":
            note = min(vault.rglob("*.md"))
            with note.open("ab") as stream:
                stream.write(f"\nAn edit, {os.urandom(4).hex()}.\n".encode())
    return run_command([*_NOTEWEB, *command], allowed=_DONE)


def _run_step(tool: str, step: str, folder: Path) -> Cost:
    where = folder / "few" if step == "encode" else folder
    command = [sys.executable, "-m", "noteweb.bench.rival", tool, step, str(where)]
    cost = run_command(command, _ONE_THREAD)
    if step == "encode":
        return replace(cost, cpu_s=float(cost.output.rpartition("\n")[2]))
    return cost


def find_missing(tasks: Sequence[str]) -> tuple[Rival, ...]:
    """Give the rivals for these tasks that are not installed."""
    return tuple(r for r in RIVALS if {*r.steps} & {*tasks} and not r.version)
