"""What a trusted experiment can do to machine and user at each level, each tried for real.

    python tests/faults/sandbox.py [--levels bwrap unshare limits] [--without PROTECTION]

Each attempt of `attempts.py` is a run like any other, and what it did is looked at from outside as
well. Prints a table; "held*" and "not held*" are where the level makes no promise. What is held
with no sandbox either, such as a look-up where there is no network, cannot be told. Before that,
code that nobody allowed is asked for by commands. Ends with 1 where a promise is broken.

`--without` takes a protection out, to see that this script notices: `trust` lets anything run,
`sandbox` has none but says so, `environment` hands on the user's own, `looks` has the warden pass
no limit, `ending` has it end nothing but the run itself.
"""

from __future__ import annotations

import argparse
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

sys.path.insert(0, str(Path(__file__).parent.parent))
from attempts import ATTEMPTS, SANDBOX, Attempt, fill

from abuse import find_processes, make_task
from bench_vault import Lab, make_claim, write_fixed
from noteweb.evidence import supervise as supervising
from noteweb.evidence.cgroup import Group
from noteweb.evidence.sandbox import Level, prefix, probe
from noteweb.evidence.supervise import supervise
from noteweb.evidence.trust import Standing
from noteweb.model.run import RunRecord, RunStatus

if TYPE_CHECKING:
    from noteweb.evidence.task import Task

_KEY = "noteweb-key-of-the-user"
_SECRET = "secret"  # noqa: S105
_PATIENCE_S = 20.0
#: One that any user may open, and that does nothing then.
_DEVICE = "/dev/fuse"
_PLACES = {"in_tmp": "/tmp", "in_etc": "/etc", "in_memory": "/dev/shm"}  # noqa: S108

#: In a warden that is started without a protection.
_TAKEN_OUT = {
    "sandbox": """\
from noteweb.evidence import namespace
namespace.enter = lambda *_: None
namespace.become_first = lambda *_: None
""",
    "looks": """\
from noteweb.evidence import warden
warden._set_limits = lambda limits: None
warden._Watch._look = lambda self: None
warden._Watch._look_at_disk = lambda self: None
warden._Watch._await_helpers = lambda self: ("", "")
""",
    "ending": """\
from noteweb.evidence import kernel, namespace, warden
kernel.CLONE_NEWPID = kernel.PR_SET_PDEATHSIG = kernel.PR_SET_CHILD_SUBREAPER = 0
namespace.become_first = lambda *_: None
warden._Watch._kill_all = lambda self: warden.proc.kill([self.pid])
warden._Watch._await_helpers = lambda self: ("", "")
""",
}
WITHOUT = ("nothing", "trust", "sandbox", "environment", "looks", "ending")


@dataclass(kw_only=True)
class Outside:
    """What lies outside a run and may be reached by it; a context manager that takes it away."""

    folder: Path
    is_covered: bool
    home: Path = field(default_factory=lambda: Path(pwd.getpwuid(os.getuid()).pw_dir))
    names: dict[str, object] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        secret = tempfile.NamedTemporaryFile("w", dir=self.home, prefix=".noteweb-fault-")
        self.stack.enter_context(secret).write(_SECRET)
        secret.flush()
        self.doors = [
            self.stack.enter_context(socket.socket(family, kind))
            for family, kind in (
                (socket.AF_INET, socket.SOCK_STREAM),
                (socket.AF_INET, socket.SOCK_DGRAM),
                (socket.AF_UNIX, socket.SOCK_STREAM),
            )
        ]
        nameless = f"\0noteweb-fault-{os.getpid()}"
        for door, place in zip(self.doors, (("127.0.0.1", 0),) * 2 + (nameless,), strict=True):
            door.bind(place)
            door.settimeout(0)
        self.doors[0].listen()
        self.doors[2].listen()
        self.neighbour = subprocess.Popen(["/bin/sleep", "600"])
        name = Path(secret.name).name + "-made"
        self.made = {key: Path(place) / name for key, place in _PLACES.items()}
        self.made |= {"in_home": self.home / name, "in_task": self.folder / name}
        self.names = {key: str(path) for key, path in self.made.items()} | {
            "secret": secret.name,
            "covered": self.is_covered,
            "key": _KEY,
            "port": self.doors[0].getsockname()[1],
            "datagrams": self.doors[1].getsockname()[1],
            "nameless": nameless,
            "device": _DEVICE,
            "number": Path(_DEVICE).stat().st_rdev,
            "neighbour": self.neighbour.pid,
            "code": str(self.folder / "code" / "experiments" / "toy.py"),
        }
        return self

    def is_reached(self, code: bytes) -> bool:
        """Tell whether anything of it was touched, or the run's own code was."""
        place = Path(str(self.names["code"]))
        return (
            any(path.exists() for path in self.made.values())
            or any(map(_has_word, self.doors))
            or self.neighbour.poll() is not None
            or (place.exists() and place.read_bytes() != code)
        )

    def __exit__(self, *_: object) -> None:
        self.neighbour.kill()
        self.neighbour.wait()
        for path in self.made.values():
            path.unlink(missing_ok=True)
        self.stack.close()


