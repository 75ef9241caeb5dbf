"""What noteweb does where a system lacks what Linux has: seen by hiding that from a child process.

No test here runs on Windows or macOS; they show that nothing is asked of the system that is not
there, and that what needs Linux says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FIRST = Path(__file__).parent / "data" / "layouts" / "first" / "vault"
#: What neither Windows nor, in part, macOS has. Libraries here ask for `os.uname`, so it stays.
HIDE = """
import os, signal, sys
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in (
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH", "chown", "fork", "getgid",
    "getppid", "getuid", "killpg", "mkfifo", "pidfd_open", "pipe2", "pread", "pwrite",
    "sched_getaffinity", "setsid", "statvfs", "sysconf",
):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGWINCH"):
    delattr(signal, name)
import platform
platform.system = lambda: "Windows"
"""
#: What is loaded only once it is known that the kernel is Linux; see `require_kernel`.
LINUX = {
    f"noteweb.evidence.{name}"
    for name in (
        "cgroup executors.dask executors.process held kernel namespace proc report sandbox store"
        " supervise warden"
    ).split()
}
#: Their library asks for what is hidden.
FOREIGN = {"noteweb.server.serve"}


def hidden(program, *words):
    """Run a program in a child that finds nothing of Unix; give what it printed."""
    command = [sys.executable, "-W", "ignore", "-c", f"{HIDE}\n{program}", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_modules_are_imported_where_unix_is_not():
    """All but what is loaded on Linux alone; a module that needs keys says so in one line."""
    done = hidden("""
import importlib, pkgutil
import noteweb
from noteweb.errors import NotewebError
for found in pkgutil.walk_packages(noteweb.__path__, "noteweb."):
    if found.name == "noteweb.__main__" or found.name.startswith("noteweb.experiments."):
        continue
    try:
        importlib.import_module(found.name)
    except NotewebError:
        print("told", found.name)
    except Exception as error:
        print("failed", found.name, repr(error))
""")
    assert done.returncode == 0, done.stderr[-500:]
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    failed = {line[1]: line[2] for line in lines if line[0] == "failed"}
    assert {name: why for name, why in failed.items() if name not in LINUX | FOREIGN} == {}
    told = {line[1] for line in lines if line[0] == "told"}
    assert told <= {"noteweb.cli.finder", "noteweb.cli.keyboard", "noteweb.cli.reader"}


def test_a_vault_is_asked_where_unix_is_not(tmp_path):
    """Notes are found, labels written, verdicts read; runs say in one line that they need Linux."""
    vault = Path(shutil.copytree(FIRST, tmp_path / "vault"))
    before = (vault / "labels.jsonl").read_bytes()
    (vault / "labels.jsonl").write_bytes(before.rstrip(b"\n"))
    done = hidden(
        """
from dataclasses import replace
from pathlib import Path
from noteweb.activation.label import append_labels, read_labels
from noteweb.errors import ExecutorUnavailable
from noteweb.evidence.run import Options
from noteweb.web import NoteWeb
root = Path(sys.argv[1])
with NoteWeb.open(root) as web:
    print(web.search("mean of many coins")[0].note_id)
    (row,) = web.evidence.rows()
    print((row.verdict.previous or row.verdict.kind).value)
    (label,), _ = read_labels(root)
    append_labels(root, [replace(label, note="Points")])
    print(len(read_labels(root)[0]))
    try:
        web.verify("one-point", options=Options(is_forced=True))
    except ExecutorUnavailable as error:
        print(error)
""",
        vault,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "Coins",
        "supported",
        "2",
        "experiments are run on Linux alone, and this is Windows",
    ]
