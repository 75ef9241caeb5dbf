"""The machine that this is: what a run's numbers may depend on beside its key, and no host name.

Another processor sums in another order and a patch release mends what few programs meet, so these
are on record and not in the key: a verdict that came with the notes stands at once, and says where
its runs were made (`find_foreign`).
"""

from __future__ import annotations

import platform
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.evidence.closure import read_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noteweb.model.run import RunRecord

_HEAD = 4096  # the first processor's lines; on a large machine the whole takes a while to make
_NAMES = ("model name", "cpu model", "Model", "Processor")
_PYTHON = "python"


@cache
def describe_machine() -> Mapping[str, str]:
    """Give the system, the kind of machine and the processor."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cpu": _read_processor(),
    }


def list_versions(libraries: Iterable[str]) -> dict[str, str]:
    """Give the exact versions of Python and of these libraries."""
    return {_PYTHON: platform.python_version(), **{each: read_version(each) for each in libraries}}


def is_foreign(record: RunRecord) -> bool:
    """Tell whether a run was made on another machine or with another release of a library."""
    return bool(_name_differences(record))


def find_foreign(records: Sequence[RunRecord]) -> str:
    """Tell how many of the runs were made elsewhere, and what differs; empty for none."""
    found = [differences for each in records if (differences := _name_differences(each))]
    if not found:
        return ""
    counts = Counter(each for differences in found for each in differences)
    return f"{len(found)} of {len(records)} runs, with {', '.join(counts)}"


def _name_differences(record: RunRecord) -> tuple[str, ...]:
    return _compare(tuple(record.machine.items()), tuple(record.versions.items()))


@cache
def _compare(
    machine: tuple[tuple[str, str], ...], versions: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    """Give what differs from here; what is not told differs from nothing."""
    here = describe_machine()
    installed = list_versions(name for name, _ in versions if name != _PYTHON)
    differences = [
        f"{value} (here {here[name]})"
        for name, value in machine
        if name in here and value != here[name]
    ]
    differences += [
        f"{name} {value} (here {installed[name]})"
        for name, value in versions
        if value != installed[name]
    ]
    return tuple(differences)


def _read_processor() -> str:
    """Give the processor's name, as far as the system tells."""
    with suppress(OSError):
        with Path("/proc/cpuinfo").open("rb", buffering=0) as stream:
            lines = (stream.read(_HEAD) or b"").decode("utf-8", "replace").splitlines()
        named = dict(line.partition(":")[::2] for line in reversed(lines) if ":" in line)
        found = {name.strip(): value for name, value in named.items()}
        for name in _NAMES:
            if name in found:
                return " ".join(found[name].split())
    return platform.processor()
