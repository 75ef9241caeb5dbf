"""From claims to verdicts: what runs, what does not run again, and why."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time

import pytest

from bench_vault import GOOD, GUARDED, Lab, make_claim, write_experiment, write_fixed
from noteweb.errors import BadRequest, ClaimNotFound, WriteFailed
from noteweb.evidence.run import Options, explain
from noteweb.model.claim import ClaimKind, Expectation, Op
from noteweb.model.progress import Silent
from noteweb.model.run import RunStatus
from noteweb.model.verdict import ReasonKind, VerdictKind


@pytest.fixture
def lab(tmp_path):
    """Give an empty vault and trust of its own."""
    return Lab(tmp_path)


def kinds(verdicts):
    """Give the verdicts' kinds."""
    return [verdict.kind.value for verdict in verdicts]


def test_a_claim_is_supported_and_nothing_runs_twice(lab):
    """Twenty seeds, each once, a verdict with its reason; the second time nothing is run."""
    write_experiment(lab.root, "toy", GOOD + '\nctx.table("t").write_text("a")')
    lab.allow("toy")
    (verdict,) = lab.verify(make_claim("toy"))
    assert (verdict.kind, verdict.n_seeds) == (VerdictKind.SUPPORTED, 20)
    before = (lab.root / "runs" / "toy.jsonl").read_bytes()
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    assert (lab.root / "runs" / "toy.jsonl").read_bytes() == before
    records = lab.records("toy")
    assert len({record.seed for record in records}) == 20
    assert all((lab.root / "runs" / r.artifacts[0].path).read_text() == "a" for r in records)
    assert sorted(path.name for path in (lab.cache / "work").iterdir()) == ["lock"]


def test_a_refuted_claim_stops_early(lab):
    """What the first look refutes is not run on; another claim on the same runs pays nothing."""
    write_experiment(lab.root, "toy")
    lab.allow("toy")
    below = make_claim("toy", expect=[Expectation(metric="gap", op=Op.LT, threshold=0.0)])
    assert kinds(lab.verify(below)) == ["refuted"]
    assert len(lab.records("toy")) == 5
    twin = make_claim("toy", name="d", expect=[Expectation(metric="gap", op=Op.LE, threshold=0)])
    assert kinds(lab.verify(twin)) == ["refuted"]
    assert len(lab.records("toy")) == 5


def test_bad_requests_to_experiments_have_their_verdict(lab):
    """An unknown experiment, metric or parameter, a wrong kind: each says so, and none runs."""
    write_experiment(lab.root, "toy")
    write_experiment(lab.root, "broken", more="data=open('x').read(),")
    lab.allow("toy")
    claims = [
        make_claim("tyo"),
        make_claim("broken"),
        make_claim("toy", expect=[Expectation(metric="gpa", op=Op.GT, threshold=0.0)]),
        make_claim("toy", params={"shfit": 1}),
        make_claim("toy", params={"shift": "far"}),
        make_claim("toy", kind=ClaimKind.NORMATIVE),
        make_claim("toy", kind=ClaimKind.REPORTED),
        make_claim(),
        make_claim("toy", expect=[]),
    ]
    found = [lab.verify(claim)[0] for claim in claims]
    assert kinds(found) == ["invalid"] * 5 + ["not-testable"] * 4
    assert "near: toy" in found[0].reason.detail
    assert "experiments/broken.py" in found[1].reason.detail
    assert found[2].reason.kind is ReasonKind.MISSING_METRIC
    assert not (lab.root / "runs").exists()


def test_two_experiments_contest(lab):
    """Of two experiments one supports and one refutes: the claim is contested."""
    write_fixed(lab.root, "up")
    write_fixed(lab.root, "down", "params = {'shift': -1}")
    lab.allow("up", "down")
    (verdict,) = lab.verify(make_claim("up", "down"))
    assert verdict.kind is VerdictKind.CONTESTED
    assert verdict.reason.detail == "up supports it, down refutes it"


