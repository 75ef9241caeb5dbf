"""Made tasks: experiments in a few lines that behave, or misbehave in one way each."""

from __future__ import annotations

import os
import time
from pathlib import Path

from noteweb.evidence.task import Task
from noteweb.lab import Limits
from noteweb.model.run import RunKey

HEAD = "import os, signal, sys, time\n"
#: Quick to pass, so that each case ends soon.
TIGHT = Limits(cpu_s=1.0, wall_s=4.0, memory_mb=200, disk_mb=8, output_mb=1)


def make_task(body, *, seed=7, limits=TIGHT, files=(), name="toy", **more):
    """Give a task whose `run` has this body, with the guard `known` and the metric `gap`."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"{HEAD}def run(ctx, params, seed):\n{lines}"
    return Task(
        parts=RunKey(experiment=name, profile="quick", seed=seed),
        file=f"experiments/{name}.py",
        files={f"experiments/{name}.py": source.encode(), **dict(files)},
        metrics=("gap",),
        guards={"known": "known-answer"},
        limits=limits,
        **more,
    )


GOOD = 'ctx.guard("known", ok=True)\nctx.metric("gap", 0.5)'


def find_processes(mark):
    """Give the processes that name `mark` in their command line or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark.encode() in text:
                found.append(int(entry.name))
    return found


def find_lasting(mark, wait_s=5.0):
    """Give the processes that still name `mark` after a moment; a killed one takes it to end."""
    until = time.monotonic() + wait_s
    while (found := find_processes(mark)) and time.monotonic() < until:
        time.sleep(0.02)
    return found
