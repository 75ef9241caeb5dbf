"""What an older noteweb wrote opens in this one, and what a newer wrote is refused in one line.

`tests/data/layouts/first` holds what the first layout of each kind of file looks like, with its
bytes: an index in `index.zip`, and beside it a vault with its settings, records and labels, and a
library with its answers. None of it is ever made anew; a later layout gets a folder of its own.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

import noteweb.index.catalogue as catalogue_module
from noteweb.activation.label import append_labels, read_labels
from noteweb.config import Config, NewNote, read_config
from noteweb.embed.hashing import HashingEmbedder
from noteweb.errors import ConfigInvalid, IndexDamaged, IndexNewer
from noteweb.ledger import Registration, append_entries, read_ledger
from noteweb.model.layout import read_layout
from noteweb.screening.label import Answer, append_answer, read_answers
from noteweb.search.cohort import COHORTS
from noteweb.web import NoteWeb

FIRST = Path(__file__).parent / "data" / "layouts" / "first"
QUESTION = "the mean of many coins"


@pytest.fixture
def vault(tmp_path):
    """Give a copy of the vault of the first layout, with its index."""
    folder = Path(shutil.copytree(FIRST / "vault", tmp_path / "vault"))
    with zipfile.ZipFile(FIRST / "index.zip") as archive:
        archive.extractall(folder / ".noteweb")
    return folder


@pytest.fixture
def no_embedding(monkeypatch):
    """Let queries be embedded, but no passage."""

    class Still(HashingEmbedder):
        def encode(self, texts, *, on_done=None):
            asked = {each for questions in COHORTS.values() for each in questions}
            assert set(texts) <= asked, f"embedded again: {texts[:1]}"
            return super().encode(texts, on_done=on_done)

    monkeypatch.setattr(NoteWeb, "_open", lambda *_: Still())


def hits(vault):
    """Give what the vault answers, by words and meaning."""
    with NoteWeb.open(vault) as web:
        return [(hit.note_id, hit.field, hit.line) for hit in web.search(QUESTION)]


def contents(vault):
    """Give the bytes of every file of the user's."""
    files = (path for path in vault.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if ".noteweb" not in path.parts}


def set_layout(vault, layout):
    """Have the index say that it is of this layout."""
    with sqlite3.connect(vault / ".noteweb" / "index.sqlite") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'layout'", (layout,))
    db.close()


@pytest.mark.parametrize("n_later", [0, 1])
def test_an_index_of_the_first_layout_opens_without_embedding(
    vault, no_embedding, monkeypatch, n_later
):
    """A noteweb of today, and one whose tables are laid out otherwise, take the vectors over."""
    del no_embedding
    before = contents(vault)
    monkeypatch.setattr(catalogue_module, "LAYOUT", catalogue_module.LAYOUT + n_later)
    with NoteWeb.open(vault) as web:
        report = web.sync()
        assert (report.n_notes, report.n_embedded, report.n_waiting) == (2, 0, 0)
        assert web.index.catalogue.meta("layout") == str(catalogue_module.LAYOUT)
        assert web.index.is_text_current(is_thorough=True)
        assert web.index.text.n_passages == report.n_passages
    assert hits(vault)[0][0] == "Coins"
    assert contents(vault) == before


def test_what_was_taken_over_answers_as_a_fresh_index(vault, tmp_path, monkeypatch):
    """Nothing of an old layout stays that a new index would not hold."""
    fresh = Path(shutil.copytree(FIRST / "vault", tmp_path / "fresh"))
    monkeypatch.setattr(catalogue_module, "LAYOUT", catalogue_module.LAYOUT + 1)
    assert hits(vault) == hits(fresh)
    rows = "SELECT path, field, prefix, text, line, hex(key) FROM passages JOIN notes USING (nid)"
    with NoteWeb.open(vault) as old, NoteWeb.open(fresh) as new:
        held = [sorted(web.index.catalogue.rows(rows)) for web in (old, new)]
    assert held[0] == held[1]


def test_an_old_index_without_vectors_to_take_is_made_anew(vault, monkeypatch):
    """Where the tables were others, nothing is kept of them but the model's name."""
    with sqlite3.connect(vault / ".noteweb" / "index.sqlite") as db:
        db.executescript(
            "DROP TABLE vectors; DROP TABLE phrases;"
            "CREATE TABLE vectors (id INTEGER, shard TEXT, place INTEGER)"
        )
    db.close()
    monkeypatch.setattr(catalogue_module, "LAYOUT", catalogue_module.LAYOUT + 1)
    with NoteWeb.open(vault) as web:
        report = web.sync()
        assert report.n_embedded == report.n_passages == 8
        assert web.model == "hashing"


