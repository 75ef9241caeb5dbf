"""What the fault scripts share: a made vault, its commands, and whether what is left is whole."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from weakened import PROTECTIONS

from noteweb.embed.hashing import HashingEmbedder
from noteweb.index.folder import Index
from noteweb.web import NoteWeb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOTE = """\
---
title: {title}
Receptor: |
  Scenario 1: a {word} is measured beside a threshold that moves with {other}.
  Scenario 2: somebody asks whether {word} and {other} have one cause.
Activation: When a paper reports {word} without {other}.
FeedbackLoop: {peer}
---
# {title}

{body}

See [[{peer}]] and #topic/{word}.
"""
_CLAIMS = """\
---
title: Claims
claims:
  - id: one-point
    statement: One point does not fix a polynomial.
    evidence:
      - experiment: polynomial
        expect: [{metric: nullity_gap, op: ge, threshold: -1.0e9}]
  - id: critical
    statement: Branching is critical at one.
    evidence:
      - experiment: branching
        expect: [{metric: left_above, op: ge, threshold: -1.0e9}]
---
# Claims

Two of them.
"""
#: Of scores, by words of passages that are gone, which are taken out once they are a fifth.
_SHIFT = 0.3
_WHOLE = ["-m", "noteweb"]
_WITHOUT = "NOTEWEB_FAULTS_WITHOUT"
_WORDS = "gradient kernel margin curvature entropy sparsity width depth prior likelihood".split()


class Broken(AssertionError):
    """Something of the user's was lost, or the index lies."""


def read_arguments(about: str, commands: Iterable[str], *, n_times: int) -> argparse.Namespace:
    """Read what a script takes: commands, how often, a seed for draws, and what to take out."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(commands))
    parser.add_argument("--times", type=int, default=n_times, help="trials of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", choices=PROTECTIONS, default="", metavar="PROTECTION")
    asked = parser.parse_args()
    os.environ[_WITHOUT] = asked.without
    return asked


def make_scene(root: Path, n_notes: int = 24) -> None:
    """Write a vault: plain notes, notes with damaged encodings, a note with claims, a paper."""
    titles = [f"On {_WORDS[i % 10]} {i}" for i in range(n_notes)]
    for i, title in enumerate(titles):
        word, other = _WORDS[i % 10], _WORDS[(i * 7 + 3) % 10]
        body = "\n\n".join(
            f"Paragraph {p} says that {word} and {other} meet in {title}, “{p * i}” times."
            for p in range(12)
        )
        text = _NOTE.format(
            title=title, word=word, other=other, peer=titles[(i * 5 + 1) % n_notes], body=body
        )
        data = text.encode()
        if i % 4 == 0:  # read once as Mac Roman
            data = data.decode("mac_roman").encode()
        path = root / f"topic {i % 3}" / f"{title}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "claims.md").write_text(_CLAIMS, encoding="utf-8")
    (root / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    (root / "paper.txt").write_text(
        "We measure the margin without entropy. The curvature is reported beside a threshold.\n"
        * 20,
        encoding="utf-8",
    )


def edit(root: Path, turn: int) -> None:
    """Change, add, rename and delete notes, as a day's work does."""
    notes = sorted(root.glob("topic */*.md"))
    for path in notes[turn % 5 :: 5]:
        path.write_bytes(path.read_bytes() + f"\nA line of turn {turn}.\n".encode())
    notes[0].rename(notes[0].with_name(f"Renamed {turn}.md"))
    notes[1].unlink()
    (root / f"New {turn}.md").write_text(f"# New {turn}\n\nWidth and depth.\n", encoding="utf-8")


def command(root: Path, *words: str) -> list[str]:
    """Give the command line of noteweb on this vault, in this interpreter."""
    without = os.environ.get(_WITHOUT)
    program = [str(Path(__file__).with_name("weakened.py")), without] if without else _WHOLE
    return [sys.executable, *program, *words, "--vault", str(root)]