@pytest.mark.parametrize(
    ("body", "guards", "kind", "reason"),
    [
        (GOOD.replace('"known", ok=True', '"known", ok=False'), GUARDED, "invalid", "failed-guard"),
        (GOOD.replace('"none", ok=True', '"none", ok=False'), GUARDED, "invalid", "failed-guard"),
        (GOOD.replace('ctx.guard("none", ok=True)', ""), GUARDED, "invalid", "broken-report"),
        (GOOD.splitlines()[-1], "", "inconclusive", "unguarded"),
        ('raise ValueError("no")', GUARDED, "error", "failed-seeds"),
        (GOOD.replace("params", "1e999 * params"), GUARDED, "invalid", "broken-report"),
    ],
)
def test_guards_come_before_numbers(lab, body, guards, kind, reason):
    """A guard that fails, a negative control that succeeds, a guard left out: no good verdict."""
    write_experiment(lab.root, "toy", body, guards=guards)
    lab.allow("toy")
    (verdict,) = lab.verify(make_claim("toy"))
    assert (verdict.kind.value, verdict.reason.kind.value) == (kind, reason)


def test_a_deterministic_experiment_runs_twice(lab):
    """Two runs, compared; its failures are known as deterministic ones too."""
    write_fixed(lab.root, "fixed")
    lab.allow("fixed")
    (verdict,) = lab.verify(make_claim("fixed"))
    assert (verdict.kind, verdict.n_seeds) == (VerdictKind.SUPPORTED, 2)


def test_editing_a_helper_makes_its_dependants_stale_and_names_it(lab):
    """Only what imports the helper is stale; comments, docstrings and layout change nothing."""
    helper = lab.root / "experiments" / "nets" / "_depth.py"
    write_fixed(lab.root, "uses", imports="from nets import layer")
    write_fixed(lab.root, "alone")
    helper.parent.mkdir()
    (helper.parent / "__init__.py").write_text("")
    (helper.parent / "layer.py").write_text("from ._depth import DEPTH\n")
    helper.write_text("DEPTH = 1\n")
    lab.allow("uses", "alone")
    claims = make_claim("uses", name="u"), make_claim("alone", name="a")
    assert kinds(lab.verify(*claims)) == ["supported", "supported"]

    helper.write_text('"""Words."""\n# a comment\nDEPTH = (\n    1\n)\n')
    lab.allow("uses")
    assert [row.verdict.kind.value for row in lab.open(*claims).rows()] == ["supported"] * 2

    helper.write_text("DEPTH = 2\n")
    lab.allow("uses")
    stale, fresh = (row.verdict for row in lab.open(*claims).rows())
    assert fresh.kind is VerdictKind.SUPPORTED
    assert (stale.kind, stale.previous) == (VerdictKind.STALE, VerdictKind.SUPPORTED)
    assert str(stale.reason) == "changed-code: experiments/nets/_depth.py"
    steps = explain(claims, lab.workplace(), Options())
    assert [step.n_runs for step in steps] == [2, 0]
    assert kinds(lab.verify(*claims)) == ["supported", "supported"]
    assert len(lab.records("uses")) == 4


def test_another_version_of_a_library_is_named_with_both(lab, monkeypatch):
    """Records of a machine with other libraries are stale and keep their verdict and their age."""
    from noteweb.evidence import closure

    write_fixed(lab.root, "toy", more='libraries=("numpy", "rich"),')
    lab.allow("toy")
    here = closure.read_version
    monkeypatch.setattr(closure, "read_version", lambda name: "1.0" if name == "numpy" else "2.0")
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    monkeypatch.setattr(closure, "read_version", lambda name: "1.1" if name == "numpy" else "2.0")
    (row,) = lab.open(make_claim("toy")).rows()
    assert (row.verdict.kind, row.verdict.previous) == (VerdictKind.STALE, VerdictKind.SUPPORTED)
    assert str(row.verdict.reason) == "changed-libraries: numpy 1.0, now 1.1"
    assert row.ended == lab.records("toy")[-1].ended
    (step,) = lab.open(make_claim("toy")).explain((), Options())
    assert step.reasons == row.verdict.reasons[:1]
    monkeypatch.setattr(closure, "read_version", here)
    why = lab.open(make_claim("toy")).why("c")
    assert [each.kind.value for each in why.cases[0][1].reasons[:2]] == ["changed-libraries"] * 2


