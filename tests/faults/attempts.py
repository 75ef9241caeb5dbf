"""What an experiment may try against the machine and its user, and which levels say they hold it.

Each body is the inside of a run; where it can see for itself whether it came through, it sets
`through`, and the script looks from outside too.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from noteweb.evidence.sandbox import Level
from noteweb.lab import Limits
from noteweb.model.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Quick to pass. Bodies end by themselves soon after, for the case that nobody ends them.
LIMITS = Limits(cpu_s=3.0, wall_s=6.0, memory_mb=200, disk_mb=8, output_mb=1)
SHORT = Limits(cpu_s=0.5, wall_s=1.0, memory_mb=200, disk_mb=8, output_mb=1)
SANDBOX = frozenset({Level.BWRAP, Level.UNSHARE})
ALL = frozenset(Level)

#: A process out of the run's session and of every family tie, which writes for 20 s.
_BEAT = """\
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    until = time.monotonic() + 20
    with open("beat", "ab", 0) as stream:
        while time.monotonic() < until:
            stream.write(b".")
            time.sleep(0.05)
    os._exit(0)
while not os.path.exists("beat"):
    time.sleep(0.01)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing that a run tries.

    Attributes
    ----------
    what : the attempt, in words
    body : what `run` does; `{names}` in it are given by the script
    promised : the levels that say they hold it
    ended_as : the status that a run which is held must end with; None where its own word counts
    is_outliving : whether it came through is whether something of it lives on
    is_orphaned : the process that supervises the run is killed meanwhile
    """

    what: str
    body: str
    promised: frozenset[Level] = SANDBOX
    ended_as: RunStatus | None = None
    is_outliving: bool = False
    is_orphaned: bool = False
    limits: Limits = LIMITS


def fill(attempt: Attempt, names: Mapping[str, object]) -> str:
    """Give the body with what the script has laid out, and what makes a report of it."""
    body = attempt.body
    for name, value in names.items():
        body = body.replace("{" + name + "}", repr(value))
    if attempt.ended_as is None:  # else an error is what it should end with
        body = f"try:\n{indent(body, '    ')}\nexcept OSError:\n    pass"
    head = "import ctypes, socket\nthrough = False"
    return f"{head}\n{body}\nctx.guard('known', ok=True)\nctx.metric('gap', int(through))"


def _write_to(name: str) -> str:
    return f'with open({name}, "w") as stream:\n    stream.write("x")'  # it is looked for outside


ATTEMPTS = (
    Attempt(
        what="reads a file in the home folder",
        body='through = open({secret}).read() == "secret"',
    ),
    Attempt(
        what="reads it through another process's `/proc/N/root`",
        body="""\
for entry in os.listdir("/proc"):
    try:
        through |= entry.isdigit() and bool(os.stat(f"/proc/{entry}/root" + {secret}))
    except OSError:
        continue""",
    ),
    Attempt(
        what="takes away what covers the home folder, in namespaces of its own too",
        body="""\
libc = ctypes.CDLL(None)
for flags in (0, 0x10020000):  # users and mounts
    if flags:
        libc.unshare(flags)
    if {covered}:  # with nothing over it, it would be the machine's own mount
        libc.umount2(os.path.dirname({secret}).encode(), 2)
    through |= os.path.exists({secret})""",
    ),
    Attempt(
        what="opens a device of the machine (`/dev/fuse`)",
        body='through = open({device}, "rb", 0) is not None',
    ),
    Attempt(
        what="makes that device itself",
        body="""\
os.mknod("own", 0o20600, {number})
through = open("own", "rb", 0) is not None""",
    ),
    Attempt(
        what="finds the user's keys in its environment",
        body="through = {key} in str(os.environ)",
        promised=ALL,
    ),
    Attempt(
        what="finds them in the environments of other processes",
        body="""\
