"""Tables and lines keep to the width there is, and lose nothing of what they say."""

from __future__ import annotations

import os
import pty
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteweb.cli.layout import Painted, find_width, wrap, write_line, write_table
from noteweb.text.width import measure

LETTERS = st.text(st.sampled_from("ab …é字 -"), max_size=60)
HEAD = ("claim", "verdict", "reason")
ROWS = [
    ("a-claim-of-some-length", "supported (was refuted)", "why it is so, in a good many words"),
    ("b", "refuted", "-"),
]


@given(LETTERS, st.integers(2, 40), st.integers(2, 40))
def test_wrapping_loses_nothing_and_keeps_to_its_room(text, first, rest):
    """All letters come in their order, and no line takes more cells than it has."""
    lines = list(wrap(text, first, rest))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line) <= (rest if number else first) for number, line in enumerate(lines))


def test_cells_are_counted_as_a_terminal_shows_them():
    """A Chinese letter takes two cells, an accent that is set on another none."""
    assert (measure("ab"), measure("字"), measure("e\u0301"), measure("\u200b")) == (2, 2, 1, 0)


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
def test_a_table_fits_and_says_everything(columns, capsys, monkeypatch):
    """Columns without room stand below their row with their name; no line is too long."""
    monkeypatch.setenv("COLUMNS", str(columns))
    write_table(HEAD, ROWS)
    out = capsys.readouterr().out
    assert max(map(measure, out.splitlines())) <= columns
    packed = re.sub(r"\s", "", out)
    for cell in ROWS[0]:
        assert re.sub(r"\s", "", cell) in packed
    assert "a-claim" in out
    assert ("reason: " in out) is (columns < 80)


def test_a_pipe_gets_one_line_a_row(capsys, monkeypatch):
    """Where nobody watches and no width is set, lines are as long as they are."""
    monkeypatch.delenv("COLUMNS", raising=False)
    write_table(HEAD, [("a", "b", "word " * 100)])
    assert len(capsys.readouterr().out.splitlines()) == 2
    for odd in ("", "wide", "-3"):
        monkeypatch.setenv("COLUMNS", odd)
        assert find_width() == sys.maxsize


def test_a_terminal_says_how_wide_it_is(monkeypatch):
    """Without COLUMNS the width is that of the terminal that the output goes to."""
    import fcntl
    import struct
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    above, below = pty.openpty()
    fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 57, 0, 0))
    with os.fdopen(below, "w") as stream, os.fdopen(above, "rb"):
        monkeypatch.setattr(sys, "stdout", stream)
        assert find_width() == 57


def test_a_long_line_is_set_in(capsys, monkeypatch):
    """What goes on stands deeper than where it began, and words keep their style where they fit."""
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setitem(write_line.__globals__["typer"].echo.__globals__, "should_strip_ansi", no)
    write_line("  because", "of one thing and of another thing")
    write_line(Painted("good", fg="green"), "word")
    assert capsys.readouterr().out.splitlines() == [
        "  because of one thing and of",
        "      another thing",
        "\x1b[32mgood\x1b[0m word",
    ]


def no(*_):
    """Leave our colours in, as for a terminal."""
    return False


def test_an_empty_table_is_nothing(capsys):
    """Not even its head."""
    write_table(HEAD, [])
    assert capsys.readouterr().out == ""
