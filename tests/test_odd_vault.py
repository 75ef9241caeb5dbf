"""Whatever a folder holds, each command ends with an answer or one line, within bounds."""

from __future__ import annotations

import os
import re
import resource

import pytest

from made_odd_vault import NAMES, write_odd_vault
from noteweb.cli import run
from noteweb.config import Config
from noteweb.parse.notes import parse_note
from noteweb.vault import scan

_COMMANDS = (
    ["index"],
    ["query", "fox"],
    ["query", "tag:odd", "--format", "json"],
    ["check"],
    ["show", "nul"],
    ["show", "caf\\xe9"],
    ["show", "bomb"],
    ["related", "plain"],
    ["graph"],
    ["graph", "--no-index"],
    ["export", "html", "-o", "out.html"],
    ["claims"],
    ["claims", "stamp", "nul"],
    ["claims", "stamp", "имя"],
    ["why", "nul"],
    ["report"],
    ["repair"],
    ["status"],
    ["label", "plain.md", "plain", "fires"],
    ["verify"],
    ["experiment", "list"],
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Give a vault of all oddities, small enough to be quick."""
    root = tmp_path_factory.mktemp("odd") / "vault"
    write_odd_vault(root, n_links=500, n_headings=500)
    return root


def test_every_command_ends_well(odd, monkeypatch, capsys, tmp_path):
    """No command raises, hangs, or sends the terminal what a name or note holds."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for words in _COMMANDS:
        code = run([*words, "--vault", str(odd)])
        out, err = capsys.readouterr()
        assert code in (0, 1, 3), (words, err)
        assert "Traceback" not in err
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]", out + err), words
        if code == 3:
            assert len(err.splitlines()) <= 2, (words, err)


def test_all_that_can_be_read_is_read_and_the_rest_is_told(odd):
    """Notes of every name are found; pipes, sockets and links in circles or out are told."""
    found = scan(odd, Config())
    files = {file.file for file in found.files}
    assert {name + b".md" for name in NAMES} <= files
    assert b"folder.md/inside.md" in files
    codes = {os.path.basename(p.path): p.code for p in found.problems}  # noqa: PTH119
    assert codes.pop("d" * 200) == "unreadable-folder"
    unreadable = dict.fromkeys(("self.md", "there.md", "back.md", "gone.md"), "unreadable-file")
    outside = dict.fromkeys(("zero.md", "out.md", "parent.md"), "link-outside")
    no_files = dict.fromkeys(("pipe.md", "socket.md"), "not-a-file")
    assert codes == {**unreadable, **outside, **no_files, "folder.md": "folder-as-note"}


@pytest.mark.parametrize("name", ["noteweb.toml", ".noteweb", ".noteweb/layout.json"])
def test_a_pipe_in_place_of_a_file_of_ours_is_refused(tmp_path, name, capsys):
    """Settings or an index that would make a reader wait for ever are refused in one line."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)
    assert run(["query", "fox", "--vault", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert len(err.splitlines()) <= 2
    assert name in err


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"[[n{number}]] " for number in range(10_000)),
        "".join(f"# h{number}\n" for number in range(100_000)),
    ],
    ids=["links", "headings"],
)
def test_size_costs_time_and_memory_in_proportion(text):
    """Ten thousand links and a hundred thousand headings are read within bounds."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    note = parse_note(text.encode(), path="a.md")
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert len(note.card.links) + len(note.sections) >= 10_000
    assert after.ru_utime - before.ru_utime < 20
    assert after.ru_maxrss - before.ru_maxrss < 1_000_000
