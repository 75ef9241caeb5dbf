"""The sandbox of namespaces: what it plans to hide, and what a process inside it can do."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from socket import create_server
from types import SimpleNamespace

import pytest

from followed import gather, write_command
from noteweb.evidence.namespace import plan_mounts

UNSHARE = ["unshare", "--user", "--mount", "--net", "--ipc", "--pid", "--fork", "true"]


def is_refused():
    """Whether the kernel, asked by another program than ours, refuses such namespaces."""
    if shutil.which(UNSHARE[0]) is None:
        return True
    return subprocess.run(UNSHARE, capture_output=True, check=False).returncode != 0


needs_unshare = pytest.mark.skipif(is_refused(), reason="the kernel refuses namespaces")


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Make a folder below this one the user's home, and Python's own."""

    def move(home):
        home.mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_dir=str(home)))
        for name in ("prefix", "base_prefix"):
            monkeypatch.setattr(sys, name, str(tmp_path / "no-such-python"))
        monkeypatch.setattr(sys, "path", [])

    return move


def are_apart(folders):
    """Whether none of them lies in another."""
    return not any(a != b and a.is_relative_to(b) for a in folders for b in folders)


def test_home_and_temporary_folders_are_hidden(tmp_path):
    """Each once: a folder inside a hidden one needs no hiding of its own."""
    mounts = plan_mounts(tmp_path)
    home = Path(pwd.getpwuid(os.getuid()).pw_dir).resolve()
    assert not home.is_dir() or any(home.is_relative_to(each) for each in mounts.hidden)
    assert any(Path("/tmp").resolve().is_relative_to(each) for each in mounts.hidden)  # noqa: S108
    assert are_apart(mounts.hidden)


def test_a_home_of_its_own_is_hidden_too(tmp_path, at_home):
    """A home elsewhere is added; one below a hidden folder goes with it; the root stays."""
    home = tmp_path.resolve() / "home"
    at_home(home)
    hidden = plan_mounts(tmp_path).hidden
    assert any(home.is_relative_to(each) for each in hidden)
    assert are_apart(hidden)
    at_home(Path("/usr"))
    assert Path("/usr") in plan_mounts(tmp_path).hidden
    at_home(Path("/"))
    assert Path("/") not in plan_mounts(tmp_path).hidden


def test_of_hidden_folders_only_what_python_needs_is_read(tmp_path, at_home, monkeypatch):
    """Libraries inside a hidden folder stay, those outside need no door, a door opens no house."""
    at_home(tmp_path / "home")
    library = tmp_path / "home" / "library"
    library.mkdir()
    houses = map(str, plan_mounts(tmp_path).hidden)
    elsewhere = ["", str(tmp_path / "gone"), "/usr", "/"]
    monkeypatch.setattr(sys, "path", [str(library), *houses, *elsewhere])
    mounts = plan_mounts(tmp_path / "task")
    package = Path(sys.modules["noteweb"].__file__).resolve().parent
    doors = {library.resolve()}
    if any(package.is_relative_to(each) for each in mounts.hidden):
        doors.add(package)
    assert set(mounts.readable) == {*doors, tmp_path / "task"}
    assert mounts.readable[-1] == tmp_path / "task"
    assert mounts.writable == tmp_path / "task" / "work"


PROGRAM = """\
import os, socket
from pathlib import Path
from noteweb.evidence.namespace import Mounts, enter
root = Path({root!r})
enter(Mounts(
    hidden=(root / "hidden",),
    readable=(root / "hidden" / "deep" / "kept", root / "hidden" / "file", root / "open"),
    writable=root / "work",
    devices=(Path("/dev/null"),),
))
def fails(attempt):
    try:
        attempt()
    except OSError:
        return True
    return False
{body}
"""


