"""The commands about claims, as a person meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import jsonschema
import pytest
import typer

from bench_vault import write_experiment, write_fixed
from noteweb.cli import run
from noteweb.model.verdict import VerdictKind
from noteweb.schema import read_schema

NOTE = """\
---
claims:
  - id: up
    statement: It goes up.
    supports: [ought]
    evidence: {experiment: toy, expect: {metric: gap, op: gt, threshold: 0}}
  - id: down
    statement: It goes down.
    evidence: {experiment: toy, expect: {metric: gap, op: lt, threshold: 0}}
  - id: ought
    kind: normative
    statement: It ought to.
---
Text.
"""


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """Stand in a vault with three claims; permissions are kept apart from the user's."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "noteweb.toml").write_text('model = "none"\n')
    (folder / "note.md").write_text(NOTE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("NOTEWEB_VAULT", raising=False)
    monkeypatch.chdir(folder)
    return folder


def ask(capsys, *words):
    """Run a command; give its exit code and what it wrote."""
    code = run(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_from_blocked_to_verdicts(vault, capsys):
    """Blocked, allowed, run, listed, explained: the way a person goes."""
    write_fixed(vault, "toy")
    code, out, err = ask(capsys, "verify")
    assert code == 0
    assert "blocked" in out
    assert "noteweb trust allow toy" in out
    code, out, err = ask(capsys, "trust", "allow")
    assert code == 3
    assert "def run(ctx, params, seed):" in out
    assert "nobody is here to allow toy" in err
    assert ask(capsys, "trust", "allow", "--yes")[0] == 0
    assert ask(capsys, "trust", "allow")[2] == "every experiment that claims name may run already\n"
    code, out, err = ask(capsys, "verify", "--explain")
    assert out.splitlines()[1].split() == ["2", "toy", "up", "first-run"]
    code, out, err = ask(capsys, "verify")
    assert code == 1
    assert err == "1 supported, 1 refuted, 1 not-testable\n"
    assert ask(capsys, "verify", "up")[0] == 0
    code, out, err = ask(capsys, "claims")
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [
        ["up", "supported"],
        ["down", "refuted"],
        ["ought", "not-testable"],
    ]
    code, out, err = ask(capsys, "why", "down")
    assert "guard met: known" in out
    assert "files: experiments/toy.py, noteweb/lab.py" in out
    assert ask(capsys, "trust", "revoke", "toy")[2] == "toy may no longer run\n"
    assert "blocked (was supported)" in ask(capsys, "verify", "up")[1]


def test_what_is_stale_says_why(vault, capsys):
    """The list, the account and the plan name each thing that has changed since the runs."""
    write_fixed(vault, "toy")
    write_fixed(vault, "other")
    (vault / "note.md").write_text(NOTE.replace("{experiment: toy, ", "{experiment: other, ", 1))
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    assert "reason" not in ask(capsys, "claims")[1]
    write_fixed(vault, "toy", "pass; pass")
    (vault / "note.md").write_text(NOTE.replace("toy,", "toy, params: {shift: 2},"))
    ask(capsys, "trust", "allow", "--yes")
    down = "down   stale (was refuted)"
    changes = "changed-parameters: shift 1.0, now 2.0; changed-code: experiments/toy.py"
    out = ask(capsys, "claims")[1]
    assert out.splitlines()[0].endswith("  reason")
    assert down in out
    assert changes in out
    for change in changes.split("; "):
        assert f"because {change}" in ask(capsys, "why", "down")[1]
        assert change in ask(capsys, "verify", "--explain")[1]
    (row,) = json.loads(ask(capsys, "claims", "--format", "json")[1])["claims"][1:2]
    assert (row["verdict"], row["previous"], row["reason"]) == ("stale", "refuted", changes[:38])
    ask(capsys, "trust", "revoke", "toy")
    assert "untrusted: new; to look at it and allow it: " in ask(capsys, "claims")[1]


def test_an_untrusted_vault_is_never_run(vault, capsys, tmp_path):
    """Whatever is asked of it, its code leaves no trace."""
    canary = tmp_path / "canary"
    write_experiment(vault, "toy", imports=f"open({str(canary)!r}, 'w')")
    for words in (
        ["verify"],
        ["verify", "--force"],
        ["verify", "--recheck", "1"],
        ["verify", "--explain"],
        ["claims"],
        ["why", "up"],
        ["trust", "show"],
        ["trust", "show", "toy"],
        ["experiment", "list"],
        ["status"],
        ["check"],
        ["graph"],
        ["export", "json"],
        ["index", "--rebuild"],
        ["show", "note"],
        ["query", "text", "--mode", "text"],
    ):
        assert run(words) in {0, 1}, words
    capsys.readouterr()
    assert not canary.exists()
    assert not (vault / "runs").exists()


def test_why_tells_the_source_and_what_a_claim_bears_on(vault, capsys):
    """With its place, how it is cited and what it makes of the claim; as the schema has it."""
    source = "{title: A book, locator: page 3, citation: recalled, stance: hedges}"
    said = f"source: {source}\n    needs: a scale\n    supports:"
    (vault / "note.md").write_text(NOTE.replace("supports:", said))
    out = ask(capsys, "why", "up")[1]
    assert "source: A book, page 3 (recalled; it hedges this)" in out
    assert "it would need: a scale" in out
    assert "supports: ought" in out
    told = json.loads(ask(capsys, "why", "up", "--format", "json")[1])
    jsonschema.validate(told, read_schema("account"))
    words = ("title", "locator", "citation", "stance")
    assert [told["source"][word] for word in words] == ["A book", "page 3", "recalled", "hedges"]
    assert told["relations"] == {"supports": ["ought"]}
    told = json.loads(ask(capsys, "why", "ought", "--format", "json")[1])
    jsonschema.validate(told, read_schema("account"))
    assert (told["source"], told["relations"], told["needs"]) == (None, {}, None)


def test_verdicts_have_the_public_shape(vault, capsys):
    """One line for each claim, as the schema says; the schema knows every verdict there is."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    schema = read_schema("verdict")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["$defs"]["kind"]["enum"]) == set(VerdictKind)
    check = jsonschema.Draft202012Validator(schema)
    lines = ask(capsys, "verify", "--format", "jsonl")[1].splitlines()
    assert [json.loads(line)["claim"] for line in lines] == ["up", "down", "ought"]
    for line in lines:
        check.validate(json.loads(line))
    whole = json.loads(ask(capsys, "verify", "--format", "json")[1])
    assert whole["verdicts"] == [json.loads(line) for line in lines]
    rows = json.loads(ask(capsys, "claims", "--format", "json")[1])["claims"]
    assert rows[0]["verdict"] == "supported"
    assert (
        json.loads(ask(capsys, "why", "up", "--format", "json")[1])["verdict"]
        == whole["verdicts"][0]
    )
    steps = ask(capsys, "verify", "up", "--explain", "--format", "jsonl")[1]
    assert json.loads(steps)["n_runs"] == 0
    again = ask(capsys, "verify", "up", "--recheck", "1", "--format", "jsonl")[1]
    assert all(json.loads(line)["same"] for line in again.splitlines())
    assert {
        row["standing"] for row in json.loads(ask(capsys, "trust", "show", "--format", "json")[1])
    } == {"allowed", "shipped"}


def test_wrong_names_are_one_line_with_near_ones(vault, capsys):
    """An unknown claim or experiment ends with code 3 and what was perhaps meant."""
    write_fixed(vault, "toy")
    for words, near in (
        (["verify", "dwon"], "down"),
        (["why", "dwn"], "down"),
        (["trust", "show", "toi"], "toy"),
        (["trust", "revoke", "none"], "none"),
        (["experiment", "new", "toy"], "another name"),
        (["verify", "--recheck", "0.5", "dwn"], "down"),
    ):
        code, _, err = ask(capsys, *words)
        assert code == 3, words
        assert near in err
        assert len(err.splitlines()) == 2


def test_a_sandbox_can_be_required(vault, capsys, monkeypatch):
    """Where only limits work, --require-sandbox refuses, and nothing is run."""
    from noteweb.evidence import sandbox

    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    monkeypatch.setattr(sandbox, "choose_level", lambda: (sandbox.Level.LIMITS, "made so"))
    code, _, err = ask(capsys, "verify", "--require-sandbox")
    assert (code, "no sandbox works here: made so" in err) == (3, True)
    assert not list((vault / "runs").glob("*.jsonl"))
    assert ask(capsys, "verify", "up")[0] == 0
    runs = json.loads(ask(capsys, "why", "up", "--format", "json")[1])["evidence"][0]["runs"]
    assert {each["sandbox"] for each in runs} == {"limits"}


def test_a_new_experiment_is_there_to_run(vault, capsys):
    """The command writes it, prints a claim for it, and lists it."""
    code, out, err = ask(capsys, "experiment", "new", "coins")
    assert code == 0
    assert out.startswith("claims:\n  - id: coins\n")
    assert "experiments/coins.py" in err
    assert "coins" in ask(capsys, "experiment", "list")[1]


def test_problems_of_claims_and_experiments_are_told(vault, capsys):
    """Check tells of unknown targets and metrics, double ids and experiments it cannot read."""
    write_experiment(vault, "toy", more="data=open('x'),")
    (vault / "other.md").write_text(NOTE.replace("[ought]", "[nought]"))
    code, out, _ = ask(capsys, "check", "--format", "jsonl")
    told = {problem["code"] for problem in map(json.loads, out.splitlines())}
    assert code == 1
    assert {"claim-id-duplicate", "experiment-invalid", "claim-experiment-invalid"} <= told
    (vault / "note.md").unlink()
    write_fixed(vault, "toy")
    (vault / "third.md").write_text(NOTE.replace("gap", "gpa").replace("id: ", "id: its-"))
    line = "third.md:6:42  claim-metric-unknown  the evidence of 'its-up': toy declares no metric"
    assert f"{line} 'gpa'; near: gap" in ask(capsys, "check")[1]
    (vault / "third.md").unlink()
    out = ask(capsys, "check", "--format", "jsonl")[1]
    assert "claim-target-unknown" in {json.loads(line)["code"] for line in out.splitlines()}


def test_a_second_verify_loads_nothing_heavy(vault, capsys):
    """With nothing to run neither numpy nor the runner is loaded."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    code = (
        "import sys\nfrom noteweb.cli import run\nrun(['verify', '-q'])\n"
        "print(sorted({'numpy', 'networkx', 'rich', 'yaml', 'tantivy', 'filelock',"
        " 'noteweb.evidence.supervise', 'noteweb.evidence.sandbox'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


EVIL = "\x1b[2J\x1b]0;owned\x07\x9b2J"


def test_nothing_a_stranger_wrote_rules_the_terminal(vault, capsys, monkeypatch):
    """At a terminal, what notes, guards and records say has no escape in it and stays on its line.

    Our own colours are there.
    """
    monkeypatch.setitem(typer.echo.__globals__, "should_strip_ansi", lambda *_: False)
    note = NOTE.replace("It goes up.", f'"Up {EVIL.encode("unicode_escape").decode()}"')
    (vault / "note.md").write_text(note)
    write_experiment(
        vault,
        "toy",
        f'ctx.guard("known", ok=True, detail={EVIL!r} + "\\nverdict  supported")\n'
        'ctx.guard("none", ok=True)\nctx.metric("gap", 1)',
        more="is_deterministic=True,",
    )
    ask(capsys, "trust", "allow", "--yes")
    for words in (["verify"], ["claims"], ["why", "up"], ["claims", "--format", "json"]):
        out = ask(capsys, *words)[1]
        assert not re.search(r"\x1b(?!\[\d+m)", out), words
        assert not {"\x07", "\x9b"} & set(out), words
        assert not [line for line in out.splitlines() if line.startswith("verdict  supported")]
    assert "\x1b[32msupported\x1b[0m" in ask(capsys, "claims")[1]
    why = ask(capsys, "why", "up")[1]
    assert "\nUp \u241b[2J\u241b]0;owned\u2407\ufffd2J\n" in why
    assert "guard met: known \u241b[2J\u241b]0;owned\u2407\ufffd2J verdict supported\n" in why


def test_no_color_is_heeded(vault, capsys, monkeypatch):
    """At a terminal, NO_COLOR set to anything leaves no escape; set to nothing it is not set."""
    strips = typer.echo.__globals__["should_strip_ansi"]
    monkeypatch.setitem(
        typer.echo.__globals__,
        "should_strip_ansi",
        lambda stream=None, color=None: color is not None and strips(stream, color),
    )
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    for words in (["verify"], ["claims"], ["why", "up"], ["trust", "show"], ["experiment", "list"]):
        for value, is_coloured in (("1", False), ("0", False), ("", True)):
            monkeypatch.setenv("NO_COLOR", value)
            assert ("\x1b[" in ask(capsys, *words)[1]) is is_coloured, words


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_every_answer_keeps_to_the_width(vault, capsys, monkeypatch, columns):
    """No line is longer than the terminal, and what is wrapped is still there whole."""
    claim_id = "a-claim-with-an-id-that-leaves-no-room-at-all"
    (vault / "note.md").write_text(NOTE.replace("id: up", f"id: {claim_id}"))
    write_fixed(vault, "toy", "raise ValueError('what went wrong, in so many words ' * 4)")
    ask(capsys, "trust", "allow", "--yes")
    monkeypatch.setenv("COLUMNS", columns)
    for words in (
        ["verify"],
        ["verify", "--explain"],
        ["verify", "--recheck", "1"],
        ["claims"],
        ["why", claim_id],
        ["trust", "show"],
        ["experiment", "list"],
    ):
        out = ask(capsys, *words)[1]
        assert out
        assert max(map(len, out.splitlines())) <= int(columns), words
        if "claim" in out:
            assert claim_id in re.sub(r"\s", "", out), words
    reason = "failed-seeds:2of2seeds:error(ValueError:whatwentwrong,insomanywords"
    assert reason in re.sub(r"\s", "", ask(capsys, "claims")[1])


def test_quiet_leaves_the_answer_alone(vault, capsys):
    """With --quiet nothing goes to standard error, and the answer is the same."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    for words in (["verify"], ["claims"], ["verify", "--recheck", "1"], ["verify", "--strict"]):
        code, out, err = ask(capsys, *words)
        assert err
        assert ask(capsys, *words, "--quiet") == (code, out, "")


def test_what_was_written_after_the_runs_says_so(vault, capsys):
    """In each answer, as text and as JSON, for the claim whose expectation was edited alone."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    (vault / "note.md").write_text(NOTE.replace("op: gt, threshold: 0", "op: gt, threshold: 0.5"))
    for words in (["verify"], ["claims"]):
        lines = {line.split()[0]: line for line in ask(capsys, *words)[1].splitlines()[1:]}
        told = {name: "(post-hoc)" in line for name, line in lines.items()}
        assert sum(told.values()) == 1
        assert told.get("up", told.get("supported"))
    assert (
        "gap > 0.5: supported, 1 in [1, 1]; post-hoc: written after the"
        in ask(capsys, "why", "up")[1]
    )
    first = json.loads(ask(capsys, "verify", "up", "--format", "jsonl")[1])
    assert [each["kind"] for each in first["reasons"]] == ["decided", "post-hoc"]
    rows = json.loads(ask(capsys, "claims", "--format", "json")[1])["claims"]
    late = "post-hoc: what is expected of gap was written after the first run"
    assert [row["remarks"] for row in rows[:2]] == [[late], []]


def test_failed_runs_and_guards_say_why(vault, capsys):
    """How many, with which status and for what reason, in the list, the verdict and the account."""
    body = """\
from noteweb.look import plan_seeds
if seed in plan_seeds("toy")[:2]: raise ValueError(f"no, not {seed}")
if seed == plan_seeds("toy")[2]: os._exit(0)
ctx.guard("known", ok=seed != plan_seeds("other")[1], detail="0.7 and not 0.5")
ctx.guard("none", ok=True)
ctx.metric("gap", 1)"""
    write_experiment(vault, "toy", body)
    write_experiment(vault, "other", body)
    note = NOTE.replace("gt, threshold: 0", "gt, threshold: 0, estimand: median")
    (vault / "note.md").write_text(
        note.replace("toy, expect: {metric: gap, op: lt", "other, expect: {metric: gap, op: lt")
    )
    ask(capsys, "trust", "allow", "--yes")
    failures = "3 of 20 seeds: 2 error (ValueError: no, not "
    verdicts = ask(capsys, "verify")[1]
    for out in (verdicts, ask(capsys, "claims")[1], ask(capsys, "why", "up")[1]):
        assert f"failed-seeds: {failures}" in out
        assert ", and 1 otherwise), 1 no-record (it ended with exit status 0, no report)" in out
    assert re.search(r"failed-guard: known failed in 1 of 5 seeds; \d+: 0.7 and not 0.5", verdicts)
    assert "guard FAILED in 1 of 5 runs: known 0.7 and not 0.5" in ask(capsys, "why", "down")[1]


def test_strict_wants_every_claim_supported(vault, capsys):
    """Refuted and blocked are not enough.

    What cannot be tested is passed over, unless it is asked for by name or nothing else is there.
    """
    write_fixed(vault, "toy")
    assert ask(capsys, "verify")[0] == 0  # blocked
    assert ask(capsys, "verify", "--strict")[0] == 1
    ask(capsys, "trust", "allow", "--yes")
    code, _, err = ask(capsys, "verify", "--strict")
    assert (code, err.splitlines()[-1]) == (1, "not supported: down")
    assert ask(capsys, "verify", "up", "--strict")[0] == 0
    assert ask(capsys, "verify", "up", "ought", "--strict")[0] == 1
    assert ask(capsys, "verify", "up", "ought")[0] == 0
    (vault / "note.md").write_text(NOTE.replace("op: lt", "op: ge"))
    assert ask(capsys, "verify", "--strict")[0] == 0
    (vault / "note.md").write_text("No claims.")
    code, _, err = ask(capsys, "verify", "--strict")
    assert (code, err.splitlines()[-1]) == (1, "not supported: no claim was tested")
    for other in (["--explain"], ["--recheck", "1"]):
        code, _, err = ask(capsys, "verify", "--strict", *other)
        assert code == 2
        assert "--strict is about verdicts" in err


def test_all_claims_can_be_asked_for_outright(vault, capsys):
    """A script may say --all; beside ids it would contradict them."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    shown = ask(capsys, "verify", "--all", "--format", "json")
    assert shown[0] == 1
    assert shown[1] == ask(capsys, "verify", "--format", "json")[1]
    code, _, err = ask(capsys, "verify", "up", "--all")
    assert code == 2
    assert "--all is every claim" in err


@pytest.mark.parametrize(
    ("before", "after", "is_late"),
    [("{}", "{idle: 2.0}", True), ("{}", "{shift: 1.0}", False), ("{shift: 1.0}", "{}", False)],
)
def test_a_mark_cannot_be_washed_off_by_a_parameter(vault, capsys, before, after, is_late):
    """A parameter that changes nothing renews no claim, and a default may be written or left out.

    The threshold is moved once the numbers are known where the parameter is.
    """
    write_fixed(vault, "toy")
    path = vault / "experiments" / "toy.py"
    path.write_text(
        path.read_text().replace("parameters={", 'parameters={"idle": Parameter(default=1.0), ')
    )
    note = NOTE.replace("experiment: toy, ", "experiment: toy, params: PARAMS, ")
    (vault / "note.md").write_text(note.replace("PARAMS", before))
    ask(capsys, "trust", "allow", "--yes")
    ask(capsys, "verify")
    note = note.replace("gt, threshold: 0", "gt, threshold: 0.9") if is_late else note
    (vault / "note.md").write_text(note.replace("PARAMS", after))
    for _ in range(2):
        found = json.loads(ask(capsys, "verify", "up", "--format", "jsonl")[1])
        assert found["verdict"] == "supported"
        assert [each["post_hoc"] for each in found["expectations"]] == [is_late]


@pytest.mark.parametrize(
    "words", [["--explain", "--recheck", "1"], ["--scheduler", "tcp://here:8786"]]
)
def test_no_option_is_dropped_in_silence(vault, capsys, words):
    """What makes no sense together is a usage error in one line, and nothing runs."""
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    code, out, err = ask(capsys, "verify", *words)
    assert (code, out) == (2, "")
    assert err.startswith("noteweb: ")
    assert "Traceback" not in err
    assert not (vault / "runs" / "toy.jsonl").exists()


def test_experiments_are_listed_as_json(vault, capsys):
    """Each with its declaration, or with what keeps it from being one."""
    write_fixed(vault, "toy")
    write_experiment(vault, "broken", more="data=open('x').read(),")
    code, out, _ = ask(capsys, "experiment", "list", "--format", "json")
    assert code == 0
    found = {each["experiment"]: each for each in json.loads(out)}
    jsonschema.Draft202012Validator(read_schema("experiment")).validate(found["toy"]["declaration"])
    assert found["toy"]["source"] == "vault"
    assert found["toy"]["defect"] is None
    assert found["broken"]["declaration"] is None
    assert found["broken"]["defect"]
    assert "double_descent" in found


def test_a_line_of_claims_fits_its_schema(vault, capsys):
    """By the part of the list's schema that describes one claim."""
    schema = read_schema("claim-list")
    line = jsonschema.Draft202012Validator({"$ref": "#/$defs/claim", "$defs": schema["$defs"]})
    rows = ask(capsys, "claims", "--format", "jsonl")[1].splitlines()
    assert len(rows) == 3
    for row in rows:
        line.validate(json.loads(row))


def test_it_says_how_many_runs_may_follow(vault, capsys):
    """The next look takes five, and all three together twenty; two suffice without chance."""
    write_experiment(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    assert "5 (up to 20)  toy" in ask(capsys, "verify", "up", "--explain")[1]
    step = json.loads(ask(capsys, "verify", "up", "--explain", "--format", "jsonl")[1])
    assert (step["n_runs"], step["n_most"]) == (5, 20)
    ask(capsys, "verify", "down")
    step = json.loads(ask(capsys, "verify", "up", "--explain", "--format", "jsonl")[1])
    assert (step["n_runs"], step["n_most"]) == (5, 15)
    write_fixed(vault, "toy")
    ask(capsys, "trust", "allow", "--yes")
    step = json.loads(ask(capsys, "verify", "up", "--explain", "--format", "jsonl")[1])
    assert (step["n_runs"], step["n_most"]) == (2, 2)
