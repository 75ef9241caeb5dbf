"""How parsing and indexing grow with the worst inputs known: doubled input, ratio of CPU seconds.

Run it with ``python tests/bench/parse_scaling.py [WORD...]``; a ratio near 2 is linear, near 4
quadratic. Words choose the cases whose names hold one of them. Indexing is that of a vault of one
note, without a model.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from noteweb.parse.notes import parse_note
from noteweb.web import NoteWeb
from worst_cases import BODIES, FRONTMATTERS, READERS

if TYPE_CHECKING:
    from collections.abc import Callable

_N = 10_000
_MOST = 16 * _N
_LONG_ENOUGH = 0.06  # CPU seconds, below which a ratio says nothing


def read_all(words: list[str]) -> None:
    """Print the worst ratio of each reader beside notes, and the input that has it."""
    gc.disable()
    for name, (read, cases) in READERS.items():
        if words and not any(word in name for word in words):
            continue
        worst = max((_ratio(read, make), make(8)) for make in cases)
        print(f"{name:20} x{worst[0][0]:.2f} {worst[0][1]:7.3f} s   {worst[1]!r}", flush=True)
        gc.collect()


def _ratio(read: Callable[[str], object], make: Callable[[int], str]) -> tuple[float, float]:
    """Give the ratio of twice the input to once, where it can be told, and the seconds."""
    n = _N
    while True:
        once, twice = (min(_time(read, make(k)) for _ in range(2)) for k in (n, 2 * n))
        if twice > _LONG_ENOUGH or n >= _MOST:
            return (twice / max(once, 1e-3) if twice > _LONG_ENOUGH else 1.0), twice
        n *= 4


def _time(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


def parse(text: str) -> float:
    """Give the CPU seconds of one parse."""
    data = text.encode()
    start = time.process_time()
    parse_note(data, path="n.md")
    return time.process_time() - start


def index(text: str) -> float:
    """Give the CPU seconds of indexing a vault that is this note."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
        (Path(folder) / "n.md").write_text(text, encoding="utf-8", newline="")
        start = time.process_time()
        with NoteWeb.open(folder) as web:
            web.sync()
        return time.process_time() - start


def measure(text: str, act: Callable[[str], float]) -> float:
    """Give the better of two."""
    return min(act(text) for _ in range(2))


def main() -> None:
    """Print each case's time and its ratio to half the input; then the worst of each reader."""
    words = sys.argv[1:]
    read_all(words)
    cases = BODIES | {
        name: lambda n, make=make: f"---\n{make(n)}---\n" for name, make in FRONTMATTERS.items()
    }
    gc.disable()  # its own cost grows with the heap, not with the parser
    for name, make in cases.items():
        if words and not any(word in name for word in words):
            continue
        for act in (parse, index):
            once, twice = measure(make(_N), act), measure(make(2 * _N), act)
            ratio = twice / max(once, 1e-3)
            print(f"{act.__name__:6} {name:50} {once:7.3f} s {twice:7.3f} s   x{ratio:.2f}")
            gc.collect()


if __name__ == "__main__":
    main()
