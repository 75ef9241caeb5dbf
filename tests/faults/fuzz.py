"""Coverage-guided fuzzing of everything that reads what a stranger may have written.

    pip install atheris
    python tests/faults/fuzz.py [--seconds 60] [--keep FOLDER] [TARGET...]

Each target gets so many CPU seconds in a process of its own with bounded memory, from seeds that
are made here or that an earlier run left in the folder. What is no word of the reader's own (any
exception but `NotewebError` where that is declared, a broken promise, an input that takes more
than its CPU seconds) is told once by its place, with the input saved; exits with 1 where anything
was found. libFuzzer itself ends a process that hangs or takes more memory, and saves that input.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import atheris

_GUIDES = ["noteweb", "bibtexparser", "tomllib"]  # whose coverage guides
with atheris.instrument_imports(include=_GUIDES):
    from seeds import make_dictionary, make_seeds
    from target import TARGETS, Broken

if TYPE_CHECKING:
    from collections.abc import Callable

_MEMORY_MB = 2048
_HANG_S = 120  # wall seconds on a machine that others use too
_SLOW_S = 1.0  # CPU seconds for 8 KB, under a fuzzer's instruments
_LONGEST = 8192  # bytes


@dataclass(kw_only=True)
class Watch:
    """What is seen of one target's reader."""

    name: str
    read: Callable[[bytes], None]
    folder: Path
    cpu_s: float
    n_inputs: int = 0
    slowest: float = 0.0
    places: set[str] = field(default_factory=set)

    def try_one(self, data: bytes) -> None:
        """Give one input to the reader; end the process when its time is up."""
        started = time.process_time()
        try:
            self.read(data)
        except Exception as error:  # noqa: BLE001 - whatever comes is a finding
            self._keep(_place(error), data, error)
        ended = time.process_time()
        self.n_inputs += 1
        self.slowest = max(self.slowest, ended - started)
        if ended - started > _SLOW_S:
            self._keep("slow", data, None)
        if ended > self.cpu_s:
            self._end()

    def _keep(self, place: str, data: bytes, error: Exception | None) -> None:
        if place in self.places:
            return
        self.places.add(place)
        path = self.folder / f"finding-{len(self.places)}"
        path.write_bytes(data)
        print(f"{self.name}: {place}; input in {path}", flush=True)
        if error is not None:
            traceback.print_exception(error, limit=-6, file=sys.stdout)

    def _end(self) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{self.name}: {self.n_inputs} inputs in {time.process_time():.0f} CPU s, slowest"
            f" {self.slowest:.2f} s, {peak:.0f} MB; {len(self.places)} findings",
            flush=True,
        )
        os._exit(1 if self.places else 0)  # libFuzzer knows no other end without a finding


def _place(error: Exception) -> str:
    """Name an error by its kind and where noteweb last had it in hand."""
    if isinstance(error, Broken):
        return f"Broken: {error}"[:100]
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "noteweb" in f.filename]
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {at}"


def fuzz(name: str, cpu_s: float, folder: Path) -> None:
    """Fuzz one target in this process, which ends with it."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(make_seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = folder / "dictionary"
    words.write_text(make_dictionary(), encoding="ascii")
    watch = Watch(name=name, read=TARGETS[name], folder=folder, cpu_s=cpu_s)
    options = (
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-timeout={_HANG_S}",
        f"-max_len={_LONGEST}",
        f"-dict={words}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=0",
    )
    atheris.Setup([sys.argv[0], *options, str(corpus)], watch.try_one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after the other; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="CPU seconds for each target")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "noteweb-fuzz")
    asked = parser.parse_args()
    names = asked.targets or list(TARGETS)
    if unknown := set(names) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    with atheris.instrument_imports(include=_GUIDES):  # some modules are loaded when needed
        for name in names:
            _warm_up(name)
    return max(_start(name, asked.seconds, asked.keep / name) for name in names)


def _warm_up(name: str) -> None:
    for seed in make_seeds(name):
        with suppress(Exception):  # found again, and told, by the fuzzer
            TARGETS[name](seed)


def _start(name: str, cpu_s: float, folder: Path) -> int:
    """Fuzz in a process that has all modules already, with what libFuzzer says in a file."""
    sys.stdout.flush()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "libfuzzer.log"
    child = os.fork()
    if not child:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), sys.stderr.fileno())
        fuzz(name, cpu_s, folder)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    first, last = _edges(log.read_bytes())
    print(f"{name}: {first} edges from the seeds, {last} at the end", flush=True)
    if code not in (0, 1):
        print(f"{name}: libFuzzer ended it; its input is in {folder}", flush=True)
    return 1 if code else 0


def _edges(log: bytes) -> tuple[int, int]:
    """Give the edges of noteweb's code that the seeds reached, and all inputs."""
    counts = [int(count) for count in re.findall(rb" cov: (\d+) ", log)] or [0]
    return counts[0], counts[-1]


if __name__ == "__main__":
    raise SystemExit(main())
