"""Keeping an index up to date for as long as somebody wants it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.errors import NotewebError, VaultNotFound
from noteweb.watch.event import PULSE_S, watch_folder
from noteweb.watch.memory import return_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noteweb.errors import Problem
    from noteweb.index.freshness import SyncReport
    from noteweb.indexed_vault import IndexedVault

#: Words can be lost (a kernel's queue is bounded), and what failed may work again.
_LOOK_ANYWAY_S = 60.0
_TRY_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What came of a look at the notes: a report, or what keeps the index from following."""

    report: SyncReport | None = None
    failure: NotewebError | None = None


def keep_current(vault: IndexedVault, *, with_vectors: bool = True) -> Iterator[Update]:
    """Follow the notes without end; give what was done, each time that something was.

    A failure is given once, until it is over or another takes its place; the index is tried again
    every few seconds. A vault that vanishes is awaited.
    """
    failed = ""
    known: frozenset[Problem] = frozenset()
    due = time.monotonic() + _LOOK_ANYWAY_S
    for is_due in _words(vault):
        if is_due is False and time.monotonic() < due:
            continue
        update = _look(vault, with_vectors=with_vectors) if is_due is not None else _gone(vault)
        due = time.monotonic() + (_TRY_AGAIN_S if update.failure else _LOOK_ANYWAY_S)
        if update.report is not None:
            told = tuple(p for p in update.report.unread if p not in known)
            known = frozenset(update.report.unread)
            if failed or told or update.report.is_changed:
                yield replace(update, report=replace(update.report, unread=told))
            failed = ""
        elif str(update.failure) != failed:
            yield update
            failed = str(update.failure)


def _look(vault: IndexedVault, *, with_vectors: bool) -> Update:
    try:
        vault.read_config_again()
        return Update(report=vault.catch_up(with_vectors=with_vectors))
    except NotewebError as error:
        return Update(failure=error)
    finally:
        return_memory()


def _gone(vault: IndexedVault) -> Update:
    return Update(failure=VaultNotFound(vault.root, "is gone; waiting for it"))


def _words(vault: IndexedVault) -> Iterator[bool | None]:
    """Give what `watch_folder` gives, and None as long as the vault is not there."""
    while True:
        mark = _identify(vault.root)
        if mark is None:
            vault.close()  # its files are no longer there, and a mount could not be taken away
            yield None
            time.sleep(PULSE_S)
            continue
        for is_due in watch_folder(vault.root, vault.config, vault.notice):
            if _identify(vault.root) != mark:
                break
            yield is_due


def _identify(root: Path) -> tuple[int, int] | None:
    """Give what tells a folder from another at its place; None where it is gone or empty.

    An empty one is where a mount was, or will be.
    """
    try:
        found = root.stat()
        with os.scandir(root) as entries:
            return (found.st_dev, found.st_ino) if next(entries, None) else None
    except OSError:
        return None
