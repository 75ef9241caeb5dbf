"""Several processes on one vault at once: index, query, verify, watch, and a writer of notes.

    python tests/faults/together.py [--processes 10] [--seconds 60] [--without words|look|wait|lock]

Each query looks for a note that is there from beginning to end, in whatever state it was saved
last: an answer without it is a torn read. What was written last is found when all have ended, and
the index answers as a fresh one. A reader's wait for writers is measured where it waits, at the
lock, and how late the machine lets a sleeper wake beside it. Ends with 1 where anything of this
fails.

`--without` takes a protection out, to see that this script notices: `words` takes old words out
before new ones are there, `look` takes over words without a second look at the catalogue, `wait`
has readers wait for a writer as long as it takes, `lock` has no lock.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from made import make_vault

PATIENCE_S = 120
READER_WAIT_S = 0.1

COMMON = """
import sys, threading, time
from contextlib import contextmanager, nullcontext
from noteweb.index import folder, sync, textindex
from noteweb.index.folder import Index
from noteweb.web import NoteWeb

root, until, without = sys.argv[1], float(sys.argv[2]), sys.argv[3]
if without == "words":
    def gone_first(index, batch, gone, cutter):
        paths = [*gone, *(file.path for file, _, _ in batch.read)]
        with index.text.writing() as writer:
            writer.remove(sync.find_pids_at(index.catalogue, paths))
        return inner_commit(index, batch, gone, cutter)

    inner_commit, sync._commit_batch = sync._commit_batch, gone_first
if without == "look":
    @contextmanager
    def at_once(self):
        self.text.reload()
        with self.catalogue.snapshot():
            yield

    Index.snapshot = at_once
if without == "wait":
    folder.READER_WAIT_S = folder.WRITER_WAIT_S
if without == "lock":
    Index.lock = lambda self, wait_s=0: nullcontext()
"""

READER = (
    COMMON
    + """
inner, waits = Index.lock, [0.0]

@contextmanager
def timed(self, wait_s=folder.WRITER_WAIT_S):
    started = time.monotonic()
    try:
        with inner(self, wait_s):
            waits.append(time.monotonic() - started)
            yield
    except folder.IndexBusy:
        waits.append(time.monotonic() - started)
        raise

def sleep_beside():
    while time.time() < until:
        started = time.monotonic()
        time.sleep(0.01)
        late.append(time.monotonic() - started - 0.01)

Index.lock, late = timed, [0.0]
threading.Thread(target=sleep_beside, daemon=True).start()
n = torn = 0
with NoteWeb.open(root, model="hashing") as web:
    while time.time() < until:
        web.renew()
        n += 1
        hits = web.search("zyzzyva", mode=("text", "hybrid")[n % 2], limit=3)
        torn += "Kept" not in [hit.note_id for hit in hits]
print(n, torn, max(waits), max(late))
"""
)

WRITER = (
    COMMON
    + """
n = 0
with NoteWeb.open(root, model="hashing") as web:
    while time.time() < until:
        web.catch_up()
        n += 1
        time.sleep(0.05)
print(n, 0, 0, 0)
"""
)


WITHOUT = ("nothing", "words", "look", "wait", "lock")


def main() -> int:
    """Start all, edit meanwhile, and count what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--without", choices=WITHOUT, default="nothing")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="noteweb-together-"))
    try:
        make_vault(root, 100, n_words=60)
        save(root / "Kept.md", "The zyzzyva rests.\n")
        noteweb("index", root)
        return together(root, options)
    finally:
        shutil.rmtree(root)


def together(root: Path, options: argparse.Namespace) -> int:
    """Give 0 where nothing was torn, locked for ever, or lost."""
    until = time.time() + options.seconds
    scripts = [READER if i % 2 else WRITER for i in range(options.processes)]
    given = [str(root), str(until), options.without]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, *given],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for script in scripts
    ]
    watching = subprocess.Popen(
        [*NOTEWEB, "index", "--watch", "-q", "--model", "hashing", "-C", str(root)],
        stderr=subprocess.PIPE,
        text=True,
    )
    last = write_notes(root, until)
    n_failed = sum(tell(script, one) for script, one in zip(scripts, running, strict=True))
    verified = noteweb("verify", root)
    found = noteweb("query", root, last, "--mode", "text", "--format", "paths").stdout
    watching.send_signal(2)
    _, said = watching.communicate(timeout=PATIENCE_S)
    print(f"verify ended with {verified.returncode}")
    print(f"the watcher ended with {watching.returncode}: {said!r}")
    print(f"the last edit is found: {'Kept.md' in found}")
    is_lost = check(root) or "Kept.md" not in found
    return 1 if n_failed or is_lost or watching.returncode != 130 else 0


def write_notes(root: Path, until: float) -> str:
    """Save notes until the time is over; give the word that was written last."""
    rng, number = random.Random(0), 0
    others = sorted(root.rglob("topic-*/*.md"))
    while time.time() < until:
        number += 1
        save(root / "Kept.md", f"The zyzzyva rests.\n\nIt has rested qux{number} times.\n")
        other = rng.choice(others)
        save(other, other.read_text(encoding="utf-8") + f"\nEdited {number}.\n")
        time.sleep(0.1)
    return f"qux{number}"


def save(path: Path, text: str) -> None:
    """Save a note in one step."""
    partial = path.with_suffix(".tmp")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def tell(script: str, running: subprocess.Popen[str]) -> bool:
    """Print what a process did; give whether something was wrong with it."""
    who = "reader" if script is READER else "writer"
    try:
        out, error = running.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        running.kill()
        print(f"{who}: still waiting after {PATIENCE_S} s")
        return True
    if running.returncode:
        print(f"{who}: {error.strip().splitlines()[-1]}")
        return True
    n, torn, wait, late = out.split()
    told = f", longest wait for a writer {float(wait):.3f} s, for the machine {float(late):.3f} s"
    print(f"{who}: {n} rounds, {torn} torn{told if script is READER else ''}")
    return int(torn) > 0 or float(wait) > READER_WAIT_S + float(late)


def check(root: Path) -> bool:
    """Give whether the index finds other notes than a fresh one does."""
    words = ("zyzzyva", "sparse attention", "ligand membrane")
    ask = [("query", root, word, "--mode", "text", "--format", "json") for word in words]
    before = [names(noteweb(*one).stdout) for one in ask]
    noteweb("index", root, "--rebuild")
    after = [names(noteweb(*one).stdout) for one in ask]
    n_same = sum(a == b for a, b in zip(before, after, strict=True))
    print(f"{n_same} of {len(words)} answers as by a fresh index")
    return before != after


def names(answer: str) -> list[str]:
    """Give the notes of an answer in their order."""
    return [hit["path"] for hit in json.loads(answer)["hits"]]


NOTEWEB = [sys.executable, "-m", "noteweb"]


def noteweb(command: str, root: Path, *given: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the vault."""
    model = ["--model", "hashing"] if command == "index" else []
    return subprocess.run(
        [*NOTEWEB, command, *given, *model, "-C", str(root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


if __name__ == "__main__":
    sys.exit(main())