def start(folder: Path) -> Path:
    """Write the vault that trials take copies of, indexed, and have caches lie beside it."""
    os.environ |= {
        "XDG_CACHE_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "100",
    }
    root = folder / "scene"
    root.mkdir()
    make_scene(root)
    run(root, "index")
    return root


def run(root: Path, *words: str, ok: Iterable[int] = (0,)) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Raises
    ------
    Broken : it ended otherwise than it may, or with a traceback
    """
    done = subprocess.run(
        command(root, *words),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode not in ok or "Traceback" in done.stderr:
        raise Broken(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def read_notes(root: Path) -> dict[str, bytes]:
    """Give the bytes of every note by its path."""
    found = (path for path in root.rglob("*.md") if ".noteweb" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def require_whole(found: Mapping[str, bytes], *allowed: Mapping[str, bytes]) -> None:
    """Make sure that each note is byte for byte one that is allowed, and none is missing.

    Raises
    ------
    Broken
    """
    for path in set().union(*allowed):
        if found.get(path) not in [each.get(path) for each in allowed]:
            raise Broken(f"{path} is neither the old note nor the new one")
    strange = found.keys() - set().union(*allowed)
    if strange:
        raise Broken(f"left behind: {', '.join(sorted(strange))}")


def require_true_index(root: Path) -> None:
    """Make sure that the index holds what the notes say, and each vector is its passage's own.

    Raises
    ------
    Broken
    """
    embedder = HashingEmbedder()
    with Index(root / ".noteweb") as index:
        catalogue = index.catalogue
        rows = catalogue.rows("SELECT prefix, text, row FROM passages ORDER BY pid")
        vectors = np.array(index.vectors())
        for prefix, text, row in rows:
            if row is None:
                raise Broken("a passage has no vector")
            if abs(float(vectors[row] @ embedder.encode_query(prefix + text)) - 1) > 1e-4:
                raise Broken(f"a vector belongs to another passage: {text[:60]!r}")
        known = dict(catalogue.rows("SELECT path, digest FROM notes"))
        if not index.is_text_current(is_thorough=True):
            raise Broken("the words lag behind the catalogue")
        if index.text.n_passages != len(rows):
            raise Broken(f"words of {index.text.n_passages} passages where there are {len(rows)}")
    if known.keys() != read_notes(root).keys():
        raise Broken(f"the index holds other notes: {known.keys() ^ read_notes(root).keys()}")


Answers = dict[str, list[tuple[str, float]]]


def answers(root: Path) -> Answers:
    """Give the notes and scores that the vault answers fixed questions with."""
    (root / ".noteweb" / "background.json").unlink(missing_ok=True)  # else that of days before
    told = {}
    with NoteWeb.open(root) as web:
        for question in ("margin without entropy", "curvature 7", "Paragraph 3 says", "renamed"):
            hits = web.search(question, limit=8, min_score=-math.inf)
            told[question] = [(hit.note_id, hit.score) for hit in hits]
    return told


def require_same(found: Answers, expected: Answers) -> None:
    """Make sure that a vault answers as a fresh index does, but for what dead words shift.

    Raises
    ------
    Broken
    """
    for question, hits in expected.items():
        notes = {note for note, _ in found[question]}
        pairs = zip(hits, found[question], strict=True)
        if any(abs(one - other) > _SHIFT for (_, one), (_, other) in pairs):
            raise Broken(f"{question!r}: other scores than those of a fresh index")
        if not {note for note, _ in hits[:4]} <= notes:
            raise Broken(f"{question!r}: other notes than in a fresh index")


def fresh_answers(root: Path) -> Answers:
    """Give what a fresh index of the same notes answers."""
    copy = root.with_name(root.name + "-fresh")
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".noteweb"))
    try:
        run(copy, "index")
        return answers(copy)
    finally:
        shutil.rmtree(copy)
