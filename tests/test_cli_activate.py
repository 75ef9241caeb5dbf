"""`noteweb activate` and `label` as a person at a terminal meets them."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile

import jsonschema
import pytest

from made_garden import DOUGH, NOTES, TAXES, make_garden
from noteweb.activation.label import LABELS, Answer, Label, append_labels, read_labels
from noteweb.cli import run
from noteweb.cli.firing import show_report
from noteweb.documents.read import open_document
from noteweb.model.firing import Firing, FoundPassage, Match, MetCondition, Report
from noteweb.schema import read_schema
from noteweb.web import NoteWeb

TWO_REFERENCES = """
@article{one, title={Cold dough}, abstract={A sourdough starter ferments in a cold kitchen.}}
@article{two, title={Refunds}, abstract={The revenue office refunds tax to exporters.}}
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Index the made vault once."""
    folder = make_garden(tmp_path_factory.mktemp("grown") / "garden")
    (folder.parent / "dough.txt").write_text(DOUGH, encoding="utf-8")
    run(["activate", str(folder.parent / "dough.txt"), "-C", str(folder), "--claims", "-q"])
    return folder


@pytest.fixture
def garden(grown, tmp_path, monkeypatch):
    """Stand in a copy of the made vault, with two papers beside it."""
    shutil.copytree(grown, tmp_path / "garden")
    monkeypatch.chdir(tmp_path / "garden")
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    (tmp_path / "dough.txt").write_text(DOUGH, encoding="utf-8")
    (tmp_path / "taxes.txt").write_text(TAXES, encoding="utf-8")
    return tmp_path / "garden"


def activate(capsys, *arguments):
    """Run the command and give its exit code, output and errors."""
    code = run(["activate", *arguments])
    return code, *capsys.readouterr()


def as_json(capsys, *arguments):
    """Run the command and give its exit code and documents, held to the public schema."""
    code, out, _ = activate(capsys, *arguments, "--format", "json", "-q")
    result = json.loads(out)
    jsonschema.Draft202012Validator(read_schema("activation-result")).validate(result)
    return code, result["documents"]


def make_labels(n, *, are_alike=False):
    """Labels on papers of long ago: rare rates fire, common ones do not."""
    return [
        Label(
            document=f"{i}.txt",
            digest=f"{i:032x}",
            note="Sourdough",
            answer=Answer.FIRES if i % 2 or are_alike else Answer.QUIET,
            passages=("a passage",),
            rate=1e-5 if i % 2 else 0.5,
            written="2026-01-02T03:04:05+00:00",
        )
        for i in range(n)
    ]


def test_a_paper_sets_off_the_note_whose_condition_it_meets(capsys, garden):
    """The note, its condition with its line and the sentence with its line stand in the answer."""
    code, out, _ = activate(capsys, "../dough.txt")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "On cold dough  ../dough.txt"
    assert lines[1].startswith("  1  Sourdough  by chance less than 1 in 10,000")
    assert "Receptor:4  A sourdough starter ferments more slowly" in lines[2]
    assert "l. 5  “We kept a sourdough starter in a cold kitchen" in lines[3]
    assert "second-hand: Owls, by links from Sourdough" in out


def test_a_paper_on_nothing_the_vault_knows_fires_nothing(capsys, garden):
    """The answer is no, with the nearest notes, and so is the exit code."""
    code, out, _ = activate(capsys, "../taxes.txt", "-q")
    assert code == 1
    assert "nothing fires" in out
    assert "quiet, but nearest: " in out


def test_programs_get_what_the_schema_promises(capsys, garden):
    """Each paper is a document with its firings, strongest first, and the way of what is woken."""
    code, documents = as_json(capsys, "../dough.txt", "../taxes.txt", "--gaps", "--claims")
    dough, taxes = documents
    assert code == 0
    first = dough["fired"][0]
    assert (first["note"], first["path"]) == ("Sourdough", "Sourdough.md")
    assert (first["calibrated"], first["probability"]) == (False, None)
    line = first["condition"]["line"]
    text = (garden / "Sourdough.md").read_text(encoding="utf-8").split("\n")[line - 1]
    assert first["condition"]["text"] in text
    assert first["passage"]["text"] in DOUGH
    assert {"cold", "ferment"} <= set(first["words"])
    rates = [each["false_fire_rate"] for each in dough["fired"]]
    assert max(rates) <= 0.01
    assert {"note": "Sourdough", "kind": "links_to", "forward": True} in [
        step for each in dough["second_hand"] for step in each["via"]
    ]
    assert (taxes["fired"], taxes["second_hand"], taxes["claims"]) == ([], [], [])


def test_the_threshold_is_the_users(capsys, garden):
    """Whatever fires at a stricter threshold fires at a looser one; at 1 everything does."""
    fired = {
        fdr: {x["note"] for x in as_json(capsys, "../dough.txt", "--fdr", fdr)[1][0]["fired"]}
        for fdr in ("0", "0.0001", "0.2", "1")
    }
    assert fired["0"] <= fired["0.0001"] == {"Sourdough"} < fired["0.2"] <= fired["1"]
    assert fired["1"] == set(NOTES) - {"Reading list"}


def test_the_strongest_three_are_shown_whether_they_fire_or_not(capsys, garden):
    """Quiet ones stand in a block below those that fire, with condition and passage."""
    _, (document,) = as_json(capsys, "../dough.txt", "--fdr", "0.0001")
    (fired,), near = document["fired"], document["near"]
    assert fired["rank"] == 1
    assert [each["rank"] for each in near] == [2, 3, 4]
    out = activate(capsys, "../dough.txt", "--fdr", "0.0001", "-q")[1]
    heads = [line for line in out.splitlines() if re.match(r" {2}\d {2}", line)]
    quiet = sorted(near[:2], key=lambda each: (each["false_fire_rate"], each["rank"]))
    titles = [each["title"] for each in (fired, *quiet)]
    assert out.index(fired["title"]) < out.index("  strong, but quiet:\n") < out.index(titles[1])
    assert [head[5:].split("  ")[0] for head in heads] == titles
    assert [" quiet, " in head for head in heads] == [False, True, True]
    assert near[1]["passage"]["text"].split()[0] in out
    assert f"quiet, but nearest: {near[2]['title']}" in out


def test_what_fires_is_ordered_by_what_is_shown(capsys):
    """Rarer by chance stands above stronger; what reads the same goes by strength."""
    condition, passage = MetCondition("Receptor", "c", 1), FoundPassage(None, 1, "p", "p")
    match = Match(condition=condition, passage=passage, score=1, words=())
    fired = [
        Firing(
            note=title, title=title, path="", score=1, false_fire_rate=rate, probability=None,
            matches=(match,), score_without=0, rate_without=1, rank=rank, learned=0,
        )
        for rank, (title, rate) in enumerate([("a", 1 / 200), ("b", 5e-5), ("c", 1e-6)], 1)
    ]  # fmt: skip
    report = Report(
        document="x.txt", title="", identifiers=(), n_windows=1, fired=tuple(fired), near=()
    )
    show_report(report)
    heads = re.findall(r"^ +(\d) {2}(\w) ", capsys.readouterr().out, re.MULTILINE)
    assert heads == [("1", "b"), ("2", "c"), ("3", "a")]


def test_a_long_name_stands_below_its_title(capsys, garden, tmp_path):
    """What does not fit beside the title begins a line of its own, so that it can be copied."""
    name = f"{'d' * 90}.txt"
    (tmp_path / name).write_text(DOUGH, encoding="utf-8")
    lines = activate(capsys, f"../{name}", "-q")[1].splitlines()
    assert lines[:2] == ["On cold dough", f"  ../{name}"]


def test_why_shows_the_passages_in_full(capsys, garden):
    """Every passage stands with its condition, its words and the score without the best."""
    code, out, _ = activate(capsys, "../dough.txt", "--why", "sourdough", "-q")
    assert code == 0
    assert out.startswith("Sourdough fires: ")
    assert "so that nothing else differed." in " ".join(out.split())
    assert "words in common: cold, ferment, kitchen" in out
    assert "over 2 windows; without its best window -" in out


def test_why_also_tells_of_a_note_that_does_not_fire(capsys, garden):
    """A quiet note's best passages are shown; the exit code still says whether any fired."""
    assert activate(capsys, "../dough.txt", "--why", "Lichens", "-q")[1].startswith(
        "Lichens does not fire: "
    )
    code, out, _ = activate(capsys, "../taxes.txt", "--why", "Owls", "-q")
    assert (code, out.split(":")[0]) == (1, "Owls does not fire")