for entry in os.listdir("/proc"):
    try:
        through |= {key}.encode() in open(f"/proc/{entry}/environ", "rb").read()
    except OSError:
        continue""",
    ),
    Attempt(
        what="reads what any user may read elsewhere (`/etc/passwd`)",
        body='through = bool(open("/etc/passwd").read())',
        promised=frozenset(),
    ),
    Attempt(
        what="connects to this machine",
        body='socket.create_connection(("127.0.0.1", {port}), 1).close()\nthrough = True',
    ),
    Attempt(
        what="sends a datagram to this machine",
        body='socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {datagrams}))',
    ),
    Attempt(
        what="connects to a socket without a file",
        body="socket.socket(socket.AF_UNIX).connect({nameless})\nthrough = True",
    ),
    Attempt(
        what="looks a name up",
        body='through = bool(socket.getaddrinfo("example.org", 80))',
    ),
    *(
        Attempt(what=f"writes into {what}", body=_write_to(f"{{{name}}}"))
        for name, what in {
            "in_home": "the home folder",
            "in_task": "the folder above its own",
            "in_tmp": "`/tmp`",
            "in_etc": "`/etc`",
            "in_memory": "the machine's `/dev/shm`",
        }.items()
    ),
    Attempt(what="changes its own code", body=_write_to("{code}")),
    Attempt(
        what="sees another process and ends it",
        body="os.kill({neighbour}, 9)\nthrough = True",
    ),
    Attempt(
        what="sleeps past its time, with a process that has left its family",
        body=f"{_BEAT}time.sleep(10)",
        promised=ALL,
        ended_as=RunStatus.TIMEOUT,
        limits=SHORT,
    ),
    Attempt(
        what="ends and leaves such a process",
        body=_BEAT,
        promised=ALL,
        ended_as=RunStatus.LEFTOVER,
    ),
    Attempt(
        what="outlives the command that started it, killed by `kill -9`",
        body=f"{_BEAT}time.sleep(20)",
        promised=ALL,
        is_outliving=True,
        is_orphaned=True,
        limits=Limits(),
    ),
    Attempt(
        what="kills what watches it and lives on",
        body=f"{_BEAT}os.kill(os.getppid(), 9)\ntime.sleep(5)",
        is_outliving=True,
        limits=SHORT,
    ),
    Attempt(
        what="computes past its CPU time",
        body="until = time.monotonic() + 5\nwhile time.monotonic() < until: pass",
        promised=ALL,
        ended_as=RunStatus.CPU_LIMIT,
        limits=Limits(cpu_s=0.5, wall_s=30.0),
    ),
    Attempt(
        what="fills memory",
        body="held = [bytearray(1 << 24) for _ in range(40)]\ntime.sleep(1)",
        promised=ALL,
        ended_as=RunStatus.OOM,
    ),
    Attempt(
        what="fills memory that is in no process",
        body="""\
for _ in range(100):
    os.write(os.memfd_create("x"), bytes(6 << 20))
time.sleep(1)""",
        promised=ALL,
        ended_as=RunStatus.OOM,
    ),
    Attempt(
        what="fills the disk",
        body='for n in range(64):\n    open(f"f{n}", "wb").write(bytes(1 << 20))',
        promised=ALL,
        ended_as=RunStatus.DISK_LIMIT,
    ),
    Attempt(
        what="fills the disk with a file that has no name",
        body="""\
held = []
for _ in range(16):
    held.append(open("f", "wb", 0))
    os.unlink("f")
    held[-1].write(bytes(4 << 20))
time.sleep(1)""",
        promised=ALL,
        ended_as=RunStatus.DISK_LIMIT,
    ),
    Attempt(
        what="has 400 processes",
        body="""\
for _ in range(400):
    if os.fork() == 0:
        time.sleep(10)
        os._exit(0)
time.sleep(2)""",
        promised=ALL,
        ended_as=RunStatus.LEFTOVER,
    ),
    Attempt(
        what="writes without end",
        body='for _ in range(64):\n    os.write(1, b"x" * 65536)\ntime.sleep(1)',
        promised=ALL,
        ended_as=RunStatus.OUTPUT_LIMIT,
    ),
)
