"""The warden by its own word: what goes in by its pipe and command line, what comes out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from textwrap import indent

import pytest

from abuse import GOOD, find_lasting, make_task
from followed import gather, write_command
from noteweb.evidence import proc
from noteweb.evidence.report import read_left_record
from noteweb.evidence.sandbox import Level, prefix, probe
from noteweb.evidence.supervise import prepare
from noteweb.evidence.task import make_environment
from noteweb.evidence.warden import END, End
from noteweb.lab import Limits

WIDE = Limits(cpu_s=20.0, wall_s=20.0, memory_mb=400, disk_mb=8, output_mb=1)
_BASE_MB = 40  # an interpreter with noteweb takes 15 to 35
MAIN = "from noteweb.evidence import warden\n{tweak}\nwarden.main()\n"
LEVELS = [
    pytest.param(level, marks=pytest.mark.skipif(bool(reason), reason=f"{level}: {reason}"))
    for level, reason in ((level, probe(level)) for level in Level)
]


class Warden:
    """A warden and the two pipes to it."""

    def __init__(self, task, folder, level=Level.LIMITS, tweak=""):
        prepare(task, folder)
        self.task, self.folder = task, folder
        control, self.control = os.pipe()
        self.status, status = os.pipe()
        kept = os.open(folder / END, os.O_WRONLY | os.O_CREAT)
        passed = control, status, kept
        command = write_command(MAIN.format(tweak=tweak), folder / "work")
        self.process = subprocess.Popen(
            [*prefix(level, folder), *command, str(folder), level.value, *map(str, passed)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=passed,
            cwd=folder / "work",
            env=make_environment(str(folder / "work"), os.environ, task.parts.seed),
        )
        for each in passed:
            os.close(each)

    def wait_for(self, name):
        """Wait until the run has made a file of this name."""
        until = time.monotonic() + 20
        while not (self.folder / "work" / name).exists() and time.monotonic() < until:
            time.sleep(0.01)

    def hear(self):
        """Give the end that it tells, and see to it that nothing of the run is left."""
        output = self.process.communicate(timeout=30)[0]
        assert self.process.returncode == 0, output
        with os.fdopen(self.status, "rb") as pipe:
            line = pipe.read()
        self.status = -1
        assert find_lasting(str(self.folder)) == []
        assert line.endswith(b"\n")
        return End(**json.loads(line))

    def close(self):
        """Let go of the pipes."""
        for descriptor in (self.control, self.status):
            if descriptor >= 0:
                os.close(descriptor)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        gather(self.folder / "work")


@pytest.fixture
def start(tmp_path):
    """Start wardens, and end them with the test."""
    started = []

    def make(body, limits=WIDE, **more):
        task = make_task(body, limits=limits)
        started.append(Warden(task, tmp_path / f"task-{len(started)}", **more))
        return started[-1]

    yield make
    for each in started:
        each.close()


@pytest.mark.parametrize("level", LEVELS)
def test_a_run_that_ends_well_is_told_with_what_it_used(start, level):
    """Exit status 0, no word of stopping, and figures; the record lies in the work folder."""
    warden = start(GOOD, level=level)
    end = warden.hear()
    assert (end.code, end.stopped, end.detail) == (0, "", "")
    assert 0 < end.cpu_s < WIDE.cpu_s
    assert 0 < end.wall_s < WIDE.wall_s
    assert 1 < end.memory_mb < WIDE.memory_mb
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert (record.metrics, record.sandbox) == ({"gap": 0.5}, level)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("os._exit(7)", 7),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_the_exit_status_is_the_runs_own(start, body, code):
    """What the run ended with goes up as it is; a signal is a negative number."""
    end = start(body).hear()
    assert (end.code, end.stopped) == (code, "")


LOOP = "while True: pass"
SLEEP = "open('up', 'w').close()\ntime.sleep(600)"
PASSED = {
    "wall": (SLEEP, {"wall_s": 0.5}, "", ("timeout", "it ran for more than 0.5 s")),
    "cpu": (LOOP, {"cpu_s": 0.5}, "", ("cpu-limit", "it used more than 0.5 CPU seconds")),
    "memory": (
        "held = bytearray(1 << 30)\nheld[::4096] = b'x' * len(held[::4096])\ntime.sleep(600)",
        {},
        "",
        ("oom", "it held more than 400 MB"),
    ),
    "disk": (
        "for i in range(12):\n    open(f'f{i}', 'wb').write(bytes(1 << 20))\ntime.sleep(600)",
        {},
        "",
        ("disk-limit", "it filled more than 8 MB of disk"),
    ),
    "files": (
        "for i in range(60): open(f'f{i}', 'w').close()\ntime.sleep(600)",
        {},
        "warden._MOST_FILES = 50",
        ("disk-limit", "it made more than 50 files"),
    ),
    "processes": (
        "for _ in range(3):\n    if os.fork() == 0: break\ntime.sleep(600)",
        {},
        "warden._MOST_PROCESSES = 3",
        ("leftover", "it started more than 3 processes"),
    ),
    "left behind": (
        f"if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n{GOOD}",
        {},
        "warden._GRACE_S = 0.1",
        ("leftover", "it left 1 processes behind"),
    ),
}


@pytest.mark.parametrize("name", PASSED)
def test_whatever_passes_a_limit_is_ended_with_its_reason(start, name):
    """Each limit has its status and says in words what was passed; nothing is left."""
    body, limits, tweak, told = PASSED[name]
    kept = {each: getattr(WIDE, each) for each in WIDE.__slots__}
    end = start(body, Limits(**(kept | limits)), tweak=tweak).hear()
    assert (end.stopped, end.detail) == told
    assert end.wall_s < WIDE.wall_s / 2


STAY = "time.sleep(600)"
#: Ways to hold what lies in no folder, or in none that can be looked into; each 60 times a megabyte
#: where 20 MB of memory and 8 MB of disk are allowed beside the interpreter.
BURIED = {
    "deleted files": (
        (
            "import tempfile\n"
            "files = [tempfile.TemporaryFile() for _ in range(60)]\n"
            "for each in files:\n    each.write(bytes(1 << 20))\n    each.flush()"
        ),
        "disk-limit",
    ),
    "a memfd": (
        "for _ in range(60): os.write(os.memfd_create('a'), b'x' * (1 << 20))",
        "oom",
    ),
    "a memfd of a thread": (
        (
            "import ctypes, threading\n"
            "def hold():\n    ctypes.CDLL(None).unshare(0x400)\n"
            "    for _ in range(60): os.write(os.memfd_create('a'), b'x' * (1 << 20))\n"
            f"    {STAY}\n"
            "threading.Thread(target=hold).start()"
        ),
        "oom",
    ),
    "memory after the first thread": (
        (
            "import ctypes, threading\n"
            "def hold():\n    time.sleep(0.2)\n    held = b'x' * (60 << 20)\n"
            f"    {STAY}\n"
            "threading.Thread(target=hold).start()\nctypes.CDLL(None).pthread_exit(None)"
        ),
        "oom",
    ),
    "a locked folder": (
        (
            "os.mkdir('d')\n"
            "for i in range(60): open(f'd/{i}', 'wb').write(bytes(1 << 20))\nos.chmod('d', 0)"
        ),
        "disk-limit",
    ),
    "a deep folder": (
        (
            "for i in range(40):\n    os.mkdir('d' * 200)\n    os.chdir('d' * 200)\n"
            "for i in range(60): open(f'{i}', 'wb').write(bytes(1 << 20))"
        ),
        "disk-limit",
    ),
    "shared memory": (
        "for i in range(60): open(f'/dev/shm/{i}', 'wb').write(b'x' * (1 << 20))",
        "oom",
    ),
    "System V memory": (
        (
            "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\n"
            "for _ in range(60):\n    at = libc.shmat(libc.shmget(0, 1 << 20, 0o1600), None, 0)\n"
            "    ctypes.memset(ctypes.c_void_p(at), 1, 1 << 20)\n"
            "    libc.shmdt(ctypes.c_void_p(at))"
        ),
        "oom",
    ),
    "a process that hides": (
        (
            "import ctypes\nctypes.CDLL(None).prctl(4, 0)\n"
            "for _ in range(60): os.write(os.memfd_create('a'), b'x' * (1 << 20))"
        ),
        "oom",
    ),
}
ALONE = {"shared memory", "System V memory"}  # the machine's at the level limits


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", BURIED)
def test_what_lies_in_no_folder_counts_too(start, name, level):
    """Deleted files, shared memory and folders that cannot be listed are no way past a limit."""
    if name in ALONE and level is Level.LIMITS:
        pytest.skip("what others share with it is not counted")
    body, status = BURIED[name]
    kept = {each: getattr(WIDE, each) for each in WIDE.__slots__}
    limits = Limits(**(kept | {"memory_mb": _BASE_MB + 20, "wall_s": 8.0}))
    end = start(f"{body}\n{STAY}", limits, level=level).hear()
    assert end.stopped == status, end
    assert end.wall_s < 4


def test_a_full_folder_counts_at_the_end_too(start):
    """A run that fills its folder and ends before anybody looked has passed its limit all the same.

    Its own figures would else stand for a run that was within its limits.
    """
    body = f"{GOOD}\nfor i in range(12): open(f'f{{i}}', 'wb').write(bytes(1 << 20))"
    end = start(body, tweak="warden._DISK_POLL_S = 100").hear()
    assert end.stopped == "disk-limit"


@pytest.mark.parametrize("level", LEVELS)
def test_memory_that_workers_share_counts_once(start, level):
    """Four processes that look at the same 60 MB of shared memory hold 60 MB and not 300."""
    body = f"""\
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=60 << 20)
block.buf[:] = b"x" * len(block.buf)
for _ in range(4):
    if os.fork() == 0:
        bytes(block.buf[::4096])
        time.sleep(1)
        os._exit(0)
