"""Files that are there whole or not at all, and what others have left read as plain files."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old content, or none, or the new one.

    Raises
    ------
    OSError
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".noteweb-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_plain(path: Path, most: int) -> bytes:
    """Read a regular file that a run has left, never through a link.

    Raises
    ------
    OSError : it is no plain file, or larger than `most` bytes
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise OSError(0, "no plain file", os.fspath(path))
        return stream.read(most)
