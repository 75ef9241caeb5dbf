"""Files that are there whole or not at all, and what others have left read as plain files."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from noteweb.journal import open_plain


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
    descriptor = open_plain(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if found.st_size > most:
            raise OSError(0, "no plain file", os.fspath(path))
        return stream.read(most)


def remove_folder(folder: Path) -> None:
    """Take a folder away, however deep or locked what a run has made in it is; never raises.

    What lies two folders down is first moved up, so that no path grows long and nothing recurses.
    """
    with suppress(OSError):
        top = _open_folder(os.fspath(folder), None)
        try:
            _empty(top)
        finally:
            os.close(top)
        folder.rmdir()


def _empty(top: int) -> None:
    n_moved = 0
    while folders := _remove_files(top):
        for name in folders:
            inner = _open_folder(name, top)
            try:
                for each in _remove_files(inner):
                    os.chmod(each, 0o700, dir_fd=inner)  # else it cannot move
                    n_moved += 1
                    place = f".moved-{n_moved}-{os.urandom(8).hex()}"
                    os.rename(each, place, src_dir_fd=inner, dst_dir_fd=top)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)


def _open_folder(name: str, above: int | None) -> int:
    os.chmod(name, 0o700, dir_fd=above)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, dir_fd=above)


def _remove_files(folder: int) -> list[str]:
    """Remove all but the folders in it, and give those."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders
