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
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noteweb.activation.label import LABELS, read_labels
from noteweb.config import FILE_NAME, read_config
from noteweb.documents.read import read_document
from noteweb.errors import NotewebError
from noteweb.ledger import read_ledger
from noteweb.library.read import parse_library
from noteweb.parse.feedback import find_feedback_names
from noteweb.parse.frontmatter import read_frontmatter
from noteweb.parse.notes import parse_note
from noteweb.screening.criteria import read_criteria
from noteweb.search.syntax import read_query
from noteweb.text.assertion import read_assertion
from noteweb.text.repair import find_repair
from noteweb.text.sentences import split_sentences
from noteweb.web import NoteWeb

if TYPE_CHECKING:
    from collections.abc import Callable

_N = 10_000
_MOST = 16 * _N
_LONG_ENOUGH = 0.06  # CPU seconds, below which a ratio says nothing
_FOLDER = Path(tempfile.mkdtemp(prefix="noteweb-scaling-"))


def _repeat(unit: str) -> Callable[[int], str]:
    return lambda n: unit * n


def _or_refuse(read: Callable[[Any], object]) -> Callable[[Any], object]:
    def attempt(given: Any) -> None:
        with suppress(NotewebError):
            read(given)

    return attempt


def _read_as(suffix: str, read: Callable[..., object] = parse_library) -> Callable[[str], object]:
    return _or_refuse(lambda text: read(text.encode(), f"a{suffix}", suffix=suffix))


def _read_file(read: Callable[[Path], object], name: str) -> Callable[[str], object]:
    def write_and_read(text: str) -> None:
        (_FOLDER / name).write_text(text, encoding="utf-8")
        read(_FOLDER / name)

    return write_and_read


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
READERS: dict[str, tuple[Callable[[str], object], tuple[Callable[[int], str], ...]]] = {
    "query": (
        _or_refuse(read_query),
        tuple(map(_repeat, ("a ", '"', '-"', "tag:a ", "tag:a,", "\\", "«", "path:", "-", 'a:"b'))),
    ),
    "repair": (find_repair, tuple(map(_repeat, ("Ð¶", "â€", "Ð¶\n", "é", "√±", "–ü", "ж√±\n")))),
    "feedback names": (
        find_feedback_names,
        tuple(map(_repeat, ("the note on ", "**", "see a ", "[[", "“", "a is b. ", "A", ", "))),
    ),
    "sentences": (
        split_sentences,
        tuple(map(_repeat, ("a. ", ".", "e.g. ", "A.", "?! ", "。", "(", "\n", "1. ", '."'))),
    ),
    "assertion": (
        read_assertion,
        tuple(map(_repeat, ("1,000 ", "1", "1.1", "is not ", "more ", "["))),
    ),
    "criteria": (_or_refuse(read_criteria), tuple(map(_repeat, ("a: b\n", "- a\n", "a", "#")))),
    "bibtex": (
        _read_as(".bib"),
        (
            *tuple(
                map(_repeat, ("@a{", "@a{b,", "{", "}", "@string{a=b}\n", '"', "\\", "@comment{"))
            ),
            lambda n: f"@a{{b, title={{{'{' * n}{'}' * n}}}}}",
            lambda n: f"@a{{b, title={{{'x #' * n}}}}}",
            lambda n: f"@a{{b, title={{x}}, author={{{'a and ' * n}}}}}",
            lambda n: "@a{b, title={x}}\n" * (n // 10),
        ),
    ),
    "ris": (
        _read_as(".ris"),
        tuple(map(_repeat, ("TY  - A\n", "TI  - a\n", "x\n", "ER  - \n", "TY  - A\nTI  - b\n"))),
    ),
    "csv": (
        _read_as(".csv"),
        (
            *tuple(map(_repeat, ("a,", '"', "title\n", ";", "\t", 'a,"\n'))),
            lambda n: "title,title\n" + "a,b\n" * n,
            lambda n: "title,authors\nx," + "a; " * n,
        ),
    ),
    "csl-json": (
        _read_as(".json"),
        (
            lambda n: "[" * n,
            lambda n: "[" + '{"a":},' * n,
            lambda n: "[" + '{"title":"a","id":"b"},\n' * (n // 5),
            lambda n: "[" + "7,\n" * n,
            lambda n: "[" + "{[},\n" * n,
        ),
    ),
    "html": (
        _read_as(".html", read_document),
        tuple(
            map(_repeat, ("<a ", "<", "<!--", "<p>a", "&", "<div>", "</p>", "<a b='", "<script>"))
        ),
    ),
    "toml frontmatter": (
        lambda text: read_frontmatter(f"+++\n{text}\n+++\n"),
        (
            lambda n: "".join(f"k{k} = 1\n" for k in range(n // 5)),
            lambda n: "".join(f"[k{k}]\n" for k in range(n // 5)),
            lambda n: f"a = {'[' * n}",
            lambda n: "a" + ".a" * (n // 10),
            lambda n: f"a = {'9' * n}",
        ),
    ),
    "claims": (
        lambda text: parse_note(f"---\nclaims:\n{text}---\n".encode(), path="a.md"),
        (
            lambda n: "  - {id: a, statement: b}\n" * (n // 20),
            lambda n: f"  - {{id: a, evidence: [{'x, ' * (n // 10)}]}}\n",
            lambda n: f"  - {{id: a, source: '{'10.1/' * n}'}}\n",
        ),
    ),
    "ledger": (
        _read_file(read_ledger, "a.jsonl"),
        (
            lambda n: "{}\n" * n,
            lambda n: "[" * n + "\n\n",
            lambda n: "".join(
                f'{{"registration":{{"claim":"{k}","params":"{{}}","expectation":"b",'
                '"written":""}}\n'
                for k in range(n // 20)
            ),
        ),
    ),
    "labels": (
        _read_file(lambda path: read_labels(path.parent), LABELS),
        (lambda n: "{}\n" * n, lambda n: '{"rate":' + "9" * n + "}\n\n"),
    ),
    "config": (
        _read_file(_or_refuse(lambda path: read_config(path.parent)), FILE_NAME),
        (
            lambda n: "ignore = [" + '"a",' * n + "]\n",
            lambda n: "".join(f"k{k} = 1\n" for k in range(n // 5)),
            lambda n: "a" + ".a" * (n // 10) + " = 1\n",
        ),
    ),
}


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
