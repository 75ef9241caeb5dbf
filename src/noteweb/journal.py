"""Append-only text files of one line an entry, safe beside other writers and after any stop.

A file may end anywhere, for a machine may stop anywhere: what is left of a torn line stays, and
the next entry starts on a fresh one.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Longer than any append takes, also on a slow network disk.
_LOCK_WAIT_S = 60.0
_LOCK_NAME = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder's journals; the folder is made where it is missing.

    Raises
    ------
    WriteFailed : the folder may not be written, or another writer holds the lock for a minute
    """
    from filelock import FileLock, Timeout

    lock = folder / _LOCK_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=_LOCK_WAIT_S):
            yield
    except Timeout as error:
        raise WriteFailed(lock, "another writer holds it") from error
    except OSError as error:
        raise WriteFailed(folder, error.strerror or str(error)) from error


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Append lines (without their ends) in one write; they are on the disk before this returns.

    Call it inside `alone_in`, so that what is already there can be looked at first.

    Raises
    ------
    WriteFailed : the disk is full, or the file may not be written
    """
    data = "".join(f"{line}\n" for line in lines).encode()
    if not data:
        return
    try:
        is_new = not path.exists()
        written = _append(path, data)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
    if written < len(data):
        # The torn line stays: nothing is ever taken out, and the next append starts a fresh one.
        raise WriteFailed(path, f"only {written} of {len(data)} bytes fit")


def _append(path: Path, data: bytes) -> int:
    """Give how many bytes went in, which on a full disk are fewer than there were."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, b"\n")
        written = os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return written


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