def test_another_machine_alone_makes_nothing_stale(lab):
    """Where runs were made is said beside the verdict, and runs made here take their place."""
    write_fixed(lab.root, "toy", more='libraries=("numpy",),')
    lab.allow("toy")
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    assert lab.verify(make_claim("toy"))[0].remarks == ()
    path = lab.root / "runs" / "toy.jsonl"
    here = lab.records("toy")[0]
    exact, release = here.versions["numpy"], here.parts.libraries["numpy"]
    assert release == ".".join(exact.split(".")[:2]) != exact
    text = path.read_text().replace('"system":"Linux"', '"system":"Plan 9"')
    path.write_text(text.replace(f'"numpy":"{exact}"', f'"numpy":"{release}.999"'))
    (row,) = lab.open(make_claim("toy")).rows()
    assert row.verdict.kind is VerdictKind.SUPPORTED
    assert [str(each) for each in row.verdict.remarks] == [
        f"elsewhere: 2 of 2 runs, with Plan 9 (here Linux), numpy {release}.999 (here {exact})"
    ]
    path.write_text(path.read_text().replace('"python":', '"":"0","system":"1","python":'))
    assert "system 1 (here absent)" in str(lab.open(make_claim("toy")).rows()[0].verdict.remarks)
    assert lab.open(make_claim("toy")).explain((), Options())[0].n_runs == 0
    (verdict,) = lab.verify(make_claim("toy"), is_forced=True)
    assert (verdict.kind, verdict.n_seeds) == (VerdictKind.SUPPORTED, 2)
    assert [each.kind.value for each in verdict.remarks] == ["forced"]
    assert [record.attempt for record in lab.records("toy")] == [1, 1, 2, 2]
    compared = lab.open(make_claim("toy")).recheck((), Options(), 1.0, Silent())
    assert [each.differences for each in compared] == [(), ()]


def test_data_and_parameters_make_stale_and_are_named(lab):
    """A changed data file and a changed parameter of the claim are named; expectations are not."""
    write_fixed(lab.root, "toy", more='data=("d.csv",),')
    data = lab.root / "experiments" / "d.csv"
    data.write_text("1")
    lab.allow("toy")
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    edited = make_claim("toy", expect=[Expectation(metric="gap", op=Op.GT, threshold=0.5)])
    (verdict,) = lab.verify(edited)
    assert verdict.kind is VerdictKind.SUPPORTED
    assert len(lab.records("toy")) == 2
    assert verdict.expectations[0].is_post_hoc
    (row,) = lab.open(make_claim("toy", params={"shift": 2.0})).rows()
    assert str(row.verdict.reason) == "changed-parameters: shift 1.0, now 2.0"
    data.write_text("2")
    lab.allow("toy")
    (row,) = lab.open(make_claim("toy")).rows()
    assert str(row.verdict.reason) == "changed-data: experiments/d.csv"
    (other,) = lab.open(make_claim("toy", name="other", params={"shift": 3.0})).rows()
    assert other.verdict.kind is VerdictKind.NOT_RUN


def test_data_can_be_read(lab):
    """A data file lies beside the experiment in its process too."""
    body = 'text = Path(__file__).with_name("d.csv").read_text()'
    write_fixed(lab.root, "toy", body, more='data=("d.csv",),')
    (lab.root / "experiments" / "d.csv").write_text("1")
    lab.allow("toy")
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]


def test_forced_runs_stay_beside_the_first(lab):
    """A forced run is a further attempt, and the first report is what counts."""
    write_experiment(lab.root, "toy")
    lab.allow("toy")
    below = make_claim("toy", expect=[Expectation(metric="gap", op=Op.LT, threshold=0.0)])
    lab.verify(below)
    (verdict,) = lab.verify(below, is_forced=True)
    assert [record.attempt for record in lab.records("toy")] == [1] * 5 + [2] * 5
    assert verdict.kind is VerdictKind.REFUTED


