"""Which experiments there are: the vault's own, those shipped here, those of other packages.

Files are read, never imported. A bare name means the vault's own experiment first, then the
shipped one, then an entry point's; a shipped one that is so hidden still answers to its full name,
``noteweb.experiments.causal``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.errors import Problem, Severity
from noteweb.evidence.declare import (
    DeclarationAbsent,
    DeclarationInvalid,
    parse_source,
    read_declaration,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

    from noteweb.lab import Experiment

GROUP = "noteweb.experiments"
FOLDER = "experiments"  # of a vault
_SHIPPED = Path(__file__).parents[1] / "experiments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an experiment's file is, and how it is loaded.

    Attributes
    ----------
    name : the one name under which it is run and recorded, whatever it was called by
    root : the folder that its imports start from: the vault's ``experiments``, or where the
        package lies
    module : the dotted name of an installed module; empty for a file of the vault
    """

    name: str
    path: Path
    root: Path
    module: str = ""

    @property
    def is_shipped(self) -> bool:
        """Whether it came with noteweb itself."""
        return self.module.startswith(f"{GROUP}.") and self.path.parent == _SHIPPED

    @property
    def is_installed(self) -> bool:
        """Whether it belongs to an installed package and not to the vault."""
        return bool(self.module)

    @property
    def source(self) -> str:
        """Where it comes from, in a word."""
        return "shipped" if self.is_shipped else "package" if self.module else "vault"

    @property
    def label(self) -> str:
        """Its file as people and problems call it: relative, with forward slashes."""
        file = self.path.relative_to(self.root).as_posix()
        return file if self.module else f"{FOLDER}/{file}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An experiment that can be run, or the reason why not."""

    place: Place
    experiment: Experiment | None = None
    docstring: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_helper(self) -> bool:
        """Whether it is a file beside experiments that declares none itself."""
        return any(each.code == "experiment-absent" for each in self.problems)

    @property
    def defect(self) -> str:
        """The first thing that is wrong with it, empty where nothing is."""
        errors = [each for each in self.problems if each.severity is Severity.ERROR]
        return f"{self.place.label}:{errors[0].line}: {errors[0].message}" if errors else ""


class Finder:
    """The experiments that a vault's claims can name; each file is read once.

    Parameters
    ----------
    root : the vault
    """

    def __init__(self, root: Path) -> None:
        self._vault = root / FOLDER
        self._read: dict[str, Found] = {}

    def find(self, name: str) -> Found | None:
        """Give the experiment that a claim calls by this name, or None."""
        place = self._place(name)
        if place is None:
            return None
        if place.name not in self._read:
            self._read[place.name] = read_place(place)
        return self._read[place.name]

    def names(self) -> tuple[str, ...]:
        """Give every name, in order."""
        return tuple(sorted({*self._own, *self._shipped, *self._entry_points}))

    def all(self) -> tuple[Found, ...]:
        """Give every experiment, by name; a file that declares none is a helper of others."""
        found = [each for name in self.names() if (each := self.find(name))]
        return tuple(each for each in found if not each.is_helper)

    def _place(self, name: str) -> Place | None:
        prefix = f"{GROUP}."
        bare = name.removeprefix(prefix)
        if name.startswith(prefix) and bare in self._shipped:
            is_hidden = bare in self._own
            return self._shipped_place(bare, name if is_hidden else bare)
        if name in self._own:
            return Place(name=name, path=self._own[name], root=self._vault)
        if name in self._shipped:
            return self._shipped_place(name, name)
        entry = self._entry_points.get(name)
        return None if entry is None else _locate(entry)

    def _shipped_place(self, stem: str, name: str) -> Place:
        path = self._shipped[stem]
        return Place(name=name, path=path, root=path.parents[2], module=f"{GROUP}.{stem}")

    @cached_property
    def _own(self) -> dict[str, Path]:
        return dict(_list_files(self._vault))

    @cached_property
    def _shipped(self) -> dict[str, Path]:
        return dict(_list_files(_SHIPPED))

    @cached_property
    def _entry_points(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        return {each.name: each for each in entry_points(group=GROUP)}


def read_place(place: Place) -> Found:
    """Read an experiment's file; what is wrong with it are problems."""
    try:
        declared = read_declaration(parse_source(place.path.read_bytes()))
    except OSError as error:
        return Found(place=place, problems=(_problem(place, 1, error.strerror or str(error)),))
    except DeclarationAbsent as error:
        problem = replace(_problem(place, 1, str(error)), code="experiment-absent")
        return Found(place=place, problems=(problem,))
    except DeclarationInvalid as error:
        return Found(place=place, problems=(_problem(place, error.line, str(error)),))
    problems = [_problem(place, declared.line, defect) for defect in declared.experiment.defects()]
    if not declared.experiment.guards:
        message = "it has no guard, so it can never do better than inconclusive"
        problems.append(_problem(place, declared.line, message, Severity.WARNING))
    return Found(
        place=place,
        experiment=declared.experiment,
        docstring=declared.docstring,
        problems=tuple(problems),
    )


def _list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith("_") and path.stem.isidentifier() and path.is_file():
            yield path.stem, path


def _locate(entry: EntryPoint) -> Place | None:
    """Find an entry point's file in what its distribution says it has installed."""
    module = entry.module
    wanted = {f"{module.replace('.', '/')}{end}" for end in (".py", "/__init__.py")}
    for file in (entry.dist.files if entry.dist else None) or ():
        if file.as_posix() in wanted:
            path = Path(str(file.locate()))
            root = path.parents[len(file.parts) - 1]
            return Place(name=entry.name, path=path, root=root, module=module)
    return _locate_editable(entry, wanted)


def _locate_editable(entry: EntryPoint, wanted: set[str]) -> Place | None:
    """Look in the folders that Python imports from: an editable install lists no source files."""
    import sys

    for folder in sys.path:
        for file in sorted(wanted):
            path = Path(folder) / file
            if folder and path.is_file():
                return Place(name=entry.name, path=path, root=Path(folder), module=entry.module)
    return None


def _problem(place: Place, line: int, message: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(
        path=place.label,
        line=line,
        column=1,
        code="experiment-invalid" if severity is Severity.ERROR else "experiment-unguarded",
        severity=severity,
        message=message,
    )
