"""`noteweb screen` as a person at a terminal, and a program, meets it."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace

import jsonschema
import pytest

from made_library import CRITERIA, make_library
from noteweb.cli import run
from noteweb.library.read import read_library
from noteweb.library.write import write_csv, write_ris
from noteweb.model.reference import Reference
from noteweb.schema import read_schema

LIBRARY, LABELS = make_library(60, share=0.3, seed=3)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Stand beside a library and criteria, in no vault."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "refs.csv").write_text(write_csv(LIBRARY))
    (folder / "criteria.md").write_text(CRITERIA)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    return folder


def screen(capsys, *arguments, library="refs.csv", criteria="criteria.md", model="none"):
    """Run the command and give its exit code, output and errors."""
    code = run(["screen", library, "--criteria", criteria, "--model", model, *arguments])
    return code, *capsys.readouterr()


def as_json(capsys, *arguments, **options):
    """Run the command and give what it writes, held to the public schema."""
    code, out, _ = screen(capsys, *arguments, "--format", "json", "-q", **options)
    found = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("screen-result")).validate(found)
    assert code == 0
    return found


def test_a_library_is_ranked_by_criteria(capsys, desk):
    """The ranking has the best first, a title with its key and the words that matched."""
    code, out, err = screen(capsys, "-k", "3")
    assert code == 0
    assert [line[:4] for line in out.splitlines() if line[:4].strip()] == ["   1", "   2", "   3"]
    assert err.startswith("0 of 60 read, 0 relevant; ")
    found = as_json(capsys)
    keys = [each["key"] for each in found["records"]]
    assert sorted(keys) == sorted(each.key for each in LIBRARY)
    truth = {each.key: label for each, label in zip(LIBRARY, LABELS, strict=True)}
    assert sum(truth[key] for key in keys[:10]) >= 6
    assert not (desk / ".noteweb").exists()


def test_a_model_reads_the_records_once(capsys, desk, tmp_path):
    """With a model the vectors lie in the user's cache, and nothing else beside the library."""
    found = as_json(capsys, model="hashing")
    assert list((tmp_path / "cache" / "noteweb" / "screening").iterdir())
    assert {each.name for each in desk.iterdir()} == {"refs.csv", "criteria.md"}
    assert as_json(capsys, model="hashing") == found


def test_answers_are_kept_and_learned_from(capsys, desk):
    """Labels given in one call count in the next; the standing says how far it is."""
    code, out, err = screen(capsys, "--label", "r1=relevant", "--label", "r2=irrelevant")
    assert (code, out) == (0, "")
    assert err.startswith("2 of 60 read, 1 relevant; ")
    found = as_json(capsys, "--label", "r2=unsure")
    standing = found["standing"]
    assert (standing["n_read"], standing["n_relevant"], standing["n_unsure"]) == (2, 1, 1)
    assert not {"r1", "r2"} & {each["key"] for each in found["records"]}
    lines = (desk / "refs.csv.labels.jsonl").read_text().splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["relevant", "irrelevant", "unsure"]


def test_answers_may_lie_elsewhere(capsys, desk):
    """`--labels` names the file of answers."""
    screen(capsys, "--labels", "mine.jsonl", "--label", "r1=relevant", "-q")
    assert (desk / "mine.jsonl").exists()
    assert as_json(capsys)["standing"]["n_read"] == 0
    assert as_json(capsys, "--labels", "mine.jsonl")["standing"]["n_read"] == 1


def test_labels_of_the_library_count(capsys, desk):
    """The column of asreview, or its note in RIS, is read; what it says is not asked again."""
    known = [replace(each, included=label) for each, label in zip(LIBRARY, LABELS, strict=True)]
    half = [*known[:30], *LIBRARY[30:]]
    (desk / "half.csv").write_text(write_csv(half))
    (desk / "half.ris").write_text(write_ris(half))
    for library in ("half.csv", "half.ris"):
        found = as_json(capsys, library=library)
        assert found["standing"]["n_read"] == 30
        assert found["standing"]["n_relevant"] == sum(LABELS[:30])
        assert {each["key"] for each in found["records"]} == {each.key for each in LIBRARY[30:]}


