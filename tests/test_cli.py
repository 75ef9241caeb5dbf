"""The command as a person at a terminal meets it: sessions on file, exit codes, failures.

Each file of ``transcripts/`` is a session: ``$ noteweb ...``, then what it writes to standard
output, lines of standard error behind ``! `` and, where it is not 0, the exit code as ``[1]``.
``NOTEWEB_UPDATE=1 pytest tests/test_cli.py`` writes them anew: read the difference.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from noteweb.cli import run
from noteweb.schema import read_schema

HERE = Path(__file__).parent
TRANSCRIPTS = sorted((HERE / "transcripts").glob("*.txt"))


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a copy of the small vault."""
    folder = tmp_path / "vault"
    shutil.copytree(HERE / "vaults" / "small", folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    return folder


def play(line, capsys, vault):
    """Run one line of a session and give it with its answer, machine paths taken out."""
    code = run(shlex.split(line)[1:])
    out, err = capsys.readouterr()
    text = out + "".join(f"! {part}\n" for part in err.splitlines())
    text = text.replace(str(vault), "VAULT")
    return f"$ {line}\n{text}" + (f"[{code}]\n" if code else "")


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_session_goes_as_on_file(path, capsys, vault):
    """What a command writes and its exit code are what the transcript says."""
    told = path.read_text(encoding="utf-8")
    lines = [line[2:] for line in told.split("\n") if line.startswith("$ ")]
    played = "".join(play(line, capsys, vault) for line in lines)
    if os.environ.get("NOTEWEB_UPDATE"):
        path.write_text(played, encoding="utf-8")
    assert played == told


def test_there_are_sessions():
    """The sessions on file are found."""
    assert TRANSCRIPTS


def as_json(capsys, *arguments):
    """Run a command and read its standard output as JSON."""
    code = run([*arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def check_shape(value, name):
    """Hold a value to one of the public schemas."""
    jsonschema.Draft202012Validator(read_schema(name)).validate(value)


def test_json_has_the_public_shapes(capsys, vault):
    """query, related, show and check write what the schemas promise."""
    code, found = as_json(capsys, "query", "pheromone per worker", "-q")
    check_shape(found, "query-result")
    assert (code, found["hits"][0]["note"]) == (0, "Queen pheromone and swarming")
    check_shape(as_json(capsys, "related", "QMP")[1], "query-result")
    for note in ("QMP", "Waggle dance", "Winter cluster", "Broken frontmatter"):
        check_shape(as_json(capsys, "show", note)[1], "note")
    run(["check", "--format", "jsonl"])
    lines = capsys.readouterr().out.splitlines()
    assert lines
    for line in lines:
        check_shape(json.loads(line), "problem")


def test_the_field_and_the_unit_are_named(capsys, vault):
    """A hit in a field says which, and gives the unit with its line in the file."""
    _, found = as_json(capsys, "query", "queen cells although the old queen lays", "-q")
    hit = found["hits"][0]
    assert hit["field"] == "Receptor"
    assert hit["text"] == "A colony builds queen cells although the old queen still lays."
    line = (vault / hit["path"]).read_text(encoding="utf-8").split("\n")[hit["line"] - 1]
    assert "builds queen cells" in line


def test_another_inflection_finds_in_russian(capsys, vault):
    """A Russian query in other forms than the note's finds the note by its words."""
    _, found = as_json(capsys, "query", "пчела согревала клубки", "--mode", "text", "-q")
    assert found["hits"][0]["note"] == "field/Winter cluster"


@pytest.mark.parametrize(
    ("options", "notes"),
    [
        (["--field", "activation"], {"Queen pheromone and swarming", "field/Winter cluster"}),
        (["--tag", "bees/signals"], {"Queen pheromone and swarming", "field/Waggle dance"}),
        (
            ["--tag", "bees"],
            {"Queen pheromone and swarming", "field/Waggle dance", "field/Winter cluster"},
        ),
        (["--category", "colony"], {"Queen pheromone and swarming"}),
        (["--path", "field/*"], {"field/Waggle dance", "field/Winter cluster"}),
        (
            ["--tag", "bees", "--path", "field/*", "--field", "body", "--mode", "semantic"],
            {"field/Waggle dance", "field/Winter cluster"},
        ),
    ],
)
def test_filters_leave_what_they_say(capsys, vault, options, notes):
    """Fields, tags with those below them, category and path restrict the hits."""
    _, found = as_json(
        capsys, "query", "colony temperature distance swarm", "--min-score=-9", "-q", *options
    )
    assert {hit["note"] for hit in found["hits"]} == notes


def test_a_wrong_vault_is_one_line_and_code_3(capsys, tmp_path):
    """A missing vault is told with what to do; nothing is made there."""
    assert run(["query", "x", "--vault", str(tmp_path / "none")]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "does not exist" in err
    assert not (tmp_path / "none").exists()


def test_an_empty_vault_says_so(capsys, tmp_path):
    """A folder without notes is no error: the answer is no."""
    assert run(["query", "x", "--vault", str(tmp_path), "--model", "hashing"]) == 1
    assert "no notes (*.md)" in capsys.readouterr().err


def test_an_index_of_another_model_is_refused(capsys, vault):
    """Vectors of two models never mix; the line says what to run, and that heals it."""
    assert run(["index", "-q"]) == 0
    (vault / "noteweb.toml").write_text('model = "default"\n', encoding="utf-8")
    code = run(["query", "swarm"])
    err = capsys.readouterr().err
    assert code == 3
    assert "noteweb index --rebuild" in err
    assert run(["query", "swarm", "--model", "hashing"]) == 0


@pytest.mark.parametrize("name", ["index.sqlite", "vectors-0.f32"])
def test_a_corrupted_index_is_refused_and_can_be_rebuilt(capsys, vault, name):
    """One clear line, code 3, and the rebuild answers as before."""
    _, before = as_json(capsys, "query", "swarm", "-q")
    (vault / ".noteweb" / name).write_bytes(b"no such thing")
    for leftover in (vault / ".noteweb").glob("index.sqlite-*"):
        leftover.unlink()
    assert run(["query", "swarm"]) == 3
    err = capsys.readouterr().err
    assert "noteweb index --rebuild" in err
    assert len(err.splitlines()) == 2
    assert run(["index", "--rebuild", "-q"]) == 0
    assert as_json(capsys, "query", "swarm", "-q")[1] == before


def test_a_lost_manifest_mends_itself(capsys, vault):
    """A text index that may lag is made anew without a word of the user."""
    _, before = as_json(capsys, "query", "swarm", "-q")
    (vault / ".noteweb" / "manifest.json").write_text("?", encoding="utf-8")
    assert as_json(capsys, "query", "swarm", "-q")[1] == before


def test_an_unreadable_note_is_told_and_the_others_are_found(capsys, vault, monkeypatch):
    """One file that cannot be read costs that file only."""
    bad = vault / "unreadable.md"
    bad.symlink_to(vault / "nowhere.md")
    code, found = as_json(capsys, "query", "swarm", "-q")
    assert code == 0
    assert found["hits"]
    assert run(["check", "--format", "text"]) == 1
    assert "unreadable.md:1:1  unreadable-file" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["query"],
        ["query", "x", "--mode", "telepathic"],
        ["query", " "],
        ["query", "x", "--field", "nonsense"],
        ["query", "x", "--device", "tpu"],
        ["query", "x", "--limit", "0"],
        ["graph", "neighbours"],
        ["graph", "nonsense"],
        ["export", "nonsense"],
        ["verify", "--executor", "dask"],
        ["verify", "--jobs", "-1"],
        ["verify", "--recheck", "2"],
        ["experiment", "new", "no-name"],
        ["nonsense"],
    ],
)
def test_usage_errors_exit_with_2(capsys, vault, words):
    """What makes no sense in any vault has the code that shells expect, and an explanation."""
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err


def test_stopping_is_told(capsys, vault, monkeypatch):
    """Ctrl-C ends in one line and code 130, and the next run completes the work."""
    import noteweb.index.sync

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(noteweb.index.sync, "embed_waiting", interrupt)
        assert run(["index"]) == 130
    assert "stopped" in capsys.readouterr().err
    assert run(["query", "swarm", "--mode", "text", "-q"]) == 0
    assert run(["query", "swarm", "-q"]) == 0


def test_help_loads_no_heavy_library():
    """`noteweb --help` starts without the libraries that cost seconds."""
    heavy = [
        "numpy",
        "networkx",
        "faiss",
        "torch",
        "rich",
        "yaml",
        "pydantic",
        "tantivy",
        "sqlite3",
    ]
    code = (
        "import sys\nfrom noteweb.cli import run\nrun(['--help'])\n"
        f"print('LOADED', [m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("LOADED []\n")


def test_a_closed_pipe_is_no_crash(vault):
    """`noteweb ... | head -1` ends in silence."""
    command = f"{shlex.quote(sys.executable)} -m noteweb check --quiet | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["experiment", "list", "--format", "json"], ["query", "queen"], ["no"]]
)
def test_a_reader_that_has_gone_is_no_answer(vault, words):
    """Whatever the command, nobody takes it for a no: 141, as shells say of SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-u", "-m", "noteweb", *words]
    with os.fdopen(writer, "wb") as gone:
        err = gone if words == ["no"] else subprocess.PIPE
        done = subprocess.run(command, stdout=gone, stderr=err, check=False)
    assert done.returncode == 141
    assert b"Traceback" not in (done.stderr or b"")


def test_init_writes_settings_once_and_touches_no_note(capsys, tmp_path):
    """A folder becomes a vault; doing it again changes nothing."""
    folder = tmp_path / "notes"
    assert run(["init", str(folder)]) == 0
    assert "noteweb.toml" in capsys.readouterr().err
    (folder / "noteweb.toml").write_text('model = "hashing"\n', encoding="utf-8")
    assert run(["init", str(folder)]) == 0
    assert "already a vault" in capsys.readouterr().err
    assert (folder / "noteweb.toml").read_text(encoding="utf-8") == 'model = "hashing"\n'
    assert [path.name for path in folder.iterdir()] == ["noteweb.toml"]
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert run(["init", str(tmp_path / "file")]) == 3


def test_status_tells_without_changing(capsys, vault):
    """Before and after indexing, and after an edit, status says how things stand."""
    code, before = as_json(capsys, "status")
    assert (code, before["n_new"], before["n_notes"]) == (0, 4, 0)
    assert not (vault / ".noteweb").exists()
    run(["index", "-q"])
    (vault / "new.md").write_text("new", encoding="utf-8")
    (vault / "field" / "Waggle dance.md").write_text("changed", encoding="utf-8")
    (vault / "field" / "Winter cluster.md").unlink()
    _, after = as_json(capsys, "status")
    assert (after["n_new"], after["n_changed"], after["n_gone"]) == (1, 1, 1)
    assert (after["n_notes"], after["n_waiting"], after["model"]) == (4, 0, "hashing")
    assert run(["status"]) == 0
    assert "1 new, 1 changed, 1 gone" in capsys.readouterr().out


def test_the_graph_is_exported_to_a_file_and_never_over_one(capsys, vault):
    """Exports are written whole, and a file that is there stays unless --force."""
    import networkx as nx

    run(["index", "-q"])
    assert run(["export", "graphml", "-o", "out.graphml"]) == 0
    assert "wrote out.graphml" in capsys.readouterr().err
    assert "note:QMP" not in nx.read_graphml("out.graphml")
    assert "note:Queen pheromone and swarming" in nx.read_graphml("out.graphml")
    assert run(["export", "json", "-o", "out.graphml"]) == 3
    assert "--force" in capsys.readouterr().err
    assert run(["export", "json", "-o", "out.graphml", "--force", "-q"]) == 0
    told = json.loads(Path("out.graphml").read_text(encoding="utf-8"))
    assert {node["id"] for node in told["nodes"]} >= {"tag:bees", "tool:stan"}
    assert run(["export", "json", "-o", "no/such/folder/x.json"]) == 3


def test_a_graph_without_an_index_writes_nothing(capsys, vault):
    """With --no-index what the notes themselves say is the same, and no file is made."""
    before = sorted(Path().rglob("*"))
    assert run(["export", "json", "--no-index", "-q"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert run(["graph", "neighbours", "QMP", "--no-index", "-q"]) == 0
    assert capsys.readouterr().out
    assert sorted(Path().rglob("*")) == before
    assert run(["export", "json", "-q"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert alone["nodes"] == whole["nodes"]
    written = [edge for edge in whole["edges"] if edge["provenance"] == "explicit"]
    assert [edge for edge in alone["edges"] if edge["provenance"] == "explicit"] == written


def test_an_export_goes_to_standard_output(vault):
    """Without a file the bytes go down the pipe."""
    command = [sys.executable, "-m", "noteweb", "export", "json", "-q"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)["nodes"]
    again = subprocess.run([*command, "-o", "-"], capture_output=True, check=True)
    assert again.stdout == done.stdout
    assert not Path("-").exists()


def test_an_export_writes_over_no_note(vault, capsys):
    """Not even --force lets an export take a note's place, under whatever name."""
    note = next(Path().rglob("*.md"))
    text = note.read_bytes()
    Path("other.json").symlink_to(note)
    for name in (str(note), str(note.absolute()), "other.json"):
        assert run(["export", "json", "-q", "-o", name, "--force"]) == 3
        assert "it is a note of this vault" in capsys.readouterr().err
    assert note.read_bytes() == text
    assert run(["export", "json", "-q", "-o", "free.json"]) == 0
    assert run(["export", "json", "-q", "-o", "free.json", "--force"]) == 0


def test_the_version_is_told(capsys):
    """--version names the version and ends."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("noteweb 0.")


def test_a_watched_terminal_gets_a_bar(monkeypatch):
    """Long work shows a bar on a terminal, short work and pipes none."""
    from noteweb.cli.progress import TerminalBar, choose_progress
    from noteweb.model.progress import Silent

    assert isinstance(choose_progress(quiet=False), Silent)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert isinstance(choose_progress(quiet=True), Silent)
    bar = choose_progress(quiet=False)
    assert isinstance(bar, TerminalBar)
    bar.begin("short", 3)
    assert bar._bar is None
    bar.begin("long", 100)
    assert bar._bar is not None
    bar.advance(60)
    bar.advance(40)
    assert bar._bar is None
    bar.tell(0.5, "late")
    assert bar._bar is None


def test_a_bar_shows_what_is_under_way(monkeypatch):
    """A few slow steps get a bar after a moment, which moves within a step and names it."""
    from rich.console import Console

    from noteweb.cli import progress

    def show(bar):
        out = io.StringIO()
        Console(file=out, width=200).print(bar._bar.get_renderable())
        return out.getvalue()

    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = progress.TerminalBar()
    bar.begin("running", 3)
    bar.tell(0.5, "")
    assert bar._bar is None
    now[0] = 1.5
    bar.tell(0.5, "toy: [red]\x1b[2J")
    assert bar._bar.tasks[0].completed == 0.5
    assert all(word in show(bar) for word in ("running", " 0/3 ", "toy: [red]␛[2J"))
    bar.advance(1)
    bar.tell(0.25, "")
    assert bar._bar.tasks[0].completed == 1.25
    assert " 1/3 " in show(bar)
    assert "toy" not in show(bar)
    bar.advance(2)
    assert bar._bar is None


def test_no_control_sequence_reaches_the_terminal(capsys, tmp_path):
    """A note that would clear the screen or rename the window is shown as pictures of controls."""
    evil = '---\ntitle: "red \\e[31m"\n---\n\nzebra \x1b[2J and \x1b]0;pwn\x07 \x9b1m end.\n'
    (tmp_path / "a.md").write_text(evil, encoding="utf-8")
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    for command in (["query", "zebra", "--explain"], ["show", "a"], ["check"], ["related", "a"]):
        run([*command, "-C", str(tmp_path)])
        out, err = capsys.readouterr()
        assert not {"\x1b", "\x07", "\x9b"} & set(out + err)
    run(["query", "zebra", "-C", str(tmp_path)])
    assert "␛[2J" in capsys.readouterr().out


def test_a_full_or_closed_output_is_one_line(vault):
    """Where the answer cannot be written, that is said, without a traceback."""
    for redirect in ("> /dev/full", ">&-"):
        command = f"{shlex.quote(sys.executable)} -m noteweb show QMP -q {redirect}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
        assert "Traceback" not in done.stderr
        assert "standard output cannot be written" in done.stderr
        assert done.returncode == 3


def test_where_no_vector_will_come_none_is_awaited(capsys, vault):
    """In a vault of words alone neither index nor status speaks of waiting passages."""
    (vault / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    assert run(["index"]) == 0
    assert run(["status"]) == 0
    told = capsys.readouterr()
    assert "a vector" not in told.out + told.err
    assert "none: words alone" in told.out


def test_a_missing_device_names_the_one_that_is_there(capsys, vault, monkeypatch):
    """Another model would not help, the processor does."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run(["index", "--model", "default", "--device", "cuda", "--rebuild"]) == 3
    assert "--device cpu" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "near"),
    [("nope", False), ("wagle dance", True), ("Queen", True), ("pheromon", True), ("qxz", False)],
)
def test_only_names_that_are_near_are_offered(capsys, vault, name, near):
    """A typing error or a part of a title helps; letters that happen to be alike do not."""
    for title in ("Monosemanticity", "Operator or model", "No free lunch and inductive bias"):
        (vault / f"{title}.md").write_text("Bees.\n", encoding="utf-8")
    assert run(["show", name, "-q"]) == 3
    assert ("did you mean" in capsys.readouterr().err) == near