for _ in range(4): os.wait()
block.close()
block.unlink()
{GOOD}"""
    kept = {each: getattr(WIDE, each) for each in WIDE.__slots__}
    limits = Limits(**(kept | {"memory_mb": _BASE_MB + 120, "disk_mb": 100}))
    end = start(body, limits, level=level).hear()
    assert (end.code, end.stopped) == (0, ""), end


@pytest.mark.parametrize("level", LEVELS[:2])
def test_a_sandbox_has_no_other_room(start, level):
    """No file can be made in /dev, and no file system mounted in namespaces inside."""
    body = f"""\
import ctypes
libc = ctypes.CDLL(None)
assert libc.unshare(0x10020000) == -1, "namespaces"
try:
    open("/dev/own", "w")
except OSError:
{indent(GOOD, "    ")}"""
    warden = start(body, level=level)
    warden.hear()
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert record.status == "ok", record.detail


def test_helpers_that_end_soon_are_no_fault(start):
    """A process that outlives the run by a moment is waited for."""
    body = f"if os.fork() == 0:\n    time.sleep(0.2)\n    os._exit(5)\n{GOOD}"
    end = start(body).hear()
    assert (end.code, end.stopped) == (0, "")


def test_a_word_from_above_ends_the_run_with_it(start):
    """What the supervisor writes into the pipe is the status the run is ended with."""
    warden = start(SLEEP)
    warden.wait_for("up")
    os.write(warden.control, b"output-limit")
    end = warden.hear()
    assert (end.stopped, end.detail) == ("output-limit", "it wrote more than 1 MB")
    assert end.code == -signal.SIGKILL


def test_a_closed_pipe_ends_the_run(start):
    """Where the supervisor is gone, the run is killed."""
    warden = start(SLEEP)
    warden.wait_for("up")
    os.close(warden.control)
    warden.control = -1
    end = warden.hear()
    assert (end.stopped, end.detail) == ("killed", "the process that watched it is gone")


def test_an_old_kernel_does_too(start):
    """Without pidfd_open the end of the run is seen at the next look."""
    tweak = "import os\ndef refuse(*_): raise OSError(38, 'no such call')\nos.pidfd_open = refuse"
    assert start(GOOD, tweak=tweak).hear().code == 0


def test_the_limits_of_the_machine_stay(start):
    """A hard limit that is lower than the run's own is not raised, nor is it an error."""
    tweak = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (60, 80))"
    body = f"import resource\nassert resource.getrlimit(resource.RLIMIT_NOFILE) == (80, 80)\n{GOOD}"
    warden = start(body, tweak=tweak)
    warden.hear()
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert record.status == "ok", record.detail


