"""Whether an index still fits its notes: told by paths, sizes and times, no note is opened.

Every query asks this first, so this module loads nothing that only a run of `sync` needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from noteweb.errors import IndexMismatch
from noteweb.index.folder import WRITER_WAIT_S
from noteweb.index.lookup import count, find_files
from noteweb.vault import paused_collector, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from noteweb.config import Config
    from noteweb.embed import Embedder
    from noteweb.errors import Problem
    from noteweb.index.folder import Index
    from noteweb.vault import NoteFile, Scan

#: The identity of the cutter that needs no model.
WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an index is made of.

    Attributes
    ----------
    with_vectors : whether passages are embedded in this run
    model : opens the model, once; its tokenizer also cuts the passages of a run without vectors.
        None where the vault is lexical only
    bulk : opens the same model for many passages
    is_thorough : whether all of the index is read, to find damage that no time stamp tells
    patience_s : how long another writer is waited for
    """

    root: Path
    config: Config
    with_vectors: bool
    model: Callable[[], Embedder | None]
    bulk: Callable[[], Embedder]
    is_thorough: bool = False
    patience_s: float = WRITER_WAIT_S

    @property
    def embedder(self) -> Embedder | None:
        """The model where this run embeds."""
        return self.model() if self.with_vectors else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a run did."""

    n_added: int = 0
    n_changed: int = 0
    n_removed: int = 0
    n_notes: int = 0
    n_passages: int = 0
    n_embedded: int = 0
    n_waiting: int = 0  # passages that still have no vector
    mended: bool = False  # the text index had to be made anew
    n_damaged: int = 0  # vectors that were no vectors any more
    unread: tuple[Problem, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the run changed anything."""
        return bool(
            self.n_added
            or self.n_changed
            or self.n_removed
            or self.n_embedded
            or self.mended
            or self.n_damaged
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How the vault differs from the catalogue."""

    fresh: tuple[NoteFile, ...]  # to read: new ones and those with other time or size
    gone: tuple[str, ...]
    recut: bool  # whether all are to be cut again, for a model that was not there before
    scan: Scan

    def __bool__(self) -> bool:
        return bool(self.fresh or self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at vault and index found; a report where nothing is to do.

    Attributes
    ----------
    generation : of the catalogue that the vault was compared with
    """

    generation: int
    changes: Changes
    report: SyncReport | None = None


def find_changes(index: Index, source: Source) -> Changes:
    """Compare the vault's files with the catalogue by path, size and time; no note is opened."""
    with paused_collector():
        found = scan(source.root, source.config, is_thorough=source.is_thorough)
        known = find_files(index.catalogue)
    recut = bool(known) and is_recut_needed(index, source.embedder)
    return Changes(
        fresh=tuple(f for f in found.files if recut or known.get(f.path, (None,))[0] != f),
        gone=found.find_gone(known),
        recut=recut,
        scan=found,
    )


def look(index: Index, source: Source) -> Look:
    """See whether nothing is to do: no note changed, no passage waits, the parts fit together.

    Without a report `noteweb.index.sync.sync` has work.

    Raises
    ------
    IndexMismatch
        where the index belongs to another model than the source's
    """
    check_space(index, source.embedder)
    generation = index.catalogue.generation
    changes = find_changes(index, source)
    if changes or not is_complete(index, source):
        return Look(generation=generation, changes=changes)
    told = report(index, SyncReport(unread=changes.scan.problems))
    return Look(generation=generation, changes=changes, report=told)


def check_space(index: Index, embedder: Embedder | None) -> None:
    """Refuse an embedder that did not make this index.

    Raises
    ------
    IndexMismatch
    """
    if embedder and index.space and index.space != embedder.identity:
        raise IndexMismatch(have=index.catalogue.meta("model"), want=embedder.name)


def is_recut_needed(index: Index, embedder: Embedder | None) -> bool:
    """Whether the passages were cut for no model, and now there is one."""
    return embedder is not None and index.catalogue.meta("cutter") != embedder.identity


def is_complete(index: Index, source: Source) -> bool:
    """Whether the parts of the index belong together and the last run came to its end."""
    counted = count(index.catalogue)
    generation = str(index.catalogue.generation)
    steps = ["edges_of", "vector_edges_of"] if source.embedder else ["edges_of"]
    return (
        index.is_text_current(is_thorough=source.is_thorough)
        and not (source.is_thorough and index.has_damaged_vectors())
        and all(index.catalogue.meta(step) == generation for step in steps)
        and not (source.embedder and counted.n_waiting)
    )


def report(index: Index, done: SyncReport) -> SyncReport:
    """Complete the report of a run with what the index holds now."""
    counted = count(index.catalogue)
    return replace(
        done,
        n_notes=counted.n_notes,
        n_passages=counted.n_passages,
        n_waiting=counted.n_waiting,
    )