def test_a_recheck_finds_what_changed(lab):
    """Runs made again are compared with the records and not recorded."""
    write_experiment(lab.root, "toy")
    lab.allow("toy")
    below = make_claim("toy", expect=[Expectation(metric="gap", op=Op.LT, threshold=0.0)])
    lab.verify(below)
    recheck = lab.open(make_claim("toy")).recheck
    found = recheck((), Options(), 0.4, Silent())
    assert [each.differences for each in found] == [()] * 2
    path = lab.root / "runs" / "toy.jsonl"
    path.write_text(path.read_text().replace('"gap":', '"gap":1'))
    found = recheck((), Options(), 0.01, Silent())
    assert len(found) == 1
    assert found[0].differences[0].startswith("gap ")
    assert len(lab.records("toy")) == 5


def test_an_untrusted_experiment_is_blocked_and_untouched(lab, tmp_path):
    """Nothing of it runs; once allowed it runs, and a change asks again with the difference."""
    canary = tmp_path / "canary"
    write_fixed(lab.root, "toy", imports=f"open({str(canary)!r}, 'w')")
    claim = make_claim("toy")
    evidence = lab.open(claim)
    assert kinds(lab.verify(claim)) == ["blocked"]
    assert [row.verdict.kind.value for row in evidence.rows()] == ["blocked"]
    evidence.why("c")
    evidence.problems()
    evidence.trust_rows()
    assert evidence.recheck((), Options(), 1.0, Silent()) == []
    assert evidence.explain((), Options())[0].is_allowed is False
    assert "canary" in evidence.show_trust("toy")[1]
    assert not canary.exists()
    write_fixed(lab.root, "toy", "pass  # changed")
    lab.allow("toy")
    assert kinds(lab.verify(claim)) == ["supported"]
    write_fixed(lab.root, "toy", "pass  # Changed")
    (verdict,) = lab.verify(claim)
    assert (verdict.kind, verdict.previous) == (VerdictKind.BLOCKED, VerdictKind.SUPPORTED)
    assert "-    pass  # changed" in lab.open(claim).show_trust("toy")[1]
    assert lab.open(claim).revoke("toy")


def test_a_copy_of_an_allowed_vault_is_not_allowed(lab, tmp_path):
    """The permission belongs to the place, too."""
    write_experiment(lab.root, "toy")
    lab.allow("toy")
    (tmp_path / "other").mkdir()
    other = Lab(tmp_path / "other")
    other.trust = lab.trust
    write_experiment(other.root, "toy")
    assert kinds(other.verify(make_claim("toy"))) == ["blocked"]


