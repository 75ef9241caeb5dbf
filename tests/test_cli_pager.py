"""Long answers go through a pager: only to a terminal, only what is longer, never in the way."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import sys
import termios
import threading
from pathlib import Path

import pytest

from noteweb.cli import run
from noteweb.cli.pager import find_pager, paged

HERE = Path(__file__).parent
LONG = ["show", "QMP", "-q"]


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """Give a function that runs a command on a small terminal: its code and what was shown."""
    folder = tmp_path / "vault"
    shutil.copytree(HERE / "vaults" / "small", folder)
    monkeypatch.chdir(folder)
    for name in ("NOTEWEB_VAULT", "NOTEWEB_PAGER", "PAGER", "LESS", "COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    def play(arguments, rows=8):
        above, below = pty.openpty()
        fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        shown = []
        reader = threading.Thread(target=read_all, args=(above, shown))
        reader.start()
        out, err = os.fdopen(below, "w", encoding="utf-8"), os.fdopen(os.dup(below), "w")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run(arguments)
        out.close()
        err.close()
        reader.join()
        os.close(above)
        return code, b"".join(shown).decode().replace("\r\n", "\n")

    return play


def read_all(end, into):
    """Read a terminal until nobody holds its other end."""
    while True:
        try:
            data = os.read(end, 4096)
        except OSError:
            return
        into.append(data)


@pytest.fixture
def pager(tmp_path, monkeypatch):
    """Set a pager that keeps what it is given, and with which settings; give its file."""
    script, kept = tmp_path / "my pager", tmp_path / "kept"
    script.write_text(f'#!/bin/sh\n{{ echo "$LESS|$1"; cat; }} > "{kept}"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PAGER", f"'{script}' -x")
    return kept


def test_what_is_longer_than_the_screen_is_paged(terminal, pager, monkeypatch):
    """All of it, in colour, with git's settings where none are; nothing else is shown."""
    assert terminal(LONG) == (0, "")
    settings, _, text = pager.read_text(encoding="utf-8").partition("\n")
    assert settings == "FRX|-x"
    assert "\x1b[1mQueen pheromone" in text
    assert text.count("\n") > 8
    pager.unlink()
    monkeypatch.setenv("LESS", "R")
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal(LONG)[0] == 0
    text = pager.read_text(encoding="utf-8")
    assert text.startswith("R|-x\n")
    assert "\x1b[3" not in text


def test_what_fits_is_shown_as_it_is(terminal, pager):
    """No pager starts for what the screen holds, prompt included."""
    code, text = terminal(LONG, rows=500)
    assert code == 0
    n_lines = text.count("\n")
    assert terminal(LONG, rows=n_lines + 1) == (0, text)
    assert not pager.exists()
    assert terminal(LONG, rows=n_lines) == (0, "")
    assert pager.exists()


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["--no-pager", *LONG], {}),
        ([*LONG, "--format", "json"], {}),
        (["export", "json", "-q", "--no-index"], {}),
        (LONG, {"NOTEWEB_PAGER": ""}),
        (LONG, {"NOTEWEB_PAGER": "cat"}),
        (LONG, {"PAGER": ""}),
        (LONG, {"TERM": "dumb"}),
        (LONG, {"PAGER": "no-such-program-here"}),
        (LONG, {"PAGER": "'open quote"}),
    ],
)
def test_no_pager_where_none_is_wanted_or_to_be_had(
    terminal, pager, monkeypatch, arguments, settings
):
    """Switched off, for programs, or a pager that cannot be started: plain, and no error."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    code, text = terminal(arguments)
    assert code == 0
    assert "Queen pheromone" in text
    assert "noteweb:" not in text
    assert len(text) > 8 * 80
    assert not pager.exists()


def test_a_pipe_is_never_paged(terminal, pager, capsys):
    """Where standard output is no terminal, nothing is held back."""
    assert run(LONG) == 0
    assert "Queen pheromone" in capsys.readouterr().out
    assert not pager.exists()


def test_a_pager_that_is_left_early_is_no_error(terminal, tmp_path, monkeypatch):
    """Who has seen enough leaves; the command ends with its own code and says nothing."""
    big = "".join(f"[[Nowhere {number}]]\n" for number in range(3000))
    Path("Big.md").write_text(big, encoding="utf-8")
    monkeypatch.setenv("PAGER", "true")
    code, text = terminal(["check"])
    assert code == 0
    assert text == "3002 info\n"  # the counts, after the pager


def test_what_is_told_stays_in_order(terminal, pager):
    """Counts on standard error come behind a short answer, and behind the pager of a long one."""
    _, text = terminal(["check"], rows=500)
    assert text.splitlines()[-1] == "2 info"
    assert terminal(["check"], rows=2) == (0, "2 info\n")
    assert pager.read_text(encoding="utf-8").endswith(text.removesuffix("2 info\n"))


def test_which_pager(monkeypatch):
    """NOTEWEB_PAGER before PAGER before less."""
    for name in ("NOTEWEB_PAGER", "PAGER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert find_pager() == ["less"]
    monkeypatch.setenv("PAGER", "more -s")
    assert find_pager() == ["more", "-s"]
    monkeypatch.setenv("NOTEWEB_PAGER", "most")
    assert find_pager() == ["most"]


def test_bytes_pass_what_is_held(monkeypatch):
    """Who writes bytes below the text gets the stream itself, behind what was held so far."""
    above, below = pty.openpty()
    with os.fdopen(below, "w", encoding="utf-8") as out, os.fdopen(above, "rb") as end:
        monkeypatch.setattr(sys, "stdout", out)
        with paged(["no-such-program-here"]):
            assert (sys.stdout.fileno(), sys.stdout.errors) == (out.fileno(), out.errors)
            with pytest.raises(TypeError):
                sys.stdout.write(b"")
            sys.stdout.write("held ")
            sys.stdout.buffer.write(b"raw\n")
            sys.stdout.buffer.flush()
        assert sys.stdout is out
        assert end.readline() == b"held raw\r\n"  # in one piece or in two