@pytest.mark.parametrize("name", ["out.csv", "out.ris"])
def test_an_export_reads_back_with_its_answers(capsys, desk, name):
    """The file holds every record once, labelled, and screening goes on from it elsewhere."""
    answers = ["--label", "r1=relevant", "--label", "r2=irrelevant", "--label", "r3=unsure"]
    code, out, err = screen(capsys, *answers, "-o", name)
    assert (code, out) == (0, "")
    assert f"wrote {name} (60 records)" in err
    text = (desk / name).read_text()
    back = {each.key: each for each in read_library(desk / name).references}
    assert len(back) == 60
    assert [back[key].included for key in ("r1", "r2", "r3", "r4")] == [True, False, None, None]
    assert next(iter(back)) == "r1"
    assert list(back)[-1] == "r2"
    assert replace(back["r4"], source="", line=1) == replace(LIBRARY[4], source="", line=1)
    assert "noteweb_rank" in text
    assert "unsure" in text
    found = as_json(capsys, library=name)
    assert (found["standing"]["n_read"], found["standing"]["n_relevant"]) == (2, 1)


def test_a_second_export_has_the_new_ranks_alone(capsys, desk):
    """What an earlier export added is replaced, not written twice."""
    screen(capsys, "-o", "one.ris", "-q")
    screen(capsys, "-o", "two.ris", "-q", library="one.ris")
    screen(capsys, "-o", "one.csv", "-q")
    screen(capsys, "-o", "two.csv", "-q", library="one.csv")
    assert (desk / "two.ris").read_text().count("noteweb_rank") == 60
    header = (desk / "two.csv").read_text().splitlines()[0]
    assert header.count("noteweb_rank") == 1


def test_an_export_overwrites_nothing(capsys, desk):
    """Neither the library nor another file is replaced, unless one says so."""
    before = (desk / "refs.csv").read_text()
    assert screen(capsys, "-o", "refs.csv", "--force")[0] == 2
    assert (desk / "refs.csv").read_text() == before
    assert screen(capsys, "-o", "out.csv", "-q")[0] == 0
    code, _, err = screen(capsys, "-o", "out.csv")
    assert code == 3
    assert "out.csv is there already" in err
    assert screen(capsys, "-o", "out.csv", "--force", "-q")[0] == 0
    assert screen(capsys, "-o", "out.txt")[0] == 2


def test_a_note_gives_the_criteria(capsys, desk):
    """A note's conditions, or its body where it has none, are what is looked for."""
    vault = desk / "vault"
    vault.mkdir()
    (vault / "Bees.md").write_text("---\nActivation: [bees in a hive, pollen]\n---\nnot this\n")
    (vault / "Steel.md").write_text("---\ntags: [a]\n---\n\nWelds of steel and their corrosion\n")
    best = {}
    for note in ("Bees", "Steel"):
        found = as_json(capsys, "-C", str(vault), criteria=note)
        first = found["records"][0]["key"]
        best[note] = next(each for each in LIBRARY if each.key == first)
    assert {"bees", "pollen", "hive"} & set(f"{best['Bees'].title} {best['Bees'].abstract}".split())
    assert "steel" in f"{best['Steel'].title} {best['Steel'].abstract}"
    code, _, err = screen(capsys, "-C", str(vault), criteria="Bes")
    assert code == 3
    assert "Bees" in err
    assert as_json(capsys, criteria="vault/Bees.md")["records"]


def test_without_a_vault_a_missing_file_is_told(capsys, desk):
    """A name that is no file looks for a note only where a vault is; no folder becomes one."""
    code, _, err = screen(capsys, criteria="missing.md")
    assert code == 3
    assert "missing.md does not exist" in err
    assert "--vault" in err
    assert not (desk / ".noteweb").exists()
    (desk / "noteweb.toml").write_text("")
    code, _, err = screen(capsys, criteria="missing.md")
    assert "no note named 'missing.md'" in err


def test_criteria_that_are_no_text_are_refused(capsys, desk):
    """A PDF, a library or an empty file is no set of criteria."""
    (desk / "paper.pdf").write_bytes(b"%PDF-1.4\n")
    (desk / "empty.md").write_text("")
    for criteria in ("paper.pdf", "refs.csv", "empty.md", "."):
        code, _, err = screen(capsys, criteria=criteria)
        assert code in (2, 3)
        assert err.count("\n") == 2


@pytest.mark.parametrize("label", ["r99=relevant", "r1=perhaps", "r1", "=relevant"])
def test_a_label_that_makes_no_sense_is_refused(capsys, desk, label):
    """An unknown record or answer exits with 2, and nothing is written, no good answer either."""
    code, _, err = screen(capsys, "--label", "r2=relevant", "--label", label)
    assert code == 2
    assert err.count("\n") == 2
    assert not (desk / "refs.csv.labels.jsonl").exists()


def test_the_keyboard_needs_a_terminal(capsys, desk):
    """In a pipe one line says how to answer instead."""
    code, _, err = screen(capsys, "-i")
    assert code == 2
    assert "--label" in err


