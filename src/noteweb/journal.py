"""Append-only text files of one line an entry, safe beside other writers and after any stop.

A file may end anywhere, for a machine may stop anywhere: what is left of a torn line stays, and
the next entry starts on a fresh one.

A journal lies in a vault, which may come from a stranger: none is read or written through a
symbolic link, and none that is no regular file.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from noteweb.model.note import Json

#: Longer than any append takes, also on a slow network disk.
_LOCK_WAIT_S = 60.0
_LOCK_NAME = ".lock"
#: A night of runs leaves a few MB; more than this is no journal of ours, and fills the memory.
_LARGEST = 256 << 20
#: How a file is opened that a stranger may have put there: a FIFO must not make us wait, nor a link
#: lead away. Windows has none of the three; there `open_plain` looks for links itself.
_OURS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder's journals; the folder is made where it is missing.

    Raises
    ------
    WriteFailed : the folder may not be written, or another writer holds the lock for a minute
    """
    from filelock import FileLock, Timeout

    lock = folder / _LOCK_NAME
    refuse_links(folder, lock)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=_LOCK_WAIT_S):
            yield
    except Timeout as error:
        raise WriteFailed(lock, "another writer holds it") from error
    except OSError as error:
        raise WriteFailed(folder, error.strerror or str(error)) from error


def refuse_links(*paths: Path) -> None:
    """Make sure that none of these paths is a symbolic link, a pipe or a device.

    One that is not there is none of them.

    Raises
    ------
    WriteFailed : writing there would change files outside the vault, or wait for ever
    """
    hint = "put a file or folder in its place, or delete it"
    for path in paths:
        if path.is_symlink():
            raise WriteFailed(path, "it is a symbolic link, and noteweb writes through none", hint)
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise WriteFailed(path, "it is a pipe or a device, and no file of noteweb's", hint)


def read_journal(path: Path) -> bytes:
    """Give the content of a journal.

    Raises
    ------
    OSError : it is not there, is no regular file, too large, or a symbolic link
    """
    descriptor = open_plain(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as stream:
        n_bytes = os.fstat(descriptor).st_size
        if n_bytes > _LARGEST:
            reason = f"it is larger than {_LARGEST >> 20} MB"
            raise OSError(errno.EFBIG, reason, os.fspath(path))
        return stream.read(_LARGEST)


def refuse_newer(raw: Mapping[str, Json]) -> None:
    """Refuse an entry that names a version: those written so far name none, and mean what they say.

    Raises
    ------
    ValueError
    """
    if "version" in raw:
        message = f"version {str(raw['version'])[:40]} comes from a newer noteweb"
        raise ValueError(message)


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
    descriptor = open_plain(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        if os.fstat(descriptor).st_size:
            os.lseek(descriptor, -1, os.SEEK_END)
        if os.read(descriptor, 1) not in {b"", b"\n"}:
            os.write(descriptor, b"\n")
        written = os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return written


def open_plain(path: Path, flags: int) -> int:
    """Open a regular file that is no link.

    Raises
    ------
    OSError
    """
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link", os.fspath(path))
    try:
        descriptor = os.open(path, flags | _OURS, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a symbolic link", os.fspath(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", os.fspath(path))
    return descriptor


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows opens no folder, and keeps names without being asked
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
