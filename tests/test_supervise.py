"""Whatever a run does to itself, the machine or its neighbours: one record, and nothing left."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from abuse import GOOD, TIGHT, find_lasting, find_processes, make_task
from noteweb.evidence.cgroup import make_group
from noteweb.evidence.host import describe_machine, list_versions
from noteweb.evidence.namespace import plan_mounts
from noteweb.evidence.report import read_left_record
from noteweb.evidence.sandbox import Level, probe
from noteweb.evidence.supervise import supervise
from noteweb.lab import Limits
from noteweb.model.record import write_record
from noteweb.model.run import RunStatus

#: What stands before each run's folder name in its command line.
REASONS = {level: probe(level) for level in Level}
LEVELS = [
    pytest.param(
        level,
        marks=pytest.mark.skipif(
            bool(REASONS[level]), reason=f"{level} does not work here: {REASONS[level]}"
        ),
    )
    for level in Level
]
SANDBOXES = LEVELS[:2]


@pytest.fixture
def run(tmp_path):
    """Make a run and see to it that none of its processes is left."""

    def make(task, level=Level.LIMITS):
        folder = tmp_path / task.name
        record = supervise(task, folder, level, threading.Event())
        assert find_lasting(str(folder)) == []
        return record

    return make


@pytest.mark.parametrize(
    ("level", "command"),
    [
        (Level.BWRAP, ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"]),
        (
            Level.UNSHARE,
            ["unshare", "--user", "--mount", "--net", "--ipc", "--pid", "--fork", "true"],
        ),
    ],
)
def test_a_sandbox_works_where_the_kernel_allows_it(level, command):
    """The level is not lost, and its tests not skipped, by a mistake of ours."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the kernel refuses {command[0]}: {done.stderr.strip()}")
    assert REASONS[level] == ""


@pytest.mark.parametrize("level", LEVELS)
def test_a_good_run_has_its_report(run, level):
    """Metrics, guards, figures and the sandbox's level are on record."""
    record = run(make_task(GOOD + '\nctx.table("t").write_text("a")\nprint("fine")'), level)
    assert record.status is RunStatus.OK, record.detail
    assert record.metrics == {"gap": 0.5}
    assert [guard.name for guard in record.guards] == ["known"]
    assert [each.n_bytes for each in record.artifacts] == [1]
    assert record.sandbox == level
    assert record.cpu_s > 0
    assert record.memory_mb > 1


ABUSES = {
    "raises": ('ctx.guard("known", ok=False)\nraise ValueError("no")', RunStatus.ERROR),
    "gives NaN": (
        'ctx.guard("known", ok=True)\nctx.metric("gap", float("nan"))',
        RunStatus.INVALID,
    ),
    "leaves a guard out": ('ctx.metric("gap", 1)', RunStatus.INVALID),
    "ends without a report": ("os._exit(0)", RunStatus.NO_RECORD),
    "calls exit": ("sys.exit(0)", RunStatus.NO_RECORD),
    "ends badly without a report": ("os._exit(3)", RunStatus.NO_RECORD),
    "forks and hangs": (
        f"if os.fork() == 0:\n    time.sleep(600)\n{GOOD}",
        RunStatus.LEFTOVER,
    ),
    "forks out of its session and hangs": (
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n"
        "    os._exit(0)\n" + GOOD,
        RunStatus.LEFTOVER,
    ),
    "sleeps": ("time.sleep(600)", RunStatus.TIMEOUT),
    "loops for ever": ("while True: pass", RunStatus.CPU_LIMIT),
    "loops in many": ("for _ in range(4):\n    os.fork()\nwhile True: pass", RunStatus.CPU_LIMIT),
    "fills memory": ("held = []\nwhile True: held.append(bytearray(1 << 24))", RunStatus.OOM),
    "asks for the moon": ("bytearray(1 << 50)", RunStatus.OOM),
    "fills one file": (
        'with open("f", "wb") as f:\n    while True: f.write(bytes(1 << 20))',
        RunStatus.DISK_LIMIT,
    ),
    "fills the disk": (
        'for i in range(10**6):\n    with open(f"f{i}", "wb") as f: f.write(bytes(1 << 20))',
        RunStatus.DISK_LIMIT,
    ),
    "crashes": ("import ctypes\nctypes.string_at(0)", RunStatus.CRASH),
    "aborts": ("os.abort()", RunStatus.CRASH),
    "prints without end": ('while True: sys.stdout.write("x" * 65536)', RunStatus.OUTPUT_LIMIT),
    "is killed": ("os.kill(os.getpid(), signal.SIGKILL)", RunStatus.KILLED),
    "kills its group": ("os.killpg(0, signal.SIGKILL)\ntime.sleep(9)", RunStatus.KILLED),
    "closes everything": (f"os.closerange(0, 256)\n{GOOD}", RunStatus.OK),
}


