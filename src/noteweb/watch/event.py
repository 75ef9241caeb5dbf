"""Word of changes under a folder: the kernel's, or, where that fails, a look now and then."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from noteweb.config import FILE_NAME
from noteweb.vault import NOTE_SUFFIXES, scan
from noteweb.watch.mount import find_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from noteweb.config import Config

#: Between two words where nothing happens: how long a vault that vanishes goes unnoticed.
PULSE_S = 1.0

#: A save is over when this long nothing else happens: editors write a file in several steps.
_STEP_MS = 80
#: A burst of changes is passed on in parts of this length.
_BURST_MS = 400

#: A look may cost this share of one core.
_LOOK_SHARE = 0.01
_LONGEST_PAUSE_S = 60.0


def watch_folder(root: Path, config: Config, tell: Callable[[str], None]) -> Iterator[bool]:
    """Give True whenever notes or settings may have changed, False about once a second besides.

    The first word is True: what happened before it was not seen. Endless; `tell` hears where the
    kernel is of no help and the notes are looked at again and again in its place.
    """
    remote = find_remote(root)
    if remote:
        yield from _poll(root, config, tell, f"{root} lies on {remote}")
    try:
        yield from _listen(root)
    except FileNotFoundError:
        time.sleep(PULSE_S)  # it vanished: whoever waits for it asks again
    except (OSError, RuntimeError) as error:
        # No watches are left, or no instances: on Linux fs.inotify bounds both for a user.
        yield from _poll(root, config, tell, f"the kernel watches no more folders ({error})")


def _listen(root: Path) -> Iterator[bool]:
    from watchfiles import watch

    is_first = True
    heard = watch(
        root,
        watch_filter=_Filter(root),
        debounce=_BURST_MS,
        step=_STEP_MS,
        rust_timeout=int(PULSE_S * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    for changes in heard:
        yield is_first or bool(changes)
        is_first = False


def _poll(root: Path, config: Config, tell: Callable[[str], None], why: str) -> Iterator[bool]:
    """Look at paths, sizes and times, at a pace that the number of notes allows."""
    pause = PULSE_S
    before: object = None
    is_told = False
    while True:
        started = time.process_time()
        found = scan(root, config), _stamp(root / FILE_NAME)
        spent = time.process_time() - started
        yield found != before
        before = found
        pause = min(max(PULSE_S, spent / _LOOK_SHARE), _LONGEST_PAUSE_S)
        if not is_told:
            tell(f"{why}; the notes are looked at every {pause:.1f} s")
            is_told = True
        time.sleep(pause)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


class _Filter:
    """Whether a change may concern the index; called with watchfiles' change and the path."""

    def __init__(self, root: Path) -> None:
        self._roots = tuple(f"{path}{os.sep}" for path in (root, os.path.realpath(root)))

    def __call__(self, change: int, path: str) -> bool:
        inside = next((path[len(r) :] for r in self._roots if path.startswith(r)), "")
        if f"{os.sep}." in f"{os.sep}{inside}":
            return False  # the index itself, .git, swap files
        name = inside.rpartition(os.sep)[2]
        if name == FILE_NAME or name.lower().endswith(NOTE_SUFFIXES):
            return True
        # A folder that came may hold notes, and of what is gone nobody knows what it was.
        return change == _DELETED or (change == _ADDED and os.path.isdir(path))  # noqa: PTH112


_ADDED, _DELETED = 1, 3  # watchfiles.Change, whose import every module would pay for