def test_a_paper_of_one_sentence_is_a_paper(capsys, garden, tmp_path):
    """One sentence fires its note; there is no passage to leave out."""
    (tmp_path / "one.txt").write_text(
        "An owl that hears a mouse can catch it in full darkness.", encoding="utf-8"
    )
    code, (document,) = as_json(capsys, "../one.txt")
    assert (code, document["fired"][0]["note"]) == (0, "Owls")
    out = activate(capsys, "../one.txt", "--why", "Owls", "-q")[1]
    assert out.startswith("Owls fires: ")
    assert "without its best" not in out


def test_both_parts_of_a_joint_condition_must_be_met(capsys, garden, tmp_path):
    """Half of an `all:` condition is worth less than both, though met in different places."""
    half = "The miller grinds barley at night because the moon rules his hours."
    (tmp_path / "half.txt").write_text(half, encoding="utf-8")
    (tmp_path / "both.txt").write_text(
        f"The flood tide fills the mill pond through sluice gates. {half}", encoding="utf-8"
    )
    rates = {}
    for name in ("half", "both"):
        (document,) = as_json(capsys, f"../{name}.txt", "--fdr", "1")[1]
        rates[name] = {x["note"]: x["score"] for x in document["fired"]}["Tide mills"]
    assert rates["half"] < rates["both"]


