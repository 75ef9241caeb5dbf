"""What becomes of an index whose files are damaged, lost or out of reach, as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from noteweb.cli import run

SMALL = Path(__file__).parent / "vaults" / "small"


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a copy of the small vault."""
    folder = tmp_path / "vault"
    shutil.copytree(SMALL, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    return folder


def as_json(capfd, *words):
    """Run a command and give its exit code and its JSON."""
    code = run([*words, "--format", "json"])
    return code, json.loads(capfd.readouterr().out)


def noise(n_bytes):
    """Give random bytes, the same ones each time."""
    return np.random.default_rng(0).bytes(n_bytes)


def spoil_text(folder):
    """Overwrite the files of a text index in place but for their ends, as a failing disk may."""
    for path in sorted(folder.glob("*.fast")) + sorted(folder.glob("*.idx")):
        data = path.read_bytes()
        path.write_bytes(noise(len(data) - 120) + data[-120:])


def test_a_damaged_text_index_mends_itself(capfd, vault):
    """Random bytes inside the words' files are noticed before they are used, in one line."""
    _, before = as_json(capfd, "query", "swarm", "-q")
    spoil_text(vault / ".noteweb" / "text")
    assert run(["query", "swarm", "--format", "json"]) == 0
    told = capfd.readouterr()
    assert told.err == "index: 4 notes, 24 passages; text index made anew\n"
    assert json.loads(told.out) == before


def test_damage_that_no_time_stamp_tells_is_found_by_index(capfd, vault):
    """A bit that flips on the disk leaves size and time alone; index and status read the bytes."""
    _, before = as_json(capfd, "query", "swarm", "-q")
    path = next((vault / ".noteweb" / "text").glob("*.idx"))
    found, data = path.stat(), path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert as_json(capfd, "status")[1]["damaged"] == ["words"]
    assert run(["index"]) == 0
    assert "text index made anew" in capfd.readouterr().err
    assert as_json(capfd, "status")[1]["damaged"] == []
    assert as_json(capfd, "query", "swarm", "-q")[1] == before


def test_a_copied_index_is_no_damaged_one(capfd, vault, tmp_path):
    """Other time stamps alone make nothing anew."""
    assert run(["index", "-q"]) == 0
    for path in (vault / ".noteweb" / "text").iterdir():
        os.utime(path, ns=(1, 1))
    assert run(["index"]) == 0
    assert "nothing changed" in capfd.readouterr().err


@pytest.mark.parametrize("kept", [0, 1_000, 9_000])
def test_damaged_vectors_are_refused_and_made_anew(capfd, vault, kept):
    """No answer comes from noise: one line, code 3; index embeds what is damaged and no more."""
    _, before = as_json(capfd, "query", "swarm", "-q")
    _, related = as_json(capfd, "related", "Winter cluster", "-q")
    path = vault / ".noteweb" / "vectors-0.f32"
    data = path.read_bytes()
    path.write_bytes(data[:kept] + noise(len(data) - kept))
    for words in (["query", "swarm"], ["related", "Winter cluster"]):
        assert run(words) == 3
        told = capfd.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 2
        assert "no unit vectors" in told.err
    assert as_json(capfd, "status")[1]["damaged"] == ["vectors"]
    assert run(["index"]) == 0
    n_rows = len(data) // 1_024
    n_damaged = n_rows - kept // 1_024
    assert f"{n_damaged} passages embedded, {n_damaged} vectors were damaged" in (
        capfd.readouterr().err
    )
    assert as_json(capfd, "query", "swarm", "-q")[1] == before
    assert as_json(capfd, "related", "Winter cluster", "-q")[1] == related


def test_lost_vectors_are_made_anew(capfd, vault):
    """A vector file that is gone or cut off is embedded again by index."""
    _, before = as_json(capfd, "query", "swarm", "-q")
    for spoil in (lambda path: path.unlink(), lambda path: os.truncate(path, 3_000)):
        (path,) = (vault / ".noteweb").glob("vectors-*.f32")
        spoil(path)
        assert run(["query", "swarm"]) == 3
        assert run(["index", "-q"]) == 0
        capfd.readouterr()
        assert as_json(capfd, "query", "swarm", "-q")[1] == before


@pytest.fixture
def read_only(vault, tmp_path, monkeypatch):
    """Index the vault, then let nobody write into it; give the user's cache folder."""
    assert run(["index", "-q"]) == 0
    (vault / ".noteweb" / "text" / "meta.json").chmod(0o400)
    access = os.access

    def deny(path, mode, **options):
        is_inside = Path(os.fsdecode(path)).is_relative_to(vault)
        return not (mode & os.W_OK and is_inside) and access(path, mode, **options)

    monkeypatch.setattr(os, "access", deny)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_index_of_a_read_only_vault_is_taken_over(capfd, vault, read_only, monkeypatch):
    """Nothing is embedded again: the index is copied, with one line that says where to, once."""
    before = {path: path.read_bytes() for path in vault.rglob("*") if path.is_file()}
    monkeypatch.setattr("noteweb.embed.hashing.HashingEmbedder.encode", None)
    assert run(["query", "swarm"]) == 0
    told = capfd.readouterr()
    assert len(told.err.splitlines()) == 1
    assert f"its index was copied to {read_only}" in told.err
    assert run(["query", "swarm"]) == 0
    assert capfd.readouterr() == (told.out, "")
    assert {path: path.read_bytes() for path in vault.rglob("*") if path.is_file()} == before


def test_a_newer_index_of_a_read_only_vault_is_taken_over_again(capfd, vault, read_only):
    """Whoever may write has indexed again: their index counts, not the old copy."""
    assert run(["query", "swarm", "-q"]) == 0
    path = vault / ".noteweb" / "index.sqlite"
    os.utime(path, ns=(path.stat().st_mtime_ns + 10**12,) * 2)
    capfd.readouterr()
    assert run(["query", "swarm"]) == 0
    assert "copied to" in capfd.readouterr().err


def test_a_read_only_vault_without_an_index_says_where_it_is_kept(capfd, vault, read_only):
    """An index that has to be made elsewhere is told, once."""
    shutil.rmtree(vault / ".noteweb")
    assert run(["query", "swarm"]) == 0
    assert f"its index is kept in {read_only}" in capfd.readouterr().err
    assert run(["query", "swarm"]) == 0
    assert capfd.readouterr().err == ""


def test_a_note_that_became_unreadable_is_told_and_kept(capfd, vault, monkeypatch):
    """Time and size do not tell; index, status and check do, and the note is still found."""
    assert run(["index", "-q"]) == 0
    access, path = os.access, "field/Waggle dance.md"
    monkeypatch.setattr(
        os,
        "access",
        lambda at, mode, **options: (
            not os.fsdecode(at).endswith(path) and access(at, mode, **options)
        ),
    )
    assert run(["index"]) == 0
    told = capfd.readouterr().err
    assert "nothing changed" in told
    assert f"{path}:1:1  unreadable-file" in told
    assert as_json(capfd, "status")[1]["unreadable"] == [path]
    assert run(["check"]) == 1
    assert capfd.readouterr().out.count("unreadable-file") == 1
    assert path in {hit["path"] for hit in as_json(capfd, "query", "dance", "-q")[1]["hits"]}


def test_a_folder_that_became_unreadable_costs_no_vector(capfd, vault, monkeypatch):
    """What was indexed of a folder stays until it can be read again; check names the folder."""
    assert run(["index", "-q"]) == 0
    scandir = os.scandir

    def deny(folder):
        if os.fsdecode(folder).endswith("/field"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", deny)
        assert run(["index"]) == 0
        told = capfd.readouterr().err
        assert "4 notes" in told
        assert "nothing changed" in told
        assert "field:1:1  unreadable-folder" in told
        assert as_json(capfd, "status")[1]["n_gone"] == 0
        assert run(["check"]) == 1
        assert "field:1:1  unreadable-folder" in capfd.readouterr().out
    assert run(["index"]) == 0
    assert "nothing changed" in capfd.readouterr().err


def test_a_folder_by_the_name_of_a_note_is_told(capfd, vault):
    """Somebody may look for a note there; the notes in it are read."""
    (vault / "x.md").mkdir()
    (vault / "x.md" / "y.md").write_text("Drones leave in August.\n", encoding="utf-8")
    run(["check"])
    assert "x.md:1:1  folder-as-note" in capfd.readouterr().out
    assert as_json(capfd, "query", "drones", "-q")[1]["hits"][0]["path"] == "x.md/y.md"


@pytest.mark.parametrize(
    "name", [b"CREATE TABLE notes", b"CREATE TABLE meta", b"notes_id", b"Waggle dance"]
)
def test_what_a_damaged_catalogue_holds_is_not_shown(capfd, vault, name):
    """SQLite quotes the bytes it cannot read; the line stays one that a terminal can show."""
    assert run(["index", "-q"]) == 0
    path = vault / ".noteweb" / "index.sqlite"
    path.write_bytes(path.read_bytes().replace(name, b"\x91\xff\x1b[" + b"\xee" * (len(name) - 4)))
    capfd.readouterr()
    assert run(["graph"]) == 3
    told = capfd.readouterr().err
    assert len(told.splitlines()) == 2
    assert told.isascii()
    assert "\x1b" not in told
    assert len(told.splitlines()[0].rpartition(" cannot be used: ")[2]) < 200