@pytest.mark.parametrize("name", ABUSES)
def test_each_misbehaviour_has_its_status(run, name):
    """Each ends within its limits, with its own status, and leaves no process behind."""
    body, status = ABUSES[name]
    begun = time.monotonic()
    wall_s = 0.5 if name == "sleeps" else TIGHT.wall_s
    limits = Limits(cpu_s=0.5, wall_s=wall_s, memory_mb=200, disk_mb=8, output_mb=1)
    record = run(make_task(body, limits=limits, is_deterministic=True))
    assert record.status is status, record.detail
    assert record.is_deterministic
    assert record.started
    assert record.detail or status is RunStatus.OK
    assert time.monotonic() - begun < TIGHT.wall_s + 2
    assert record.memory_mb < 400


@pytest.mark.parametrize("level", SANDBOXES)
@pytest.mark.parametrize(
    "name", ["raises", "forks out of its session and hangs", "fills memory", "crashes", "is killed"]
)
def test_the_sandbox_changes_no_status(run, name, level):
    """The status comes through the sandbox as it is."""
    body, status = ABUSES[name]
    assert run(make_task(body), level).status is status


def test_partial_guards_of_a_failed_run_are_kept(run):
    """What a run had checked before it raised is still known, and says where it raised."""
    record = run(make_task(ABUSES["raises"][0]))
    assert [guard.ok for guard in record.guards] == [False]
    assert record.detail == "ValueError: no (toy.py:4)"
    assert record.complaints == ()


