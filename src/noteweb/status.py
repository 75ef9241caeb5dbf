"""What an index holds and how far it lags behind the notes, read without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from noteweb.index.lookup import count, find_files
from noteweb.vault import scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noteweb.config import Config
    from noteweb.index.folder import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a vault and its index.

    Attributes
    ----------
    n_new, n_changed, n_gone : notes the next command will read or forget
    n_waiting : passages that have no vector yet
    index_mb : size of the index folder, in millions of bytes
    damaged : the parts that are not as they were written, which ``noteweb index`` mends
    unreadable : files and folders that cannot be read; the index keeps what it has of them
    """

    root: Path
    folder: Path
    model: str  # that made the vectors, empty where there are none
    wanted_model: str  # that the settings name
    generation: int = 0
    n_notes: int = 0
    n_passages: int = 0
    n_vectors: int = 0
    n_waiting: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_gone: int = 0
    index_mb: float = 0.0
    damaged: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def read_status(root: Path, folder: Path, config: Config) -> Status:
    """Compare index and notes by path, size and time.

    Raises
    ------
    IndexDamaged, IndexNewer
    """
    found = scan(root, config, is_thorough=True)
    files = found.files
    if not (folder / "index.sqlite").exists():
        return Status(
            root=root,
            folder=folder,
            model="",
            wanted_model=config.model or "default",
            n_new=len(files),
        )
    from noteweb.index.folder import Index

    with Index(folder) as index:
        catalogue = index.catalogue
        known = find_files(catalogue)
        counted = count(catalogue)
        return Status(
            root=root,
            folder=folder,
            model=catalogue.meta("model"),
            wanted_model=config.model or "default",
            generation=catalogue.generation,
            n_notes=counted.n_notes,
            n_passages=counted.n_passages,
            n_vectors=counted.n_vectors,
            n_waiting=counted.n_waiting,
            n_new=sum(file.path not in known for file in files),
            n_changed=sum(f.path in known and known[f.path][0] != f for f in files),
            n_gone=len(found.find_gone(known)),
            unreadable=tuple(p.path for p in found.problems if p.code.startswith("unreadable-")),
            index_mb=_size_mb(folder),
            damaged=tuple(_find_damage(index)),
        )


def _find_damage(index: Index) -> Iterator[str]:
    if not index.is_text_current(is_thorough=True):
        yield "words"
    if index.has_damaged_vectors():
        yield "vectors"


def _size_mb(folder: Path) -> float:
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return round(sum(sizes) / 1_000_000, 1)
