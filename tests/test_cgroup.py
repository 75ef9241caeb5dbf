"""The bound on the processes of a run that root makes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from noteweb.evidence.cgroup import Group, make_group


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Give a made /proc whose user is root, with a function that writes its mounts and groups."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "proc/self").mkdir(parents=True)

    def write(*mounts, own):
        lines = [
            f"31 1 0:2 {root} {place} rw - {kind} none {options}"
            for root, place, kind, options in mounts
        ]
        (tmp_path / "proc/self/mountinfo").write_text("\n".join(lines) + "\n")
        (tmp_path / "proc/self/cgroup").write_text(own)
        return tmp_path / "proc"

    return write


@pytest.fixture
def made(monkeypatch):
    """Let a new folder have the files that the kernel puts into a group, and give those made."""
    from pathlib import Path

    found = []
    plain = Path.mkdir

    def mkdir(path, *words, **more):
        plain(path, *words, **more)
        if path.name.startswith("noteweb-"):
            (path / "pids.max").touch()
            found.append(path)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    return found


def test_it_lies_in_the_own_group_of_version_one(system, made, tmp_path):
    """Found through the mount, which may show a part of the tree alone."""
    (tmp_path / "pids/own").mkdir(parents=True)
    proc = system(
        ("/", tmp_path / "cpu", "cgroup", "rw,cpu"),
        ("/box", tmp_path / "pids", "cgroup", "rw,pids"),
        own="9:cpu:/box\n8:pids:/box/own\n0::/\n",
    )
    group = make_group(99, proc)
    assert [group.folder] == made
    assert made[0].parent == tmp_path / "pids/own"
    assert (made[0] / "pids.max").read_text() == "99"
    assert group.prefix()[-1] == str(made[0] / "cgroup.procs")


def test_it_lies_beside_the_own_group_of_version_two(system, made, tmp_path):
    """A group with processes has none inside it there."""
    (tmp_path / "all/slice/own").mkdir(parents=True)
    proc = system(("/", tmp_path / "all", "cgroup2", "rw"), own="0::/slice/own\n")
    assert make_group(9, proc).folder.parent == tmp_path / "all/slice"
    assert len(made) == 1


def test_odd_mounts_lead_nowhere(system, made, tmp_path):
    """A name that is no Unicode, and a tree that this process has no group in."""
    proc = system(("/box", tmp_path / "all", "cgroup2", "rw"), own="8:cpu:/\n")
    with (proc / "self/mountinfo").open("ab") as stream:
        stream.write(b"32 1 0:2 / /mnt/\xff rw - ext4 none rw\n")
    assert make_group(9, proc) == Group()
    assert made == []


@pytest.mark.parametrize("own", ["0::/\n", "", "0::/../above\n8:cpu:/\n"])
def test_without_a_place_nothing_is_bounded(system, tmp_path, own):
    """The command runs as it is, and nothing is said to have been refused."""
    proc = system(("/", tmp_path / "none", "cgroup2", "rw"), own=own)
    for group in (make_group(9, proc), make_group(9, tmp_path / "no such")):
        assert group == Group()
        with group:
            assert group.prefix() == []
            assert not group.has_refused()


def test_a_place_without_bounds_is_left_as_it_was(system, tmp_path):
    """A folder that the kernel gives no bound is taken away again."""
    (tmp_path / "all/own").mkdir(parents=True)
    proc = system(("/", tmp_path / "all", "cgroup2", "rw"), own="0::/own\n")
    assert make_group(9, proc) == Group()
    assert [each.name for each in (tmp_path / "all").iterdir()] == ["own"]


def test_others_than_root_need_none(system, made, monkeypatch, tmp_path):
    """The kernel's bound for each user holds them."""
    (tmp_path / "all/own").mkdir(parents=True)
    proc = system(("/", tmp_path / "all", "cgroup2", "rw"), own="0::/own\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert make_group(9, proc) == Group()
    assert made == []


def test_empty_groups_of_the_dead_are_taken_away(system, made, tmp_path):
    """Those of the living stay, also while nothing is in them."""
    (tmp_path / "all/own").mkdir(parents=True)
    proc = system(("/", tmp_path / "all", "cgroup2", "rw"), own="0::/own\n")
    (proc / "7").mkdir()
    for name in ("noteweb-7-aa", "noteweb-8-bb"):
        os.mkdir(tmp_path / "all" / name)  # noqa: PTH102  # as it is, without the kernel's files
    make_group(9, proc)
    kept = {each.name for each in (tmp_path / "all").iterdir()}
    assert kept == {"own", "noteweb-7-aa", made[0].name}


@pytest.mark.parametrize(
    ("events", "is_full"), [("max 3\n", True), ("max 0\n", False), ("", False)]
)
def test_what_was_refused_is_known(tmp_path, events, is_full):
    """By the kernel's own count."""
    (tmp_path / "pids.events").write_text(events)
    assert Group(folder=tmp_path).has_refused() is is_full


def test_the_kernel_keeps_the_bound():
    """Of ten processes it starts none beyond the bound, ends what is left and takes itself away."""
    group = make_group(5)
    if group.folder is None:
        pytest.skip("no control group can be made here, or none is needed")
    program = """\
import os, sys, time
started = 0
for _ in range(10):
    try:
        pid = os.fork()
    except BlockingIOError:
        break
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    started += 1
print(started, flush=True)
time.sleep(60)
"""
    with group:
        command = [*group.prefix(), sys.executable, "-S", "-c", program]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "4\n"
        assert group.has_refused()
        process.kill()
        process.wait()
        process.stdout.close()
        assert (group.folder / "cgroup.procs").read_text()
    assert not group.folder.exists()
