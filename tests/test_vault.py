"""Finding the vault and its notes on every kind of disk content."""

from __future__ import annotations

import ntpath
import os
import posixpath

import pytest

from noteweb.config import Config
from noteweb.errors import Problem, VaultNotFound, WriteFailed
from noteweb.vault import (
    cache_folder,
    check_root,
    find_root,
    join_long,
    read_cards,
    read_file,
    read_notes,
    scan,
)


def write(root, path, text="x"):
    """Write a file and the folders above it."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def paths(root, *ignore):
    """Name the notes that a scan finds."""
    return [file.path for file in scan(root, Config(ignore=ignore)).files]


def test_notes_are_found_in_every_folder_in_order(tmp_path):
    """Markdown files count, in any case of the suffix; other files do not."""
    for path in ("b.md", "a/c.MD", "a/d.markdown", "a/e.txt", "f.md.bak"):
        write(tmp_path, path)
    assert paths(tmp_path) == ["a/c.MD", "a/d.markdown", "b.md"]


def test_tools_folders_and_ignored_globs_are_left_out(tmp_path):
    """Hidden folders, other tools' folders and the config's globs hold no notes."""
    kept = ("a.md", "templates/deep/x.md")
    for path in (
        *kept,
        ".obsidian/x.md",
        ".trash/y.md",
        "logseq/bak/z.md",
        "drafts/w.md",
        "v.x.md",
    ):
        write(tmp_path, path)
    assert paths(tmp_path, "drafts/", "*.x.md") == list(kept)
    assert paths(tmp_path, "drafts", "v.*", "templates/deep") == ["a.md"]


def test_a_folder_named_like_a_note_is_a_folder(tmp_path):
    """A directory `x.md` is walked into, and the notes in it count."""
    write(tmp_path, "x.md/y.md")
    assert paths(tmp_path) == ["x.md/y.md"]


def test_a_circle_of_links_ends(tmp_path):
    """Links to folders are not followed, so a circle is no trap."""
    write(tmp_path, "a/b.md")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "self.md").symlink_to("self.md")
    found = scan(tmp_path, Config())
    assert [file.path for file in found.files] == ["a/b.md"]
    assert [problem.path for problem in found.problems] == ["a/self.md"]


def test_a_link_out_of_the_vault_is_left_alone_and_told(tmp_path):
    """Only links that stay inside the vault are read."""
    outside = write(tmp_path, "secret.md")
    inside = write(tmp_path, "vault/a.md")
    (tmp_path / "vault" / "out.md").symlink_to(outside)
    (tmp_path / "vault" / "in.md").symlink_to(inside)
    found = scan(tmp_path / "vault", Config())
    assert [file.path for file in found.files] == ["a.md", "in.md"]
    assert [(p.path, p.code) for p in found.problems] == [("out.md", "link-outside")]


def test_a_fifo_is_never_opened(tmp_path):
    """A named pipe would block a reader for ever."""
    os.mkfifo(tmp_path / "pipe.md")
    found = scan(tmp_path, Config())
    assert found.files == ()
    assert [p.code for p in found.problems] == ["not-a-file"]


def test_names_that_are_no_unicode_are_shown_and_read(tmp_path):
    """A file name of arbitrary bytes is listed in valid Unicode, and the file can be read."""
    with open(os.fsencode(tmp_path) + b"/caf\xe9.md", "wb") as stream:  # noqa: PTH123
        stream.write(b"text")
    (file,) = scan(tmp_path, Config()).files
    assert file.path == "caf\\xe9.md"
    assert read_file(tmp_path, file) == b"text"


def test_a_long_path_is_written_as_windows_takes_it():
    """Beyond 240 bytes a path on Windows is verbatim, of a drive or of a share; elsewhere never."""
    deep = b"/".join([b"d" * 50] * 5) + b"/note.md"
    turned = deep.replace(b"/", b"\\")
    assert join_long(b"C:\\vault", deep, system=ntpath) == b"\\\\?\\C:\\vault\\" + turned
    share = join_long(b"\\\\server\\vault", deep, system=ntpath)
    assert share == b"\\\\?\\UNC\\server\\vault\\" + turned
    assert join_long(b"\\\\?\\C:\\vault", turned, system=ntpath) == b"\\\\?\\C:\\vault\\" + turned
    assert join_long(b"C:\\vault", b"a/b.md", system=ntpath) == b"C:\\vault\\a/b.md"
    assert join_long(b"/vault", deep, system=posixpath) == b"/vault/" + deep


def test_a_file_that_vanishes_is_a_problem(tmp_path):
    """Between listing and reading a file may go; that is told, not raised."""
    gone = write(tmp_path, "a.md")
    (file,) = scan(tmp_path, Config()).files
    gone.unlink()
    problem = read_file(tmp_path, file)
    assert isinstance(problem, Problem)
    assert problem.code == "unreadable-file"


def test_the_nearest_marked_folder_is_the_vault(tmp_path):
    """From a folder inside a vault its root is found; without any mark the folder itself."""
    write(tmp_path, "vault/noteweb.toml", "")
    deep = tmp_path / "vault" / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep, None) == tmp_path / "vault"
    assert find_root(tmp_path, None) == tmp_path


def test_the_environment_goes_before_the_folder(tmp_path):
    """$NOTEWEB_VAULT names the vault wherever the command runs."""
    assert find_root(tmp_path, str(tmp_path)) == tmp_path
    with pytest.raises(VaultNotFound, match="does not exist"):
        find_root(tmp_path, str(tmp_path / "none"))


def test_a_vault_must_be_a_folder(tmp_path):
    """A missing path and a file are told apart."""
    with pytest.raises(VaultNotFound, match="does not exist"):
        check_root(tmp_path / "none")
    with pytest.raises(VaultNotFound, match="is not a folder"):
        check_root(write(tmp_path, "a.md"))


def test_a_read_only_vault_has_its_index_in_the_users_cache(tmp_path, monkeypatch):
    """The index of a vault that cannot be written goes elsewhere, one place for each vault."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    one, two = cache_folder(tmp_path / "a"), cache_folder(tmp_path / "b")
    assert tmp_path not in one.parents
    assert one != two
    assert one == cache_folder(tmp_path / "a")


def test_cards_are_those_of_the_whole_notes(tmp_path):
    """Reading cards alone gives the same cards, and tells what could not be read."""
    write(
        tmp_path,
        "a.md",
        "---\nReceptor: when one thing is read\nAcceptor: PyTorch trains it.\n---\n#x",
    )
    write(tmp_path, "b/c.md", "[[a]]\n")
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    cards, problems = read_cards(tmp_path, Config())
    whole = list(read_notes(tmp_path, Config()))
    assert cards == tuple(note.card for note in whole if not isinstance(note, Problem))
    assert [p.path for p in problems] == ["gone.md"]


@pytest.mark.parametrize("name", [".noteweb", ".noteweb/vectors-0.f32", ".noteweb/text"])
def test_a_linked_cache_is_refused(tmp_path, name):
    """An index is never written where a link of a stranger's vault leads."""
    (tmp_path / "victim").mkdir()
    vault = tmp_path / "vault"
    (vault / name).parent.mkdir(parents=True)
    (vault / name).symlink_to(tmp_path / "victim")
    with pytest.raises(WriteFailed, match="symbolic link"):
        cache_folder(vault)
