"""What notes cost that are far larger than anybody writes: check, index and query, with bounds.

    python tests/bench/outsized.py [--mb 50] [NAME...]

Each stands beside one plain note in a vault of its own, with the hashing embedder and one thread;
every step is a command in a process of its own. Exits with 1 where a step takes more CPU seconds
or memory than the bounds that are printed with it.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from large_vault import ONE_THREAD

from noteweb.bench.process import run_command

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS = {"check": ["check"], "index": ["index"], "query": ["query", "of foxes"]}
#: CPU seconds on a machine that is busy with other work, and MB.
_BOUNDS = {"check": (40, 800), "index": (30, 800), "query": (3, 200)}
_SENTENCE = "An ordinary sentence of foxes, so to speak. "


def _bomb(mb: int) -> str:
    """Give aliases that would multiply to 9 ** 12 texts of their own."""
    levels = "abcdefghijklm"
    lines = [f"a: &a [{', '.join('x' * 9)}]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in itertools.pairwise(levels)]
    del mb
    return "---\n" + "\n".join(lines) + "\nReceptor: *m\nclaims: *m\ntags: *m\n---\nOf foxes.\n"


NOTES: dict[str, Callable[[int], str]] = {
    "a field of one line": lambda mb: (
        f"---\nReceptor: {_SENTENCE * (mb * 1_000_000 // len(_SENTENCE))}\n---\nbody\n"
    ),
    "a body of one word": lambda mb: "x" * mb * 1_000_000,
    "10,000 dead links": lambda _: "".join(f"[[gone {k}]] " for k in range(10_000)),
    "100,000 headings": lambda _: "".join(f"# Of foxes {k}\n" for k in range(100_000)),
    "10,000 claims": lambda _: (
        "---\nclaims:\n"
        + "".join(f"  - {{id: c{k}, statement: Foxes are {k}.}}\n" for k in range(10_000))
        + "---\nbody\n"
    ),
    "10,000 names in FeedbackLoop": lambda _: (
        "---\nFeedbackLoop:\n"
        + "".join(f"  - The note on plain {k} foxes\n" for k in range(10_000))
        + "---\nbody\n"
    ),
    "10,000 aliases": lambda _: (
        "---\naliases:\n" + "".join(f"  - fox {k}\n" for k in range(10_000)) + "---\nOf foxes.\n"
    ),
    "aliases that multiply": _bomb,
}


def measure(name: str, text: str) -> bool:
    """Print what the steps cost with a note; False where one goes beyond its bounds."""
    is_within = True
    with tempfile.TemporaryDirectory(prefix="noteweb-outsized-") as folder:
        vault = Path(folder)
        (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
        (vault / "plain.md").write_text("# Plain\n\nOf foxes and hills.\n", encoding="utf-8")
        (vault / "outsized.md").write_text(text, encoding="utf-8")
        for step, words in _STEPS.items():
            whole = [sys.executable, "-m", "noteweb", *words, "--vault", folder, "--quiet"]
            cost = run_command(whole, ONE_THREAD, allowed=(0, 1))
            most_s, most_mb = _BOUNDS[step]
            is_kept = cost.cpu_s <= most_s and cost.peak_mb <= most_mb
            is_within &= is_kept
            print(
                f"{name:<30} {step:<6} {cost.cpu_s:8.2f} s of {most_s:<4} {cost.peak_mb:8.0f} MB"
                f" of {most_mb}{'' if is_kept else '   BEYOND'}",
                flush=True,
            )
    return is_within


def main() -> int:
    """Measure each note; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NOTES))
    parser.add_argument("--mb", type=int, default=50, help="size of the longest value")
    asked = parser.parse_args()
    if unknown := set(asked.names) - NOTES.keys():
        parser.error(f"no note {', '.join(sorted(unknown))}; there are {', '.join(NOTES)}")
    chosen = {name: make for name, make in NOTES.items() if not asked.names or name in asked.names}
    are_within = [measure(name, make(asked.mb)) for name, make in chosen.items()]
    return 0 if all(are_within) else 1


if __name__ == "__main__":
    raise SystemExit(main())
