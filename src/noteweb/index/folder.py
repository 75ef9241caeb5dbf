"""The index of a vault: catalogue, vectors, text index and inferred edges, kept up to date.

    index.sqlite     the catalogue; its commit decides what counts
    vectors-N.f32    rows the catalogue points to
    text/            tantivy
    manifest.json    which generation of the catalogue the text index holds, and the files' seals
    ann-N.faiss      inverted lists over the vectors, only for large vaults
    layout.json      the map of the graph, once it was drawn
    background.*     what unrelated questions find, and their vectors

A run may stop at any moment. Vectors beyond the catalogue's count are overwritten, and a text
index whose manifest lags behind the catalogue is made anew from it. At every moment the text index
holds all passages of the catalogue; those that the catalogue does not know are passed over.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from noteweb.errors import IndexBusy, IndexDamaged, WriteFailed
from noteweb.index.catalogue import Catalogue
from noteweb.index.lookup import find_language
from noteweb.index.seal import is_intact, seal_folder
from noteweb.text.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.index.seal import Seal
    from noteweb.index.textindex import TextIndex, TextRow

#: The layout of the text index, in the manifest since 2.
TEXT_LAYOUT = 2

_SAMPLE = 800  # characters of a passage that tell its language

#: How long a writer waits for another one, and a reader who finds notes that are not indexed yet.
WRITER_WAIT_S = 60.0
READER_WAIT_S = 0.05
_STEP_S = 0.01

_OWN_FILES = (
    "index.sqlite*",
    "vectors-*.f32",
    "manifest.json*",
    "ann*.faiss",
    "ann*.partial",
    "layout.json*",
    "background.*",
)


class Index:
    """An index folder, opened; a context manager that closes its files.

    Raises
    ------
    WriteFailed, IndexDamaged, IndexNewer
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("# made by noteweb; can be deleted\n*\n", encoding="utf-8")
        except OSError as error:
            raise WriteFailed(folder, error.strerror or str(error)) from error
        self.catalogue = Catalogue(folder / "index.sqlite")
        self._proven: dict[str, Seal] = {}  # of files that were read or written here
        self._mapped: tuple[object, NDArray[np.float32]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        self.catalogue.close()
        self._mapped = None

    def mark(self) -> object:
        """Give a value that changes whenever anybody writes the index or makes it anew."""
        try:
            found = (self.folder / "index.sqlite").stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, *self.catalogue.rows("SELECT * FROM meta ORDER BY key")

    @cached_property
    def text(self) -> TextIndex:
        """The lexical half."""
        from noteweb.index.textindex import TextIndex

        return TextIndex(self.folder / "text")

    @property
    def vectors_path(self) -> Path:
        """The vector file that counts now."""
        return self.folder / f"vectors-{self.catalogue.meta('vectors_file') or 0}.f32"

    @property
    def ann_path(self) -> Path:
        """FAISS's file for these vectors, which only a large vault has."""
        return self.vectors_path.with_name(f"ann-{self.catalogue.meta('vectors_file') or 0}.faiss")

    @property
    def dim(self) -> int:
        """The length of a vector, 0 before any was made."""
        return int(self.catalogue.meta("dim") or 0)

    @property
    def space(self) -> str:
        """The identity of the model the vectors belong to, empty for a text-only index."""
        return self.catalogue.meta("space")

    def vectors(self) -> NDArray[np.float32]:
        """Map the vectors, shape (n_rows, dim), unit rows.

        The map is kept while the file is as it was: each page of a new one costs a fault again.

        Raises
        ------
        IndexDamaged
        """
        from noteweb.index.vectors import map_rows

        path, n_rows, dim = self.vectors_path, self.catalogue.n_rows, self.dim
        about = path.stat() if path.exists() else None
        mark = path, n_rows, dim, about and (about.st_ino, about.st_size, about.st_mtime_ns)
        if self._mapped is None or self._mapped[0] != mark:
            self._mapped = mark, map_rows(path, n_rows, dim)
        return self._mapped[1]

    @contextmanager
    def reading_vectors(self) -> Iterator[NDArray[np.float32]]:
        """Give the vectors to what checks the rows it uses.

        Raises
        ------
        IndexDamaged
            where those are no unit vectors
        """
        from noteweb.index.vectors import NotUnitVectors

        try:
            yield self.vectors()
        except NotUnitVectors as error:
            raise IndexDamaged(self.vectors_path, "it holds no unit vectors") from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See one state of catalogue and words, whatever is written meanwhile.

        Words are there before the catalogue counts them and stay until it does not. So those taken
        over between two looks that find the same generation hold all of its passages.
        """
        generation = self.catalogue.generation
        while True:
            self.text.reload()
            with self.catalogue.snapshot():
                before, generation = generation, self.catalogue.generation
                if before == generation:
                    yield
                    return

    @contextmanager
    def lock(self, wait_s: float = WRITER_WAIT_S) -> Iterator[None]:
        """Be the only writer.

        Raises
        ------
        IndexBusy
        """
        from filelock import FileLock, Timeout

        path = self.folder / "lock"
        try:
            with FileLock(path, timeout=wait_s, poll_interval=_STEP_S):
                self._mapped = None  # Windows deletes no file that is mapped
                yield
        except Timeout as error:
            raise IndexBusy(path, wait_s) from error

    def is_text_current(self, *, is_thorough: bool = False) -> bool:
        """Whether the text index holds the catalogue's generation and is as it was written.

        Thoroughly, its files are read also where they look untouched.
        """
        generation, layout, seals = self._manifest
        if not seals:
            return self.catalogue.generation == 0
        if (generation, layout) != (self.catalogue.generation, TEXT_LAYOUT):
            return False
        found = is_intact(self.folder / "text", seals, is_thorough=is_thorough)
        if found and is_thorough:
            self._proven = seals
        return found

    @property
    def has_read_text(self) -> bool:
        """Whether each file of the text index was read or written here, as it is sealed."""
        return self._manifest[2].items() <= self._proven.items()

    def has_damaged_vectors(self) -> bool:
        """Whether a vector is missing or none; reads the whole file."""
        from noteweb.index.vectors import find_damaged

        n_rows = self.catalogue.n_rows
        return n_rows > 0 and len(find_damaged(self.vectors_path, n_rows, self.dim)) > 0

    def write_manifest(self) -> None:
        """Tell that the text index holds the catalogue's generation, in one step."""
        *_, known = self._manifest
        is_proven = known.items() <= self._proven.items()
        try:
            seals = seal_folder(self.folder / "text", known)
        except OSError as error:
            raise WriteFailed(self.folder / "text", error.strerror or str(error)) from error
        manifest = {
            "generation": self.catalogue.generation,
            "text_layout": TEXT_LAYOUT,
            "space": self.space,
            "dim": self.dim,
            "text": seals,
        }
        self.replace("manifest.json", (json.dumps(manifest) + "\n").encode())
        self._proven = seals if is_proven else {}

    def read_layout(self) -> str:
        """Give the map as it was stored, empty where there is none."""
        try:
            return (self.folder / "layout.json").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def keep_layout(self, text: str) -> None:
        """Store the map.

        Raises
        ------
        WriteFailed
        """
        self.replace("layout.json", text.encode())

    def replace(self, name: str, data: bytes) -> None:
        """Replace a file of the folder in one step, also where others do the same.

        Raises
        ------
        WriteFailed
        """
        path, partial = self.folder / name, self.folder / f"{name}.{os.getpid()}.partial"
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise WriteFailed(path, error.strerror or str(error)) from error

    def mend_text(self) -> None:
        """Make the text index anew from the catalogue; a sound one in one step, for its readers."""
        if not self.is_text_current(is_thorough=not self.has_read_text):
            self.__dict__.pop("text", None)
            shutil.rmtree(self.folder / "text", ignore_errors=True)
        with self.text.writing() as writer:
            writer.replace_all(self._all_rows())
        self.write_manifest()

    def text_rows(self, nids: list[int]) -> Iterator[TextRow]:
        """Give what the text index keeps of these notes."""
        from noteweb.index.textindex import TextRow

        for nid in nids:
            usual = find_language(self.catalogue, nid)
            for pid, field, prefix, text in self.catalogue.rows(
                "SELECT pid, field, prefix, text FROM passages WHERE nid = ?", (nid,)
            ):
                # Fields in English over a body in German: each passage has its own language.
                language = guess_language(text[:_SAMPLE]) or usual
                yield TextRow(pid=pid, nid=nid, field=field, text=prefix + text, language=language)

    @property
    def _manifest(self) -> tuple[int, int, dict[str, Seal]]:
        """The generation of the text index, its layout and the seals of its files."""
        path = self.folder / "manifest.json"
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            seals = {
                str(name): (int(size), int(mtime_ns), int(checksum))
                for name, (size, mtime_ns, checksum) in read["text"].items()
            }
            return int(read["generation"]), int(read.get("text_layout", 1)), seals
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return -1, 0, {}  # missing or unreadable: the text index is made anew

    def _all_rows(self) -> Iterator[TextRow]:
        return self.text_rows([nid for (nid,) in self.catalogue.rows("SELECT nid FROM notes")])


def remove_index(folder: Path) -> None:
    """Delete an index's own files from its folder and leave everything else there.

    Raises
    ------
    WriteFailed
        where the system refuses
    """
    try:
        for pattern in _OWN_FILES:
            for path in folder.glob(pattern):
                path.unlink()
        text = folder / "text"
        if text.is_dir() and not text.is_symlink():
            shutil.rmtree(text)
        else:
            text.unlink(missing_ok=True)
    except OSError as error:
        raise WriteFailed(folder, error.strerror or str(error)) from error
