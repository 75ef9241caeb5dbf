"""What an experiment imports: its declaration, and the context that its runs report to.

An experiment is one file with a docstring, one `Experiment` and one function::

    from noteweb.lab import Context, Experiment, Guard, Metric, Parameter

    experiment = Experiment(
        summary="The mean of n uniform numbers comes near one half.",
        source="Bernoulli, Ars Conjectandi (1713)",
        parameters={"n": Parameter(default=1000, low=1)},
        metrics={"error": Metric(unit="1", direction="down")},
        guards={"one number": Guard(kind="known-answer")},
    )

    def run(ctx: Context, params, seed):
        numbers = ctx.rng().random(params["n"])
        ctx.guard("one number", ok=numbers[:1].mean() == numbers[0])
        ctx.metric("error", abs(numbers.mean() - 0.5))

The declaration is read from the source without running it, so it is written in literals and calls
of this module's names alone.  Importing this module loads the standard library alone.
"""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, SupportsFloat

from noteweb.model.record import encode
from noteweb.model.run import Complaint, GuardKind, GuardResult, RunStatus, is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from noteweb.model.note import Json

PROFILES = ("quick", "full")
DIRECTIONS = ("up", "down", "none")
_ARTIFACT_NAME = re.compile(r"[\w][\w .+-]{0,99}")
_NOTHING: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A setting of the experiment; its type is that of the default.

    `low` and `high` are allowed themselves; `choices`, if any, are the only values.
    """

    default: Json
    summary: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that every run reports; `direction` says which way is good: up, down or none.

    `low` and `high` are the least and the greatest value that there can be, such as 0 and 1 of a
    share.  Without them a mean cannot be judged by seeds that all gave the same.
    """

    unit: str = "1"
    direction: str = "none"
    summary: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value; infinite where not declared."""
        low = -math.inf if self.low is None else self.low
        return low, math.inf if self.high is None else self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A check of the experiment itself that every run makes.

    `kind` is known-answer, positive-control, negative-control or convergence.  A negative control
    is ok when the effect stays away.
    """

    kind: str = "known-answer"
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use; beyond any of these it is ended."""

    cpu_s: float = 60.0
    wall_s: float = 180.0
    memory_mb: int = 2048
    disk_mb: int = 64
    output_mb: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A size to run at: parameters that differ from the defaults, and limits."""

    params: Mapping[str, Json] = field(default_factory=lambda: _NOTHING)
    limits: Limits = Limits()
    needs_gpu: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingSetting:
    """Parameters under which the effect must not show, and the verdicts that say so."""

    params: Mapping[str, Json]
    verdicts: tuple[str, ...] = ("refuted", "inconclusive", "invalid")
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What an experiment says of itself.

    Attributes
    ----------
    is_deterministic : its seed changes nothing; two runs are compared instead of twenty judged
    libraries : distributions whose release (2.4 of 2.4.1) a result may depend on: ``numpy``
    data : files read by it, relative to its own file
    failing : settings under which it must not succeed
    """

    summary: str
    source: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: MappingProxyType({}))
    metrics: Mapping[str, Metric] = field(default_factory=lambda: MappingProxyType({}))
    guards: Mapping[str, Guard] = field(default_factory=lambda: MappingProxyType({}))
    profiles: Mapping[str, Profile] = field(
        default_factory=lambda: MappingProxyType({"quick": Profile()})
    )
    failing: tuple[FailingSetting, ...] = ()
    is_deterministic: bool = False
    libraries: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Give the declaration as JSON, all names included."""
        return {each.name: encode(getattr(self, each.name)) for each in fields(self)}

    def defects(self) -> tuple[str, ...]:
        """Give what is wrong with the declaration itself, in one line each."""
        kinds = [kind.value for kind in GuardKind]
        found = [] if self.metrics else ["it declares no metric"]
        for name, guard in self.guards.items():
            if guard.kind not in kinds:
                found.append(f"guard {name!r} is of no kind of {', '.join(kinds)}")
        for name, metric in self.metrics.items():
            if metric.direction not in DIRECTIONS:
                found.append(f"metric {name!r} has direction {metric.direction!r}")
            if None not in {metric.low, metric.high} and metric.bounds[0] >= metric.bounds[1]:
                found.append(f"metric {name!r} has no room between low and high")
        for name, profile in self.profiles.items():
            if name not in PROFILES:
                found.append(f"profile {name!r} is none of {', '.join(PROFILES)}")
            found += resolve_params(self, profile.params, name)[1]
        for setting in self.failing:
            found += resolve_params(self, setting.params, "")[1]
        return tuple(dict.fromkeys(found))


