"""Seals: what files were when they were written, so that damage is seen before they are used.

tantivy trusts its files and panics on damaged ones, so nobody else would tell. A file of the same
size and time passes unread; another time alone (a copy) costs reading it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Size, time in nanoseconds and CRC-32 of a file, as JSON keeps them.
Seal = tuple[int, int, int]

_AT_ONCE = 1 << 20


def seal_folder(folder: Path, known: Mapping[str, Seal]) -> dict[str, Seal]:
    """Give the seal of each file but locks, by name; files as in `known` are not read again.

    Raises
    ------
    OSError
    """
    seals = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".lock":
            continue
        found = path.stat()
        seal = known.get(path.name)
        if seal is None or seal[:2] != (found.st_size, found.st_mtime_ns):
            seal = found.st_size, found.st_mtime_ns, _checksum(path)
        seals[path.name] = seal
    return seals


def is_intact(folder: Path, seals: Mapping[str, Seal], *, is_thorough: bool) -> bool:
    """Tell whether every sealed file is there as it was written.

    Parameters
    ----------
    is_thorough : read also the files that look untouched
    """
    try:
        for name, (size, mtime_ns, checksum) in seals.items():
            path = folder / name
            found = path.stat()
            if found.st_size != size:
                return False
            is_known = found.st_mtime_ns == mtime_ns and not is_thorough
            if not is_known and _checksum(path) != checksum:
                return False
    except OSError:
        return False
    return True


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as stream:
        while piece := stream.read(_AT_ONCE):
            checksum = crc32(piece, checksum)
    return checksum
