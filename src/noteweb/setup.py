"""Making a folder of notes a vault, beside the program that keeps them by now."""

from __future__ import annotations

import glob
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.config import FILE_NAME, NO_IGNORE, TEMPLATE, read_config
from noteweb.errors import WriteFailed
from noteweb.vault import check_root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noteweb.model.note import Json

_EXCALIDRAW = "obsidian-excalidraw-plugin"
_LARGEST = 1 << 20  # bytes of another program's settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What was made, and what was found of other programs: a line each, for a person."""

    made: tuple[Path, ...]
    found: tuple[str, ...]


def init_vault(folder: Path) -> Setup:
    """Write noteweb.toml where there is none; nothing that is there is touched.

    The folder is made where it is missing. What Obsidian and Logseq say is no note, such as their
    templates, goes into the setting `ignore`.

    Raises
    ------
    WriteFailed, VaultNotFound, ConfigInvalid
    """
    folder = folder.expanduser()
    made: list[Path] = []
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            made.append(folder)
        root = check_root(folder)
        path = root / FILE_NAME
        if path.exists():
            read_config(root)
            return Setup(made=tuple(made), found=())
        known, ignored = _look_around(root)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_write_settings(ignored))
    except OSError as error:
        raise WriteFailed(folder / FILE_NAME, error.strerror or str(error)) from error
    return Setup(made=(*made, path), found=known)


def _write_settings(ignored: tuple[str, ...]) -> str:
    if not ignored:
        return TEMPLATE
    lines = "".join(f"  {json.dumps(each, ensure_ascii=False)},\n" for each in ignored)
    return TEMPLATE.replace(NO_IGNORE, f"ignore = [\n{lines}]\n")


def _look_around(root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what is said of the programs found, and the globs to leave out."""
    told: list[str] = []
    ignored: list[str] = []
    if (root / ".obsidian").is_dir():
        globs = tuple(dict.fromkeys(_obsidian(root)))
        told.append(_tell("an Obsidian vault", ".obsidian and .trash", globs))
        ignored += globs
    if (root / "logseq").is_dir() and any((root / n).is_dir() for n in ("journals", "pages")):
        told.append(_tell("a Logseq graph", "logseq/bak and logseq/.recycle", ()))
    return tuple(told), tuple(dict.fromkeys(ignored))


def _tell(what: str, hidden: str, globs: tuple[str, ...]) -> str:
    more = f"; and by its settings: {', '.join(globs)}" if globs else ""
    return f"this is {what}: left out are {hidden}{more}"


def _obsidian(root: Path) -> Iterator[str]:
    """Give the globs of what its settings say is no note: templates, excluded files, drawings."""
    own = root / ".obsidian"
    plugins = own / "plugins"
    yield from _below(root, _setting(own / "templates.json", "folder"))
    templater = _setting(plugins / "templater-obsidian" / "data.json", "templates_folder")
    yield from _below(root, templater)
    excluded = _setting(own / "app.json", "userIgnoreFilters")
    for each in excluded if isinstance(excluded, list) else ():
        yield from _below(root, each)
    if (plugins / _EXCALIDRAW).is_dir():
        yield "*.excalidraw.md"


def _below(root: Path, name: Json) -> Iterator[str]:
    """Give the glob of one folder or file of the vault; patterns and places outside give none."""
    if not isinstance(name, str):
        return
    path = name.strip().strip("/")
    if not path or ".." in path.split("/") or path.startswith(".") or not path.isprintable():
        return
    if _is_there(root, path):
        yield "/" + glob.escape(path)


def _is_there(root: Path, path: str) -> bool:
    try:
        return (root / path).exists()
    except OSError:
        return False


def _setting(path: Path, key: str) -> Json:
    """Read one key of another program's settings; what cannot be read says nothing."""
    try:
        with path.open("rb") as stream:
            raw = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return raw.get(key) if isinstance(raw, dict) else None
