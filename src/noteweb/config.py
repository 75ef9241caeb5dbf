"""noteweb.toml: the few settings a vault may have; without the file every default holds."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from noteweb.errors import ConfigInvalid
from noteweb.text.toml import parse_toml

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "noteweb.toml"
_LARGEST = 4 << 20

#: A pipe must not make us wait; Windows has neither flag.
_UNWAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

#: Folders that hold no notes of the user's, by any tool we know of.
DEFAULT_IGNORE = (
    ".*",  # .obsidian, .git, .trash, .noteweb, ...
    "node_modules",
    "logseq/bak",
    "logseq/.recycle",
)

#: The line of the template that leaves nothing out.
NO_IGNORE = '# ignore = ["templates", "*.excalidraw.md"]\n'

TEMPLATE = (
    """\
# noteweb's settings for this folder of notes. Every line is optional.

# The embedding model: "default" (all-MiniLM-L6-v2, English, shipped, needs no network),
# a sentence-transformers model by name or folder, or "none" for lexical search only.
# model = "default"

# Where to embed: "auto", "cpu", "cuda" or "mps".
# device = "auto"

# Files and folders to leave out, as in .gitignore, beside hidden ones.
"""
    + NO_IGNORE
    + """\

# Where `noteweb new` puts a note, and a template of your own in place of the seven fields;
# {{title}}, {{date}} and {{time}} in it are filled in. Both lie in the vault.
# [new]
# folder = "inbox"
# template = "templates/note.md"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """How a new note is made: its folder and template, relative to the vault; empty by default."""

    folder: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of a vault.

    Attributes
    ----------
    model : "default", "none", "hashing", or a sentence-transformers name or folder; empty where
        nobody said, and then the model that made the index goes on
    device : "auto", "cpu", "cuda" or "mps"
    ignore : globs of files and folders to leave out, beside `DEFAULT_IGNORE`
    new : where `noteweb new` puts a note, and its template
    """

    model: str = ""
    device: str = "auto"
    ignore: tuple[str, ...] = ()
    new: NewNote = NewNote()


def read_config(root: Path) -> Config:
    """Read the vault's noteweb.toml.

    Raises
    ------
    ConfigInvalid
        where it cannot be read, is no TOML, or holds an unknown key or a value of another type
    """
    path = root / FILE_NAME
    try:
        raw = parse_toml(read_regular(path))
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except OSError as error:
        raise ConfigInvalid(path, error.strerror or "cannot be read") from error
    except ValueError as error:  # not UTF-8, no TOML
        raise ConfigInvalid(path, f"no valid TOML: {error}") from error
    return _checked(path, raw)


def read_regular(path: Path) -> str:
    """Read a small file of settings, which a stranger may have put there.

    Raises
    ------
    OSError : there is none, or it is a pipe, a device or larger than any settings
    UnicodeDecodeError
    """
    descriptor = os.open(path, _UNWAITING)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", os.fspath(path))
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {_LARGEST >> 20} MB", os.fspath(path))
    return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _checked(path: Path, raw: dict[str, object]) -> Config:
    known = [field.name for field in fields(Config)]
    for key, value in raw.items():
        if key not in known:
            raise ConfigInvalid(path, f"unknown key {key!r} (known: {', '.join(known)})")
        if key == "ignore":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigInvalid(path, "'ignore' must be a list of strings")
        elif key == "new":
            continue
        elif not isinstance(value, str) or not value:
            raise ConfigInvalid(path, f"{key!r} must be a string that is not empty")
    ignore = raw.get("ignore", [])
    device = str(raw.get("device", "auto"))
    if device not in {"auto", "cpu", "cuda", "mps"}:
        raise ConfigInvalid(path, f"'device' must be auto, cpu, cuda or mps, not {device!r}")
    return Config(
        model=str(raw.get("model", "")),
        device=device,
        ignore=tuple(ignore) if isinstance(ignore, list) else (),
        new=_read_new(path, raw.get("new", {})),
    )


def _read_new(path: Path, raw: object) -> NewNote:
    if not isinstance(raw, dict):
        raise ConfigInvalid(path, "'new' must be a table: [new]")
    known = [field.name for field in fields(NewNote)]
    for key, value in raw.items():
        if key not in known:
            raise ConfigInvalid(path, f"unknown key 'new.{key}' (known: {', '.join(known)})")
        if not isinstance(value, str) or not value:
            raise ConfigInvalid(path, f"'new.{key}' must be a string that is not empty")
        if not _is_inside(path.parent, value):
            raise ConfigInvalid(path, f"'new.{key}' leads out of the vault: {value}")
    return NewNote(**raw)


def _is_inside(root: Path, name: str) -> bool:
    """Tell whether a path stays in the vault, through links too, which a stranger may have set."""
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
