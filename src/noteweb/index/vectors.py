"""The vector file: float32 rows, appended only, read through a memory map.

The catalogue says how many rows count; what stands beyond them was written by a run that did not
finish, and the next writer overwrites it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from noteweb.errors import IndexDamaged, WriteFailed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_ITEM = 4  # bytes of a float32


def map_rows(path: Path, n_rows: int, dim: int) -> NDArray[np.float32]:
    """Map the first `n_rows` vectors, shape (n_rows, dim), without reading them.

    Raises
    ------
    IndexDamaged
        where the file is missing or shorter than the catalogue says
    """
    if n_rows == 0:
        return np.empty((0, dim), dtype=np.float32)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise IndexDamaged(path, error.strerror or "cannot be read") from error
    if size < n_rows * dim * _ITEM:
        raise IndexDamaged(path, f"{size} bytes where {n_rows * dim * _ITEM} are catalogued")
    return np.memmap(path, dtype=np.float32, mode="r", shape=(n_rows, dim))


def append_rows(path: Path, n_rows: int, vectors: NDArray[np.float32]) -> int:
    """Write `vectors` after the first `n_rows`, down to the disk; give the new number of rows.

    Raises
    ------
    WriteFailed
        where they do not fit; the rows before stay as they are
    """
    offset = n_rows * vectors.shape[1] * _ITEM
    try:
        with path.open("r+b" if path.exists() else "w+b") as stream:
            stream.seek(offset)
            stream.write(np.ascontiguousarray(vectors, dtype=np.float32).tobytes())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
    return n_rows + len(vectors)
