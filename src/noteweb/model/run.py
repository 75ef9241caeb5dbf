"""A run: one experiment, one set of parameters, one random seed, and all that came of it.

A record knows nothing of claims: several claims may rest on the same run.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noteweb.model.note import Json

#: Raised when a record's fields change their meaning; part of every run key.
FORMAT_VERSION = 1


class RunStatus(StrEnum):
    """How a run ended. Only ``ok`` gives a value to the sample, and none leaves it in silence."""

    OK = "ok"
    INVALID = "invalid"  # it ended, but its report breaks the experiment's own declaration
    ERROR = "error"  # it raised
    NO_RECORD = "no-record"  # it ended without a report
    TIMEOUT = "timeout"  # wall time
    CPU_LIMIT = "cpu-limit"
    OOM = "oom"
    DISK_LIMIT = "disk-limit"
    OUTPUT_LIMIT = "output-limit"  # it printed too much
    LEFTOVER = "leftover"  # it ended and left processes behind
    CRASH = "crash"  # a signal of its own making, such as a segmentation fault
    KILLED = "killed"  # a signal from outside


class GuardKind(StrEnum):
    """What a guard shows about the experiment itself."""

    KNOWN_ANSWER = "known-answer"  # a case whose result is known comes out right
    POSITIVE_CONTROL = "positive-control"  # the effect is seen where it must be
    NEGATIVE_CONTROL = "negative-control"  # the effect is absent where it must be
    CONVERGENCE = "convergence"  # the computation had finished


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResult:
    """What a guard found; `ok` of a negative control means that the effect stayed away."""

    name: str
    ok: bool
    detail: str = ""
    kind: GuardKind = GuardKind.KNOWN_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file the run left: a plot, a table; `path` is relative to the folder of the runs."""

    name: str
    path: str
    sha256: str = ""
    n_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A breach of the experiment's own declaration: ``undeclared-metric``, ``non-finite``..."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """All that a run's result may depend on; two runs with the same digest are the same run.

    Attributes
    ----------
    code : content hash of every file of the import closure, by path
    data : content hash of every data file, by path
    libraries : the release (2.4 of 2.4.1) of every library that matters, by name
    """

    experiment: str
    profile: str
    seed: int
    params: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    code: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    libraries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    format_version: int = FORMAT_VERSION

    def to_json(self) -> dict[str, Json]:
        """Give the parts as JSON."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    def digest(self) -> str:
        """Give the key: 32 hexadecimal digits of SHA-256 over the parts."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part of the key that differs: ``code``, ``lab/nets.py``."""

    part: str  # the name of RunKey's attribute
    name: str  # the file, the library, the parameter; empty for a part without names


def find_changes(old: RunKey, new: RunKey) -> tuple[Change, ...]:
    """Give what differs between two keys, seed apart, in the order of `RunKey`."""
    changes = []
    for each in fields(RunKey):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.name == "seed" or before == after:
            continue
        if isinstance(before, str | int):
            changes.append(Change(part=each.name, name=""))
            continue
        names = sorted(before.keys() | after.keys())
        changes += [
            Change(part=each.name, name=name)
            for name in names
            if name not in before or name not in after or before[name] != after[name]
        ]
    return tuple(changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What one run left. Times are ISO 8601 in UTC; CPU time counts the run's children too.

    Attributes
    ----------
    detail : for a run that did not end well, what happened, in one line
    metrics : finite numbers only; a metric that was not finite is a complaint
    is_deterministic : the experiment declares that its seed changes nothing
    attempt : from 1; a run that was forced again has a higher one, and both stay on record
    sandbox : ``bwrap``, ``unshare`` or ``limits``
    versions : exact ones, of Python and of the libraries
    machine : what the numbers might depend on: ``system``, ``machine``, ``cpu``; no host name
    """

    parts: RunKey
    status: RunStatus
    detail: str = ""
    metrics: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    guards: tuple[GuardResult, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    is_deterministic: bool = False
    attempt: int = 1
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    machine: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sandbox: str = ""
    executor: str = "process"
    cpu_s: float = 0.0
    wall_s: float = 0.0
    memory_mb: float = 0.0
    started: str = ""
    ended: str = ""

    @property
    def key(self) -> str:
        """The run's identity: with `attempt`, no ledger holds it twice."""
        return self.parts.digest()

    @property
    def seed(self) -> int:
        """The random seed."""
        return self.parts.seed


def is_finite(value: object) -> bool:
    """Tell whether it is a number that JSON can hold; yes and no are no numbers."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits is no float
        return False


def _plain(value: Json | Mapping[str, Json]) -> Json:
    return dict(value) if isinstance(value, Mapping) else value
