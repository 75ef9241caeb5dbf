"""What an index is like after long use, beside a fresh one of the same notes.

    python tests/faults/long_use.py [--notes 40] [--edits 10000] [--minutes M] [--without WHAT]

Edits, new notes, removals and renames, one after the other, each followed by what `noteweb index
--watch` does then. Embedded by hashing, so that no model is needed. Ends with 1 where memory grows
by a tenth after the second tenth of the edits, where the index, closed, is half as large again as
a fresh one, or where a query finds other notes, or scores that differ by more than words that are
gone may shift them: a twentieth of them waits, at most, until it is taken out. Files that are
mapped are no memory here.

`--without` takes a protection out, to see that this script notices: `compaction` leaves what is
gone where it is, `memory` lets the C library keep what threads had.
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
from statistics import median

from noteweb.index import sync
from noteweb.index.lookup import count
from noteweb.watch import keep
from noteweb.web import NoteWeb

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from made import make_small_vault

#: Of a score, while a twentieth of the words is gone and still counts in how rare a word is.
TOLERANCE = 0.05
#: Of a score, once they are taken out: the background may be that of a tenth fewer passages.
EXACT = 0.01

QUERIES = (
    "sparse attention predicts the forecast",
    "ligand membrane",
    "обучение и память",
    "edited",
)


def main() -> int:
    """Edit, measure, and tell whether an old index is as good as a new one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--notes", type=int, default=40)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no tenth after them")
    parser.add_argument("--without", choices=("nothing", "compaction", "memory"), default="nothing")
    options = parser.parse_args()
    if options.without == "compaction":
        sync.compact = lambda _: None
    if options.without == "memory":
        keep.return_memory = lambda: None
    folder = Path(tempfile.mkdtemp(prefix="noteweb-long-use-"))
    try:
        make_small_vault(folder / "vault", options.notes)
        make_small_vault(folder / "spare", options.edits // 8 + 1, seed=1)
        spare = sorted((folder / "spare").rglob("*.md"))
        with NoteWeb.open(folder / "vault", model="hashing") as web:
            web.sync()
            growth = follow(web, spare, options.edits, 60 * options.minutes)
            answered, n_dead = ask(web), web.index.text.n_dead
        print(f"{n_dead} passages are gone and still count")
        return 0 if is_as_fresh(folder / "vault", answered) and growth < 0.1 else 1
    finally:
        shutil.rmtree(folder)


def follow(web: NoteWeb, spare: list[Path], n_edits: int, limit_s: float) -> float:
    """Make the edits; give by how much memory grew since the second tenth of them, in the middle.

    In the middle, since a thread that is just ending may still hold its own.
    """
    rng, started, tenths = random.Random(0), time.process_time(), []
    n_notes, until = len(list(web.root.rglob("*.md"))), time.monotonic() + limit_s
    for tenth in range(10):
        if time.monotonic() > until:
            break
        held = []
        for number in range(tenth * n_edits // 10, (tenth + 1) * n_edits // 10):
            edit(web.root, rng, spare, (number, n_notes))
            keep._look(web, with_vectors=True)
            held.append(held_mb())
        tenths.append(median(held))
        told = f"{tenths[-1]:6.1f} MB, {max(held):.1f} at most"
        print(f"until edit {number + 1}: {told}; {size_mb(web.folder):.2f} on disk", flush=True)
    spent = time.process_time() - started
    print(f"{number + 1} edits in {spent:.0f} CPU s, {1000 * spent / (number + 1):.0f} ms each")
    growth = max(tenths[2:], default=math.nan) / tenths[1] - 1
    print(f"memory grew by {growth:.1%} since the second tenth")
    return growth


def is_as_fresh(root: Path, answered: list[dict[str, float]]) -> bool:
    """Print how size and answers differ from a fresh index's; tell whether it is little.

    Answers also once the words that are gone are taken out, as further edits would have it.
    """
    used = size_mb(root / ".noteweb")
    with NoteWeb.open(root, model="hashing") as web:
        held = count(web.index.catalogue)
        web.index.mend_text()
        mended = ask(web)
        web.rebuild()
        wanted = ask(web)
    fresh = size_mb(root / ".noteweb")
    apart, rest = (max(map(differ, each, wanted)) for each in (answered, mended))
    print(f"index {used:.2f} MB, fresh {fresh:.2f} MB: {used / fresh:.2f} times")
    print(f"{held.n_notes} notes, {held.n_passages} passages, {held.n_vectors} rows of vectors")
    print(f"the same notes in {len(wanted)} answers: {apart < math.inf}; scores {apart:.2%} apart,")
    print(f"{rest:.3%} without what is gone")
    return used < 1.5 * fresh and apart <= TOLERANCE and rest <= EXACT


def edit(root: Path, rng: random.Random, spare: list[Path], numbers: tuple[int, int]) -> None:
    """Change a note by a line; now and then one is renamed, goes, or comes in place of one gone.

    `numbers` are that of the edit and that of the notes there should be.
    """
    number, n_notes = numbers
    notes = sorted(root.rglob("*.md"))
    note, kind = rng.choice(notes), rng.random()
    if kind < 0.1 and len(notes) < n_notes:
        spare.pop().rename(root / f"New {number}.md")
    elif kind < 0.1:
        note.unlink()
    elif kind < 0.15:
        note.rename(note.with_name(f"Renamed {number}.md"))
    else:
        text = note.read_text(encoding="utf-8")
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
    """Give by how much two scores of a note differ, as a share of the best score of the answer.

    Infinity where the notes are others.
    """
    if one.keys() != other.keys():
        return math.inf
    apart = max((abs(one[note] - other[note]) for note in one), default=0.0)
    return apart / max(other.values(), default=1.0)


def held_mb() -> float:
    """Give the memory of this process, but for files that it has mapped."""
    found = Path("/proc/self/status").read_text(encoding="ascii").split("RssAnon:")[1]
    return int(found.split()[0]) * 1024 / 1e6


def size_mb(folder: Path) -> float:
    """Give the size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    sys.exit(main())