@pytest.fixture
def inside(tmp_path):
    """Run a program inside namespaces of its own; it ends well where all it asserts is so."""
    for folder in ("hidden/deep/kept", "open", "work"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "name").write_text(folder, encoding="utf-8")
    (tmp_path / "hidden" / "file").write_text("file", encoding="utf-8")

    def run(body):
        program = PROGRAM.format(root=str(tmp_path), body=body)
        done = subprocess.run(
            write_command(program, tmp_path / "work"),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        gather(tmp_path / "work")
        assert done.returncode == 0, done.stderr

    return run


@needs_unshare
def test_hidden_is_hidden_but_for_what_may_be_read(inside):
    """Inside a hidden folder only the doors are there, a file as well as a folder."""
    inside("""\
assert sorted(os.listdir(root / "hidden")) == ["deep", "file"]
assert os.listdir(root / "hidden" / "deep") == ["kept"]
assert (root / "hidden" / "deep" / "kept" / "name").read_text() == "hidden/deep/kept"
assert (root / "hidden" / "file").read_text() == "file"
assert (root / "open" / "name").read_text() == "open"
""")


@needs_unshare
def test_one_folder_is_writable(inside, tmp_path):
    """Writing goes to the work folder and nowhere else, not even where reading does."""
    inside("""\
(root / "work" / "made").write_text("x")
for place in ("hidden", "hidden/deep/kept", "open", "."):
    assert fails(lambda: (root / place / "made").write_text("x")), place
assert fails(lambda: (root / "hidden" / "file").write_text("x"))
assert fails(lambda: Path("/etc/noteweb-test").write_text("x"))
""")
    assert (tmp_path / "work" / "made").read_text() == "x"
    assert (tmp_path / "hidden" / "file").read_text() == "file"
    assert sorted(each.name for each in (tmp_path / "hidden").iterdir()) == ["deep", "file"]


@needs_unshare
def test_no_device_of_the_machine_is_there(inside):
    """Only those that were planned, which work, and what leads to the process itself."""
    inside("""\
assert sorted(os.listdir("/dev")) == ["fd", "null", "shm", "stderr", "stdin", "stdout"]
assert open("/dev/null", "wb").write(b"x") == 1
assert open("/dev/fd/2", "wb").fileno() > 2
assert fails(lambda: os.mknod(root / "work" / "own", 0o20600, os.makedev(1, 3)))
""")


@needs_unshare
def test_there_is_no_network_and_the_user_stays(inside):
    """No interface is up, and the process is who it was."""
    with create_server(("127.0.0.1", 0)) as server:
        inside(f"""\
assert fails(lambda: socket.create_connection({server.getsockname()}, 1))
assert (os.getuid(), os.getgid()) == {os.getuid(), os.getgid()}
""")


@needs_unshare
def test_privileges_once_dropped_are_gone(inside):
    """What the namespace gave is given up for good: nothing more can be mounted or unmounted."""
    inside("""\
from noteweb.evidence import kernel
kernel.drop_privileges()
assert fails(lambda: kernel.mount("tmpfs", str(root / "open"), "tmpfs", 0))
assert fails(lambda: kernel.set_read_only(str(root / "open"), is_on=False))
""")


def test_a_kernel_that_refuses_is_told(tmp_path):
    """What the kernel does not allow is an OSError with its reason, so a level can be tried."""
    program = """\
from noteweb.evidence import kernel
try:
    kernel.mount("nothing", "/no/such/place", "no-such-kind", 0)
except OSError as error:
    assert error.errno and error.strerror
else:
    raise AssertionError
"""
    done = subprocess.run(write_command(program, tmp_path), check=False, timeout=60)
    gather(tmp_path)
    assert done.returncode == 0


@needs_unshare
def test_the_first_process_takes_all_others_with_it(inside):
    """Others cannot end it, see nobody outside, and are gone when it is."""
    inside("""\
import signal, time
from noteweb.evidence.namespace import become_first
ours, theirs = os.pipe()
become_first(theirs)
assert os.getpid() == 1
if os.fork() == 0:
    os.kill(1, signal.SIGKILL)
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 7
assert len([name for name in os.listdir("/proc") if name.isdigit()]) in {2, 3} or (
    os.readlink("/proc/self") != "1"
)
""")
