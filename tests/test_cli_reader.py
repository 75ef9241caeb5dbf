"""Reading at the keyboard: keys do what the page says, and the terminal is given back."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from made_library import CRITERIA, make_library
from noteweb.cli import keyboard, reader
from noteweb.cli.keyboard import CLOSED, RESIZED, Keyboard, split_keys
from noteweb.cli.reader import Reader, find_address, open_browser
from noteweb.cli.sheet import Sheet, draw
from noteweb.library.write import write_csv
from noteweb.model.reference import Reference
from noteweb.screening.criteria import read_criteria
from noteweb.screening.label import read_answers
from noteweb.screening.session import Screening

LIBRARY, _ = make_library(12)
PATIENCE_S = 120  # of a busy machine
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Typed:
    """A keyboard whose keys are given beforehand; it keeps every page it was to show."""

    def __init__(self, keys, size=(80, 24)):
        self._keys = list(keys)
        self._size = size
        self.pages = []
        self.on_disk = []
        self.labels = None

    def read(self):
        """Give the next key, and what stood on disk when it was asked for."""
        self.on_disk.append(len(read_answers(self.labels)[0]))
        return self._keys.pop(0) if self._keys else CLOSED

    def forget(self):
        """Nothing is typed ahead."""

    def size(self):
        """Give the window's size."""
        return self._size

    def show(self, lines):
        """Keep a page without its colours."""
        self.pages.append([ANSI.sub("", line) for line in lines])


def play(tmp_path, keys, references=LIBRARY, opened=(), **options):
    """Read a library with these keys; give the screening and the keyboard."""
    labels = tmp_path / "answers.jsonl"
    screening = Screening.open(references, read_criteria(CRITERIA), labels=labels)
    typed = Typed(keys, **options)
    typed.labels = labels
    Reader(screening, typed, opened.append if opened != () else lambda _: False).read()
    return screening, typed


def test_each_key_gives_its_answer(tmp_path):
    """r, i and u answer the record on the page, in any case and in a Russian layout."""
    screening, typed = play(tmp_path, ["r", "I", "u", "к", "ш", "Г", "q"])
    answers = ["relevant", "irrelevant", "unsure"] * 2
    assert list(screening.answers.values()) == answers
    titles = {each.key: each.title for each in LIBRARY}
    for page, key in zip(typed.pages, screening.answers, strict=False):
        assert titles[key] in page


def test_an_answer_is_on_disk_before_the_next_record_is_shown(tmp_path):
    """When a key is waited for, every answer given before it can be read from the file."""
    _, typed = play(tmp_path, ["r", "i", "u", "r", "q"])
    assert typed.on_disk == [0, 1, 2, 3, 4]


def test_undo_takes_the_last_answer_back(tmp_path):
    """The key z brings the record again, unread; without an answer of this session it says so."""
    screening, typed = play(tmp_path, ["r", "i", "z", "z", "z", "q"])
    assert screening.answers == {}
    assert typed.pages[3][3] == typed.pages[1][3]
    assert "no answer of this session" in typed.pages[5][-2]


def test_a_skipped_record_comes_again_at_the_end(tmp_path):
    """The key s leaves a record unanswered until the others are read."""
    screening, typed = play(tmp_path, ["s", *"i" * 11, "r", "x"])
    first = typed.pages[0][3]
    assert [page[3] for page in typed.pages[1:12]].count(first) == 0
    assert typed.pages[12][3] == first
    assert list(screening.answers.values()) == ["irrelevant"] * 11 + ["relevant"]
    assert "Every record is read." in typed.pages[-1]


def test_the_last_answer_can_be_taken_back_at_the_end(tmp_path):
    """On the page that says all is read, z goes back to the last record."""
    screening, typed = play(tmp_path, [*"i" * 12, "z", "r", "q"])
    assert list(screening.answers.values())[-1] == "relevant"
    assert "12 of 12 read" in typed.pages[-1][0]


def test_unknown_keys_and_a_new_size_change_nothing(tmp_path):
    """Other keys answer nothing; a new size draws the same record again."""
    screening, typed = play(tmp_path, ["x", "\x1b[1;5H", RESIZED, "\x00", "q"])
    assert screening.answers == {}
    assert all(page == typed.pages[0] for page in typed.pages)


