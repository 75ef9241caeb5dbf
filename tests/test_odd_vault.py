"""Whatever a folder holds, each command ends with an answer or one line, within bounds."""

from __future__ import annotations

import json
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
    ["related", "plain", "--why"],
    ["graph", "suggest"],
    ["graph", "plot", "plain"],
    ["activate", "plain.md", "--gaps", "--claims"],
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
    (tmp_path / "plain.md").write_text("Of foxes, and of all that a plain note holds.\n", "utf-8")
    for words in _COMMANDS:
        code = run([*words, "--vault", str(odd)])
        out, err = capsys.readouterr()
        assert code in (0, 1, 3), (words, err)
        assert "Traceback" not in err
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]", out + err), words
        if code == 3:
            assert len(err.splitlines()) <= 2, (words, err)


def test_a_name_of_two_lines_is_shown_on_one(odd, monkeypatch, capsys, tmp_path):
    """What stands behind a line end in a file's name does not pass for a line of ours."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for words in (
        ["query", "note", "-k", "90"],
        ["check"],
        ["related", "plain", "-k", "90"],
        ["claims"],
    ):
        run([*words, "--vault", str(odd)])
        out = capsys.readouterr().out
        assert not re.search("^line", out, re.MULTILINE), words
        assert "new␊line" in out or "new line" in out, words


def test_many_problems_of_a_kind_are_summed_up(tmp_path, capsys):
    """A thousand dead links of a note are ten lines for a reader and all of them for a program."""
    (tmp_path / "noteweb.toml").write_text('model = "none"', "utf-8")
    (tmp_path / "a.md").write_text("[[gone]] " * 1_000, "utf-8")
    (tmp_path / "b.md").write_text("[[gone]] " * 10, "utf-8")
    run(["check", "--vault", str(tmp_path), "--quiet"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(".")[0] for line in lines] == ["a"] * 10 + ["b"] * 10
    assert lines[9].endswith("link-unresolved  991 more; all of them: noteweb check --format csv")
    run(["check", "--vault", str(tmp_path), "--quiet", "--format", "jsonl"])
    assert len(capsys.readouterr().out.splitlines()) == 1_010


def test_notes_that_are_one_file_elsewhere_are_a_hint(tmp_path, capsys):
    """Both are read here, each link finds its own, and `check` tells what happens elsewhere."""
    (tmp_path / "noteweb.toml").write_text('model = "none"', "utf-8")
    for name in ("Café", "Cafe\u0301", "Note", "note"):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n[[Café]] [[Cafe\u0301]] [[note]]", "utf-8")
    assert run(["check", "--vault", str(tmp_path), "--format", "jsonl", "-q"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["path"], each["code"]) for each in told] == [
        ("Café.md", "path-twice"),
        ("note.md", "path-twice"),
    ]


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
