"""The first rows of the speed table: CPU seconds, and ratios to peers measured in the same run.

    python tests/bench/speed.py [--notes 2000] [--vault DIR] [--embedded DIR] [--only ROW ...]
        [--random-vectors]

Each figure is the median of several runs in fresh processes, user and system time of all threads;
wall time stands beside it. `--vault` and `--embedded` take folders of notes in place of made ones.
With `--random-vectors` the index is filled with random unit vectors of the model's size, since
embedding 2,000 notes takes a quarter of an hour of CPU time; what is timed then is the same command
on an index of the same shape, and only the first index is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from made import make_vault

if TYPE_CHECKING:
    from collections.abc import Callable

NOTEWEB = [sys.executable, "-m", "noteweb"]
QUERY = "sparse attention predicts the forecast of a market"

# What `noteweb graph --no-index` does; then every note read whole, as an index does.
PARSE_AND_GRAPH = """
import sys, time
from pathlib import Path
before = time.process_time()
from noteweb import NoteWeb
from noteweb.config import Config
import noteweb.graph.assembly
import noteweb.parse.notes
from noteweb.vault import read_notes
imported = time.process_time()
web = NoteWeb.open(sys.argv[1])
web.has_index = False
web.cards
parsed = time.process_time()
graph = web.graph
built = time.process_time()
for note in read_notes(Path(sys.argv[1]), Config()):
    pass
whole = time.process_time()
print(imported - before, parsed - imported, built - parsed, whole - built, len(graph),
      graph.number_of_edges())
"""

OBSIDIANTOOLS = """
import sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
before = time.process_time()
import obsidiantools.api as otools
imported = time.process_time()
graph = otools.Vault(Path(sys.argv[1])).connect().graph
built = time.process_time()
print(imported - before, built - imported, len(graph), graph.number_of_edges())
"""

RANDOM_INDEX = """
import sys
import numpy as np
from noteweb import NoteWeb

rng = np.random.default_rng(0)
opened = NoteWeb._open


