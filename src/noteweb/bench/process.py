"""What a command costs: its CPU time, its wall time and its memory, with its children's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from noteweb.errors import PeerFailed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_KB = 1024

# A process inherits the peak of the one that starts it; so a small one starts the command.
_WATCH = """
import os, sys
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as seen:
    seen.write(f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}")
sys.exit(abs(os.waitstatus_to_exitcode(status)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one command.

    Attributes
    ----------
    cpu_s : user and system time of all threads
    peak_mb : the most memory that was resident at once
    output : what it wrote to standard output
    """

    cpu_s: float
    wall_s: float
    peak_mb: float
    output: str = ""


def run_command(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    allowed: Collection[int] = (0,),
) -> Cost:
    """Run a command in a process of its own.

    Raises
    ------
    PeerFailed : it ended with another code than those allowed
    """
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as seen:
        start = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - noteweb's own commands
            [sys.executable, "-I", "-S", "-c", _WATCH, seen.name, *command],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={**os.environ, **(environment or {})},
        )
        wall_s = time.perf_counter() - start
        figures = seen.read().split()
    if done.returncode not in allowed or not figures:
        said = done.stderr.strip().rpartition("\n")[2]
        reason = said or f"exit code {done.returncode}"
        raise PeerFailed(" ".join(command[1:5]), reason, "name the tasks to measure: --only")
    cpu_s, peak_kb = (float(figure) for figure in figures)
    return Cost(cpu_s=cpu_s, wall_s=wall_s, peak_mb=peak_kb / _KB, output=done.stdout.strip())


def find_median(costs: Sequence[Cost]) -> Cost:
    """Give the median of each figure."""
    return Cost(
        cpu_s=median(cost.cpu_s for cost in costs),
        wall_s=median(cost.wall_s for cost in costs),
        peak_mb=median(cost.peak_mb for cost in costs),
    )
