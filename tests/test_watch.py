"""An index that follows its notes: what is saved is found, and what goes wrong is waited out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import noteweb.watch.event
from noteweb.config import Config
from noteweb.watch import keep, mount
from noteweb.watch.event import watch_folder
from noteweb.web import NoteWeb

SMALL = Path(__file__).parent / "vaults" / "small"

#: Longer than any update takes beside other work; it is waited only where a test fails.
PATIENCE_S = 30


@pytest.fixture
def vault(tmp_path):
    """Give a copy of the small vault, with an index."""
    folder = Path(shutil.copytree(SMALL, tmp_path / "vault"))
    with NoteWeb.open(folder, model="hashing") as web:
        web.sync()
    return folder


@pytest.fixture
def followed(vault):
    """Give a vault with the updates of an index that the kernel's word already reaches."""
    with NoteWeb.open(vault, model="hashing") as web:
        updates = web.keep_current()
        write(vault / "First.md", "A first note.")
        assert next(updates).report.n_added == 1
        yield web, updates


def held_mb():
    """Give the memory of this process, but for files that it has mapped."""
    found = Path("/proc/self/status").read_text(encoding="ascii").split("RssAnon:")[1]
    return int(found.split()[0]) / 1024


def found(web, words):
    """Give the ids of the notes that another process would find."""
    with NoteWeb.open(web.root, model="hashing") as other:
        other.refresh = lambda **_: None  # as it is
        return [hit.note_id for hit in other.search(words, mode="text")]


@pytest.mark.skipif(sys.platform != "linux", reason="the C library gives back by itself, or not")
def test_memory_that_is_free_is_given_back(followed):
    """What the C library kept for whom it was asked is the system's again with each update."""
    web, updates = followed
    made = [bytes(1000) for _ in range(40_000)]
    last = made.pop()  # at the top, so that nothing below it is given back
    del made
    before = held_mb()
    write(web.root / "New.md", "The zyzzyva rests.")
    next(updates)
    assert held_mb() < before - 30
    assert last


def test_what_is_saved_is_found(followed):
    """A note that is written while the index is followed can be searched after one update."""
    web, updates = followed
    write(web.root / "New.md", "The zyzzyva rests.")
    assert next(updates).report.n_added == 1
    assert found(web, "zyzzyva") == ["New"]


def write(path, text):
    """Save as editors do: beside, then in one step in its place."""
    partial = path.with_suffix(".tmp")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def test_a_folder_may_be_moved_and_deleted(followed):
    """The notes of a folder that moves keep their vectors; those of one that goes are gone."""
    web, updates = followed
    folder = web.root / "sub"
    folder.mkdir()
    write(folder / "One.md", "The zyzzyva rests.")
    assert next(updates).report.n_added == 1
    folder.rename(web.root / "elsewhere")
    moved = next(updates).report
    assert (moved.n_added, moved.n_removed, moved.n_embedded) == (1, 1, 0)
    assert found(web, "zyzzyva") == ["elsewhere/One"]
    shutil.rmtree(web.root / "elsewhere")
    assert next(updates).report.n_removed == 1
    assert found(web, "zyzzyva") == []


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    [
        ("Note.md", True),
        ("deep/er/Note.markdown", True),
        ("noteweb.toml", True),
        (".Note.md.swp", False),
        ("Note.md~", False),
        (".#Note.md", False),
        ("#Note.md#", False),
        ("Note.md.tmp", False),
        (".syncthing.Note.md.tmp", False),
        (".noteweb/manifest.json", False),
        (".obsidian/workspace.json", False),
        ("picture.png", False),
    ],
)
def test_what_is_no_note_wakes_nobody(tmp_path, name, is_wanted):
    """Swap files, what sync programs leave, and the index itself cause no look at the notes."""
    heard = noteweb.watch.event._Filter(tmp_path)
    assert heard(2, str(tmp_path / name)) is is_wanted
    assert heard(1, str(tmp_path / name)) is is_wanted


def test_settings_are_followed(followed):
    """Another noteweb.toml counts from when it is saved; a broken one is told once, in a line."""
    web, updates = followed
    settings = web.root / "noteweb.toml"
    n_notes = web.report.n_notes
    write(settings, 'ignore = ["First.md"]\n')
    assert next(updates).report.n_notes == n_notes - 1
    write(settings, "ignore = 3\n")
    failure = next(updates).failure
    assert "'ignore' must be a list" in failure.message
    settings.unlink()
    assert next(updates).report.n_notes == n_notes