def test_a_closed_terminal_ends_the_reading(tmp_path):
    """Where no key can come any more, the answers stand and the reading ends."""
    screening, _ = play(tmp_path, ["r"])
    assert len(screening.answers) == 1


def test_long_texts_scroll(tmp_path):
    """Down and space go on, up goes back, no further than the text; the next record begins anew."""
    long = [
        Reference(key=str(n), title=f"t{n}", abstract=" ".join(f"w{k}" for k in range(400)))
        for n in range(3)
    ]
    keys = ["down", "up", " ", *["page down"] * 30, "i", "q"]
    _, typed = play(tmp_path, keys, long, size=(40, 12))
    tops = [page[3] for page in typed.pages]
    assert tops[1] == typed.pages[0][4]
    assert tops[2] == tops[0]
    assert "w399" in " ".join(typed.pages[-3])
    assert "more" not in " ".join(typed.pages[-3])
    assert tops[-1].startswith("t")


def test_help_is_shown_and_left(tmp_path):
    """? shows every key, any key goes back to the record, which stays unanswered."""
    screening, typed = play(tmp_path, ["?", RESIZED, "down", "r", "q"])
    assert any("undo" in line for line in typed.pages[1])
    assert typed.pages[-1][3] == typed.pages[0][3]
    assert screening.answers == {}


def test_a_doi_is_opened_or_shown(tmp_path):
    """The key o gives the address to a browser, or shows it where there is none."""
    opened = [True]
    bees = [Reference(key="a", title="bees", doi="10.1/a b"), Reference(key="b", title="ice")]
    _, typed = play(tmp_path, ["o", "i", "o", "q"], bees)
    assert "no browser here: https://doi.org/10.1/a%20b" in typed.pages[1][-2]
    assert "neither DOI nor web address" in typed.pages[-1][-2]
    screening = Screening.open(bees, read_criteria("bees"), labels=tmp_path / "b.jsonl")
    typed = Typed(["o"])
    typed.labels = tmp_path / "b.jsonl"
    Reader(screening, typed, lambda address: opened.append(address) is None).read()
    assert opened[1:] == ["https://doi.org/10.1/a%20b"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("--help", ""),
        ("http://[bad", ""),
    ],
)
def test_only_the_web_is_opened(url, address):
    """What a library calls an address is no way to open files or run scripts."""
    assert find_address(Reference(key="a", url=url)) == address


def test_a_browser_is_started_where_there_is_a_window(monkeypatch):
    """The address is one argument of Python's own browser; without a window none is started."""
    started = []
    monkeypatch.setattr(reader.subprocess, "Popen", lambda command, **_: started.append(command))
    assert not open_browser("https://a", {})
    assert open_browser("https://a", {"DISPLAY": ":0"})
    assert started == [[sys.executable, "-m", "webbrowser", "https://a"]]


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 4), (8, 2), (1, 1), (200, 60)])
def test_a_page_fits_its_window(tmp_path, size):
    """Whatever the window, a page has as many lines, none wider, and no control character."""
    wild = Reference(
        key="\x1b]0;x\x07", title="蜂蜜 bees \x1b[2J " * 9, abstract="\u202e" + "пчёлы honey " * 99,
        authors=("A",) * 9, year=2001, journal="J", url="https://a\x9b31m",
    )  # fmt: skip
    screening = Screening.open([wild], read_criteria(CRITERIA), labels=tmp_path / "a.jsonl")
    sheet = Sheet(
        standing=screening.progress(), reference=wild, words=frozenset(["bee", "honey"]),
        message="\x1b]0;\x9b" + "m" * 300,
    )  # fmt: skip
    for offset in (0, 3, 10**6):
        lines, most = draw(sheet, size, offset)
        assert len(lines) == size[1]
        assert most >= 0
        for line in lines:
            plain = ANSI.sub("", line)
            assert plain.isprintable(), plain
            assert measure(plain) <= max(size[0], 2)  # no wide sign fits into one column


