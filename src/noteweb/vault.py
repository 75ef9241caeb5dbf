"""The vault: where it is, which files are notes, and reading them."""

from __future__ import annotations

import fnmatch
import gc
import os
import re
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from noteweb.config import DEFAULT_IGNORE, FILE_NAME, Config
from noteweb.errors import Problem, Severity, VaultNotFound
from noteweb.journal import refuse_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from noteweb.model.note import Card, Note

CACHE_NAME = ".noteweb"
_LONG = 240  # bytes of a path, 20 below the 260 characters at which Windows stops
_VERBATIM = b"\\\\?\\"
NOTE_SUFFIXES = (".md", ".markdown")
_UNREADABLE_FILE = "unreadable-file"
_UNREADABLE_FOLDER = "unreadable-folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFile:
    """A note's file as the directory lists it; two equal values mean "not touched since"."""

    path: str  # relative, forward slashes, valid Unicode: undecodable bytes stand as \\xNN
    file: bytes  # the same as the file system spells it
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a walk over the vault found, both in the order of the paths."""

    files: tuple[NoteFile, ...]
    problems: tuple[Problem, ...]

    def find_gone(self, known: Iterable[str]) -> tuple[str, ...]:
        """Give those of the paths that are no note any more, in order.

        What cannot be looked at may still be there: a file, or all of a folder.
        """
        there = {file.path for file in self.files}
        there |= {p.path for p in self.problems if p.code == _UNREADABLE_FILE}
        folders = tuple(
            f"{p.path}/" if p.path else "" for p in self.problems if p.code == _UNREADABLE_FOLDER
        )
        return tuple(
            path for path in sorted(known) if path not in there and not path.startswith(folders)
        )


def find_root(start: Path, environ: str | None) -> Path:
    """Find the vault a command means when none is named.

    `environ` is the value of ``$NOTEWEB_VAULT``; after it comes the nearest folder upward that
    holds ``.noteweb/`` or ``noteweb.toml``, else `start` itself.

    Raises
    ------
    VaultNotFound
        where ``$NOTEWEB_VAULT`` names no folder
    """
    if environ:
        return check_root(Path(environ).expanduser())
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file() or (folder / CACHE_NAME).is_dir():
            return folder
    return start


def check_root(path: Path) -> Path:
    """Give `path` back, absolute, where it is a folder that can be listed.

    Raises
    ------
    VaultNotFound
    """
    if not path.exists():
        raise VaultNotFound(path)
    if not path.is_dir():
        raise VaultNotFound(path, "is not a folder")
    if not os.access(path, os.R_OK | os.X_OK):
        raise VaultNotFound(path, "cannot be read (permission denied)")
    return path.absolute()


def cache_folder(root: Path) -> Path:
    """Give the folder of the vault's index: inside it, or the user's cache where it is read-only.

    A vault in the cache goes by its name and a hash of its path, so that two never share one.

    Raises
    ------
    WriteFailed : the folder, or a file of it, is a symbolic link, which a stranger's vault may lead
        anywhere
    """
    inside = root / CACHE_NAME
    if os.access(inside if inside.is_dir() else root, os.W_OK):
        refuse_links(inside, *inside.glob("*"), *(inside / "text").glob("*"))
        return inside
    from hashlib import blake2b

    from platformdirs import user_cache_path

    mark = blake2b(os.fsencode(root), digest_size=6).hexdigest()
    return user_cache_path("noteweb") / "vaults" / f"{root.name or 'root'}-{mark}"


def scan(root: Path, config: Config, *, is_thorough: bool = False) -> Scan:
    """List the notes under `root`.

    Symbolic links to files are followed where they stay inside the vault; links to folders are
    not, so that a circle ends and nothing outside the vault is read. Devices and FIFOs are never
    opened. Thoroughly, each file that may not be read is a problem too.
    """
    globs = [glob.rstrip("/") for glob in (*DEFAULT_IGNORE, *config.ignore)]
    walk = _Walk(
        root=os.fsencode(root),
        ignored_name=_any_of([glob for glob in globs if "/" not in glob]),
        ignored_path=_any_of([glob.lstrip("/") for glob in globs if "/" in glob]),
        is_thorough=is_thorough,
    )
    walk.run()
    return Scan(
        files=tuple(sorted(walk.files, key=lambda f: f.path)),
        problems=tuple(sorted(walk.problems, key=lambda p: p.path)),
    )


def read_file(root: Path, file: NoteFile) -> bytes | Problem:
    """Read a note's bytes, or say why not."""
    try:
        with open(join_long(os.fsencode(root), file.file), "rb") as stream:  # noqa: PTH123
            return stream.read()
    except OSError as error:
        return _file_problem(file.path, _UNREADABLE_FILE, f"cannot be read: {error.strerror}")