VERIFY = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
sys.path[:] = {paths!r}
from pathlib import Path
from bench_vault import *
lab = Lab.__new__(Lab)
lab.root, lab.cache = Path({root!r}), Path({root!r}) / ".noteweb"
lab.trust = TrustStore(Path({trust!r}))
print([v.kind.value for v in lab.verify(make_claim("toy"), n_jobs=3)])
"""


def start_verify(lab):
    """Start a process that verifies the claim."""
    program = VERIFY.format(paths=sys.path, root=str(lab.root), trust=str(lab.trust.path.parent))
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_killed_in_the_middle_it_goes_on(lab, tmp_path):
    """After kill -9 of verify no seed that had finished runs again, and none is lost."""
    # Each run leaves a mark outside, where no sandbox hides it: the ledger of truth for the test.
    write_experiment(lab.root, "toy", "time.sleep(0.05)\n" + GOOD)
    lab.allow("toy")
    for _ in range(3):
        process = start_verify(lab)
        n_before = len(lab.records("toy"))
        until = time.monotonic() + 20
        while len(lab.records("toy")) < n_before + 3 and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    held = {record.seed: record.started for record in lab.records("toy")}
    assert 9 <= len(held) < 20
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    records = lab.records("toy")
    assert len(records) == len({record.seed for record in records}) == 20
    assert held.items() <= {record.seed: record.started for record in records}.items()


def test_a_finished_run_that_nobody_took_is_taken(lab):
    """A record left by a run whose verify was killed is adopted; the seed does not run again."""
    from noteweb.evidence.case import open_cases
    from noteweb.evidence.plan import plan_tasks
    from noteweb.evidence.run import open_shop

    write_experiment(lab.root, "toy")
    lab.allow("toy")
    work = lab.workplace()
    tasks = plan_tasks(open_cases(make_claim("toy"), work, "quick"), "process")
    with open_shop(work, lab.cache, Options()) as shop:
        # Taken from the executor, and then the parent is gone before it is written down.
        found = shop.run(tasks[:2], Silent(), is_recorded=True)
        left = {task.parts.seed: result.record for task, result in found}
    assert lab.records("toy") == ()
    time.sleep(1.1)  # the time on record is in seconds
    lab.verify(make_claim("toy"))
    held = {record.seed: record for record in lab.records("toy")}
    assert all(held[seed].started == record.started for seed, record in left.items())


def test_two_at_once_share_the_work(lab):
    """Two verify at the same time: no record doubled or torn, no seed made twice."""
    mark = "os.open('..', os.O_RDONLY)\n"
    write_experiment(lab.root, "toy", mark + "time.sleep(0.03)\n" + GOOD)
    lab.allow("toy")
    processes = [start_verify(lab) for _ in range(2)]
    told = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert told == ["['supported']"] * 2
    lines = (lab.root / "runs" / "toy.jsonl").read_bytes().splitlines()
    ledger = lab.workplace().ledger("toy")
    assert ledger.problems == ()
    assert len(lines) == len(ledger.entries) == 21
    assert len({record.seed for record in ledger.records}) == 20


def test_stopping_leaves_nothing_running(lab):
    """Ctrl-C ends the runs under way, and what was recorded stays."""
    write_experiment(lab.root, "toy", "time.sleep(30)\n" + GOOD)
    lab.allow("toy")
    process = start_verify(lab)
    until = time.monotonic() + 20
    while not list((lab.cache / "work").glob("*/work/tmp")) and time.monotonic() < until:
        time.sleep(0.01)
    begun = time.monotonic()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert time.monotonic() - begun < 8
    assert lab.records("toy") == ()


def test_failing_seeds_are_on_record(lab):
    """Seeds that fail stay in the sample with their status."""
    write_experiment(lab.root, "toy", "if seed % 3 == 0: os.abort()\n" + GOOD)
    lab.allow("toy")
    (verdict,) = lab.verify(make_claim("toy"))
    assert verdict.kind is VerdictKind.INCONCLUSIVE
    assert verdict.reason.kind is ReasonKind.FAILED_SEEDS
    assert RunStatus.CRASH in {record.status for record in lab.records("toy")}


def test_an_unknown_claim_has_near_names(lab):
    """Asking for a claim that is not there names the near ones."""
    with pytest.raises(ClaimNotFound) as error:
        lab.open(make_claim(name="peak")).verify(["peek"], Options(), Silent())
    assert error.value.near == ("peak",)


def test_an_executor_that_makes_no_sense_is_refused():
    """Dask without its scheduler, and an executor nobody knows, also where nothing is to run."""
    with pytest.raises(BadRequest, match="needs a scheduler"):
        Options(executor="dask")
    with pytest.raises(BadRequest, match="no executor 'slurm'"):
        Options(executor="slurm")
    assert Options(executor="dask", scheduler="tcp://127.0.0.1:9").n_jobs == 0


def test_the_skeleton_runs_as_it_is(lab):
    """A new experiment passes its guards and supports the claim it comes with; not when loaded."""
    _, text = lab.open().new("coins")
    assert "experiment: coins" in text
    near = [Expectation(metric="distance", op=Op.LT, threshold=0.02)]
    (step,) = lab.open(make_claim("coins", expect=near)).explain((), Options())
    assert (step.n_runs, step.is_allowed) == (5, True)
    loaded = make_claim("coins", name="l", expect=near, params={"chance": 0.6})
    assert kinds(lab.verify(loaded)) == ["refuted"]
    assert lab.records("coins")[0].artifacts[0].name == "running-mean.svg"


@pytest.mark.parametrize(
    "name",
    [
        "runs",
        "runs/toy.jsonl",
        "runs/artifacts",
        "runs/artifacts/toy",
        ".noteweb",
        ".noteweb/work",
        ".noteweb/work/lock",
    ],
)
def test_nothing_is_written_through_a_link_of_the_vault(lab, tmp_path, name):
    """Wherever a stranger's vault has a link among our files, what it leads to stays as it is."""
    write_fixed(lab.root, "toy", 'ctx.table("t").write_text("a")')
    lab.allow("toy")
    victim = tmp_path / "victim"
    if name.endswith(("lock", "jsonl")):
        victim.write_text("before")
    else:
        victim.mkdir()
    (lab.root / name).parent.mkdir(parents=True, exist_ok=True)
    (lab.root / name).symlink_to(victim)
    with pytest.raises(WriteFailed, match="symbolic link"):
        lab.verify(make_claim("toy"))
    assert victim.read_text() == "before" if victim.is_file() else not list(victim.iterdir())


