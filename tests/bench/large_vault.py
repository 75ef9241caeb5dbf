"""What a vault of many small notes costs: first index, edit, delete, rename, queries.

    python tests/bench/large_vault.py [--notes 20000] [--keep DIR]

Every step is a command in a process of its own, with the hashing embedder and one thread, so that
what is measured is noteweb and no model: its CPU seconds (user and system), wall seconds, peak of
memory, and the size of the index after it. Each step is run once; the queries are run three times
and the median is shown, but for the first one of a fresh index.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from made import make_small_vault

from noteweb.bench.process import Cost, find_median, run_command

if TYPE_CHECKING:
    from collections.abc import Sequence

QUERY = "sparse attention predicts the forecast of a market"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")


def run(vault: Path, *command: str) -> Cost:
    """Run a command on the vault; 1 says that the answer is no."""
    whole = [sys.executable, "-m", "noteweb", *command, "--vault", str(vault), "--quiet"]
    return run_command(whole, ONE_THREAD, allowed=(0, 1))


def show(name: str, costs: Sequence[Cost], vault: Path) -> None:
    """Print the median of one step."""
    cost = find_median(costs)
    print(
        f"{name:<34} {cost.cpu_s:8.2f} {cost.wall_s:8.2f} {cost.peak_mb:8.0f}"
        f" {index_mb(vault):9.0f}",
        flush=True,
    )


def index_mb(vault: Path) -> float:
    """Give the size of all files of the index."""
    files = (path for path in (vault / ".noteweb").rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6


def edit(note: Path) -> None:
    """Add a sentence at the end of a note."""
    with note.open("a", encoding="utf-8") as stream:
        stream.write(f"\nAn edit about kernels and margins, {os.urandom(4).hex()}.\n")


def rename(note: Path) -> None:
    """Give a note another file name and title."""
    text = note.read_text(encoding="utf-8").replace(note.stem, "A renamed note")
    note.with_name("A renamed note.md").write_text(text, encoding="utf-8")
    note.unlink()


def measure(vault: Path) -> None:
    """Measure all steps, in the order in which a day has them."""
    print(f"{'':<34} {'CPU s':>8} {'wall s':>8} {'peak MB':>8} {'index MB':>9}")
    show("first index", [run(vault, "index")], vault)
    show("first query, words and meaning", [run(vault, "query", QUERY)], vault)
    show("query, words and meaning", [run(vault, "query", QUERY) for _ in range(3)], vault)
    show(
        "query by words",
        [run(vault, "query", QUERY, "--mode", "text") for _ in range(4)][1:],
        vault,
    )
    show("index, nothing changed", [run(vault, "index")], vault)
    notes = sorted(vault.rglob("*.md"))
    edit(notes[0])
    show("index, one note edited", [run(vault, "index")], vault)
    notes[1].unlink()
    show("index, one note deleted", [run(vault, "index")], vault)
    rename(notes[2])
    show("index, one note renamed", [run(vault, "index")], vault)
    show("graph, its figures", [run(vault, "graph")], vault)


def main() -> None:
    """Make the vault and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="make the vault here and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="noteweb-large-") as folder:
        vault = options.keep or Path(folder)
        start = time.perf_counter()
        make_small_vault(vault, options.notes)
        (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
        print(f"{options.notes} notes, made in {time.perf_counter() - start:.0f} s", flush=True)
        measure(vault)


if __name__ == "__main__":
    main()