def test_one_run_harms_no_other(tmp_path):
    """Runs beside one that fills memory and one that crashes come to their good end."""
    bodies = [GOOD, ABUSES["fills memory"][0], GOOD, ABUSES["crashes"][0], GOOD]
    tasks = [make_task(body, seed=seed) for seed, body in enumerate(bodies)]
    found = {}

    def make(task):
        record = supervise(task, tmp_path / task.name, Level.LIMITS, threading.Event())
        found[task.parts.seed] = record.status.value

    threads = [threading.Thread(target=make, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {0: "ok", 1: "oom", 2: "ok", 3: "crash", 4: "ok"}


def test_the_environment_is_fresh(run, monkeypatch):
    """Keys and tokens of the user are not seen; home and temporary folder are the run's own."""
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    body = (
        'assert "SECRET_TOKEN" not in os.environ and "PYTHONPATH" not in os.environ\n'
        "import tempfile\n"
        'assert os.environ["HOME"] == os.getcwd()\n'
        "assert tempfile.gettempdir().startswith(os.getcwd())\n" + GOOD
    )
    record = run(make_task(body))
    assert record.status is RunStatus.OK, record.detail


def test_the_hash_of_words_follows_the_seed(run):
    """The order of a set of words is the same in two runs of one seed."""
    body = 'ctx.guard("known", ok=True)\nctx.metric("gap", hash("a word") % 10**9)'
    one, two, other = (run(make_task(body, seed=seed)) for seed in (5, 5, 6))
    assert one.metrics == two.metrics != other.metrics


@pytest.mark.parametrize("level", SANDBOXES)
def test_the_sandbox_holds(run, level, tmp_path):
    """No network, no reading of the home folder, no writing anywhere but the work folder."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    # Where Python itself lies in the home folder, the way to it is seen.
    readable = plan_mounts(tmp_path / make_task("").name).readable
    kept = {path.relative_to(home).parts[0] for path in readable if path.is_relative_to(home)}
    body = f"""\
import socket
tries = {{
    "network": lambda: socket.create_connection(("127.0.0.1", 22), 1),
    "dns": lambda: socket.getaddrinfo("example.org", 80),
    "secret": lambda: open({str(secret)!r}).read(),
    "write": lambda: open({str(tmp_path / "made")!r}, "w"),
    "code": lambda: open("../code/experiments/toy.py", "w"),
    "etc": lambda: open("/etc/noteweb-test", "w"),
}}
for name, attempt in tries.items():
    try:
        attempt()
    except OSError:
        continue
    raise AssertionError(name)
assert set(os.listdir({str(home)!r})) <= {kept!r}, "home"
{GOOD}"""
    record = run(make_task(body), level)
    assert record.status is RunStatus.OK, record.detail
    assert not (tmp_path / "made").exists()


def test_the_undone_sandbox_stays(run):
    """A run cannot unmount what hides the home folder."""
    if REASONS[Level.UNSHARE]:
        pytest.skip(f"unshare does not work here: {REASONS[Level.UNSHARE]}")
    body = f"""\
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
assert libc.umount2(b"/tmp", 2) != 0
assert libc.mount(b"x", b"/tmp", b"tmpfs", 0, None) != 0
libc.unshare(0x10020000)
assert libc.umount2(b"/tmp", 2) != 0
{GOOD}"""
    record = run(make_task(body), Level.UNSHARE)
    assert record.status is RunStatus.OK, record.detail


FORGE = """\
import json, pathlib
from noteweb.model.record import write_record
from noteweb.model.run import Artifact, GuardResult, RunKey, RunRecord, RunStatus
task = json.loads(pathlib.Path("../task.json").read_text())
raw = write_record(RunRecord(
    parts=RunKey(**task["parts"]),
    status=RunStatus.OK,
    metrics={"gap": 9.0},
    guards=(GuardResult(name="known", ok=True, kind="convergence"),),
    artifacts=(Artifact(name="../../end.json", path="../../../x", n_bytes=1),),
    attempt=task["attempt"],
    is_deterministic=True,
    versions={"python": "9.9", "numpy": "9"},
    machine={"system": "Vax"},
    sandbox="bwrap",
    executor="dask",
    started="2999-01-01T00:00:00+00:00",
    ended="2999-01-01T00:00:01+00:00",
))
raw.update(cpu_s=0, wall_s=0, memory_mb=0)
pathlib.Path("record.json").write_text(json.dumps(raw))
"""


def test_a_forged_record_gains_nothing(run):
    """Of a report written by hand only what the run alone can know is taken."""
    task = make_task(FORGE + "sum(i for i in range(3_000_000))\nos._exit(0)")
    record = run(task)
    assert (record.status, record.metrics) == (RunStatus.OK, {"gap": 9.0})
    assert (record.parts, record.attempt) == (task.parts, task.attempt)
    assert (record.sandbox, record.executor, record.is_deterministic) == (
        "limits",
        "process",
        False,
    )
    assert record.artifacts == ()
    assert [guard.kind for guard in record.guards] == ["known-answer"]
    assert record.versions == list_versions([])
    assert record.machine == describe_machine()
    assert record.started[:4] == record.ended[:4] != "2999"
    assert min(record.cpu_s, record.wall_s, record.memory_mb) > 0.05


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("while True: pass", RunStatus.CPU_LIMIT),
        ("os.kill(os.getpid(), signal.SIGKILL)", RunStatus.KILLED),
        ("os._exit(3)", RunStatus.CRASH),
    ],
)
def test_a_run_that_was_ended_is_not_ok_by_its_own_word(run, body, status):
    """A record that says "ok" counts for nothing where the run did not come to its end."""
    record = run(make_task(FORGE + body, limits=replace(TIGHT, cpu_s=0.4)))
    assert (record.status, record.metrics, record.artifacts) == (status, {}, ())


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ('RunKey(**task["parts"])', 'RunKey(**task["parts"] | dict(seed=8))'),
        ('attempt=task["attempt"]', "attempt=2"),
    ],
)
def test_a_record_of_another_run_is_none(run, own, other):
    """Another seed or another attempt than the task's: the run has left no record."""
    forged = FORGE.replace(own, other)
    assert run(make_task(forged + "os._exit(0)")).status is RunStatus.NO_RECORD


def test_a_warden_that_is_silent_is_not_waited_for(run, monkeypatch):
    """The run has its wall time, its warden a little more; then it is a timeout, with its time."""
    monkeypatch.setattr("noteweb.evidence.supervise._PATIENCE_S", 0.3)
    body = "os.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(600)"
    record = run(make_task(body, limits=replace(TIGHT, wall_s=0.5)))
    assert record.status is RunStatus.TIMEOUT
    assert record.detail == "it ran for more than 0.5 s, and its warden said nothing in 0.3 s more"
    assert record.wall_s >= 0.8
    assert record.sandbox == "limits"


@pytest.mark.parametrize("level", LEVELS)
def test_the_kernel_bounds_the_processes_of_root(run, monkeypatch, level):
    """However quickly they multiply; where the warden can say nothing, that is on record."""
    with make_group(9) as group:
        if group.folder is None:
            pytest.skip("no control group can be made here, or none is needed")
    monkeypatch.setattr("noteweb.evidence.supervise.MOST_TASKS", 20)
    monkeypatch.setattr("noteweb.evidence.supervise._PATIENCE_S", 0.3)
    body = """\
refused = 0
for _ in range(40):
    try:
        if os.fork() == 0:
            time.sleep(600)
    except BlockingIOError:
        refused += 1
ctx.guard("known", ok=20 <= refused < 40, detail=str(refused))
ctx.metric("gap", refused)"""
    record = run(make_task(body, limits=replace(TIGHT, wall_s=3)), level)
    assert record.status is RunStatus.LEFTOVER, record.detail
    assert [guard.ok for guard in record.guards] == [True]
    if level is Level.LIMITS:
        body += "\nos.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(600)"
        record = run(make_task(body, limits=replace(TIGHT, wall_s=1)))
        assert record.status is RunStatus.LEFTOVER
        assert record.detail.startswith("it started more processes than there may be")
        assert record.wall_s > 1


def test_no_more_is_read_than_there_was_of_disk(run):
    """Files full of holes, and many names of one file, take no disk and would fill the memory."""
    body = f"""{GOOD}
first = ctx.artifact("a0")
with first.open("wb") as stream:
    stream.truncate({3 << 20})
for number in range(1, 9):
    os.link(first, ctx.artifact(f"a{{number}}"))"""
    record = run(make_task(body))
    assert record.status is RunStatus.OK, record.detail
    assert [each.name for each in record.artifacts] == ["a0", "a1"]


def test_what_a_run_left_counts_only_when_it_had_ended(run, tmp_path):
    """Without the warden's word, or where the run was ended with its supervisor, it runs again."""
    task = make_task(GOOD)
    record = run(task)
    folder = tmp_path / task.name
    assert read_left_record(task, folder) == record
    kept = (folder / "end.json").read_text()
    changes = ({"code": "x"}, {"started": 1e300}, {"stopped": "y"})
    odd = [json.dumps(json.loads(kept) | change) for change in changes]
    killed = kept.replace('"stopped": ""', '"stopped": "killed"')
    for end in ("", "{", "[]", '{"no": 1}', killed, *odd):
        (folder / "end.json").write_text(end)
        assert read_left_record(task, folder) is None
    (folder / "end.json").write_text(kept.replace('"stopped": ""', '"stopped": "timeout"'))
    left = read_left_record(task, folder)
    assert left is not None
    assert left.status is RunStatus.TIMEOUT
    (folder / "end.json").unlink()
    assert read_left_record(task, folder) is None


def test_a_link_is_no_artifact(run, tmp_path):
    """What an artifact's name links to is not read in the user's name."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    body = f'{GOOD}\nos.symlink({str(secret)!r}, ctx.table("t"))'
    assert run(make_task(body)).artifacts == ()


def test_stopping_leaves_no_record(tmp_path):
    """A run that is stopped from above gives no record, and its processes go."""
    stop = threading.Event()
    task = make_task("os.fork()\ntime.sleep(600)")
    threading.Timer(0.4, stop.set).start()
    assert supervise(task, tmp_path / "t", Level.LIMITS, stop) is None
    assert find_lasting(str(tmp_path / "t")) == []


@pytest.mark.parametrize("level", LEVELS)
def test_the_death_of_the_parent_ends_the_run(tmp_path, level):
    """Where the supervising process is killed outright, the run and its children go with it."""
    program = f"""\
import sys, threading
sys.path[:] = {sys.path!r}
from pathlib import Path
from abuse import make_task
from noteweb.evidence.sandbox import Level
from noteweb.evidence.supervise import supervise
from noteweb.lab import Limits
body = "os.fork()\\nos.setsid()\\nopen('up', 'w').close()\\ntime.sleep(600)"
task = make_task(body, limits=Limits())
supervise(task, Path({str(tmp_path / "t")!r}), Level("{level}"), threading.Event())
"""
    parent = subprocess.Popen([sys.executable, "-c", program])
    until = time.monotonic() + 20
    while not (tmp_path / "t" / "work" / "up").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert find_processes(str(tmp_path / "t" / "work"))
    parent.kill()
    parent.wait()
    while find_processes(str(tmp_path / "t" / "work")) and time.monotonic() < until:
        time.sleep(0.02)
    assert find_processes(str(tmp_path / "t" / "work")) == []


HAND_WRITTEN = """\
import atexit, json, pathlib
def spoil():
    path = pathlib.Path("record.json")
    raw = json.loads(path.read_text())
    {spoil}
    path.write_text(json.dumps(raw))
atexit.register(spoil)
{good}
pathlib.Path("out").mkdir()"""
SPOILT = {
    'raw["metrics"]["gap"] = 10**400': ("invalid", "metrics: "),
    'raw["metrics"]["gap"] = float("nan")': ("invalid", "metrics: "),
    'raw["cpu_s"] = 10**400': ("invalid", "cpu_s: "),
    'raw["attempt"] = 10**400': ("invalid", "attempt: "),
    'raw["guards"][0]["detail"] = 5': ("invalid", "detail: '5' is no text"),
    'raw["detail"] = "x" * (5 << 20)': ("invalid", "no plain file of at most 4 MB"),
    'raw["artifacts"] = [dict(name="a\\0", path="", sha256="", n_bytes=0)]': ("ok", ""),
    'raw["artifacts"] = [dict(name="\\ud800", path="", sha256="", n_bytes=0)]': ("ok", ""),
    'raw["metrics"] = {"gap": 1, "\\udcff": 1}': ("invalid", "undeclared-metric: \\udcff"),
    'raw["detail"] = raw["guards"][0]["detail"] = "\\udcff"': ("ok", "\\udcff"),
    'raw["metrics"] = {}': ("invalid", "missing-metric: gap"),
    'raw["guards"] = []': ("invalid", "missing-guard: known"),
    'raw["guards"][0]["name"] = "own"': ("invalid", "undeclared-guard: own; missing-guard: known"),
    'raw["guards"] *= 2': ("invalid", "guard-twice: known"),
    'raw["complaints"] = [dict(code="a", detail="b")]': ("invalid", "a: b"),
    'raw["status"] = "timeout"': ("invalid", "'timeout' is not the run's to say"),
    'raw["detail"] = "x" * 9999': ("ok", "x" * 499 + "…"),
}


def test_what_was_not_declared_is_named_and_not_kept(run):
    """Thousands of metrics and guards leave no long line in the ledger, nor a guard met twice."""
    spoil = (
        'raw["metrics"] |= {f"m{n}": n for n in range(9000)}\n'
        '    raw["guards"] += [raw["guards"][0] | {"ok": False, "detail": "x" * 9999}] * 99\n'
        '    raw["guards"] += [raw["guards"][0] | {"name": f"g{n}"} for n in range(9000)]'
    )
    record = run(make_task(HAND_WRITTEN.format(spoil=spoil, good=GOOD)))
    assert record.status is RunStatus.INVALID
    assert len(json.dumps(write_record(record))) < 10_000
    assert record.metrics == {"gap": 0.5}
    assert [(each.name, each.ok) for each in record.guards] == [("known", False)]
    assert record.detail.startswith("undeclared-metric: m0; ")


@pytest.mark.parametrize("spoil", SPOILT)
def test_no_odd_report_upsets_its_reader(run, spoil, tmp_path):
    """A report written by hand is read or has its status and the reason; any can be recorded."""
    from noteweb.ledger import append_entries, read_ledger

    record = run(make_task(HAND_WRITTEN.format(spoil=spoil, good=GOOD)))
    status, detail = SPOILT[spoil]
    assert record.status == status, record.detail
    assert detail in record.detail
    assert record.artifacts == ()
    append_entries(tmp_path / "toy.jsonl", [record])
    assert read_ledger(tmp_path / "toy.jsonl").records == (record,)


def test_half_a_character_in_a_guard_is_shown_by_its_number(run):
    """The name of a file that is no UTF-8 may stand in a guard's words."""
    record = run(make_task(GOOD.replace("ok=True", 'ok=True, detail="file \\udcff"')))
    assert record.status is RunStatus.OK
    assert record.guards[0].detail == "file \\udcff"