def resolve_params(
    experiment: Experiment, given: Mapping[str, Json], profile: str
) -> tuple[Mapping[str, Json], tuple[str, ...]]:
    """Give the parameters of a run and what is wrong with those given.

    The defaults come first, the profile's changes over them, those given over both.  A parameter
    with a defect keeps the value from below.
    """
    params = {
        name: _fit(each.default, each.default) for name, each in experiment.parameters.items()
    }
    chosen = experiment.profiles.get(profile)
    defects = []
    for layer in (chosen.params if chosen else _NOTHING, given):
        for name, value in layer.items():
            parameter = experiment.parameters.get(name)
            if parameter is None:
                defects.append(f"no parameter is named {name!r}")
            elif defect := _value_defect(parameter, value):
                defects.append(f"parameter {name!r} {defect}")
            else:
                params[name] = _fit(parameter.default, value)
    return MappingProxyType(params), tuple(defects)


def is_artifact_name(name: str) -> bool:
    """Tell whether a file of a run may be called so: plain, and no way to another folder."""
    return bool(_ARTIFACT_NAME.fullmatch(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run reported, and whether that is what the experiment had declared."""

    status: RunStatus
    metrics: Mapping[str, float]
    guards: tuple[GuardResult, ...]
    artifacts: tuple[str, ...]  # names of files below the output folder
    complaints: tuple[Complaint, ...]


class Context:
    """Where a run reports what it found.

    A report that breaks the declaration stops nothing: it is kept as a complaint, and makes the
    run `invalid` in the end.

    Parameters
    ----------
    out : the folder for artifacts; made when the first one is asked for
    on_progress : called with the share done and a note
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        seed: int,
        out: Path,
        profile: str = "quick",
        on_progress: Callable[[float, str], None] | None = None,
    ) -> None:
        self.seed = seed
        self.profile = profile
        self._experiment = experiment
        self._out = out
        self._on_progress = on_progress
        self._metrics: dict[str, float | None] = {}  # None: reported, but no finite number
        self._guards: dict[str, GuardResult] = {}
        self._artifacts: dict[str, Path] = {}
        self._complaints: list[Complaint] = []

    def metric(self, name: str, value: SupportsFloat) -> None:
        """Report a declared metric, once."""
        if name not in self._experiment.metrics:
            self._complain("undeclared-metric", name)
        elif name in self._metrics:
            self._complain("metric-twice", name)
        else:
            self._metrics[name] = self._finite(name, value)

    def guard(self, name: str, *, ok: object, detail: str = "") -> None:
        """Report whether a declared guard is met, once; `ok` may be NumPy's truth too.

        A guard that comes out as NaN has shown nothing and is not met.
        """
        declared = self._experiment.guards.get(name)
        if declared is None:
            self._complain("undeclared-guard", name)
        elif name in self._guards:
            self._complain("guard-twice", name)
        else:
            self._guards[name] = GuardResult(
                name=name,
                ok=bool(ok) and bool(ok == ok),  # noqa: PLR0124  # Python takes NaN for true
                detail=detail,
                kind=GuardKind(declared.kind),
            )

    def artifact(self, name: str) -> Path:
        """Give the path at which to write a file of this name.

        Raises
        ------
        ValueError : the name is no plain file name
        """
        if not is_artifact_name(name):
            message = f"an artifact needs a plain file name, not {name!r}"
            raise ValueError(message)
        self._out.mkdir(parents=True, exist_ok=True)
        return self._artifacts.setdefault(name, self._out / name)

    def plot(self, name: str) -> Path:
        """Give the path of a picture: PNG, unless the name has a suffix."""
        return self.artifact(name if Path(name).suffix else f"{name}.png")

    def table(self, name: str) -> Path:
        """Give the path of a table: CSV, unless the name has a suffix."""
        return self.artifact(name if Path(name).suffix else f"{name}.csv")

    def progress(self, share: float, note: str = "") -> None:
        """Tell how far the run is, from 0 to 1."""
        if self._on_progress is not None:
            self._on_progress(min(max(share, 0.0), 1.0), note)

    def rng(self, stream: str = "") -> np.random.Generator:
        """Give NumPy's generator for the run's seed.

        Each name is a stream of its own, which starts afresh whenever it is asked for, so that one
        part's draws do not depend on how many another part has made.
        """
        import numpy as np

        return np.random.default_rng([self.seed, *stream.encode()])

    def random(self, stream: str = "") -> random.Random:
        """Give the standard library's generator for the run's seed; see `rng`."""
        return random.Random(f"{self.seed} {stream}")  # noqa: S311  # for science, not for secrets

    def close(self) -> Report:
        """Give the report; what was declared and never reported is a complaint too."""
        complaints = list(self._complaints)
        complaints += [
            Complaint(code="missing-metric", detail=name)
            for name in self._experiment.metrics
            if name not in self._metrics
        ]
        complaints += [
            Complaint(code="missing-guard", detail=name)
            for name in self._experiment.guards
            if name not in self._guards
        ]
        complaints += [
            Complaint(code="missing-artifact", detail=name)
            for name, path in self._artifacts.items()
            if not path.is_file()
        ]
        return Report(
            status=RunStatus.INVALID if complaints else RunStatus.OK,
            metrics=MappingProxyType(
                {name: value for name, value in self._metrics.items() if value is not None}
            ),
            guards=tuple(self._guards.values()),
            artifacts=tuple(name for name, path in self._artifacts.items() if path.is_file()),
            complaints=tuple(complaints),
        )

    def _finite(self, name: str, value: SupportsFloat) -> float | None:
        number = _as_float(value)
        if number is None:
            self._complain("not-a-number", f"{name} is a {type(value).__name__}")
        elif not math.isfinite(number):
            self._complain("not-finite", f"{name} is {number}")
            return None
        return number

    def _complain(self, code: str, detail: str) -> None:
        self._complaints.append(Complaint(code=code, detail=detail))


def _as_float(value: SupportsFloat) -> float | None:
    """Read any library's scalar; text is none, though Python would read it."""
    if isinstance(value, str | bytes):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None  # an array, a complex number; torch raises RuntimeError


def _value_defect(parameter: Parameter, value: Json) -> str:
    if not _fits(parameter.default, value):
        return f"must be like {parameter.default!r}, not {value!r}"
    if parameter.choices and value not in parameter.choices:
        return f"must be one of {', '.join(map(repr, parameter.choices))}, not {value!r}"
    numbers = value if isinstance(value, list | tuple) else [value]
    for number in numbers:
        if isinstance(number, int | float) and not isinstance(number, bool):
            if not is_finite(number):
                return "must be finite"
            if parameter.low is not None and number < parameter.low:
                return f"must be at least {parameter.low:g}, not {number:g}"
            if parameter.high is not None and number > parameter.high:
                return f"must be at most {parameter.high:g}, not {number:g}"
    return ""


def _fits(default: object, value: object) -> bool:
    """Tell whether the value has the default's type; a whole number may stand for a float."""
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, list | tuple):
        if not isinstance(value, list | tuple):
            return False
        return all(_fits(default[0], each) for each in value if default)
    return isinstance(value, type(default))


def _fit(default: Json, value: Json) -> Json:
    """Give 2 as 2.0 where a float is meant and a tuple as a list, so that both have one key."""
    if isinstance(default, float) and isinstance(value, int) and is_finite(value):
        return float(value)
    if isinstance(default, list | tuple) and isinstance(value, list | tuple):
        return [_fit(default[0], each) if default else each for each in value]
    return value