def test_standard_input_is_a_paper(capsys, garden, monkeypatch):
    """`-` is read from the pipe and named so."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DOUGH.encode())))
    code, (document,) = as_json(capsys, "-")
    assert (code, document["document"], document["title"]) == (0, "-", "On cold dough")


def test_a_folder_is_read_and_what_cannot_be_is_told(capsys, garden, tmp_path):
    """One bad file costs a line on standard error, the others are answered; counts come once."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text(TAXES, encoding="utf-8")
    with zipfile.ZipFile(folder / "b.pdf", "w") as packed:
        packed.writestr("x", "y")
    (folder / "c.txt").write_text(DOUGH, encoding="utf-8")
    (folder / "d.xyz").write_text("not asked for", encoding="utf-8")
    (garden / "New.md").write_text("A note to count.", encoding="utf-8")
    code, out, err = activate(capsys, "../papers")
    told, counted = sorted(err.splitlines())
    assert code == 0
    assert out.index("a.txt") < out.index("c.txt")
    assert "b.pdf: " in told
    assert "zip" in told
    assert "1 new" in counted


def test_a_library_is_read_reference_by_reference(capsys, garden, tmp_path):
    """Each reference with an abstract is a document named by its key."""
    (tmp_path / "two.bib").write_text(TWO_REFERENCES, encoding="utf-8")
    code, documents = as_json(capsys, "../two.bib")
    assert code == 0
    assert [x["document"] for x in documents] == ["../two.bib#one", "../two.bib#two"]
    assert [bool(x["fired"]) for x in documents] == [True, False]
    assert run(["label", "../two.bib", "Owls", "quiet"]) == 2
    assert "name one, such as ../two.bib#one" in capsys.readouterr().err


