"""How parsing and indexing grow with the worst inputs known: doubled input, ratio of CPU seconds.

Run it with ``python tests/bench/parse_scaling.py``; a ratio near 2 is linear, near 4 quadratic.
Indexing is that of a vault of one note, without a model.
"""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.parse.notes import parse_note
from noteweb.web import NoteWeb

if TYPE_CHECKING:
    from collections.abc import Callable

_N = 10_000

BODIES: dict[str, Callable[[int], str]] = {
    "wikilink openings": lambda n: "[[" * n,
    "brackets": lambda n: "[" * n * 20,
    "link openings": lambda n: "[a](" * n * 5,
    "reference links": lambda n: "[a][b]" * n,
    "headings": lambda n: "# a\n" * n * 5,
    "setext paragraph": lambda n: "a\n" * n * 5 + "===\n",
    "stars": lambda n: "*" * n * 50,
    "backticks": lambda n: "`" * n * 50,
    "spaced backticks": lambda n: "` " * n * 5,
    "growing backticks": lambda n: " ".join("`" * k for k in range(1, int((n * 40) ** 0.5))),
    "dollars": lambda n: "$a " * n * 5,
    "percent signs": lambda n: "%% " * n * 5 + "%",
    "comment openings": lambda n: "<!-- " * n * 5,
    "comment lines": lambda n: "<!--\n" * n * 5,
    "anchors": lambda n: "<a " * n * 5,
    "tags": lambda n: "#a " * n * 5,
    "blank lines": lambda n: "\n" * n * 20,
    "spaces": lambda n: " " * n * 50 + "x",
    "quotes": lambda n: "> a\n" * n * 3,
    "quote marks": lambda n: ">" * n * 50,
    "fences": lambda n: "```\n" * n * 5 + "a",
    "fences in lists": lambda n: "- ````a\n" * n + "```\n" * n,
    "shrinking fences": lambda n: "".join(
        f"- {'`' * k}x\n" for k in range(int((n * 20) ** 0.5), 3, -1)
    ),
    "nested list": lambda n: "".join(f"{' ' * k}- a\n" for k in range(int((n * 20) ** 0.5))),
    "list marks": lambda n: "- " * n * 5,
    "table delimiter": lambda n: "a|\n" + "-" * n * 50 + "x|",
    "footnotes": lambda n: "[^1]: [[a]]\n" * n,
    "definitions": lambda n: "".join(f"[a{k}]: b\n" for k in range(n)) + "[a1]" * n,
    "properties": lambda n: "a:: [[b]]\n" * n,
    "inline properties": lambda n: "[a:: b] " * n + "[[c]] " * n,
}
FRONTMATTERS: dict[str, Callable[[int], str]] = {
    "keys": lambda n: "".join(f"k{k}: v\n" for k in range(n)),
    "broken keys": lambda n: "".join(f"k{k}: a: b\n" for k in range(n)),
    "tag comments": lambda n: "tags:\n" + "- #a\n" * n,
    "long value": lambda n: "a: " + "x" * n * 50 + "\n",
    "escapes": lambda n: 'Receptor: "' + "\\n" * n * 10 + 'x"\n',
    **{
        f"{key} of {unit!r}": lambda n, key=key, unit=unit: (
            f"{key}: |-\n  z" + unit * (n * 10 // len(unit)) + "z\n"
        )
        for key in ("Receptor", "Acceptor", "SignalTransduction", "Emergence", "FeedbackLoop")
        for unit in ("1) a ", "a b.\n\n  ", "Case 1: x\n  ", ". ", ", ", "x", " ", "'", "8/10 ")
    },
    **{
        f"{key} on one line of {unit!r}": lambda n, key=key, unit=unit: (
            f"{key}: {unit * (n * 50 // len(unit))}\n"
        )
        for key in ("Receptor", "Activation", "FeedbackLoop", "title", "description", "aliases")
        for unit in ("word ", "An ordinary sentence, so to speak. ", "слово ", "字")
    },
}


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
    """Print each case's time and its ratio to half the input."""
    cases = BODIES | {
        name: lambda n, make=make: f"---\n{make(n)}---\n" for name, make in FRONTMATTERS.items()
    }
    gc.disable()  # its own cost grows with the heap, not with the parser
    for name, make in cases.items():
        for act in (parse, index):
            once, twice = measure(make(_N), act), measure(make(2 * _N), act)
            ratio = twice / max(once, 1e-3)
            print(f"{act.__name__:6} {name:50} {once:7.3f} s {twice:7.3f} s   x{ratio:.2f}")
            gc.collect()


if __name__ == "__main__":
    main()
