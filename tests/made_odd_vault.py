"""A vault of all that a folder can hold and a reader may stumble over."""

from __future__ import annotations

import itertools
import os
import socket
from pathlib import Path

#: Names of files as bytes: every script, what a terminal obeys, what is no UTF-8.
NAMES = (
    *(
        name.encode()
        for name in (
            *("имя", "名前", "שם", "اسم", "ชื่อ", "नाम", "이름", "όνομα", "😀", "e\u0301", "ﬁ", "ß"),
            *("\u202ertl", "new\nline", "tab\t", "bell\x07", "red\x1b[31m", "\u2028", "\x85", " "),
            *("-rf", "--help", "a|b", "$(id)", "`id`", "a;b", "%s", "{0}", "[[x]]", "~", "x" * 240),
        )
    ),
    b"caf\xe9",
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half a character
)
_CLAIM = (
    "  - {{id: {0}, statement: 'Of {0}.', kind: empirical, evidence: [{{experiment: none}}]}}\n"
)


def write_odd_vault(root: Path, n_links: int = 10_000, n_headings: int = 100_000) -> None:
    """Write notes of odd names and contents, links in circles and out, pipes, sockets, devices."""
    root.mkdir()
    (root / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    for number, name in enumerate(NAMES):
        head = f"---\nclaims:\n{_CLAIM.format(f'c{number}')}---\n"
        _write(root, name + b".md", head + "# A note\n[[plain]] #odd\n")
    for name, text in _contents(n_links, n_headings).items():
        _write(root, f"{name}.md".encode(), text)
    _write(root, b"folder.md/inside.md", "inside a folder by the name of a note\n")
    _write_deep(root)
    _write_no_files(root)


def _contents(n_links: int, n_headings: int) -> dict[str, str | bytes]:
    levels = "abcdefghijkl"
    bomb = f"a: &a [{', '.join('x' * 9)}]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]\n"
        for last, this in itertools.pairwise(levels)
    )
    claim = f"claims:\n{_CLAIM.format('plain')}"
    return {
        "plain": f"---\ntitle: Plain\n{claim}---\nOf foxes. [[inside]] ![[plain]]\n",
        "bomb": f"---\n{bomb}claims: *l\nReceptor: *l\n---\n",
        "merges": "---\na: &a {b: 1}\n" + "c: &c {<<: [*a, *a, *c]}\n" * 99 + "---\n",
        "links": "".join(f"[[n{number % 50}]] " for number in range(n_links)),
        "headings": "".join(f"# h{number % 50}\n" for number in range(n_headings)),
        "nul": "---\ntitle: n\0ul\nclaims:\n  - {id: nul, statement: n\0ul}\n---\n\0 fox \0",
        "half": b"---\ntitle: h\xed\xa0\x80alf\nid: '\\ud800'\n---\n\xff\xfe \xed\xbf\xbf fox\n",
        "digits": f"+++\na = {'9' * 5_000}\n+++\nfox\n",
        "nested": f"---\na: {'[' * 5_000}\n---\n{'>' * 5_000}{'- ' * 5_000}x\n",
    }


def _write(root: Path, name: bytes, text: str | bytes) -> None:
    path = os.fsencode(root) + b"/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - the name is no text
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.write(text.encode() if isinstance(text, str) else text)


def _write_deep(root: Path) -> None:
    """Write a note in each of 30 folders, of which the last no path can name."""
    folder = os.open(root, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=folder)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
        note = os.open("deep.md", os.O_CREAT | os.O_WRONLY, dir_fd=folder)
        os.write(note, b"# Deep\n")
        os.close(note)
    os.close(folder)


def _write_no_files(root: Path) -> None:
    links = {
        "circle": root,
        "self.md": "self.md",
        "there.md": "back.md",
        "back.md": "there.md",
        "zero.md": "/dev/zero",
        "out.md": "/etc/passwd",
        "gone.md": "nowhere.md",
        "parent.md": "..",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe.md")
    os.mkfifo(root / "labels.jsonl")
    (root / "runs").mkdir()
    os.mkfifo(root / "runs" / "none.jsonl")
    (root / "experiments").mkdir()
    os.mkfifo(root / "experiments" / "none.py")
    here = Path.cwd()
    os.chdir(root)  # the path of a socket may have a hundred characters at most
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket.md")
    os.chdir(here)
