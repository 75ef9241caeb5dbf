"""What an index is like after long use, beside a fresh one of the same notes.

    python tests/faults/long_use.py [--notes 100] [--edits 10000]

Edits, new notes, removals and renames, one after the other, each followed by the same call that
`noteweb index --watch` makes. Embedded by hashing, so that no model is needed. Ends with 1 where
memory grows by a tenth after the first tenth of the edits, where the index is half as large again
as a fresh one, or where a query finds other notes or their scores by more than `TOLERANCE`.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from noteweb.index.lookup import count
from noteweb.web import NoteWeb

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from made import make_vault

#: Dead words and vectors that wait for compaction still count in what is usual, and a background
#: stays until the vault has grown by a tenth.
TOLERANCE = 0.1

QUERIES = (
    "sparse attention predicts the forecast",
    "ligand membrane",
    "обучение и память",
    "edited",
)


def main() -> int:
    """Edit, measure, and tell whether an old index is as good as a new one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--notes", type=int, default=100)
    parser.add_argument("--edits", type=int, default=10_000)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="noteweb-long-use-"))
    try:
        make_vault(root, options.notes, n_words=60)
        return follow(root, options.edits)
    finally:
        shutil.rmtree(root)


def follow(root: Path, n_edits: int) -> int:
    """Make the edits; give 0 where size, memory and answers are as they should be."""
    rng = random.Random(0)
    with NoteWeb.open(root, model="hashing") as web:
        web.sync()
        started, memory = time.process_time(), []
        for number in range(n_edits):
            edit(root, rng, number)
            web.catch_up()
            if number % max(1, n_edits // 10) == 0:
                memory.append(resident_mb())
                held_mb = size_mb(web.folder)
                print(f"{number:>6} edits  {memory[-1]:7.1f} MB  {held_mb:6.1f} MB on disk")
        spent = time.process_time() - started
        memory.append(resident_mb())
        used, answered = size_mb(web.folder), ask(web)
        held = count(web.index.catalogue)
        web.rebuild()
        fresh, wanted = size_mb(web.folder), ask(web)
    growth = memory[-1] / memory[1] - 1
    apart = [differ(one, other) for one, other in zip(answered, wanted, strict=True)]
    same = sum(each <= TOLERANCE for each in apart)
    print(f"{n_edits} edits in {spent:.0f} CPU s, {1000 * spent / n_edits:.0f} ms each")
    print(f"memory {memory[1]:.1f} MB after a tenth, {memory[-1]:.1f} MB at the end: {growth:+.1%}")
    print(f"index {used:.1f} MB, fresh {fresh:.1f} MB: {used / fresh:.2f} times")
    print(f"{held.n_notes} notes, {held.n_passages} passages, {held.n_vectors} rows of vectors")
    told = ", ".join(f"{each:.3f}" for each in apart)
    print(f"{same} of {len(wanted)} queries answered as by the fresh index; scores apart by {told}")
    is_good = growth < 0.1 and used < 1.5 * fresh and same == len(wanted)
    return 0 if is_good else 1


def edit(root: Path, rng: random.Random, number: int) -> None:
    """Change one note, as often as not by a line; now and then one comes, goes or is renamed."""
    notes = sorted(root.rglob("*.md"))
    note = rng.choice(notes)
    text = note.read_text(encoding="utf-8")
    kind = rng.random()
    if kind < 0.05:
        note.with_name(f"New {number}.md").write_text(text, encoding="utf-8")
    elif kind < 0.1:
        note.unlink()
    elif kind < 0.15:
        note.rename(note.with_name(f"Renamed {number}.md"))
    else:
        lines = [line for line in text.splitlines() if not line.startswith("Edited ")]
        words = " ".join(rng.choices("gradient kernel margin память entropy sparsity".split(), k=6))
        lines.append(f"Edited {number}: {words}.")
        note.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ask(web: NoteWeb) -> list[dict[str, float]]:
    """Give the scores of all notes that each query finds, by words and by both halves."""
    return [
        {
            hit.note_id: hit.score
            for hit in web.search(query, mode=mode, limit=10_000, min_score=-math.inf)
        }
        for query in QUERIES
        for mode in ("text", "hybrid")
    ]


def differ(one: dict[str, float], other: dict[str, float]) -> float:
    """Give by how much two scores of a note differ at most; infinity where the notes do."""
    if one.keys() != other.keys():
        return math.inf
    return max((abs(one[note] - other[note]) for note in one), default=0.0)


def resident_mb() -> float:
    """Give the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def size_mb(folder: Path) -> float:
    """Give the size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    sys.exit(main())
