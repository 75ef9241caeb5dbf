"""Read a safetensors file without loading it: its arrays are views of the mapped file.

Source: the format's description, https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import mmap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from noteweb.embed.port import Vectors

_LENGTH_SIZE = 8  # bytes, little endian, before the JSON header


def read_types(path: Path) -> dict[str, str]:
    """Read the tensors' types by name, such as F32; raises what `map_float32` raises."""
    return {name: entry["dtype"] for name, entry in _read_header(_map(path)).items()}


def map_float32(path: Path) -> dict[str, Vectors]:
    """Map the file's float32 tensors by name, as read-only views of the mapped file.

    Raises
    ------
    OSError : it cannot be opened
    ValueError : it is no safetensors file, or is cut off
    """
    data = _map(path)
    begin = _header_end(data)
    header = _read_header(data)
    return {
        name: _view(data, begin, entry) for name, entry in header.items() if entry["dtype"] == "F32"
    }


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _header_end(data: mmap.mmap) -> int:
    return _LENGTH_SIZE + int.from_bytes(data[:_LENGTH_SIZE], "little")


def _read_header(data: mmap.mmap) -> dict[str, Any]:
    end = _header_end(data)
    if end > len(data):
        reason = "its header is cut off"
        raise ValueError(reason)
    header: dict[str, Any] = json.loads(data[_LENGTH_SIZE:end])
    header.pop("__metadata__", None)
    return header


def _view(data: mmap.mmap, begin: int, entry: Mapping[str, Any]) -> Vectors:
    start, end = entry["data_offsets"]
    flat = np.frombuffer(data, dtype="<f4", count=(end - start) // 4, offset=begin + start)
    return flat.reshape(entry["shape"])
