"""What `check --fix` puts right: little, shown first, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteweb.cli import run
from noteweb.errors import WriteFailed
from noteweb.mend import splice, write_change
from noteweb.parse.notes import parse_note
from noteweb.web import NoteWeb
from strategies import note_bytes

GOOD = "---\ntitle: Проверка\n---\n\nТекст заметки — с тире, «кавычками» и ёлкой.\n"
LINKS = (
    "See [[old/Dropout study#Results|d]] and [it](../old/Dropout%20study.md).\r\n"
    "![[old/Dropout study]], [old/Dropout study.md](../old/Dropout%20study.md)\r\n"
    "but [[Dropout study]], [[x/README]], [[nowhere/Gone]] and [[old/Ab]] stay: caf"
)


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault with a damaged note and one whose links lead to a folder that is gone."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.md").write_bytes(LINKS.encode() + b"\xe9")
    (tmp_path / "new" / "Dropout study.md").write_text("## Results\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("text\n", encoding="utf-8")
    (tmp_path / "Ab.md").write_text("text\n", encoding="utf-8")
    (tmp_path / "d.md").write_text(GOOD.encode().decode("mac_roman"), encoding="utf-8")
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_fix_is_shown_and_written_only_when_told(vault, capsys):
    """Without --write files stay as they are; with it what was shown is there, byte for byte."""
    before = {path: path.read_bytes() for path in vault.rglob("*.md")}
    assert run(["check", "--fix"]) == 0
    out, err = capsys.readouterr()
    assert "+title: Проверка" in out
    assert "+See [[new/Dropout study#Results|d]] and [it](Dropout%20study.md)." in out
    assert "noteweb check --fix --write" in err
    assert {path: path.read_bytes() for path in vault.rglob("*.md")} == before
    assert run(["check", "--fix", "--write"]) == 0
    assert (vault / "d.md").read_text(encoding="utf-8") == GOOD
    moved = LINKS.replace("[[old/Dropout", "[[new/Dropout").replace("(../old/Drop", "(Drop")
    assert (vault / "new" / "a.md").read_bytes() == moved.encode() + b"\xe9"
    capsys.readouterr()
    assert run(["check", "--fix"]) == 1
    assert run(["check", "link-unresolved", "--format", "jsonl"]) == 0
    out = capsys.readouterr().out
    assert "Dropout" not in out
    assert out.count("\n") == 3


def test_a_fix_can_be_of_one_code(vault, capsys):
    """Codes choose what is put right."""
    assert run(["check", "--fix", "encoding-damaged", "--write"]) == 0
    assert (vault / "new" / "a.md").read_bytes() == LINKS.encode() + b"\xe9"
    assert (vault / "d.md").read_text(encoding="utf-8") == GOOD


def test_where_two_notes_have_the_name_nothing_is_fixed(vault):
    """A link that could mean two notes is left to the reader."""
    (vault / "other").mkdir()
    (vault / "other" / "dropout study.md").write_text("text\n", encoding="utf-8")
    with NoteWeb.open(vault) as web:
        assert [each.change.file.path for each in web.amendments()] == ["d.md"]


def test_a_note_edited_meanwhile_is_not_fixed(vault):
    """What somebody wrote since is not written over."""
    with NoteWeb.open(vault) as web:
        found = {each.change.file.path: each.change for each in web.amendments()}
        (vault / "new" / "a.md").write_bytes(b"another editor was here")
        with pytest.raises(WriteFailed, match="changed while"):
            write_change(web.root, found["new/a.md"])
    assert (vault / "new" / "a.md").read_bytes() == b"another editor was here"


@settings(max_examples=60)
@given(note_bytes, st.data())
def test_a_splice_touches_nothing_else(data, draw):
    """For any bytes and any span: what stands before and behind it is as it was."""
    note = parse_note(data, path="a.md")
    if note.card.repaired:
        return
    ends = draw.draw(st.lists(st.integers(0, len(note.text)), min_size=2, max_size=2).map(sorted))
    head, tail = (
        text.encode(note.encoding, "surrogateescape")
        for text in (note.text[: ends[0]], note.text[ends[1] :])
    )
    made = splice(data, note, [(*ends, "new")])
    assert made == head + "new".encode(note.encoding) + tail
    assert splice(data, note, []) == data
