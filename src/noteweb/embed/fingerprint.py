"""The hash of a large file, remembered as long as its size and time stand."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path


def hash_file(path: Path, memory: Path | None = None) -> str:
    """Give the file's sha256 in hex, computed again only when its size or time of change differ.

    Parameters
    ----------
    memory : a JSON file that remembers; by default in the user's cache folder; where it cannot
        be written, the hash is computed each time (90 MB: about 0.06 s with SHA instructions)

    Raises
    ------
    OSError : the file cannot be read
    """
    path = path.resolve()
    memory = memory or _default_memory()
    status = path.stat()
    stamp = [status.st_size, status.st_mtime_ns]
    known = _recall(memory)
    match known.get(str(path)):
        case [size, changed, str(digest)] if [size, changed] == stamp:
            return digest
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _remember(memory, known | {str(path): [*stamp, digest]})
    return digest


def _default_memory() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("noteweb", appauthor=False) / "weights.json"


def _recall(memory: Path) -> dict[str, object]:
    try:
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(memory: Path, known: dict[str, object]) -> None:
    import tempfile

    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=memory.parent, prefix=memory.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file)
        Path(name).replace(memory)
