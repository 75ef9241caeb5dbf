"""How soon after a save `noteweb index --watch` has made it findable: median and longest.

    python tests/bench/follow.py [--notes 2000] [--edits 20] [--vault DIR]

A made vault of notes of some hundred words with the hashing embedder, or the vault given, which is
indexed first where it is not. Each edit is a sentence with a word of its own at the end of a note;
another process then asks for that word, by words alone, until the note is the answer. So the time
holds the wait for the end of the save, the update and the query.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from made import make_small_vault

from noteweb import NoteWeb
from noteweb.index.folder import Index

PATIENCE_S = 60.0
PAUSE_S = 0.5  # between two edits: the one before has been followed to its end


def follow(vault: Path, n_edits: int) -> list[float]:
    """Give the seconds from each save until its word is found."""
    notes = sorted(vault.rglob("*.md"))[:n_edits]
    command = [sys.executable, "-m", "noteweb", "index", "--watch", "--vault", str(vault)]
    watcher = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while "watching" not in watcher.stderr.readline():
            pass
        with Index(vault / ".noteweb") as index:
            return [wait_for(index, note) for note in notes]
    finally:
        watcher.send_signal(signal.SIGTERM)
        watcher.communicate()


def wait_for(index: Index, note: Path) -> float:
    """Edit a note; give the seconds until a query by the new word finds it."""
    time.sleep(PAUSE_S)
    word = f"zq{os.urandom(5).hex()}"
    with note.open("a", encoding="utf-8") as stream:
        stream.write(f"\nAn edit about {word}.\n")
    saved = time.perf_counter()
    while time.perf_counter() - saved < PATIENCE_S:
        with index.snapshot():
            pids = [pid for pid, _ in index.text.search(word, 1)]
            if pids and index.catalogue.rows("SELECT 1 FROM passages WHERE pid = ?", pids):
                return time.perf_counter() - saved
        time.sleep(0.005)
    sys.exit(f"{note} was not found within {PATIENCE_S} s")


def main() -> None:
    """Make the vault, index it and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--vault", type=Path, help="this vault, whose notes are edited")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="noteweb-follow-") as folder:
        vault = options.vault or Path(folder)
        if not options.vault:
            make_small_vault(vault, options.notes)
            (vault / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
        with NoteWeb.open(vault) as web:
            report = web.sync()
        took = follow(vault, options.edits)
        print(
            f"{report.n_notes} notes, {report.n_passages} passages, {len(took)} edits: found after"
            f" {statistics.median(took):.2f} s, {max(took):.2f} at most; the first {took[0]:.2f}"
        )


if __name__ == "__main__":
    main()
