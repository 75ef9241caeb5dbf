"""noteweb with a protection taken out, for the fault scripts: to see that they notice.

    python tests/faults/weakened.py PROTECTION COMMAND...

Where a moment between two writes would be too short to be hit, it is made longer.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.textindex import TextRow

_PAUSE_S = 6.0


def write_in_place() -> None:
    """Write over notes, in place of putting what is whole in their place."""
    from noteweb import mend

    def write(path: Path, data: bytes) -> None:
        with path.open("wb") as stream:
            _write_halves(stream.fileno(), data)

    mend.replace_bytes = write


def tear_lines() -> None:
    """Put lines into journals by halves, and none on a fresh line after a torn one."""
    from noteweb import journal

    def append(path: Path, data: bytes) -> int:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        _write_halves(descriptor, data)
        os.close(descriptor)
        return len(data)

    journal._append = append


def append_at_end() -> None:
    """Put vectors at the end of their file, whatever rows the catalogue counts."""
    from noteweb.index import embedding

    def append(path: Path, n_rows: int, vectors: NDArray[np.float32]) -> int:
        with path.open("ab") as stream:
            stream.write(vectors.tobytes())
        time.sleep(_PAUSE_S)
        return n_rows + len(vectors)

    embedding.append_rows = append


def trust_words() -> None:
    """Take words for those of the catalogue, whatever the manifest says, and never make them anew.

    Compaction would mend them by the way.
    """
    from noteweb.index import sync
    from noteweb.index.folder import Index
    from noteweb.index.textindex import TextWriter

    inner = TextWriter.add

    def add(self: TextWriter, rows: Iterable[TextRow]) -> None:
        inner(self, rows)
        time.sleep(_PAUSE_S)  # before the catalogue counts them

    TextWriter.add = add
    Index.is_text_current = lambda *_, **__: True
    sync.compact = lambda _: None


PROTECTIONS: dict[str, Callable[[], None]] = {
    "replacing": write_in_place,
    "lines": tear_lines,
    "rows": append_at_end,
    "manifest": trust_words,
}


def _write_halves(descriptor: int, data: bytes) -> None:
    os.write(descriptor, data[: len(data) // 2])
    time.sleep(_PAUSE_S)
    os.write(descriptor, data[len(data) // 2 :])


if __name__ == "__main__":
    from noteweb.cli import main

    PROTECTIONS[sys.argv.pop(1)]()
    main()