def measure(text):
    """Give how many cells a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def test_words_that_matched_are_marked(tmp_path):
    """A word whose stem the criteria hold is marked, another is not."""
    honey = Reference(key="a", title="Combs", abstract="much honey lies in tombs")
    screening = Screening.open([honey], read_criteria("honey"), labels=tmp_path / "a.jsonl")
    sheet = Sheet(
        standing=screening.progress(), reference=honey, words=frozenset(["honey", "comb"])
    )
    page = "\n".join(draw(sheet, (80, 24))[0])
    assert re.search(r"\x1b\[1;32mhoney\x1b\[0m", page)
    assert re.search(r"\x1b\[1;32mCombs\x1b\[0m", page)
    assert "mtombs" not in page


def test_keys_come_apart():
    """Letters, arrows and pasted text are single keys; an unknown sequence is one key."""
    assert split_keys("ri\x1b[A\x1bOBи\x1b[5~\x1b") == [
        "r", "i", "up", "down", "и", "page up", "\x1b",
    ]  # fmt: skip


@pytest.fixture
def terminal():
    """Open a terminal: what a person types into, and the files that a program has of it."""
    person, program = pty.openpty()
    with os.fdopen(program, "r+b", buffering=0) as raw, open(program, "w", closefd=False) as sink:
        yield person, raw, sink
    try:
        os.close(person)
    except OSError as error:
        assert error.errno == errno.EBADF  # noqa: PT017 - a test hung up


def test_keys_come_one_at_a_time(terminal):
    """Keys are read as typed, a letter of two bytes and a sequence in two parts as one."""
    person, raw, sink = terminal
    with Keyboard(raw, sink) as keys:
        os.write(person, "rк".encode() + b"\x1b[")
        assert [keys.read(), keys.read()] == ["r", "к"]
        os.write(person, b"i\xd0")
        assert keys.read() == "\x1b["
        assert keys.read() == "i"
        os.write(person, b"\xba")
        assert keys.read() in ("\x00", "к")
        os.write(person, b"iii")
        select.select([raw], [], [], PATIENCE_S)
        keys.forget()
        os.write(person, b"q")
        assert keys.read() == "q"


def test_a_page_replaces_the_one_before(terminal):
    """Lines are written from the top, what is left of the old page is cleared."""
    person, raw, sink = terminal
    with Keyboard(raw, sink) as keys:
        keys.show(["one", "two"])
        assert keys.size() == (0, 0) or min(keys.size()) > 0
    end = "\x1b[?25h\x1b[?1049l"
    shown = ""
    while end not in shown:  # a terminal gives what has come so far
        shown += os.read(person, 4096).decode()
    assert "\x1b[Hone\x1b[K\r" in shown.replace("\r\r", "\r")
    assert shown.endswith(end)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_gives_the_terminal_back(terminal, number):
    """A signal that ends the process ends it with the terminal and the handlers as before."""
    _, raw, sink = terminal
    before, handler = termios.tcgetattr(raw), signal.getsignal(number)
    with pytest.raises(SystemExit) as ended, Keyboard(raw, sink):
        os.kill(os.getpid(), number)
    assert ended.value.code == 128 + number
    assert termios.tcgetattr(raw) == before
    assert signal.getsignal(number) == handler


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_exception_gives_the_terminal_back(terminal, error):
    """Ctrl-C and any fault leave the terminal as it was."""
    _, raw, sink = terminal
    before = termios.tcgetattr(raw)
    with pytest.raises(error), Keyboard(raw, sink):
        raise error
    assert termios.tcgetattr(raw) == before


def test_a_terminal_that_cannot_be_taken_leaves_no_handler(terminal, monkeypatch):
    """Where entering fails, the handlers are those from before."""
    _, raw, sink = terminal
    handler = signal.getsignal(signal.SIGWINCH)
    monkeypatch.setattr(keyboard, "_OPEN", None)
    with pytest.raises(TypeError), Keyboard(raw, sink):
        pass
    assert signal.getsignal(signal.SIGWINCH) == handler


def test_a_stopped_job_gives_the_terminal_back_and_takes_it_again(terminal, monkeypatch):
    """Ctrl-Z leaves the terminal as it was while the job rests, and then draws the page anew."""
    _, raw, sink = terminal
    before, while_stopped = termios.tcgetattr(raw), []
    with Keyboard(raw, sink) as keys:
        taken = termios.tcgetattr(raw)
        monkeypatch.setattr(
            keyboard.os, "kill", lambda *_: while_stopped.append(termios.tcgetattr(raw))
        )
        signal.raise_signal(signal.SIGTSTP)
        assert termios.tcgetattr(raw) == taken
        assert keys.read() == RESIZED
    assert while_stopped == [before]
    assert taken != before


def test_a_new_size_is_told(terminal):
    """A change of the window's size wakes who waits for a key."""
    _, raw, sink = terminal
    with Keyboard(raw, sink) as keys:
        os.kill(os.getpid(), signal.SIGWINCH)
        assert keys.read() == RESIZED


