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


def map_float32(path: Path) -> dict[str, Vectors]:
    """Map the file's float32 tensors by name, as read-only views of the mapped file.

    Raises
    ------
    OSError : it cannot be opened
    ValueError : it is no safetensors file, or is cut off
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    size = int.from_bytes(data[:_LENGTH_SIZE], "little")
    begin = _LENGTH_SIZE + size
    if begin > len(data):
        reason = f"{path} is no safetensors file"
        raise ValueError(reason)
    header: dict[str, Any] = json.loads(data[_LENGTH_SIZE:begin])
    header.pop("__metadata__", None)
    return {
        name: _view(data, begin, entry) for name, entry in header.items() if entry["dtype"] == "F32"
    }


def _view(data: mmap.mmap, begin: int, entry: Mapping[str, Any]) -> Vectors:
    start, end = entry["data_offsets"]
    flat = np.frombuffer(data, dtype="<f4", count=(end - start) // 4, offset=begin + start)
    return flat.reshape(entry["shape"])
