"""How far a run is by its own word: one small file in its work folder, told on and thrown away."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from noteweb.evidence.atomic import read_plain

if TYPE_CHECKING:
    from pathlib import Path

SHARE = "share.json"
#: A run may tell more often than anybody looks.
_PAUSE_S = 0.2
_LONGEST = 1000
_LONGEST_NOTE = 60


class ShareFile:
    """Writes how far the run is; called as `Context` calls its `on_progress`."""

    def __init__(self, work: Path) -> None:
        self._path = work / SHARE
        self._next = 0.0

    def __call__(self, share: float, note: str) -> None:
        """Write it down, unless that was done just now."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE_S
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):  # a full disk is told where it costs results
            fresh.write_text(json.dumps([float(share), str(note)[:_LONGEST_NOTE]]))
            fresh.replace(self._path)


def read_share(work: Path) -> tuple[float, str]:
    """Give the share that is done, from 0 to 1, and the run's note on one line; 0 if untold.

    The file is the run's own and may hold anything.
    """
    try:
        share, note = json.loads(read_plain(work / SHARE, _LONGEST))
    except (OSError, ValueError, TypeError, RecursionError):
        return 0.0, ""
    if not isinstance(share, float) or not math.isfinite(share) or not isinstance(note, str):
        return 0.0, ""
    return min(max(share, 0.0), 1.0), " ".join(note.split())[:_LONGEST_NOTE]
