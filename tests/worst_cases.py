"""The worst inputs known for each reader of strangers' texts: how to make them, and who reads them.

A maker takes a size and gives a text that grows with it in proportion. `PAST` names those that
took the square of their length once, with the readers that they go through.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noteweb.activation.label import LABELS, read_labels
from noteweb.aside import find_asides
from noteweb.config import FILE_NAME, read_config
from noteweb.documents.identifier import find_identifiers
from noteweb.documents.markdown import strip_markup
from noteweb.documents.piece import Page, Piece
from noteweb.documents.read import read_document
from noteweb.documents.reflow import build_blocks
from noteweb.errors import NotewebError
from noteweb.evidence.declare import DeclarationInvalid, parse_source, read_declaration
from noteweb.ledger import read_ledger
from noteweb.library.read import parse_library
from noteweb.parse.feedback import find_feedback_names
from noteweb.parse.notes import parse_note
from noteweb.screening.criteria import read_criteria
from noteweb.screening.label import read_answers
from noteweb.search.syntax import read_query
from noteweb.text.assertion import read_assertion
from noteweb.text.repair import find_repair
from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIPLE = "'" * 3
_FOLDER = Path(tempfile.mkdtemp(prefix="noteweb-scaling-"))


def _repeat(unit: str) -> Callable[[int], str]:
    return lambda n: unit * n


def _or_refuse(read: Callable[[Any], object]) -> Callable[[Any], object]:
    def attempt(given: Any) -> None:
        with suppress(NotewebError, DeclarationInvalid):
            read(given)

    return attempt


def _read_as(suffix: str, read: Callable[..., object] = parse_library) -> Callable[[str], object]:
    return _or_refuse(lambda text: read(text.encode(), f"a{suffix}", suffix=suffix))


def _read_file(read: Callable[[Path], object], name: str) -> Callable[[str], object]:
    def write_and_read(text: str) -> None:
        (_FOLDER / name).write_text(text, encoding="utf-8")
        read(_FOLDER / name)

    return write_and_read


def _read_body(text: str) -> object:
    return parse_note(text.encode(), path="a.md")


def _read_front(text: str) -> object:
    return parse_note(f"---\n{text}---\n".encode(), path="a.md")


def _read_toml(text: str) -> object:
    return parse_note(f"+++\n{text}\n+++\n".encode(), path="a.md")


def _lay_out(text: str) -> object:
    """Read the lines of a text as the pieces of pages of a PDF."""
    pieces = tuple(
        Piece(
            x0=72,
            x1=500,
            y=700 - 12 * (number % 50),
            size=10,
            font="F",
            n_bold=0,
            has_hyphen=line.endswith("-"),
            text=line,
        )
        for number, line in enumerate(text.split("\n"))
        if line
    )
    pages = [
        Page(width=612, height=792, has_scan=False, pieces=pieces[at : at + 50])
        for at in range(0, len(pieces), 50)
    ]
    return build_blocks(pages, ())


def _double_macros(n: int) -> str:
    """Give a library of n macros, each twice the one before."""
    macros = (f"@string{{a{k}=a{k - 1} # a{k - 1}}}\n" for k in range(1, n))
    return f"@string{{a0={{x}}}}\n{''.join(macros)}@a{{b, title=a{n - 1}}}"


def _quote_each(n: int, end: str = "") -> str:
    return ", ".join(f'"a{k}{end}"' for k in range(n))


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
    "fences in an item": lambda n: "- a\n" + "  ```\n  x\n  ```\n" * n,
    "labels of references": lambda n: "[a]: b\n\n" + "[ " * n * 2 + "] " * n * 2,
    "links in links": lambda n: "[ " * n * 2 + "](a)" * n * 2,
    "pictures in pictures": lambda n: "![ " * n * 2 + "](a)" * n * 2,
    "dollars in quotes": lambda n: "> $" * n * 5,
    "an underlined item": lambda n: "- * " * n * 2 + f"a\n{' ' * n * 8}b\n{' ' * n * 8}===",
    "list marks in turn": lambda n: "- * " * n * 3,
    "block ids": lambda n: " ^a" * n * 5,
    "callouts": lambda n: "> [!a]\n" * n * 2,
    "fences in a quote": lambda n: "> ```\n> x\n> ~~~\n" * n,
    "destinations": lambda n: "[a](b(c" * n * 2,
    "tags in brackets": lambda n: "#[[a" * n * 3,
    "carriage returns": lambda n: "\r" * n * 20,
}
FRONTMATTERS: dict[str, Callable[[int], str]] = {
    "keys": lambda n: "".join(f"k{k}: v\n" for k in range(n)),
    "broken keys": lambda n: "".join(f"k{k}: a: b\n" for k in range(n)),
    "tag comments": lambda n: "tags:\n" + "- #a\n" * n,
    "long value": lambda n: "a: " + "x" * n * 50 + "\n",
    "blanks between tags": lambda n: 'tags: "a' + " " * n * 5 + 'b"\n',
    "blanks in a broken key": lambda n: "a: b: c\nx" + " " * n * 5 + "\n",
    "blanks in a broken list": lambda n: "a: b: c\nd: [\n-" + " " * n * 3 + "\n",
    "relations as escapes": lambda n: (
        "relations:\n" + "".join(f'  - "a{k}\\x41"\n' for k in range(n))
    ),
    "aliases": lambda n: "a: &a x\n" + "".join(f"k{k}: *a\n" for k in range(n)),
    "anchors": lambda n: "".join(f"k{k}: &b{k} x\n" for k in range(n)),
    "merges": lambda n: "z: &z {a: b}\na:\n" + "  <<: *z\n" * n,
    "templates": lambda n: "a: [" + "{{x}}, " * n + "]\n",
    "a folded value": lambda n: "Receptor: >\n" + "  a\n    b\n\n" * n,
    "blank lines of a value": lambda n: 'Receptor: "' + "\\n" * n * 5 + 'x"\n',
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
        (
            *map(_repeat, ("a ", '"', '-"', "tag:a ", "tag:a,", "\\", "«", "path:", "-", 'a:"b')),
            *map(_repeat, ("“ ", "„ ", '"a"', "«a»", 'tag:"a"', "path:“ ")),
            lambda n: "".join(f"category:{k} " for k in range(n)),
        ),
    ),
    "repair": (find_repair, tuple(map(_repeat, ("Ð¶", "â€", "Ð¶\n", "é", "√±", "–ü", "ж√±\n")))),
    "feedback names": (
        find_feedback_names,
        tuple(map(_repeat, ("the note on ", "**", "see a ", "[[", "“", "a is b. ", "A", ", "))),
    ),
    "sentences": (
        split_sentences,
        tuple(
            map(
                _repeat,
                ("a. ", ".", "e.g. ", "\r", "\n ", "A.", "?! ", "。", "(", "\n", "1. ", '."'),
            )
        ),
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
            lambda n: "@a{b, title={x}}\n" * (n // 2),
            lambda n: f"@a{{b, title={{x}}, author={{a{' ' * n}b}}, keywords={{a{' ' * n}b}}}}",
            lambda n: _double_macros(n // 20),
            lambda n: f"@string{{a={{{'x' * n}}}}}\n@a{{b, title={{x}} # {'a # ' * n} a}}",
            lambda n: f"@a{{b, title={{x}}, doi={{10.1234/{')' * n}}}}}",
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
    "text document": (
        _read_as(".txt", read_document),
        (
            *map(_repeat, ("a-\n", "a\n\n", "References\n", "[1] A (2020).\n", "1. A\n", "a")),
            lambda n: "10.1234/" + ")" * n,
        ),
    ),
    "Markdown document": (
        _read_as(".md", read_document),
        (
            *map(_repeat, ("a-\n", "# a\n", "- a\n", "| a |\n", "> $", "**a ", "_a ", "<a ")),
            lambda n: "x " + "`" * n,
        ),
    ),
    "PDF lines": (
        _lay_out,
        tuple(map(_repeat, ("a word or so\n", "a-\n", "1\n", "Figure 1: a\n", "A Heading\n"))),
    ),
    "markup": (strip_markup, tuple(map(_repeat, ("`", "![", "[a](b", "<!--", "**a", "[[a|b")))),
    "TOML": (
        _read_toml,
        (
            lambda n: "".join(f"k{k} = 1\n" for k in range(n // 5)),
            lambda n: "".join(f"[k{k}]\n" for k in range(n // 5)),
            lambda n: f"a = {'[' * n}",
            lambda n: "a" + ".a" * (n // 10),
            lambda n: f"a = {'9' * n}",
            lambda n: f"a{'.a' * n} = 1",
            lambda n: f"[a{'.a' * n}]",
            lambda n: f"a = {_TRIPLE}\n{' ' * n}=\n{_TRIPLE}",
            lambda n: "[[a]]\n" * n,
            lambda n: f"a = {{{', '.join(f'k{k} = 1' for k in range(n))}}}",
            lambda n: f"Receptor = [{_quote_each(n)}]",
            lambda n: f"Receptor = [{_quote_each(n, chr(92) + 'u0041')}]",
        ),
    ),
    "claims": (
        lambda text: _read_front(f"claims:\n{text}"),
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
    "answers": (
        _read_file(_or_refuse(read_answers), "answers.jsonl"),
        (lambda n: "{}\n" * n, lambda n: '{"key":"a","label":"include"}\n' * (n // 5)),
    ),
    "experiment": (
        _or_refuse(lambda text: read_declaration(parse_source(text.encode()))),
        (
            lambda n: "experiment = Experiment(" + "a=1, " * (n // 10) + ")\n",
            lambda n: "x = 1\n" * (n // 5),
            lambda n: f"{_TRIPLE}{'a' * n}{_TRIPLE}\n",
        ),
    ),
    "config": (
        _read_file(_or_refuse(lambda path: read_config(path.parent)), FILE_NAME),
        (
            lambda n: "ignore = [" + '"a",' * n + "]\n",
            lambda n: "".join(f"k{k} = 1\n" for k in range(n // 5)),
            lambda n: "a" + ".a" * n + " = 1\n",
        ),
    ),
}
#: By each name a reader, a maker, and a size at which the square took some seconds.
PAST: dict[str, tuple[Callable[[str], object], Callable[[int], str], int]] = {
    **{
        name: (_read_body, BODIES[name], size)
        for name, size in {
            "fences in an item": 3_000,
            "labels of references": 6_000,
            "dollars in quotes": 2_500,
            "an underlined item": 40_000,
        }.items()
    },
    **{
        name: (_read_front, FRONTMATTERS[name], size)
        for name, size in {
            "blanks between tags": 4_000,
            "blanks in a broken key": 12_000,
            "blanks in a broken list": 6_000,
        }.items()
    },
    "relations as escapes": (
        _read_front,
        lambda n: "relations:\n" + "".join(f'  - "a{k}\\x41" # {"x" * 1_000}\n' for k in range(n)),
        2_500,
    ),
    "blanks before no colon": (
        lambda text: list(find_asides(parse_note(text.encode(), path="a.md"))),
        lambda n: f"---\n{FRONTMATTERS['blanks in a broken key'](n)}---\n",
        6_000,
    ),
    "blanks in TOML": (_read_toml, lambda n: f"a = {_TRIPLE}\n{' ' * n}=\n{_TRIPLE}", 12_000),
    "a key of many parts": (_read_toml, lambda n: f"a{'.a' * n} = 1", 20_000),
    "quotes of a query": (read_query, _repeat("“ "), 30_000),
    "phrases of a query": (read_query, _repeat('"a"'), 20_000),
    "categories of a query": (
        read_query,
        lambda n: "".join(f"category:{k} " for k in range(n)),
        10_000,
    ),
    "line ends": (split_sentences, _repeat("\n"), 50_000),
    "blanks between authors": (
        _read_as(".bib"),
        lambda n: f"@a{{b, title={{x}}, author={{a{' ' * n}b}}, keywords={{a{' ' * n}b}}}}",
        30_000,
    ),
    "a key many times": (
        _read_as(".ris"),
        _repeat("TY  - A\nID  - a\nTI  - b\nER  - \n"),
        4_000,
    ),
    "macros of macros": (_read_as(".bib"), _double_macros, 28),
    "a word over many lines": (_read_as(".txt", read_document), _repeat("a-\n"), 12_000),
    "an id that ends in brackets": (
        find_identifiers,
        lambda n: f"10.1234/{')' * n}",
        100_000,
    ),
    "records that are no JSON": (
        _or_refuse(_read_as(".json")),
        lambda n: "[" + "{[},\n" * n,
        160_000,
    ),
    "a paragraph of many lines": (read_criteria, _repeat("a: b\n"), 120_000),
    "ticks": (strip_markup, _repeat("`"), 20_000),
}