class Drawn:
    def __init__(self, embedder):
        self.embedder = embedder

    def __getattr__(self, name):
        return getattr(self.embedder, name)

    def encode(self, texts, *, on_done=None):
        vectors = rng.standard_normal((len(texts), self.embedder.dim)).astype(np.float32)
        if on_done:
            on_done(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


NoteWeb._open = lambda self, purpose: Drawn(opened(self, purpose))
with NoteWeb.open(sys.argv[1]) as web:
    web.sync()
"""

ENCODE = """
import sys, time, json
from pathlib import Path
texts = json.loads(Path(sys.argv[1]).read_text())
from noteweb.embed import open_embedder
if sys.argv[2] == "noteweb":
    encoder = open_embedder("default", device="cpu", purpose="bulk")
    encode = encoder.encode
else:
    from noteweb.embed.folder import find_folder
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(str(find_folder("default")), device="cpu")
    encode = lambda batch: model.encode(batch, normalize_embeddings=True, show_progress_bar=False)
encode(texts[:8])
before, wall = time.process_time(), time.perf_counter()
encode(texts)
print(time.process_time() - before, time.perf_counter() - wall)
"""


def spent(command: list[str], **environment: str) -> tuple[float, float, str]:
    """Run a command; give its CPU seconds, wall seconds and output."""
    # A user's Python keeps the bytecode of what it has imported once.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**kept, **environment}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command[:6])} ... failed with {done.returncode}:\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - wall, done.stdout


def show_row(name: str, command: list[str], n_runs: int = 5) -> None:
    """Print one command's median."""
    spent(command)  # warms the page cache, as a second query of the day finds it
    runs = [spent(command)[:2] for _ in range(n_runs)]
    cpu, wall = (statistics.median(run[i] for run in runs) for i in (0, 1))
    print(f"{name:<44} {cpu:7.3f} CPU s   {wall:7.3f} wall s", flush=True)


def bench_help(_: argparse.Namespace) -> None:
    """Start-up."""
    show_row("noteweb --help", [*NOTEWEB, "--help"])


def bench_parse(options: argparse.Namespace) -> None:
    """Parse every note and build the graph, beside obsidiantools."""
    out = [
        spent([sys.executable, "-c", PARSE_AND_GRAPH, str(options.vault)])[2].split()
        for _ in range(3)
    ]
    imported, parsed, built, whole = (statistics.median(float(o[i]) for o in out) for i in range(4))
    total = parsed + built
    print(
        f"{'parse (cards) and graph':<44} {total:7.3f} CPU s   (cards {parsed:.3f},"
        f" graph {built:.3f}; imports {imported:.3f}; {out[0][4]} nodes, {out[0][5]} edges)",
        flush=True,
    )
    print(f"{'parse, every unit of every note':<44} {whole:7.3f} CPU s", flush=True)
    try:
        import obsidiantools  # noqa: F401
    except ImportError:
        print("  obsidiantools is not installed: pip install -e '.[bench]'")
        return
    peer = spent([sys.executable, "-c", OBSIDIANTOOLS, str(options.vault)])[2].split()
    ratio = float(peer[1]) / total
    print(
        f"{'  obsidiantools 0.11.0 connect':<44} {float(peer[1]):7.3f} CPU s   ({peer[2]} nodes,"
        f" {peer[3]} edges) = {ratio:.0f} times noteweb",
        flush=True,
    )


def bench_query(options: argparse.Namespace) -> None:
    """Cold queries, an index with nothing to do, one edited note."""
    vault = ["--vault", str(options.embedded)]
    print("indexing the embedded vault ...", flush=True)
    if options.random_vectors:
        spent([sys.executable, "-c", RANDOM_INDEX, str(options.embedded)])
    else:
        cpu, wall, _ = spent([*NOTEWEB, "index", *vault])
        print(
            f"{'index, if not there before':<44} {cpu:7.1f} CPU s   {wall:7.1f} wall s", flush=True
        )
    show_row("query, hybrid, cold", [*NOTEWEB, "query", QUERY, *vault, "--format", "json"])
    show_row(
        "query, text only, cold",
        [*NOTEWEB, "query", QUERY, *vault, "--mode", "text", "--format", "json"],
    )
    show_row("index, nothing changed", [*NOTEWEB, "index", *vault])
    note = min(options.embedded.rglob("*.md"))
    before, runs = note.read_bytes(), []
    try:
        for i in range(3):
            note.write_bytes(before + f"\nAn edit, number {time.time_ns() + i}.\n".encode())
            runs.append(spent([*NOTEWEB, "index", *vault])[0])
    finally:
        note.write_bytes(before)
    print(f"{'index, one note edited':<44} {statistics.median(runs):7.3f} CPU s", flush=True)


def bench_encode(options: argparse.Namespace) -> None:
    """Embed passages in bulk, beside sentence-transformers' own encode."""
    from noteweb.config import Config
    from noteweb.errors import Problem
    from noteweb.vault import read_notes

    notes = (n for n in read_notes(options.embedded, Config()) if not isinstance(n, Problem))
    texts = [unit.text for _, note in zip(range(15), notes, strict=False) for unit in note.units]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts, file)
        file.flush()
        out = {
            who: [
                float(x)
                for x in spent([sys.executable, "-c", ENCODE, file.name, who])[2].split()[-2:]
            ]
            for who in ("noteweb", "sentence-transformers")
        }
    for who, (cpu, wall) in out.items():
        print(f"{f'embed {len(texts)} units, {who}':<44} {cpu:7.2f} CPU s   {wall:7.2f} wall s")
    ratios = [out["sentence-transformers"][i] / out["noteweb"][i] for i in (0, 1)]
    print(f"  noteweb is {ratios[0]:.2f} times as fast by CPU time, {ratios[1]:.2f} by wall time")


ROWS: dict[str, Callable[[argparse.Namespace], None]] = {
    "help": bench_help,
    "parse": bench_parse,
    "query": bench_query,
    "encode": bench_encode,
}


def main() -> None:
    """Measure the rows asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--vault", type=Path, help="notes to parse")
    parser.add_argument("--embedded", type=Path, help="notes to embed and query")
    parser.add_argument("--random-vectors", action="store_true", help="embed with random numbers")
    parser.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="noteweb-bench-"))
    try:
        for name, n_words in (("vault", 1500), ("embedded", 400)):
            if getattr(options, name) is None:
                setattr(options, name, folder / name)
                make_vault(folder / name, options.notes, n_words=n_words)
        for name in options.only:
            ROWS[name](options)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
