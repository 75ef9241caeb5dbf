"""Repairs: shown, written only when asked, exact, and all or nothing."""

from __future__ import annotations

import os
import stat

import pytest

from noteweb.cli import run
from noteweb.errors import WriteFailed
from noteweb.mend import replace_bytes, write_repair
from noteweb.web import NoteWeb

GOOD = "---\ntitle: Проверка\n---\n\nТекст заметки — с тире, «кавычками» и ёлкой.\n"


@pytest.fixture
def vault(tmp_path):
    """Give a vault with one damaged and one sound note."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "sound.md").write_text(GOOD, encoding="utf-8")
    damaged = GOOD.encode("utf-8").decode("mac_roman")
    (tmp_path / "damaged.md").write_text(damaged, encoding="utf-8")
    return tmp_path


def test_a_damaged_note_is_found_as_if_it_were_sound(vault, capsys):
    """Without touching the file, title and text are read as they were meant."""
    before = (vault / "damaged.md").read_bytes()
    assert run(["query", "заметка", "-C", str(vault), "--format", "paths", "-q"]) == 0
    assert set(capsys.readouterr().out.split()) == {"damaged.md", "sound.md"}
    assert (vault / "damaged.md").read_bytes() == before


def test_repair_shows_and_writes_only_when_told(vault, capsys):
    """Looking changes nothing; --write gives the bytes that the note once had."""
    before = (vault / "damaged.md").read_bytes()
    assert run(["repair", "-C", str(vault)]) == 0
    out, err = capsys.readouterr()
    assert "damaged.md" in out
    assert "mac_roman" in out
    assert "Проверка" in out
    assert "--write" in err
    assert (vault / "damaged.md").read_bytes() == before
    assert run(["repair", "--write", "-C", str(vault)]) == 0
    assert (vault / "damaged.md").read_bytes() == GOOD.encode("utf-8")
    assert (vault / "sound.md").read_bytes() == GOOD.encode("utf-8")
    assert run(["repair", "-C", str(vault)]) == 1


def test_permissions_are_kept(vault):
    """The restored file can be read by whoever could read it before."""
    (vault / "damaged.md").chmod(0o640)
    assert run(["repair", "--write", "-q", "-C", str(vault)]) == 0
    assert stat.S_IMODE((vault / "damaged.md").stat().st_mode) == 0o640


def test_a_read_only_note_is_left_alone(vault, capsys):
    """Whoever asks, root too: where nobody may write the file, one line says so."""
    damaged = vault / "damaged.md"
    before = damaged.read_bytes()
    damaged.chmod(0o444)
    assert run(["repair", "--write", "-q", "-C", str(vault)]) == 3
    assert "damaged.md: it is read-only" in capsys.readouterr().err
    assert damaged.read_bytes() == before
    assert stat.S_IMODE(damaged.stat().st_mode) == 0o444
    damaged.chmod(0o644)
    assert run(["repair", "--write", "-q", "-C", str(vault)]) == 0


def test_a_note_edited_meanwhile_is_left_alone(vault):
    """A file that changed since it was read is not overwritten."""
    with NoteWeb.open(vault) as web:
        (found,) = web.repairs()
        edited = b"another editor was here"
        (vault / "damaged.md").write_bytes(edited)
        with pytest.raises(WriteFailed, match="changed while"):
            write_repair(web.root, found)
    assert (vault / "damaged.md").read_bytes() == edited


def test_a_repair_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    """When the disk refuses, the old bytes stand and nothing is left lying about."""
    path = tmp_path / "a.md"
    path.write_bytes(b"old")

    def refuse(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(WriteFailed, match="No space left"):
            replace_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    replace_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    fresh = tmp_path / "b.md"
    replace_bytes(fresh, b"new file")
    assert fresh.read_bytes() == b"new file"