def test_the_run_has_its_limits(start):
    """The kernel holds the run to CPU time, file size and no core file, whatever the polls see."""
    body = f"""\
import resource
assert resource.getrlimit(resource.RLIMIT_CPU) == (22, 24)
assert resource.getrlimit(resource.RLIMIT_FSIZE) == (8 << 20, 8 << 20)
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
{GOOD}"""
    warden = start(body)
    warden.hear()
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert record.status == "ok", record.detail


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every process")
def test_the_run_cannot_reach_the_wardens_pipes(start):
    """Through /proc a run could else write its own end."""
    body = f"""\
try:
    os.listdir(f"/proc/{{os.getppid()}}/fd")
except PermissionError:
{indent(GOOD, "    ")}"""
    warden = start(body)
    warden.hear()
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert record.status == "ok", record.detail


def test_a_run_whose_warden_is_gone_does_not_begin(tmp_path):
    """Between the fork and the wish to die with its parent, the parent may have died."""
    task = make_task(GOOD)
    prepare(task, tmp_path / "t")
    (tmp_path / "own").mkdir()
    program = f"""\
import json
from pathlib import Path
from noteweb.evidence.task import read_task
from noteweb.evidence.warden import _become_child
folder = Path({str(tmp_path / "t")!r})
task = read_task(json.loads((folder / "task.json").read_bytes()))
_become_child(task, folder, "limits", 1 << 30)
"""
    done = subprocess.run(write_command(program, tmp_path / "own"), check=False, timeout=30)
    gather(tmp_path / "own")
    assert done.returncode == 1
    assert not (tmp_path / "t" / "work" / "record.json").exists()