def test_an_index_that_lies_about_its_past_is_damaged(vault, monkeypatch):
    """A setting that is no number is no traceback."""
    with sqlite3.connect(vault / ".noteweb" / "index.sqlite") as db:
        db.execute("UPDATE meta SET value = 'many' WHERE key = 'generation'")
    db.close()
    monkeypatch.setattr(catalogue_module, "LAYOUT", catalogue_module.LAYOUT + 1)
    with pytest.raises(IndexDamaged, match="cannot be used"):
        hits(vault)


def test_an_index_of_a_newer_layout_is_refused_with_the_command(vault):
    """It is left as it is, until it is made anew by the command that the line names."""
    set_layout(vault, "99")
    before = (vault / ".noteweb" / "index.sqlite").read_bytes()
    with pytest.raises(IndexNewer, match="layout 99") as told:
        hits(vault)
    assert "noteweb index --rebuild" in told.value.hint
    assert (vault / ".noteweb" / "index.sqlite").read_bytes() == before
    with NoteWeb.open(vault) as web:
        assert web.rebuild().n_notes == 2


def test_a_map_of_the_first_layout_opens_and_a_newer_is_made_anew(vault):
    """The map is derived: one that is not understood is none."""
    text = (vault / ".noteweb" / "layout.json").read_text("utf-8")
    layout = read_layout(text)
    assert layout is not None
    assert {"Coins", "Points"} <= {node.removeprefix("note:") for node in layout.spots}
    assert read_layout(json.dumps({**json.loads(text), "version": 99})) is None


def test_settings_of_the_first_layout_open_and_others_are_refused(vault):
    """Every key that there was is read; one that is not known is named in one line."""
    assert read_config(vault) == Config(
        model="hashing", device="auto", ignore=("drafts",), new=NewNote(folder="inbox")
    )
    path = vault / "noteweb.toml"
    path.write_text('later = "1"\n' + path.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="unknown key 'later'"):
        read_config(vault)


def test_a_ledger_of_the_first_layout_opens(vault):
    """Each record and registration is there, and its key still fits its parts."""
    ledger = read_ledger(vault / "runs" / "polynomial.jsonl")
    assert ledger.problems == ()
    assert (len(ledger.records), len(ledger.entries)) == (20, 21)
    with NoteWeb.open(vault) as web:
        (row,) = web.evidence.rows()
    assert (row.verdict.previous or row.verdict.kind).value == "supported"


@pytest.mark.parametrize("kind", ["record", "registration"])
def test_a_line_of_a_newer_ledger_is_told_and_kept(vault, kind):
    """Its line is named, the others count, and what is appended goes below it."""
    path = vault / "runs" / "polynomial.jsonl"
    lines = path.read_text("utf-8").splitlines()
    newer = json.loads(lines[1 if kind == "record" else 0])
    if kind == "record":
        newer["parts"]["format_version"] = 99
    else:
        newer["registration"] |= {"version": 99}
    path.write_text("\n".join([json.dumps(newer), *lines[2:], ""]), encoding="utf-8")
    before = path.read_bytes()
    ledger = read_ledger(path)
    assert [problem.line for problem in ledger.problems] == [1]
    assert "newer noteweb" in ledger.problems[0].message
    assert len(ledger.records) == 19
    assert append_entries(path, [Registration(claim="c", params="{}", expectation="e")]) == 1
    assert path.read_bytes().startswith(before)


def test_labels_of_the_first_layout_open_and_newer_ones_are_told_and_kept(vault):
    """A judgement is never dropped from its file, whoever wrote it."""
    (label,), problems = read_labels(vault)
    assert (label.note, label.fires, problems) == ("Coins", True, ())
    path = vault / "labels.jsonl"
    line = json.dumps({**json.loads(path.read_text("utf-8")), "version": 99})
    path.write_text(f"{line}\n{path.read_text('utf-8')}", encoding="utf-8")
    before = path.read_bytes()
    labels, problems = read_labels(vault)
    assert labels == (label,)
    with NoteWeb.open(vault) as web:
        assert set(problems) <= set(web.problems())
    assert [(each.line, "newer noteweb" in each.message) for each in problems] == [(1, True)]
    append_labels(vault, [label])
    assert path.read_bytes().startswith(before)


def test_answers_of_the_first_layout_open_and_newer_ones_are_told_and_kept(tmp_path):
    """A screening goes on from what was answered, and names the line that it cannot read."""
    path = Path(shutil.copy(FIRST / "refs.ris.labels.jsonl", tmp_path))
    assert read_answers(path) == ({"1": Answer.RELEVANT}, ())
    newer = json.dumps({"version": 99, "key": "2", "answer": "relevant", "written": ""})
    path.write_text(f"{newer}\n{path.read_text('utf-8')}", encoding="utf-8")
    before = path.read_bytes()
    answers, problems = read_answers(path)
    assert answers == {"1": Answer.RELEVANT}
    assert [(each.line, "newer noteweb" in each.message) for each in problems] == [(1, True)]
    append_answer(path, "2", Answer.UNSURE, "")
    assert path.read_bytes().startswith(before)
