"""The command claims and those inside it, as a person meets them."""

from __future__ import annotations

import json
import stat

import jsonschema
import pytest

from bench_vault import write_fixed
from noteweb.cli import run
from noteweb.errors import WriteFailed
from noteweb.mend import write_change
from noteweb.schema import read_schema
from noteweb.web import NoteWeb

NOTE = """\
---
title: Tides
claims:
  - id: moon
    statement: The pull of the Moon raises twice as much water as the pull of the Sun.
    evidence: {experiment: toy, expect: {metric: gap, op: gt, threshold: 0}}
---
The pull of the Moon raises more than twice as much water as the pull of the Sun does.

Should we look at spring tides next?

| basin | range |
|---|---|
| Fundy | 16.3 m in all years |

Every dry summer of the record lowered the level of the Baltic harbours by 12 % or more.
"""
OTHER = "# Bread\n\nRye loaves keep longer than wheat loaves do in every kitchen we asked. Maybe.\n"


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault of two notes with one claim, without a model."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n')
    (tmp_path / "tides.md").write_text(NOTE)
    (tmp_path / "bread.md").write_text(OTHER)
    write_fixed(tmp_path, "toy")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(capsys, *words):
    """Run a command; give its exit code and what it wrote."""
    code = run(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def suggestions(capsys, *words):
    """Give what is suggested, held against its schema."""
    _, out, _ = ask(capsys, "claims", "suggest", *words, "--format", "json")
    found = json.loads(out)
    jsonschema.validate(found, read_schema("suggestion-list"))
    return found["suggestions"]


def test_the_list_of_claims_is_as_ever(vault, capsys):
    """Without a command of its own, claims lists the claims, in every form."""
    code, out, _ = ask(capsys, "claims")
    assert code == 0
    assert out.splitlines()[1].split()[:1] == ["moon"]
    assert "standing" in ask(capsys, "claims", "--standing")[1]
    listed = json.loads(ask(capsys, "claims", "--format", "json")[1])
    jsonschema.validate(listed, read_schema("claim-list"))


def test_a_notes_claims_are_suggested_best_first(vault, capsys):
    """Sentences that read like claims come with line, cues and the nearest claim; no others do."""
    found = suggestions(capsys, "Tides")
    assert [each["line"] for each in found] == [16, 8] or [each["line"] for each in found] == [
        8,
        16,
    ]
    assert {each["note"] for each in found} == {"tides"}
    assert [each["weight"] for each in found] == sorted(
        (each["weight"] for each in found), reverse=True
    )
    by_line = {each["line"]: each for each in found}
    assert by_line[8]["claim"]["claim"] == "moon"
    assert by_line[8]["claim"]["is_near"]
    assert not by_line[16]["claim"]["is_near"]


def test_of_all_notes_only_what_no_claim_states(vault, capsys):
    """Without a name all notes are read, and what restates a claim is left out."""
    found = suggestions(capsys)
    assert sorted((each["document"], each["line"]) for each in found) == [
        ("bread.md", 3),
        ("tides.md", 16),
    ]
    code, out, _ = ask(capsys, "claims", "suggest", "-k", "1")
    assert code == 0
    assert out.count("claim: ") == 1
    assert "no near claim" in out


def test_a_document_is_read_like_a_note(vault, capsys):
    """A file that is no note is read as a document, and lines are told one a line."""
    (vault / "essay.txt").write_text("Cats outnumber dogs by 12 % in every town of the survey.\n")
    code, out, _ = ask(capsys, "claims", "suggest", "essay.txt", "--format", "jsonl")
    assert code == 0
    (line,) = out.splitlines()
    assert (json.loads(line)["document"], json.loads(line)["note"]) == ("essay.txt", None)


def test_no_claim_to_suggest_is_a_no(vault, capsys):
    """Where nothing reads like a claim the exit code says so, and one line."""
    (vault / "essay.txt").write_text("Is this so? Let us see.\n")
    code, out, err = ask(capsys, "claims", "suggest", "essay.txt")
    assert (code, out) == (1, "")
    assert "no sentence" in err


def test_a_wrong_name_gets_near_ones(vault, capsys):
    """Neither a note nor a file is told as for any note."""
    code, _, err = ask(capsys, "claims", "suggest", "Tide")
    assert code == 3
    assert "did you mean: " in err


def test_options_before_a_command_are_refused(vault, capsys):
    """An option of the list in front of a command inside it is no silent loss."""
    code, _, err = ask(capsys, "claims", "--vault", ".", "suggest")
    assert code == 2
    assert "noteweb claims suggest ..." in err


def test_an_experiment_is_named_only_where_it_is_near(vault, capsys):
    """A sentence gets the experiment whose words it shares, and else is told how to write one."""
    (vault / "essay.txt").write_text(
        "Least squares on random features have an error that peaks at p = n and falls again"
        " beyond, by 12 %.\n\nEvery kitchen that we asked uses 12 % more rye than wheat.\n"
    )
    near, far = sorted(suggestions(capsys, "essay.txt"), key=lambda each: each["line"])
    assert near["experiment"]["experiment"] == "double_descent"
    assert near["experiment"]["is_near"]
    assert not far["experiment"]["is_near"]
    out = ask(capsys, "claims", "suggest", "essay.txt")[1]
    assert "noteweb experiment new NAME" in out


def test_a_stamp_is_shown_written_refreshed_and_taken_out(vault, capsys):
    """Shown it changes nothing, written it says where claims stand, removed the bytes are back."""
    before = (vault / "tides.md").read_bytes()
    (vault / "tides.md").chmod(0o640)
    code, out, _ = ask(capsys, "claims", "stamp", "Tides", "--dry-run")
    assert code == 0
    assert "+- `moon`: blocked, standing in, no runs\n" in out
    assert (vault / "tides.md").read_bytes() == before
    assert ask(capsys, "claims", "stamp", "Tides")[0] == 0
    stamped = (vault / "tides.md").read_bytes()
    assert stamped.startswith(before[:-1])
    assert stat.S_IMODE((vault / "tides.md").stat().st_mode) == 0o640
    assert "unchanged" in ask(capsys, "claims", "stamp", "Tides")[2]
    assert (vault / "tides.md").read_bytes() == stamped
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    (vault / "tides.md").chmod(0o444)
    code, _, err = ask(capsys, "claims", "stamp", "Tides")
    assert (code, (vault / "tides.md").read_bytes()) == (3, stamped)
    assert "it is read-only" in err
    (vault / "tides.md").chmod(0o640)
    ask(capsys, "claims", "stamp", "Tides")
    assert b"supported, standing in, runs of 2" in (vault / "tides.md").read_bytes()
    assert ask(capsys, "claims", "stamp", "Tides", "--remove")[0] == 0
    assert (vault / "tides.md").read_bytes() == before
    assert ask(capsys, "claims", "stamp", "Tides", "--remove")[0] == 1


def test_a_note_without_claims_gets_no_stamp(vault, capsys):
    """Where there is nothing to say, nothing is written."""
    before = (vault / "bread.md").read_bytes()
    code, _, err = ask(capsys, "claims", "stamp", "Bread")
    assert (code, err) == (1, "nothing to do: it states no claim\n")
    assert (vault / "bread.md").read_bytes() == before


def test_a_stamp_embeds_nothing_again(vault, capsys):
    """After stamping the index reads the note anew and embeds no passage."""
    (vault / "noteweb.toml").write_text('model = "hashing"\n')
    with NoteWeb.open(vault) as web:
        web.sync()
        write_change(web.root, web.stamp("Tides"))
        report = web.sync()
    assert (report.n_changed, report.n_embedded) == (1, 0)


def test_a_note_edited_meanwhile_gets_no_stamp(vault):
    """What somebody wrote since the note was read is not written over."""
    with NoteWeb.open(vault) as web:
        change = web.stamp("Tides")
        (vault / "tides.md").write_bytes(b"another editor was here")
        with pytest.raises(WriteFailed, match="changed while"):
            write_change(web.root, change)
    assert (vault / "tides.md").read_bytes() == b"another editor was here"


def test_a_note_that_leads_out_of_the_vault_gets_no_stamp(vault, tmp_path_factory):
    """A link that was turned outward after reading is refused."""
    outside = tmp_path_factory.mktemp("outside") / "x.md"
    with NoteWeb.open(vault) as web:
        change = web.stamp("Tides")
        outside.write_bytes(change.before)
        (vault / "tides.md").unlink()
        (vault / "tides.md").symlink_to(outside)
        with pytest.raises(WriteFailed, match="out of the vault"):
            write_change(web.root, change)
    assert outside.read_bytes() == change.before


def test_check_tells_of_stale_evidence(vault, capsys):
    """A claim whose code has changed since its runs is a hint of check, with what has changed."""
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    assert "claim-stale" not in ask(capsys, "check")[1]
    write_fixed(vault, "toy", "pass; pass")
    ask(capsys, "trust", "allow", "--yes")
    code, out, _ = ask(capsys, "check", "claim-stale")
    assert code == 0
    assert "tides.md:4:5  claim-stale" in out
    assert "(was supported): changed-code: experiments/toy.py" in " ".join(out.split())
