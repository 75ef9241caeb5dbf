"""Taking over an index from where it can only be read: a copy that can be written."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed
from noteweb.index.folder import remove_index

if TYPE_CHECKING:
    from pathlib import Path

_CATALOGUE = "index.sqlite"
_OTHERS = (
    "vectors-*.f32",
    "manifest.json",
    "ann-*.faiss",
    "background.*",
    "layout.json",
    "index.sqlite-wal",
)


def adopt_index(source: Path, folder: Path) -> bool:
    """Copy the index of `source` where `folder` has none, or an older one; tell whether it was.

    SQLite and tantivy both write beside what they read, so an index is not used where it cannot
    be written. Its catalogue comes last: a copy that was stopped is made again.

    Raises
    ------
    WriteFailed
    """
    original, copy = source / _CATALOGUE, folder / _CATALOGUE
    if not original.is_file() or not os.access(original, os.R_OK):
        return False
    if copy.exists() and copy.stat().st_mtime_ns >= original.stat().st_mtime_ns:
        return False
    try:
        (folder / "text").mkdir(parents=True, exist_ok=True)
        remove_index(folder)
        (folder / "text").mkdir()
        for path in (source / "text").glob("*"):
            # What only its owner may read is made anew from the catalogue.
            with suppress(PermissionError):
                _copy(path, folder / "text" / path.name)
        for path in (path for pattern in _OTHERS for path in source.glob(pattern)):
            _copy(path, folder / path.name)
        _copy(original, copy)
    except OSError as error:
        raise WriteFailed(folder, error.strerror or str(error)) from error
    return True


def _copy(path: Path, target: Path) -> None:
    """Copy bytes and time, but not the permissions, which forbid to write."""
    found = path.stat()
    partial = target.with_name(f"{target.name}.partial")
    shutil.copyfile(path, partial)
    os.utime(partial, ns=(found.st_atime_ns, found.st_mtime_ns))
    partial.replace(target)