def join_long(root: bytes, file: bytes, *, system: ModuleType = os.path) -> bytes:
    r"""Give a file's path in the form in which the system takes it however long it is.

    Windows stops at 260 characters but for a path that begins with ``\\?\`` and has no slashes.
    """
    whole: bytes = system.join(root, file)
    if system.sep != "\\" or len(whole) < _LONG or whole.startswith(_VERBATIM):
        return whole
    whole = system.normpath(whole)
    share = b"\\\\"
    return _VERBATIM + (b"UNC\\" + whole[2:] if whole.startswith(share) else whole)


def read_note(root: Path, file: NoteFile) -> Note | Problem:
    """Read and parse one note, or say why it cannot be read."""
    from noteweb.parse.notes import parse_note

    data = read_file(root, file)
    if isinstance(data, Problem):
        return data
    with paused_collector():
        return parse_note(data, path=file.path)


def read_notes(root: Path, config: Config) -> Iterator[Note | Problem]:
    """Read every note of the vault, in the order of the paths; what cannot be read is a Problem."""
    found = scan(root, config)
    yield from found.problems
    for file in found.files:
        yield read_note(root, file)


def read_cards(root: Path, config: Config) -> tuple[tuple[Card, ...], tuple[Problem, ...]]:
    """Read every note's card, for a graph without an index, and what could not be read.

    Two thirds of the cost of whole notes; what was wrong inside a note is not among the problems.
    """
    from noteweb.parse.notes import parse_card

    found = scan(root, config)
    cards, problems = [], list(found.problems)
    with paused_collector():
        for file in found.files:
            data = read_file(root, file)
            if isinstance(data, Problem):
                problems.append(data)
            else:
                cards.append(parse_card(data, path=file.path))
    return tuple(cards), tuple(problems)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the garbage collector from walking growing results again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk; bytes all the way, since a name need not be Unicode."""

    root: bytes
    ignored_name: re.Pattern[str]
    ignored_path: re.Pattern[str]
    is_thorough: bool
    files: list[NoteFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> None:
        folders = [b""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(join_long(self.root, folder)) as entries:
                    for entry in entries:
                        self._take(entry, folder, folders)
            except OSError as error:
                reason = f"folder cannot be listed: {error.strerror}"
                self.problems.append(_file_problem(_shown(folder), _UNREADABLE_FOLDER, reason))

    def _take(self, entry: os.DirEntry[bytes], folder: bytes, folders: list[bytes]) -> None:
        file = folder + b"/" + entry.name if folder else entry.name
        is_note = entry.name.lower().endswith((b".md", b".markdown"))
        if not is_note and not entry.is_dir(follow_symlinks=False):
            return
        path = _shown(file)
        if self._is_ignored(path):
            return
        if entry.is_dir(follow_symlinks=False):
            folders.append(file)
            if is_note:
                reason = "a folder by the name of a note; the notes in it are read"
                self.problems.append(_file_problem(path, "folder-as-note", reason, Severity.INFO))
        else:
            self._take_file(entry, file, path)

    def _take_file(self, entry: os.DirEntry[bytes], file: bytes, path: str) -> None:
        try:
            if (
                entry.is_symlink()
                and Path(os.fsdecode(entry.path)).exists()
                and not self._is_inside(entry.path)
            ):
                reason = "symbolic link out of the vault, left alone"
                self.problems.append(_file_problem(path, "link-outside", reason, Severity.WARNING))
                return
            found = entry.stat()
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            self.problems.append(_file_problem(path, _UNREADABLE_FILE, reason))
            return
        if stat.S_ISREG(found.st_mode):
            self.files.append(
                NoteFile(path=path, file=file, size=found.st_size, mtime_ns=found.st_mtime_ns)
            )
            if self.is_thorough and not os.access(entry.path, os.R_OK):
                reason = "cannot be read: Permission denied"
                self.problems.append(_file_problem(path, _UNREADABLE_FILE, reason))
        elif not stat.S_ISDIR(found.st_mode):
            reason = "not a regular file, left alone"
            self.problems.append(_file_problem(path, "not-a-file", reason, Severity.WARNING))

    def _is_inside(self, path: bytes) -> bool:
        real, root = os.path.realpath(path), os.path.realpath(self.root)
        return os.path.commonpath([real, root]) == root

    def _is_ignored(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return bool(self.ignored_name.match(name) or self.ignored_path.match(path))


def _any_of(globs: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, globs)))


def _shown(file: bytes) -> str:
    bare = os.fsdecode(file).encode("utf-8", sys.getfilesystemencodeerrors())
    return bare.decode("utf-8", "backslashreplace")


def _file_problem(
    path: str, code: str, message: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(path=path, line=1, column=1, code=code, severity=severity, message=message)
