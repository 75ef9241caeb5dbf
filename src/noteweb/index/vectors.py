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
_ROWS_AT_ONCE = 16_384
_LARGEST = 1.01  # a cosine, with room for rounding; not a number is not below it
_ROUNDING = 1e-2  # of a squared length, where half precision made the vector


class NotUnitVectors(Exception):
    """What was read from a vector file is none of what was written there."""


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


def find_damaged(path: Path, n_rows: int, dim: int) -> NDArray[np.int64]:
    """Give those of the first `n_rows` that the file lacks or that are no unit vectors."""
    n_there = min(n_rows, path.stat().st_size // (dim * _ITEM)) if path.is_file() and dim else 0
    damaged = [np.arange(n_there, n_rows)]
    rows = map_rows(path, n_there, dim)
    for first in range(0, n_there, _ROWS_AT_ONCE):
        is_bad = ~are_units(rows[first : first + _ROWS_AT_ONCE])
        damaged.append(first + np.flatnonzero(is_bad))
    return np.sort(np.concatenate(damaged)).astype(np.int64)


def cosines(rows: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the cosine of each of the unit rows with a vector of length 1.

    Raises
    ------
    NotUnitVectors
        where a product can be none of unit vectors: as cheap a check as there is
    """
    with np.errstate(all="ignore"):
        scores = rows @ query
        if not (np.abs(scores) <= _LARGEST).all():
            raise NotUnitVectors
    return np.asarray(scores)


def check_units(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the rows back where all are unit vectors.

    Raises
    ------
    NotUnitVectors
    """
    if not are_units(rows).all():
        raise NotUnitVectors
    return rows


def are_units(rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell of each row whether its length is 1, as of every vector that was written."""
    with np.errstate(all="ignore"):
        lengths = np.einsum("ij,ij->i", rows, rows)
        return np.asarray(np.abs(lengths - 1) <= _ROUNDING)


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