def test_a_vault_that_vanishes_is_awaited(followed):
    """A vault that is moved away costs no note; where it is back, it is followed again."""
    web, updates = followed
    away = web.root.with_name("away")
    web.root.rename(away)
    assert "is gone; waiting" in next(updates).failure.message
    web.root.mkdir()  # a mount point whose mount is not there
    time.sleep(keep.PULSE_S * 1.5)
    assert not list(web.root.iterdir())
    web.root.rmdir()
    away.rename(web.root)
    assert not next(updates).report.is_changed
    write(web.root / "Back.md", "The zyzzyva is back.")
    assert next(updates).report.n_added == 1


def test_a_failure_is_told_once_and_tried_again(followed, monkeypatch):
    """What cannot be written now is written as soon as it can be."""
    web, updates = followed
    monkeypatch.setattr(keep, "_TRY_AGAIN_S", 0.1)
    replace = noteweb.index.folder.Index.replace
    monkeypatch.setattr(noteweb.index.folder.Index, "replace", full)
    write(web.root / "A.md", "The zyzzyva rests.")
    assert "No space left" in next(updates).failure.message
    monkeypatch.setattr(noteweb.index.folder.Index, "replace", replace)
    assert next(updates).report is not None
    assert found(web, "zyzzyva") == ["A"]


def full(index, name, _):
    """Refuse to write, as a full disk does."""
    from noteweb.errors import WriteFailed

    raise WriteFailed(index.folder / name, "No space left on device")


def test_without_the_kernel_the_notes_are_looked_at(vault, monkeypatch):
    """Where no watch is left, or on a network's file system, changes are found by looking."""
    told = []
    monkeypatch.setattr(noteweb.watch.event, "PULSE_S", 0.05)
    monkeypatch.setattr(noteweb.watch.event, "find_remote", lambda _: "nfs4")
    words = watch_folder(vault, Config(), told.append)
    assert next(words)
    assert not next(words)
    write(vault / "A.md", "x")
    assert next(words)
    assert f"{vault} lies on nfs4; the notes are looked at every" in told[0]


def test_watches_may_run_out(vault, monkeypatch):
    """A kernel that refuses a watch is told, and replaced by looking."""

    def refuse(_):
        raise OSError(28, "No space left on device")
        yield

    told = []
    monkeypatch.setattr(noteweb.watch.event, "_listen", refuse)
    monkeypatch.setattr(noteweb.watch.event, "PULSE_S", 0.05)
    words = watch_folder(vault, Config(), told.append)
    assert next(words)
    assert not next(words)
    assert "the kernel watches no more folders" in told[0]


def test_a_networks_mount_is_known(tmp_path, monkeypatch):
    """The file system is that of the mount nearest above, its name read with its blanks."""
    table = tmp_path / "mountinfo"
    table.write_text(
        "1 0 0:1 / / rw - ext4 /dev/a rw\n"
        f"2 1 0:2 / {tmp_path}/my\\040notes rw shared:1 - nfs4 host:/a rw\n"
        f"3 2 0:3 / {tmp_path}/my\\040notes/here rw - ext4 /dev/b rw\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(mount, "_MOUNTS", table)
    assert mount.find_remote(tmp_path / "my notes" / "deep") == "nfs4"
    assert mount.find_remote(tmp_path / "my notes" / "here") == ""
    assert mount.find_remote(tmp_path / "my") == ""


def test_the_command_follows_until_it_is_stopped(vault):
    """`index --watch` tells each update in one line, and Ctrl-C ends it with 130."""
    running = subprocess.Popen(
        [sys.executable, "-m", "noteweb", "index", "--watch", "--model", "hashing", "-C", vault],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # Whoever started the tests in the background had them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread
    )
    try:
        assert "nothing changed" in running.stderr.readline()
        assert "watching" in running.stderr.readline()
        write(vault / "New.md", "The zyzzyva rests.")
        assert "1 new" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        _, rest = running.communicate(timeout=PATIENCE_S)
    finally:
        running.kill()
    assert rest.startswith("noteweb: stopped")
    assert running.returncode == 130
