"""A task: one run of one experiment, with all that another process needs for it.

It travels as JSON and bytes, so that a worker elsewhere needs nothing but noteweb.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from noteweb.lab import Experiment, Guard, Limits, Metric
from noteweb.model.run import RunKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.model.note import Json

#: Environment that experiments may see of the machine's own.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
#: One thread each: runs side by side share the cores, and sums come out in one order.
_THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "RAYON", "BLIS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One run to make.

    Attributes
    ----------
    module : dotted name of an installed experiment; empty where `file` is to be loaded
    file : name of the experiment among `files`
    files : the code and data that were looked at and allowed; the run sees these and no others
    metrics, guards : declared names; the kinds of the guards
    """

    parts: RunKey
    attempt: int = 1
    module: str = ""
    file: str = ""
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    metrics: tuple[str, ...] = ()
    guards: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)
    is_deterministic: bool = False
    needs_gpu: bool = False
    executor: str = "process"

    @property
    def name(self) -> str:
        """A name that no other run has: the folder it works in."""
        return f"{self.parts.digest()}-{self.attempt}"

    def declaration(self) -> Experiment:
        """Give as much of the experiment's declaration as a run is held to."""
        return Experiment(
            summary="",
            metrics={name: Metric() for name in self.metrics},
            guards={name: Guard(kind=kind) for name, kind in self.guards.items()},
        )

    def to_json(self) -> dict[str, Json]:
        """Give everything but the content of the files."""
        return {
            "parts": self.parts.to_json(),
            "attempt": self.attempt,
            "module": self.module,
            "file": self.file,
            "metrics": list(self.metrics),
            "guards": dict(self.guards),
            "limits": asdict(self.limits),
            "is_deterministic": self.is_deterministic,
            "needs_gpu": self.needs_gpu,
            "executor": self.executor,
        }


def read_task(raw: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> Task:
    """Give the task that `Task.to_json` wrote; it comes from noteweb itself and is trusted."""
    fields = dict(raw)
    fields["parts"] = RunKey(**raw["parts"])
    fields["limits"] = Limits(**raw["limits"])
    fields["metrics"] = tuple(raw["metrics"])
    return Task(**fields, files=files or {})


def write_task(task: Task) -> bytes:
    """Give the task as a file for its process."""
    return json.dumps(task.to_json(), allow_nan=False).encode()


def make_environment(work: str, environ: Mapping[str, str], seed: int) -> dict[str, str]:
    """Give the whole environment of a run: fresh, its home and temporary folder its own."""
    fresh = {name: environ[name] for name in _PASSED_ON if name in environ}
    fresh |= {f"{library}_NUM_THREADS": "1" for library in _THREADS}
    own = os.path.join(work, "tmp")  # noqa: PTH118  # text in, text out
    fresh |= {"HOME": work, "TMPDIR": own, "MPLCONFIGDIR": own}
    fresh |= {"LANG": "C.UTF-8", "TZ": "UTC", "MPLBACKEND": "agg"}
    # The order of a set of words, which some programs' results depend on, follows the seed too.
    fresh["PYTHONHASHSEED"] = str(seed % 2**32)
    return fresh