MULTIPLY = """\
def grow(depth):
    # At most 2 ** 8 - 1 processes, all of them out of the run's session, then asleep.
    for _ in range(depth):
        depth -= 1
        if os.fork() == 0:
            os.setsid()
            return grow(depth)
    time.sleep(600)
grow(8)"""
REPLACE = """\
if os.fork() == 0:
    # Each goes on in a child of its own and ends: 300 in a row, never two for long.
    for _ in range(300):
        if os.fork():
            os._exit(0)
        time.sleep(0.01)
    os._exit(0)
time.sleep(600)"""


@pytest.mark.parametrize("level", LEVELS)
def test_what_multiplies_is_ended_whole(start, level):
    """However they are related, too many processes are noticed soon, and none is left."""
    begun = time.monotonic()
    end = start(MULTIPLY, level=level, tweak="warden._MOST_PROCESSES = 40").hear()
    assert (end.stopped, end.detail) == ("leftover", "it started more than 40 processes")
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize("level", LEVELS)
def test_what_never_holds_still_is_ended_too(start, level):
    """Processes that take turns are gone when the run is ended."""
    end = start(REPLACE, Limits(cpu_s=20.0, wall_s=0.7, memory_mb=400), level=level).hear()
    assert end.stopped == "timeout"


@pytest.mark.parametrize("level", LEVELS)
def test_the_kernel_bounds_what_a_user_may_start(start, level):
    """A limit on processes is set that leaves room for all that run already."""
    body = f"""\
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
assert 1024 < soft <= hard < 20_000
{GOOD}"""
    warden = start(body, level=level)
    warden.hear()
    record = read_left_record(warden.task, warden.folder)
    assert record is not None
    assert record.status == "ok", record.detail


def test_processes_are_not_counted_for_ever(monkeypatch):
    """Where they multiply faster than they are found, looking ends soon after there are enough."""
    monkeypatch.setattr(proc, "_children", lambda pid: [pid + 1, -pid])
    assert 50 < len(proc.find_descendants(1, 50)) < 60


@pytest.mark.parametrize("level", LEVELS[:2])
def test_a_run_cannot_end_its_warden(start, level):
    """In a sandbox it may try: where it succeeds, it ends itself with all that it has started."""
    body = f"""\
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    time.sleep(600)
os.kill(os.getppid(), signal.SIGKILL)
{GOOD}"""
    warden = start(body, level=level)
    warden.process.communicate(timeout=30)
    assert find_lasting(str(warden.folder)) == []
