"""Runs on a Dask cluster of two workers on this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from abuse import find_processes
from bench_vault import GOOD, Lab, make_claim, write_experiment

pytest.importorskip("distributed", reason="dask.distributed is an extra: noteweb[distributed]")

VERIFY = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
sys.path[:] = {paths!r}
from pathlib import Path
from bench_vault import *
lab = Lab.__new__(Lab)
lab.root, lab.cache = Path({root!r}), Path({root!r}) / ".noteweb"
lab.trust = TrustStore(Path({trust!r}))
claim = make_claim("toy")
found = lab.verify(claim, executor="dask", scheduler={scheduler!r}, n_jobs=4)
print([v.kind.value for v in found])
"""


def start(*arguments, cwd):
    """Start a part of the cluster, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(cwd)},
    )


def stop(process):
    """End a part of the cluster with all its processes."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


@pytest.fixture
def cluster(tmp_path):
    """Give a scheduler's address and two workers with nannies."""
    options = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = start("distributed.cli.dask_scheduler", *options, "--port", "0", cwd=tmp_path)
    parts = [scheduler]
    try:
        address = ""
        while not address:
            line = scheduler.stderr.readline()
            assert line, "the scheduler did not start"
            found = re.search(r"Scheduler at:\s+(tcp://\S+)", line)
            address = found[1] if found else ""
        for _ in range(2):
            options = ("--nthreads", "1", "--nworkers", "1", "--nanny", "--no-dashboard")
            parts.append(start("distributed.cli.dask_worker", address, *options, cwd=tmp_path))
        yield address, parts[1:]
    finally:
        for part in parts:
            stop(part)


def start_verify(lab, scheduler):
    """Verify the claim on the cluster, in another process."""
    program = VERIFY.format(
        paths=sys.path,
        root=str(lab.root),
        trust=str(lab.trust.path.parent),
        scheduler=scheduler,
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_lost_worker_changes_no_record(tmp_path, cluster):
    """Two workers, one killed in the middle: the same records as on this machine, seed by seed."""
    scheduler, workers = cluster
    labs = []
    for name in ("far", "near"):
        (tmp_path / name).mkdir()
        lab = Lab(tmp_path / name)
        write_experiment(lab.root, "toy", "import toyhelp\ntime.sleep(0.2)\n" + GOOD)
        (lab.root / "experiments" / "toyhelp.py").write_text("ONE = 1\n")
        lab.allow("toy")
        labs.append(lab)
    far, near = labs
    process = start_verify(far, scheduler)
    until = time.monotonic() + 60
    while len(far.records("toy")) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    stop(workers[0])
    assert process.communicate(timeout=90)[0].strip() == "['supported']"
    near.verify(make_claim("toy"))
    here, there = ({r.seed: r for r in lab.records("toy")} for lab in (near, far))
    assert here.keys() == there.keys()
    assert len(far.records("toy")) == 20
    assert {record.executor for record in there.values()} == {"dask"}
    for seed, record in here.items():
        other = there[seed]
        assert (record.key, record.status, record.metrics, record.guards) == (
            other.key,
            other.status,
            other.metrics,
            other.guards,
        )


def test_a_crash_takes_no_worker_down(tmp_path, cluster):
    """An experiment that crashes is a record, and the workers go on."""
    (tmp_path / "lab").mkdir()
    lab = Lab(tmp_path / "lab")
    write_experiment(lab.root, "toy", "os.abort()\n" + GOOD)
    lab.allow("toy")
    process = start_verify(lab, cluster[0])
    assert process.communicate(timeout=60)[0].strip() == "['error']"
    assert {record.status.value for record in lab.records("toy")} == {"crash"}
    assert all(worker.poll() is None for worker in cluster[1])


def test_giving_up_ends_the_runs_on_the_workers(tmp_path, cluster):
    """Ctrl-C here ends the processes there; the workers go on."""
    (tmp_path / "lab").mkdir()
    lab = Lab(tmp_path / "lab")
    write_experiment(lab.root, "toy", "time.sleep(60)\n" + GOOD)
    lab.allow("toy")
    process = start_verify(lab, cluster[0])
    mark = f"{tmp_path}/noteweb-"
    until = time.monotonic() + 40
    while not find_processes(mark) and time.monotonic() < until:
        time.sleep(0.05)
    assert find_processes(mark)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    until = time.monotonic() + 5  # long before the run's own time is up
    while find_processes(mark) and time.monotonic() < until:
        time.sleep(0.05)
    assert find_processes(mark) == []
    assert all(worker.poll() is None for worker in cluster[1])


def test_no_scheduler_is_one_line(tmp_path):
    """A scheduler that does not answer is told, with what to do instead."""
    from noteweb.errors import ExecutorUnavailable

    program = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from noteweb import cluster\n"
        "from noteweb.evidence.executors import dask\n"
        "dask.connect = lambda address: cluster.connect(address, 0.5)\n"
        "from noteweb.errors import ExecutorUnavailable\n"
        "try:\n    dask.DaskExecutor('tcp://127.0.0.1:9')\n"
        "except ExecutorUnavailable as error:\n    print(error.message, '|', error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "no Dask scheduler answers at tcp://127.0.0.1:9 | " in done.stdout
    assert issubclass(ExecutorUnavailable, Exception)