def test_a_pipe_needs_a_file_for_its_answers(capsys, desk):
    """A library that is no file has nothing beside which answers could lie."""
    os.mkfifo(desk / "pipe")
    writer = os.fork()
    if not writer:
        (desk / "pipe").write_text((desk / "refs.csv").read_text())
        os._exit(0)
    code, _, err = screen(capsys, library="pipe")
    os.waitpid(writer, 0)
    assert code == 2
    assert "--labels FILE" in err


def test_what_is_wrong_in_the_library_is_told(capsys, desk):
    """Broken records, doubled keys and doubled DOIs are counted on standard error."""
    same = [replace(each, doi="10.1/x", key="same") for each in LIBRARY[:9]]
    (desk / "odd.csv").write_text(write_csv(same))
    code, _, err = screen(capsys, library="odd.csv")
    assert code == 0
    assert "the key same stands twice" in err
    assert "... and 3 more" in err
    assert "8 records share a DOI with an earlier one" in err
    assert screen(capsys, "-q", library="odd.csv")[2] == ""


HOSTILE = {
    "one": [Reference(key="a", title="bees")],
    "no abstracts": [Reference(key=str(n), title=f"bees {n}") for n in range(5)],
    "no words": [Reference(key=str(n), title="...") for n in range(3)],
    "wild": [
        Reference(key="=1+1", title="=cmd|' /C calc'!A0", abstract="@x"),
        Reference(key="b", title="+bees", abstract="пчёлы 蜜蜂"),
    ],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_libraries_are_ranked_and_exported(capsys, desk, name):
    """Few, bare or wild records are ranked, before and after answers, and come back whole."""
    (desk / "odd.csv").write_text(write_csv(HOSTILE[name]))
    found = as_json(capsys, library="odd.csv", model="hashing")
    assert len(found["records"]) == len(HOSTILE[name])
    keys = [each["key"] for each in found["records"]]
    for key in keys:
        code, _, err = screen(capsys, "--label", f"{key}=irrelevant", library="odd.csv")
        assert (code, err.count("\n")) == (0, 1)
    assert "you may stop: every record is read" in err
    assert as_json(capsys, library="odd.csv")["records"] == []
    assert screen(capsys, library="odd.csv")[:2] == (0, "")
    assert screen(capsys, "-o", "out.csv", "-q", library="odd.csv")[0] == 0
    with (desk / "out.csv").open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert {each.key for each in read_library(desk / "out.csv").references} == set(keys)


@pytest.mark.parametrize("data", [b"", b"title,abstract\n", b"\x00\x01", b"a,b\n1,2\n"])
def test_a_library_without_records_is_one_line(capsys, desk, data):
    """What holds no record is refused in one line with what to give."""
    (desk / "none.csv").write_bytes(data)
    code, out, err = screen(capsys, library="none.csv")
    assert (code, out) == (3, "")
    assert err.count("\n") == 2
    assert screen(capsys, library="missing.ris")[0] == 3


def test_controls_reach_no_terminal(capsys, desk):
    """What a library says cannot rule the terminal."""
    text = (
        "TY  - JOUR\nTI  - \x1b[2Jbees\x9b31m \u202egnihton\nAB  - \x07\x1b]0;x\x07 hive\nER  - \n"
    )
    (desk / "wild.ris").write_text(text)
    for form in ("text", "json", "jsonl", "csv"):
        _, out, err = screen(capsys, "--format", form, library="wild.ris")
        assert not {"\x1b", "\x07", "\x9b"} & set(out + err)


def test_each_format_has_a_record_a_line(capsys, desk):
    """JSON lines and CSV hold as many records as asked for."""
    lines = screen(capsys, "--format", "jsonl", "-k", "4")[1].splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2, 3, 4]
    rows = list(csv.DictReader(screen(capsys, "--format", "csv", "-k", "4")[1].splitlines()))
    assert [row["key"] for row in rows] == [json.loads(line)["key"] for line in lines]


def test_answers_that_cannot_be_read_stop_the_screening(capsys, desk):
    """A folder in the place of the answers is refused, a broken line is told."""
    (desk / "answers").mkdir()
    code, _, err = screen(capsys, "--labels", "answers")
    assert code == 3
    assert "--labels" in err
    (desk / "refs.csv.labels.jsonl").write_text('{"key": 3}\n')
    code, _, err = screen(capsys)
    assert code == 0
    assert err.startswith("refs.csv.labels.jsonl:1: ")


def test_a_cache_that_cannot_be_written_is_told(capsys, desk, tmp_path):
    """A file in the cache's place is one line that says what to name."""
    (tmp_path / "cache").write_text("")
    code, _, err = screen(capsys, model="hashing")
    assert code == 3
    assert "$XDG_CACHE_HOME" in err