def test_a_terminal_that_is_gone_is_told(terminal):
    """Where the window is closed, reading ends instead of waiting for ever."""
    person, raw, sink = terminal
    with Keyboard(raw, sink) as keys:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.close(person)
        assert keys.read() == CLOSED


def take_terminal():
    """Make standard input the terminal that sends this process Ctrl-C, also from a background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Session:
    """`noteweb screen --interactive` in a terminal of its own."""

    def __init__(self, folder):
        self.person, program = pty.openpty()
        fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(program)
        command = [sys.executable, "-m", "noteweb", "screen", "refs.csv", "--criteria",
                   "criteria.md", "--model", "none", "-i"]  # fmt: skip
        self.child = subprocess.Popen(
            command, cwd=folder, stdin=program, stdout=program, stderr=program,
            start_new_session=True, preexec_fn=take_terminal,  # noqa: PLW1509 - no thread runs
            env=os.environ | {"NO_COLOR": "1", "TERM": "xterm"},
        )  # fmt: skip
        self.program = program
        self.shown = ""

    def wait_for(self, text):
        """Wait until a text is shown; what was shown before it is dropped."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.shown:
            assert select.select([self.person], [], [], deadline - time.monotonic())[0], self.shown
            self.shown += ANSI.sub("", os.read(self.person, 65536).decode("utf-8", "replace"))
        self.shown = self.shown.partition(text)[2]

    def type(self, keys):
        """Type keys."""
        os.write(self.person, keys.encode())

    def end(self):
        """Wait for the end and give the exit code; the terminal must be as before."""
        code = self.child.wait(PATIENCE_S)
        assert termios.tcgetattr(self.program) == self.before
        return code


@pytest.fixture
def session(tmp_path):
    """Start a reading of the made library."""
    (tmp_path / "refs.csv").write_text(write_csv(LIBRARY))
    (tmp_path / "criteria.md").write_text(CRITERIA)
    begun = Session(tmp_path)
    yield begun
    begun.child.kill()
    begun.child.wait()
    os.close(begun.person)
    os.close(begun.program)


def read_keys(tmp_path):
    """Give the answers on disk, in order."""
    lines = (tmp_path / "refs.csv.labels.jsonl").read_text().splitlines()
    return [json.loads(line)["answer"] for line in lines]


def test_a_reading_in_a_terminal(tmp_path, session):
    """A person answers, makes the window smaller, quits, and finds the terminal as it was."""
    session.wait_for("0 of 12 read")
    session.wait_for("q quit")
    session.type("r")
    session.wait_for("1 of 12 read")
    session.wait_for("q quit")
    fcntl.ioctl(session.program, termios.TIOCSWINSZ, struct.pack("HHHH", 8, 60, 0, 0))
    os.kill(session.child.pid, signal.SIGWINCH)
    session.wait_for("1 of 12 read")
    session.wait_for("q quit")
    session.type("i")
    session.wait_for("2 of 12 read")
    session.wait_for("q quit")
    session.type("q")
    assert session.end() == 0
    assert read_keys(tmp_path) == ["relevant", "irrelevant"]


def test_ctrl_c_keeps_what_was_answered(tmp_path, session):
    """Ctrl-C ends with 130 and one line; the answer given stands."""
    session.wait_for("0 of 12 read")
    session.wait_for("q quit")
    session.type("u")
    session.wait_for("1 unsure")
    session.wait_for("q quit")
    session.type("\x03")
    session.wait_for("noteweb: stopped")
    assert session.end() == 130
    assert read_keys(tmp_path) == ["unsure"]