def test_claims_spoken_of_are_shown_with_their_standing(capsys, garden, tmp_path):
    """A claim that the paper states stands with its verdict; an unrelated paper states none."""
    (tmp_path / "cold.txt").write_text(
        "In our trial a sourdough kept at eight degrees took three times as long to rise.",
        encoding="utf-8",
    )
    _, out, _ = activate(capsys, "../cold.txt", "--claims", "-q")
    assert "claim: cold-dough [not-testable, standing: in] A sourdough kept at eight degrees" in out
    _, (document,) = as_json(capsys, "../cold.txt", "--claims")
    assert [x["claim"] for x in document["claims"]] == ["cold-dough"]
    assert document["claims"][0]["standing"] == "in"
    assert document["claims"][0]["passage"]["text"].startswith("In our trial")
    assert "claim:" not in activate(capsys, "../taxes.txt", "--claims", "-q")[1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["activate"], 2, "no paper is named"),
        (["activate", "../dough.txt", "--fdr", "2"], 2, "--fdr"),
        (["activate", "../dough.txt", "--format", "csv"], 2, "--format"),
        (["activate", "--calibration"], 2, "0 labels calibrate nothing"),
        (["activate", "../nothing.pdf"], 3, "nothing.pdf"),
        (["activate", "../dough.txt", "--why", "Sourdoh"], 3, "did you mean: Sourdough"),
        (["activate", "../dough.txt", "--why", "Reading list"], 3, "has no conditions"),
        (["activate", "../dough.txt", "-C", "../nowhere"], 3, "does not exist"),
        (["label", "../dough.txt", "Reading list", "fires"], 3, "has no conditions"),
        (["label", "../dough.txt", "Owls", "perhaps"], 2, "perhaps"),
        (["activate", "--calibration", "--format", "json"], 2, "--format json"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(capsys, garden, words, code, said):
    """Senseless requests exit with 2, impossible ones with 3; standard output stays empty."""
    assert run(words) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert not (garden / LABELS).exists()


def test_a_vault_without_conditions_says_so(capsys, garden, tmp_path):
    """A vault without notes, or whose notes have no conditions, answers no and why."""
    for name, notes in (("bare", ["Reading list"]), ("empty", [])):
        folder = make_garden(tmp_path / name, "Reading list")
        if not notes:
            (folder / "Reading list.md").unlink()
        code, out, _ = activate(capsys, "../dough.txt", "-C", str(folder), "-q", "--gaps")
        assert code == 1
        assert "nothing fires: no note has an Activation or Receptor field" in out
        assert as_json(capsys, "../dough.txt", "-C", str(folder))[1][0]["near"] == []


def test_a_vault_of_one_note_is_held_against_science_at_large(capsys, garden, tmp_path):
    """One note alone fires on its subject and is quiet on another."""
    folder = str(make_garden(tmp_path / "one", "Sourdough"))
    code, (dough, taxes) = as_json(capsys, "../dough.txt", "../taxes.txt", "-C", folder)
    assert code == 0
    assert [x["note"] for x in dough["fired"]] == ["Sourdough"]
    assert taxes["fired"] == []


def test_a_vault_searched_by_words_alone_cannot_be_activated(capsys, garden):
    """Without a model there is one line that says so."""
    (garden / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    code, out, err = activate(capsys, "../dough.txt")
    assert (code, out) == (3, "")
    assert "words alone" in err


def test_a_label_is_written_down_and_counted(capsys, garden):
    """The vault's labels.jsonl keeps the answer with its passages; an unsure one counts nothing."""
    assert run(["label", "../dough.txt", "Sourdough", "fires"]) == 0
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[-1]) == ("", "fires: 1 labels that say fires or quiet")
    assert run(["label", "../dough.txt", "Owls", "unsure"]) == 0
    assert capsys.readouterr().err == "unsure: 1 labels that say fires or quiet\n"
    assert run(["label", "../dough.txt", "Owls", "unsure", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    labels, problems = read_labels(garden)
    assert problems == ()
    assert [(x.note, x.answer) for x in labels] == [
        ("Sourdough", Answer.FIRES),
        ("Owls", Answer.UNSURE),
    ]
    assert "sourdough starter" in labels[0].passages[0]
    assert labels[0].rate < 1e-4


def test_a_record_of_a_library_is_labelled_by_the_name_it_is_shown_by(capsys, garden):
    """`activate` names a record FILE#KEY, and so may a label; a wrong key has a near one."""
    text = "".join(
        f"@article{{{key},\n title = {{Dough {key}}},\n abstract = {{{DOUGH}}}\n}}\n"
        for key in ("one", "two")
    )
    (garden.parent / "refs.bib").write_text(text, encoding="utf-8")
    assert "../refs.bib#two" in activate(capsys, "../refs.bib", "-q")[1]
    assert run(["label", "../refs.bib#two", "Sourdough", "fires"]) == 0
    capsys.readouterr()
    kept = (garden / "labels.jsonl").read_text(encoding="utf-8")
    assert "refs.bib#two" in kept
    assert run(["label", "../refs.bib#twp", "Sourdough", "fires"]) == 2
    assert "did you mean: ../refs.bib#two" in capsys.readouterr().err
    assert run(["label", "../refs.bib", "Sourdough", "fires"]) == 2
    assert "name one, such as ../refs.bib#one" in capsys.readouterr().err


@pytest.mark.parametrize("width", [30, 40, 80])
def test_no_line_is_wider_than_asked(capsys, garden, monkeypatch, width):
    """COLUMNS holds for every line, also where nobody watches."""
    monkeypatch.setenv("COLUMNS", str(width))
    for words in (["-q"], ["-q", "--gaps", "--claims"], ["-q", "--why", "Sourdough"]):
        lines = activate(capsys, "../dough.txt", *words)[1].splitlines()
        assert len(lines) > 2
        assert max(map(len, lines)) <= width, max(lines, key=len)


def test_twenty_labels_turn_rates_into_probabilities(capsys, garden):
    """The twentieth label calibrates: the answer says so, and nothing fires less for it."""
    append_labels(garden, make_labels(19))
    assert "by your labels" not in activate(capsys, "../dough.txt", "-q")[1]
    assert activate(capsys, "--calibration")[0] == 2
    assert run(["label", "../dough.txt", "Sourdough", "fires", "-q"]) == 0
    out = activate(capsys, "../dough.txt", "-q")[1]
    assert re.search(r"Sourdough  probability (1\.00|0\.9\d), by your labels", out)
    first = as_json(capsys, "../dough.txt")[1][0]["fired"][0]
    assert first["calibrated"]
    assert first["probability"] > 0.9


def test_the_twentieth_label_counts_at_once(garden):
    """A program that labels and activates in one go sees what it has just said."""
    append_labels(garden, make_labels(19))
    with NoteWeb.open(garden) as web:
        before = web.activate("../dough.txt").fired[0]
        web.activation.label(open_document("../dough.txt"), "Sourdough", Answer.FIRES)
        after = web.activate("../dough.txt").fired[0]
    assert (before.is_calibrated, after.is_calibrated) == (False, True)


def test_labels_of_one_kind_calibrate_nothing(capsys, garden):
    """Where every label says fires, there is nothing to tell apart."""
    append_labels(garden, make_labels(30, are_alike=True))
    code, _, err = activate(capsys, "--calibration")
    assert code == 2
    assert "of either answer" in err
    assert "by your labels" not in activate(capsys, "../dough.txt", "-q")[1]


def test_the_reliability_curve_is_drawn(capsys, garden):
    """Said and seen shares stand side by side, with the error of the whole."""
    append_labels(garden, make_labels(40))
    code, out, _ = activate(capsys, "--calibration", "-q")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("40 labels")
    rows = [line.split() for line in lines[2:-1]]
    assert sum(int(row[2]) for row in rows) == 40
    assert [float(row[1]) for row in rows] == [0.0] * 4 + [1.0] * 4
    assert lines[-1].startswith("expected calibration error 0.")


def test_a_new_note_goes_where_the_settings_say_and_is_opened(tmp_path, capsys, monkeypatch):
    """[new] names folder and template; --edit opens the file; an editor that fails is told."""
    (tmp_path / "t.md").write_text("# {{title}}\n")
    (tmp_path / "noteweb.toml").write_text('[new]\nfolder = "in/box"\ntemplate = "t.md"\n')
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho edited >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    assert run(["new", "a: b", "--edit", "-C", str(tmp_path)]) == 0
    path = tmp_path / "in" / "box" / "a b.md"
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_text() == "# a: b\nedited\n"
    assert run(["new", "a: b", "--edit", "-C", str(tmp_path)]) == 3
    assert path.read_text() == "# a: b\nedited\n"
    capsys.readouterr()
    monkeypatch.setenv("VISUAL", str(tmp_path / "nothing"))
    assert run(["new", "c", "-e", "-C", str(tmp_path)]) == 3
    assert "set $VISUAL or $EDITOR" in capsys.readouterr().err
