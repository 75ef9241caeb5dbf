"""`noteweb init` beside Obsidian and Logseq: what it leaves out, what it says, what it touches."""

from __future__ import annotations

import json

import pytest

from noteweb.cli import run
from noteweb.config import TEMPLATE, read_config
from noteweb.setup import init_vault
from noteweb.vault import scan


def write(path, value):
    """Write a file, as JSON where it is no text, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else json.dumps(value)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def obsidian(tmp_path):
    """Give an Obsidian vault with templates of two kinds, a drawing and an excluded folder."""
    own = tmp_path / ".obsidian"
    write(own / "app.json", {"userIgnoreFilters": ["Archive/", "/^x.*/", 3]})
    write(own / "templates.json", {"folder": "Meta/Templates [old]", "dateFormat": "YYYY"})
    write(own / "plugins" / "templater-obsidian" / "data.json", {"templates_folder": "/Tp/"})
    (own / "plugins" / "obsidian-excalidraw-plugin").mkdir()
    for name in (
        "Note",
        "Meta/Templates [old]/Daily",
        "Meta/About",
        "Tp/x",
        "Archive/Old",
        "Sub/Archive/New",
        "Draw.excalidraw",
        ".trash/Gone",
    ):
        write(tmp_path / f"{name}.md", "{{title}}\n")
    return tmp_path


def state(folder):
    """Give every file with its bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_obsidian_vault_is_read_without_what_is_no_note(obsidian, capsys):
    """Templates, trash, drawings and excluded folders are left out, and that is said."""
    before = state(obsidian)
    assert run(["init", str(obsidian)]) == 0
    told = capsys.readouterr().err
    assert "this is an Obsidian vault: left out are .obsidian and .trash; and by its" in told
    assert "/Archive" in told
    after = state(obsidian)
    assert after.keys() - before.keys() == {obsidian / "noteweb.toml"}
    assert {path: after[path] for path in before} == before
    config = read_config(obsidian)
    assert [file.path for file in scan(obsidian, config).files] == [
        "Meta/About.md",
        "Note.md",
        "Sub/Archive/New.md",
    ]


def test_an_obsidian_vault_without_settings_has_the_defaults(tmp_path):
    """A bare `.obsidian` excludes nothing more."""
    (tmp_path / ".obsidian").mkdir()
    assert "Obsidian" in init_vault(tmp_path).found[0]
    assert (tmp_path / "noteweb.toml").read_text(encoding="utf-8") == TEMPLATE


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "/",
        ".",
        "..",
        "../out",
        "deep/..",
        "gone",
        ".obsidian",
        "a\nb",
        "x" * 400,
        7,
        None,
        ["a"],
    ],
)
def test_an_odd_template_folder_excludes_nothing(tmp_path, folder):
    """Settings that name the vault itself, a place outside or nothing do no harm."""
    write(tmp_path / ".obsidian" / "templates.json", {"folder": folder})
    for name in ("a\nb", "deep"):
        (tmp_path / name).mkdir()
    init_vault(tmp_path)
    assert read_config(tmp_path).ignore == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\ufeff{}"])
def test_settings_that_cannot_be_read_say_nothing(tmp_path, text):
    """Another program's broken file does not keep noteweb from starting."""
    write(tmp_path / ".obsidian" / "templates.json", text)
    init_vault(tmp_path)
    assert read_config(tmp_path).ignore == ()


def test_a_logseq_graph_is_known(tmp_path):
    """Its backups and bin are left out; journals and pages are notes."""
    for name in ("logseq/bak/pages/old", "logseq/.recycle/gone", "journals/2026_01_01", "pages/a"):
        write(tmp_path / f"{name}.md", "- a block\n")
    (found,) = init_vault(tmp_path).found
    assert found == "this is a Logseq graph: left out are logseq/bak and logseq/.recycle"
    files = scan(tmp_path, read_config(tmp_path)).files
    assert [file.path for file in files] == ["journals/2026_01_01.md", "pages/a.md"]


def test_settings_that_are_there_stay(obsidian, capsys):
    """A vault that has its noteweb.toml is not looked at again."""
    (obsidian / "noteweb.toml").write_text('model = "none"\n')
    assert run(["init", str(obsidian)]) == 0
    assert capsys.readouterr().err == "already a vault\n"
    assert (obsidian / "noteweb.toml").read_text() == 'model = "none"\n'
