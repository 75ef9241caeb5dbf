"""Asking while typing: what keys do, what fzf is told, and the editor at the line."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb import NoteWeb
from noteweb.cli import fzf, run
from noteweb.cli.editor import edit_at, make_command
from noteweb.cli.finder import Asking, Finder
from noteweb.cli.fzf import choose, read_token, write_row, write_token
from noteweb.cli.keyboard import CLOSED, TYPING, WAITED, split_keys
from noteweb.errors import EditorFailed
from noteweb.model.hit import Hit, Mode
from noteweb.text.width import measure

SMALL = Path(__file__).parent / "vaults" / "small"
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
HOSTILE = "$(touch bad) `touch bad` '; touch bad #\" {1} \t\n-x"


class Typed:
    """A keyboard whose keys are given beforehand, a pause after each; it keeps every page."""

    def __init__(self, keys, size=(80, 24)):
        self._keys = list(keys)
        self._size = size
        self.pages = []
        self.waits = []

    def read(self, wait_s=None):
        """Give the next key."""
        self.waits.append(wait_s)
        return self._keys.pop(0) if self._keys else CLOSED

    def size(self):
        """Give the window's size."""
        return self._size

    def show(self, lines):
        """Keep a page without its colours."""
        self.pages.append([ANSI.sub("", line) for line in lines])


@pytest.fixture
def web(tmp_path):
    """Open a copy of the small vault, with a note by a hostile name."""
    root = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    (root / f"{HOSTILE}.md").write_text("Zebras graze.\n\nA second zebra.\n", encoding="utf-8")
    with NoteWeb.open(root) as opened:
        yield opened


def find(web, keys, size=(80, 24), **asked):
    """Type keys; give the hit that was chosen and the keyboard."""
    typed = Typed(keys, size)
    return Finder(web, typed, Asking(root=web.root, **asked)).find(), typed


def test_hits_come_as_the_query_grows(web):
    """After a short pause by words, after a longer one by meaning too; Enter takes the chosen."""
    hit, typed = find(web, [*"zebra", WAITED, WAITED, "enter"])
    assert hit.path == f"{HOSTILE}.md"
    assert typed.pages[5][0] == "> zebra█"
    assert "Zebras graze" not in "".join(typed.pages[5])
    assert "Zebras graze." in typed.pages[6][1]
    assert any(line.startswith(">1 Zebras graze.") for line in typed.pages[6])
    assert typed.waits[4] < typed.waits[6]
    assert typed.waits[7] is None
    for page in typed.pages:
        assert len(page) == 24
        assert max(map(measure, page)) <= 80


def test_keys_walk_and_mend_what_is_typed(web):
    """Arrows choose, Backspace, Ctrl-W and Ctrl-U take letters, a word or all away."""
    first, _ = find(web, [*"queen", WAITED, WAITED, "enter"])
    second, _ = find(web, [*"queen", WAITED, WAITED, "down", "enter"])
    assert second.note_id != first.note_id
    assert find(web, [*"queen", WAITED, "down", "up", "enter"])[0].note_id == first.note_id
    _, typed = find(web, [*"a bc", "backspace", "\x17", "x", "\x15", "\x1b[1;5H", "ж"])
    shown = [page[0] for page in typed.pages]
    assert shown[-7:] == ["> a bc█", "> a b█", "> a█", "> ax█", "> █", "> █", "> ж█"]


def test_leaving_chooses_nothing(web):
    """Esc, and a terminal that is gone, end without a choice."""
    assert find(web, [*"zebra", WAITED, "\x1b", "enter"])[0] is None
    assert find(web, [*"zebra", WAITED])[0] is None


def test_what_cannot_be_read_yet_is_told(web):
    """A quote that is still open costs a word in the message line, and the hits stay."""
    hit, typed = find(web, [*"zebra", WAITED, *' "gr', WAITED, *'aze"', WAITED, "enter"])
    assert any("the quote is not closed" in line for line in typed.pages[11])
    assert "Zebras graze." in typed.pages[11][1]
    assert hit is None or hit.path == f"{HOSTILE}.md"


