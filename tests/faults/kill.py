"""`kill -9` at random moments of commands that write: what is lost, and does the next one mend it.

    python tests/faults/kill.py [--times 60] [--seed 0] [--without PROTECTION] [COMMAND...]

Each trial takes a copy of a made vault, starts a command, kills it at a moment drawn evenly from
the time that it usually takes, and then holds what is left against what may be: every note as it
was or as it should become, every record there once, and after the next command an index that
answers as a fresh one. Exits with 1 where anything is broken. `--without` takes one of the
protections of `weakened.py` out, to see that this script notices.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scene import (
    Broken,
    answers,
    command,
    edit,
    fresh_answers,
    read_arguments,
    read_notes,
    require_same,
    require_true_index,
    require_whole,
    run,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_LEDGERS = ("runs/polynomial.jsonl", "runs/branching.jsonl")


@dataclass(kw_only=True)
class Trial:
    """A vault in which a command is killed.

    Attributes
    ----------
    usual_s : how long the command takes when it is left alone, by the trials that were; at 0 it
        is, so that this is known
    """

    root: Path
    rng: random.Random
    usual_s: float
    told: Counter[str] = field(default_factory=Counter)

    def kill(self, *words: str) -> bool:
        """Start the command and kill it; tell whether it was killed before its end."""
        started = time.monotonic()
        process = subprocess.Popen(
            command(self.root, *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(self.rng.uniform(0.05, 1.0) * self.usual_s if self.usual_s else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        if process.returncode == -signal.SIGKILL:
            self.told["killed"] += 1
            return True
        self.told["ended before"] += 1
        taken = time.monotonic() - started
        self.usual_s = (self.usual_s + taken) / 2 if self.usual_s else taken
        return False


def kill_index(trial: Trial, turn: int) -> None:
    """Kill an update of an index that is there, or every third time a first one."""
    root = trial.root
    if turn % 3 == 0:
        shutil.rmtree(root / ".noteweb")
    edit(root, turn)
    before = read_notes(root)
    trial.kill("index")
    require_whole(read_notes(root), before)
    edit(root, turn + 1)  # else the next run would do the same again
    run(root, "query", "margin without entropy")
    require_true_index(root)
    require_same(answers(root), fresh_answers(root))


def kill_repair(trial: Trial, turn: int) -> None:
    """Kill the restoring of encodings."""
    del turn
    root = trial.root
    before, after = read_notes(root), _after(root, "repair", "--write")
    trial.kill("repair", "--write")
    require_whole(read_notes(root), before, after)
    run(root, "repair", "--write", ok=(0, 1))
    require_whole(read_notes(root), after)


def kill_stamp(trial: Trial, turn: int) -> None:
    """Kill the writing of a block into a note."""
    del turn
    root = trial.root
    before, after = read_notes(root), _after(root, "claims", "stamp", "Claims")
    if before == after:
        raise Broken("nothing was stamped")
    trial.kill("claims", "stamp", "Claims")
    require_whole(read_notes(root), before, after)
    run(root, "claims", "stamp", "Claims")
    require_whole(read_notes(root), after)


def kill_verify(trial: Trial, turn: int) -> None:
    """Kill runs of which each leaves one record."""
    del turn
    root = trial.root
    trial.kill("verify")
    time.sleep(0.2)
    left = {name: _records(root / name) for name in _LEDGERS}
    run(root, "verify")
    for name in _LEDGERS:
        lines = _records(root / name)
        if lines[: len(left[name])] != left[name]:
            raise Broken(f"{name}: a record is gone")
        keys = Counter(line["key"] for line in lines if "key" in line)
        if not keys or max(keys.values()) > 1:
            raise Broken(f"{name}: a seed was run twice")
        if len(keys) not in (2, 5, 10, 20):
            raise Broken(f"{name}: {len(keys)} seeds")
    trial.told["records kept"] += sum(map(len, left.values()))


def kill_label(trial: Trial, turn: int) -> None:
    """Kill the writing of judgements of which each is one line."""
    del turn
    root, path = trial.root, trial.root / "labels.jsonl"
    for note in ("On width 6", "On depth 7"):
        before = path.read_bytes() if path.exists() else b""
        was_killed = trial.kill("label", str(root / "paper.txt"), note, "fires")
        now = path.read_bytes() if path.exists() else b""
        if not now.startswith(before) or (not was_killed and now == before):
            raise Broken("a label is gone")
    n_whole = len(_records(path))
    run(root, "label", str(root / "paper.txt"), "On prior 8", "quiet")
    if len(_records(path)) != n_whole + 1:
        raise Broken("a label is lost in a torn line")


KILLS: dict[str, Callable[[Trial, int], None]] = {
    "index": kill_index,
    "label": kill_label,
    "repair": kill_repair,
    "stamp": kill_stamp,
    "verify": kill_verify,
}


def main() -> int:
    """Run the trials; give the exit code."""
    asked = read_arguments(__doc__, KILLS, n_times=60)
    n_broken = 0
    with tempfile.TemporaryDirectory() as folder:
        scene = start(Path(folder))
        for name in asked.commands or KILLS:
            n_broken += _repeat(name, scene, asked.times, random.Random(f"{name} {asked.seed}"))
    return 1 if n_broken else 0


def _repeat(name: str, scene: Path, n_times: int, rng: random.Random) -> int:
    n_broken, told, usual_s = 0, Counter[str](), 0.0
    for turn in range(n_times + 1):  # the first one is not killed
        root = scene.parent / f"{name}-{turn}"
        shutil.copytree(scene, root)
        trial = Trial(root=root, rng=rng, usual_s=usual_s, told=told)
        try:
            KILLS[name](trial, turn)
        except Broken as error:
            n_broken += 1
            print(f"{name}, trial {turn}: {error}", file=sys.stderr)
        usual_s = trial.usual_s
        shutil.rmtree(root)
    figures = ", ".join(f"{count} {what}" for what, count in sorted(told.items()))
    print(f"{name}: {n_times} trials, {figures}; {n_broken} broken", flush=True)
    return n_broken


def _after(root: Path, *words: str) -> dict[str, bytes]:
    """Give the notes as the command leaves them when it is left alone."""
    copy = root.with_name(root.name + "-after")
    shutil.copytree(root, copy)
    try:
        run(copy, *words, ok=(0, 1))
        return read_notes(copy)
    finally:
        shutil.rmtree(copy)


def _records(path: Path) -> list[dict[str, object]]:
    """Give what can be read of a ledger; its last line may be torn."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


if __name__ == "__main__":
    raise SystemExit(main())
