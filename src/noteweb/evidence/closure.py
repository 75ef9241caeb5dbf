"""What an experiment's result depends on: the code it imports, its data, its libraries.

Imports are read with ``ast`` and followed to files beside the experiment, in the vault's
``experiments`` folder or in its package; `noteweb.lab` is taken in and not followed. Libraries
count by release. An import whose name is computed while the program runs is not seen.

Two hashes are taken of a Python file. `Closure.code` goes into the run key and is over its syntax
tree without docstrings: whoever words a docstring better or formats a file anew need not repeat a
night of runs, and a docstring that quotes the measured figures would otherwise make them stale.
(Where the code itself reads ``__doc__``, docstrings count.) `Closure.digest` is what a person
allows to run; it is over every byte.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.evidence.codehash import hash_code, keep_codes, read_code
from noteweb.evidence.declare import find_encoding
from noteweb.evidence.find import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noteweb.evidence.find import Found, Place

_OWN = "noteweb/"
_NOTEWEB = Path(__file__).parents[2]  # where `import noteweb` starts
#: Loaded on the way to every module of the package; holds the version, which no result needs.
_PASSED_OVER = "noteweb/__init__.py"
_ABSENT = "absent"
_RELEASE = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What belongs to an experiment.

    Attributes
    ----------
    files : content of every file, by its name in the run key: ``experiments/peak.py``
    code, data : hash of every code and every data file, by the same names
    libraries : release of every library that the experiment names, see `read_release`
    """

    files: Mapping[str, bytes]
    code: Mapping[str, str]
    data: Mapping[str, str]
    libraries: Mapping[str, str]

    @property
    def asked(self) -> Mapping[str, bytes]:
        """What a person is asked to allow: all but noteweb's own files, trusted by installing."""
        return {name: data for name, data in self.files.items() if not name.startswith(_OWN)}

    @property
    def defect(self) -> str:
        """Why the code cannot be shown as it would run; empty where it can."""
        for name, content in self.asked.items():
            if name in self.code and (encoding := find_encoding(content)):
                return f"{name}: it says that it is written in {encoding}; save it as UTF-8"
        return ""

    @property
    def digest(self) -> str:
        """A hash over every byte that is asked for; equal for equal files under equal names."""
        whole = hashlib.sha256()
        for name, content in sorted(self.asked.items()):
            whole.update(hashlib.sha256(name.encode()).digest())
            whole.update(hashlib.sha256(content).digest())
        return whole.hexdigest()


def read_closure(found: Found) -> Closure:
    """Read all files that the experiment needs; a file that is gone counts as absent."""
    reader = _Reader(place=found.place)
    reader.follow([*_packages(found.place), found.place.path])
    keep_codes()
    experiment = found.experiment
    data = _read_data(found.place, experiment.data if experiment else ())
    reader.files.update({name: content for name, content in data.items() if content is not None})
    return Closure(
        files=MappingProxyType(reader.files),
        code=MappingProxyType(dict(sorted(reader.code.items()))),
        data=MappingProxyType(
            {name: _ABSENT if raw is None else _hash(raw) for name, raw in sorted(data.items())}
        ),
        libraries=MappingProxyType(
            {name: read_release(name) for name in (experiment.libraries if experiment else ())}
        ),
    )


@lru_cache(maxsize=256)
def read_version(library: str) -> str:
    """Give an installed library's version without importing it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except (PackageNotFoundError, ValueError):  # an empty name is a wrong value
        return _ABSENT


def read_release(library: str) -> str:
    """Give the first two numbers of an installed library's version, such as 2.4 of 2.4.1.

    What a run depends on. Numbers drawn and algorithms may change with these two (NumPy's NEP 19
    promises the same stream within them); were patches counted too, records that come with the
    notes would be stale on nearly every machine. The exact version is on record beside.
    """
    version = read_version(library)
    found = _RELEASE.match(version)
    return found[0] if found else version


def hash_installed(name: str) -> str:
    """Give the hash of a code file of an installed package, by its name in a run key."""
    import sys

    for folder in [str(_NOTEWEB), *sys.path]:
        path = Path(folder) / name
        if path.is_file():
            return hash_code(path.read_bytes())
    return _ABSENT


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Follows imports from file to file."""

    place: Place
    files: dict[str, bytes] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    seen: set[Path] = field(default_factory=set)

    def follow(self, waiting: list[Path]) -> None:
        while waiting:
            path = waiting.pop()
            if path in self.seen:
                continue
            self.seen.add(path)
            waiting += self._take(path)

    def _take(self, path: Path) -> list[Path]:
        """Keep a file and give the files it imports."""
        name = self._name(path)
        if name == _PASSED_OVER:
            return []
        try:
            content = path.read_bytes()
        except OSError:
            self.code[name] = _ABSENT
            return []
        self.files[name] = content
        self.code[name], modules = read_code(content)
        if path == _NOTEWEB / "noteweb" / "lab.py":
            return []
        return [file for module in modules for file in self._resolve(module, path)]

    def _name(self, path: Path) -> str:
        if path.is_relative_to(_NOTEWEB / "noteweb"):
            return path.relative_to(_NOTEWEB).as_posix()
        name = path.relative_to(self.place.root).as_posix()
        return name if self.place.is_installed else f"{FOLDER}/{name}"

    def _resolve(self, module: str, importer: Path) -> list[Path]:
        """Give the files that importing the module loads: its packages' and its own."""
        dotted = module.lstrip(".")
        parts = dotted.split(".") if dotted else []
        level = len(module) - len(dotted)
        if level:
            base = importer.parents[level - 1] if level <= len(importer.parents) else None
            if base is None or not base.is_relative_to(self._root(importer)):
                return []
            return _module_files(base, parts)
        if parts[0] == "noteweb":
            return _module_files(_NOTEWEB, parts)
        if self.place.is_installed and parts[0] != self.place.module.partition(".")[0]:
            return []  # another library: it counts by version
        return _module_files(self.place.root, parts)

    def _root(self, importer: Path) -> Path:
        is_own = importer.is_relative_to(_NOTEWEB / "noteweb")
        return _NOTEWEB / "noteweb" if is_own else self.place.root


def _packages(place: Place) -> list[Path]:
    """Give the files of the packages that an installed experiment lies in."""
    return _module_files(place.root, place.module.split(".")) if place.module else []


def _module_files(base: Path, parts: Sequence[str]) -> list[Path]:
    files = []
    for depth in range(len(parts) + 1):
        folder = base.joinpath(*parts[:depth])
        package = folder / "__init__.py"
        if depth and package.is_file():
            files.append(package)
        elif depth and (file := folder.with_suffix(".py")).is_file():
            return [*files, file]
        elif depth == 0 and not parts and package.is_file():
            return [package]
    return files


def _read_data(place: Place, names: Sequence[str]) -> dict[str, bytes | None]:
    """Read data files, which lie beside the experiment or below; others count as absent."""
    folder = place.path.parent
    above = folder.relative_to(place.root).as_posix()
    prefix = "" if place.is_installed else f"{FOLDER}/"
    found: dict[str, bytes | None] = {}
    for name in names:
        path = folder / name
        key = prefix + (name if above == "." else f"{above}/{name}")
        try:
            is_inside = path.resolve().is_relative_to(folder.resolve())
            found[key] = path.read_bytes() if is_inside and path.is_file() else None
        except (OSError, ValueError):  # no file has such a name
            found[key] = None
    return found


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