def main() -> int:
    """Try all; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--levels", nargs="*", type=Level, default=list(Level))
    parser.add_argument("--without", choices=WITHOUT, default="nothing")
    options = parser.parse_args()
    os.environ["NOTEWEB_FAULT_KEY"] = _KEY
    take_out(options.without)
    refused = {level: probe(level) for level in options.levels}
    for level, reason in refused.items():
        if reason:
            print(f"{level} does not work here: {reason}")
    levels = [level for level, reason in refused.items() if not reason]
    is_covered = options.without != "sandbox"
    with tempfile.TemporaryDirectory() as folder:
        is_blocked = ask_untrusted(Path(folder))
        print(f"untrusted code: {'not run' if is_blocked else 'run'}, by any of its commands\n")
        n_broken = tell(Path(folder), levels, is_covered=is_covered)
    print(f"\n{n_broken} promises broken")
    return 1 if n_broken or not is_blocked else 0


def take_out(protection: str) -> None:
    """Take a protection out of this process, and of the wardens that it starts."""
    if protection in _TAKEN_OUT:
        words = f"exec({_TAKEN_OUT[protection]!r});from noteweb"
        supervising._BOOT = supervising._BOOT.replace("from noteweb", words)
    if protection == "trust":
        Standing.may_run = property(lambda _: True)
    if protection == "sandbox":
        supervising.prefix = lambda *_, **__: []
    if protection == "environment":
        inner = supervising.make_environment
        supervising.make_environment = lambda *given: {**os.environ, **inner(*given)}
    if protection == "looks":
        supervising._Talk._drain = lambda _, descriptor: bool(os.read(descriptor, 1 << 16))
    if protection == "ending":
        supervising.prefix = _prefix_without_ending
        supervising.make_group = lambda _: Group()


def _prefix_without_ending(*given: object, **more: object) -> list[str]:
    words = prefix(*given, **more)
    at = words.index("--unshare-all") if words else 0
    apart = ["--unshare-user", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    kept = [*words[:at], *apart, *words[at + 1 :]] if words else []
    return [word for word in kept if word != "--die-with-parent"]


def ask_untrusted(folder: Path) -> bool:
    """Ask for runs of an experiment that nobody allowed; tell whether none was made."""
    lab = Lab(folder)
    mark = folder / "imported"
    write_fixed(lab.root, "toy", imports=f"open({str(mark)!r}, 'w')")
    claim = make_claim("toy")
    lab.verify(claim)
    lab.verify(claim, is_forced=True)
    opened = lab.open(claim)
    opened.why("c")
    opened.rows()
    opened.show_trust("toy")
    return not mark.exists() and not lab.records("toy")


def tell(folder: Path, levels: list[Level], *, is_covered: bool) -> int:
    """Print what each level holds; give the number of broken promises."""
    print(f"| what a run tries | {' | '.join(levels)} |")
    print(f"|{'---|' * (1 + len(levels))}")
    n_broken = 0
    for attempt in ATTEMPTS:
        held = {}
        for level in levels:
            place = folder / f"{attempt.what[:9].replace(' ', '-')}-{level}".replace("`", "")
            with Outside(folder=place, is_covered=is_covered and level in SANDBOX) as outside:
                held[level] = is_held(attempt, level, outside)
        n_broken += sum(not held[level] for level in levels if level in attempt.promised)
        words = [_word(attempt, level, held) for level in levels]
        print(f"| {attempt.what} | {' | '.join(words)} |", flush=True)
    return n_broken


def is_held(attempt: Attempt, level: Level, outside: Outside) -> bool:
    """Make the run, and tell whether it was kept from what it tries."""
    body = fill(attempt, outside.names)
    task = make_task(body, limits=attempt.limits)
    folder = outside.folder
    try:
        if attempt.is_orphaned:
            record = supervise_and_die(task, folder, level)
        else:
            record = supervise(task, folder, level, threading.Event())
        if is_beating(folder / "work" / "beat") or outside.is_reached(task.files[task.file]):
            return False
        return attempt.is_outliving or _is_told_held(attempt, record)
    finally:
        for pid in find_processes(str(folder)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def supervise_and_die(task: Task, folder: Path, level: Level) -> None:
    """Supervise the run in a process that is killed when the run has begun."""
    pid = os.fork()
    if pid == 0:
        supervise(task, folder, level, threading.Event())
        os._exit(0)
    until = time.monotonic() + _PATIENCE_S
    while not (folder / "work" / "beat").exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def is_beating(path: Path) -> bool:
    """Tell whether a process still writes there, a second after it should have ended."""
    if not path.exists():
        return False
    time.sleep(1)
    before = path.stat().st_size
    time.sleep(0.5)
    return path.stat().st_size > before


def _is_told_held(attempt: Attempt, record: RunRecord | None) -> bool:
    if record is None:
        raise SystemExit(f"{attempt.what}: there is no record")
    if attempt.ended_as is not None:
        return record.status is attempt.ended_as
    if record.status is not RunStatus.OK:
        raise SystemExit(f"{attempt.what}: {record.status}, {record.detail}")
    return record.metrics["gap"] == 0


def _word(attempt: Attempt, level: Level, held: dict[Level, bool]) -> str:
    """Say it; what nothing holds back and yet does not come through proves nothing."""
    is_free = Level.LIMITS not in attempt.promised and not attempt.is_outliving
    if is_free and held.get(Level.LIMITS):
        return "cannot be told"
    return ("held" if held[level] else "not held") + ("" if level in attempt.promised else "*")


def _has_word(door: socket.socket) -> bool:
    try:
        if door.type == socket.SOCK_DGRAM:
            return bool(door.recv(16))
        door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