def test_a_link_in_place_of_a_task_is_taken_away(lab, tmp_path):
    """The folder a task works in is its own, whatever stood there."""
    from noteweb.evidence.case import open_cases
    from noteweb.evidence.plan import plan_tasks

    write_fixed(lab.root, "toy")
    lab.allow("toy")
    tasks = plan_tasks(open_cases(make_claim("toy"), lab.workplace(), "quick"), "process")
    (tmp_path / "victim").mkdir()
    (lab.cache / "work").mkdir(parents=True)
    for task in tasks:
        (lab.cache / "work" / task.name).symlink_to(tmp_path / "victim")
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    assert not list((tmp_path / "victim").iterdir())


def test_data_that_would_be_waited_for_is_absent(lab):
    """A FIFO among the data is not read, by no question about the claim."""
    write_fixed(lab.root, "toy", more='data=("d.csv",),')
    os.mkfifo(lab.root / "experiments" / "d.csv")
    assert [row.verdict.kind.value for row in lab.open(make_claim("toy")).rows()] == ["blocked"]


def test_one_odd_report_leaves_the_others(lab):
    """A run whose report cannot be read has its status; the other claims have their verdicts."""
    odd = """\
import atexit
def spoil():
    path = Path("record.json")
    path.write_text(path.read_text().replace('"gap": 1.0', '"gap": 1' + "0" * 400))
atexit.register(spoil)"""
    write_fixed(lab.root, "odd", odd)
    write_fixed(lab.root, "toy", more='data=("a\\0", "\\ud800"),')
    lab.allow("odd", "toy")
    found = lab.verify(make_claim("odd"), make_claim("toy", name="d"))
    assert kinds(found)[1] == "supported"
    assert kinds(found)[0] in {"error", "invalid"}
    assert {record.status.value for record in lab.records("odd")} == {"invalid"}
    assert "its report cannot be read: metrics: gap" in lab.records("odd")[0].detail


def test_what_killed_runs_left_is_taken_away(lab):
    """A day later a folder that nobody works in goes, with the next run of anything."""
    from noteweb.evidence.store import Store

    work = lab.cache / "work"
    for name in ("0" * 31 + "1-1", "0" * 31 + "2-1", "f" * 32 + "-1", "mine"):
        (work / name / "work").mkdir(parents=True)
        if not name.endswith("2-1"):
            os.utime(work / name, (0, 0))
    write_fixed(lab.root, "toy")
    lab.allow("toy")
    other = Store(lab.root, lab.root / "elsewhere")
    os.close(other._locks)
    other._locks = os.open(work / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    other._set_lock("f" * 32 + "-1", fcntl.F_WRLCK)
    assert kinds(lab.verify(make_claim("toy"))) == ["supported"]
    other.close()
    left = sorted(path.name for path in work.iterdir())
    assert left == ["0" * 31 + "2-1", "f" * 32 + "-1", "lock", "mine"]