def test_options_narrow_what_is_typed(web):
    """What the command's options say holds for every query, also for an empty one."""
    hit, _ = find(web, [WAITED, "enter"], narrowed='path:"Waggle"')
    assert hit.path == "field/Waggle dance.md"
    assert find(web, [*"zebra", WAITED, "enter"], narrowed='path:"Waggle"')[0] is None
    assert "nothing matches" in "".join(find(web, [*"zzz", WAITED], mode=Mode.TEXT)[1].pages[-1])


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (20, 6), (200, 60)])
def test_a_page_fits_any_window(web, size):
    """No line is wider than the window, and there are as many as it has."""
    _, typed = find(web, [*"zebra queen", WAITED, WAITED, "down"], size=size)
    for page in typed.pages:
        assert len(page) == size[1]
        assert max(map(measure, page)) <= size[0]


def test_a_blank_is_a_letter_where_text_is_typed():
    """The key that turns a page of a reader is part of a query."""
    assert split_keys("a \r", TYPING) == ["a", " ", "enter"]


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("vim", ["vim", "+7", "/v/a b.md"]),
        ("/usr/bin/nano -w", ["/usr/bin/nano", "-w", "+7", "/v/a b.md"]),
        ("emacsclient -t", ["emacsclient", "-t", "+7", "/v/a b.md"]),
        ("code --wait", ["code", "--wait", "-g", "/v/a b.md:7"]),
        ("subl -w", ["subl", "-w", "/v/a b.md:7"]),
        ("hx", ["hx", "/v/a b.md:7"]),
        ("kate", ["kate", "--line", "7", "/v/a b.md"]),
        ("'my editor' -x", ["my editor", "-x", "/v/a b.md"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_way(editor, words):
    """An editor that nobody knows opens the note at its top."""
    assert make_command(editor, Path("/v/a b.md"), 7) == words


def test_an_editor_that_does_not_run_is_told(tmp_path):
    """A missing program, an open quote, a note that has gone and a failure are one line each."""
    note = tmp_path / "a.md"
    note.write_text("x", encoding="utf-8")
    for editor, path in (
        ("no-such-editor", note),
        ("'vi", note),
        ("false", note),
        ("vi", tmp_path),
    ):
        with pytest.raises(EditorFailed, match="cannot be edited"):
            edit_at(path, 1, {"EDITOR": editor})


@given(st.text(min_size=1), st.integers(1, 10**6))
def test_a_row_names_its_place_whatever_the_file_is_called(path, line):
    """A path of any characters comes back from its row, in letters that no shell reads."""
    hit = Hit(note_id="n", title=path, path=path, field=None, line=line, text=path, score=0.0)
    assert read_token(write_token(hit)) == (path, line)
    assert re.fullmatch(r"[\w.~%-]+", write_token(hit), re.ASCII)
    assert write_row(hit).count("\t") == 1
    assert "\0" not in write_row(hit)


@pytest.mark.parametrize("hostile", ["$(touch bad)", "'; touch bad '", '"`touch bad`'])
def test_nothing_of_a_vault_stands_in_what_a_shell_reads(hostile):
    """But for the query, which fzf is handed as one argument, its words are always the same."""
    told = [word for word in fzf.make_command("fzf", hostile) if hostile in word]
    assert told == [f"--query={hostile}"]


def test_fzf_asks_and_gives_back_the_place(web, tmp_path, monkeypatch):
    """A finder that takes the first row gives its note, whatever it is called, and runs nothing."""
    stub = tmp_path / "fzf"
    stub.write_text(
        '#!/bin/sh\nsh -c "$FZF_DEFAULT_COMMAND" | tr "\\\\000" "\\\\n" | head -n 1\n',
        encoding="utf-8",
    )
    stub.chmod(0o700)
    web.refresh(with_vectors=False)
    monkeypatch.chdir(tmp_path)
    asking = Asking(root=web.root, query="zebra", mode=Mode.TEXT)
    assert choose(str(stub), asking, os.environ) == (f"{HOSTILE}.md", 1)
    asking = Asking(root=web.root, query='"open', mode=Mode.TEXT)
    assert choose(str(stub), asking, os.environ) is None
    assert not list(tmp_path.rglob("bad"))


def test_without_a_terminal_it_is_refused(web, capsys):
    """A pipe gets one line that says so, and no page."""
    assert run(["query", "-i", "zebra", "-C", str(web.root), "-q"]) == 2
    assert "needs a terminal" in capsys.readouterr().err
