"""A disk that fills up, and a vault that can only be read, under each command that writes.

    python tests/faults/full_disk.py [--times 12] [--seed 0] [--without PROTECTION] [COMMAND...]

Works in a mount namespace of its own (``unshare``; Linux), so nothing stays mounted. Each trial
copies a made vault to a small file system, fills it but for a share of what the command needs, and
runs the command; then there is room again and the next command has to mend everything. Exits with
1 where a note is neither old nor new, a record or label is gone, the index answers otherwise than
a fresh one, or a command ends with anything but its own exit codes. `--without` takes one of the
protections of `weakened.py` out, to see that this script notices.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from scene import (
    Broken,
    answers,
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

_INSIDE = "NOTEWEB_FAULTS_INSIDE"
_SIZE = 64 << 20
_BLOCK = 4096
_JOURNALS = ("runs/*.jsonl", "labels.jsonl")

COMMANDS = {
    "index": ("index",),
    "label": ("label", "{root}/paper.txt", "On width 6", "fires"),
    "repair": ("repair", "--write"),
    "stamp": ("claims", "stamp", "Claims"),
    "verify": ("verify",),
    "query": ("query", "margin without entropy"),
}


def main() -> int:
    """Run the trials; give the exit code."""
    asked = read_arguments(__doc__, COMMANDS, n_times=12)
    if _INSIDE not in os.environ:
        words = ["/usr/bin/unshare", "--mount", "--map-root-user", sys.executable, *sys.argv]
        return subprocess.run(words, env=os.environ | {_INSIDE: "1"}, check=False).returncode
    n_broken = 0
    with tempfile.TemporaryDirectory() as folder:
        scene = start(Path(folder))
        edit(scene, 1)
        for name in asked.commands or COMMANDS:
            n_broken += _fill(name, scene, asked.times, random.Random(f"{name} {asked.seed}"))
            n_broken += _forbid(name, scene)
    return 1 if n_broken else 0


def _fill(name: str, scene: Path, n_times: int, rng: random.Random) -> int:
    """Run the command on disks with too little room."""
    told, n_broken = Counter[str](), 0
    _, after, need = _alone(name, scene)
    for turn in range(n_times):
        with _Disk(scene) as root:
            before, journals = read_notes(root), _read_journals(root)
            filler = root.parent / "filler"
            free = rng.randrange(0, need + _BLOCK)
            try:
                _leave_free(filler, free)
                done = run(root, *_words(name, root), ok=(0, 1, 3))
                told["refused" if done.returncode == 3 else "done"] += 1
                if done.returncode == 3:
                    told[_reason(done.stderr)] += 1
                require_whole(read_notes(root), before, after)
                filler.unlink()
                _require_mended(name, root, journals)
            except Broken as error:
                n_broken += 1
                print(f"{name}, {free} bytes free, trial {turn}: {error}", file=sys.stderr)
    figures = ", ".join(f"{count} {what}" for what, count in sorted(told.items()))
    print(f"{name}, disk full: {n_times} trials, {figures}; {n_broken} broken", flush=True)
    return n_broken


def _forbid(name: str, scene: Path) -> int:
    """Run the command on a file system that can only be read."""
    with _Disk(scene) as root:
        before, journals = read_notes(root), _read_journals(root)
        mount = ["/bin/mount", "-o", "remount,ro", str(root.parent)]
        subprocess.run(mount, check=True)
        try:
            done = run(root, *_words(name, root), ok=(0, 1, 3))
            require_whole(read_notes(root), before)
            subprocess.run([*mount[:2], "remount,rw", mount[3]], check=True)
            _require_mended(name, root, journals)
        except Broken as error:
            print(f"{name}, read-only: {error}", file=sys.stderr)
            return 1
    said = done.stderr.strip().splitlines()
    print(f"{name}, read-only: ended with {done.returncode}, {said[0] if said else ''}", flush=True)
    return 0


def _alone(name: str, scene: Path) -> tuple[dict[str, bytes], dict[str, bytes], int]:
    """Give the notes before and after the command, and the bytes that it needs."""
    with _Disk(scene) as root:
        before, had = read_notes(root), shutil.disk_usage(root).used
        run(root, *_words(name, root), ok=(0, 1))
        return before, read_notes(root), shutil.disk_usage(root).used - had


def _require_mended(name: str, root: Path, journals: dict[str, bytes]) -> None:
    run(root, *_words(name, root), ok=(0, 1))
    for path, data in _read_journals(root).items():
        if not data.startswith(journals.get(path, b"")):
            raise Broken(f"{path}: what stood there is gone")
    run(root, "index")
    require_true_index(root)
    copy = root.parent.parent / "compared"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".noteweb"))
    try:
        expected = fresh_answers(copy)
    finally:
        shutil.rmtree(copy)
    require_same(answers(root), expected)


def _words(name: str, root: Path) -> list[str]:
    return [word.format(root=root) for word in COMMANDS[name]]


def _read_journals(root: Path) -> dict[str, bytes]:
    found = [path for glob in _JOURNALS for path in root.glob(glob)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def _leave_free(filler: Path, n_bytes: int) -> None:
    """Fill the disk but for this many bytes."""
    free = shutil.disk_usage(filler.parent).free - n_bytes
    with filler.open("wb") as stream:
        for start in range(0, max(free, 0), 1 << 20):
            stream.write(bytes(min(1 << 20, free - start)))


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith("noteweb: ")]
    if len(lines) != 1:
        raise Broken(f"not one line of what happened: {stderr[-800:]!r}")
    return repr(lines[0].rpartition(": ")[2])


class _Disk:
    """A small file system of its own with a copy of the vault."""

    def __init__(self, scene: Path) -> None:
        self._scene = scene
        self._place = scene.parent / "disk"

    def __enter__(self) -> Path:
        self._place.mkdir(exist_ok=True)
        words = ["/bin/mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(self._place)]
        subprocess.run(words, check=True)
        root = self._place / "vault"
        shutil.copytree(self._scene, root)
        return root

    def __exit__(self, *_: object) -> None:
        subprocess.run(["/bin/umount", str(self._place)], check=True)


if __name__ == "__main__":
    raise SystemExit(main())