@pytest.mark.parametrize("words", [["query", "zyxwv", "--mode", "text"], ["check"]])
def test_a_table_without_rows_has_its_head(capsys, tmp_path, words):
    """A program that reads the table finds its columns, also where nothing was found."""
    (tmp_path / "a.md").write_text("Bees dance.\n", encoding="utf-8")
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    run([*words, "--vault", str(tmp_path), "--format", "csv", "-q"])
    (head,) = capsys.readouterr().out.splitlines()
    (tmp_path / "b.md").write_text("[[Nowhere]] zyxwv\n", encoding="utf-8")
    run([*words, "--vault", str(tmp_path), "--format", "csv", "-q"])
    assert capsys.readouterr().out.splitlines()[0] == head


@pytest.mark.parametrize(
    ("words", "code"), [(["index"], 0), (["check"], 0), (["graph"], 1), (["export", "json"], 1)]
)
def test_every_command_says_that_a_vault_is_empty(capsys, tmp_path, words, code):
    """A wrong folder is noticed wherever one begins."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    assert run([*words, "--vault", str(tmp_path)]) == code
    told = capsys.readouterr()
    assert f"no notes (*.md) under {tmp_path}" in told.err


def test_a_file_address_leads_to_the_note_it_names(capsys, tmp_path):
    """Inside the vault it is a link like any other, outside an address that nobody checks."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "my notes").mkdir()
    (tmp_path / "my notes" / "A.md").write_text("Bees.\n", encoding="utf-8")
    inside = f"{tmp_path}/my%20notes/A.md".replace(" ", "%20")
    (tmp_path / "b.md").write_text(
        f"[in](file://{inside}#L3) [host](file://localhost{inside})\n"
        f"[out](file:///somewhere/A.md#L3) [gone](file://{tmp_path}/gone.md)\n",
        encoding="utf-8",
    )
    vault = ["--vault", str(tmp_path), "-q"]
    assert run(["graph", "neighbours", "A", *vault, "--format", "json"]) == 0
    assert [row["label"] for row in json.loads(capsys.readouterr().out)] == ["b"]
    assert run(["check", *vault]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "gone.md" in line


def test_dead_headings_and_blocks_are_told(capsys, tmp_path):
    """Case, marks and the headings above do not matter; a near heading is offered."""
    (tmp_path / "noteweb.toml").write_text('model = "none"\n', encoding="utf-8")
    (tmp_path / "A.md").write_text(
        "# The *Queen*: her role\n## Swarms\n\nA hive.^b1\n\n[[#Swarms]]\n", encoding="utf-8"
    )
    (tmp_path / "b.md").write_text(
        "[[A#the queen her role]] [[A#The Queen: her role#swarms]] [[A#^b1]] [x](A.md#swarms)\n"
        "[[A#Swarm]] [[A#^nope]] [[A#Wax]] [[#Here]] [[Gone#H]]\n",
        encoding="utf-8",
    )
    assert run(["check", "--vault", str(tmp_path), "--format", "jsonl", "-q"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(row["path"], row["line"]) for row in found} == {("b.md", 2)}
    assert [row["message"] for row in found if row["code"] == "link-anchor"] == [
        "'A' has no heading 'Swarm'; did you mean 'Swarms'?",
        "'A' has no block ^nope",
        "'A' has no heading 'Wax'",
        "'b' has no heading 'Here'",
    ]
