"""The catalogue: one SQLite file that knows every note, passage, vector row and edge.

It is derived from the notes and can be deleted at any time. Its generation counts commits; the
text index and the vector file belong to it (see `noteweb.index`). This module opens it and writes
it; `noteweb.index.lookup` asks it.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from noteweb.errors import IndexDamaged, IndexNewer, Problem, WriteFailed
from noteweb.model.codec import card_to_json, problems_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from noteweb.model.note import Card
    from noteweb.passage import Passage
    from noteweb.vault import NoteFile

#: The layout of the tables: an index of an older one is laid out anew, with the vectors it has
#: (`noteweb.index.takeover`), and one of a newer is refused.
LAYOUT = 2

#: What sqlite3 raises over a damaged file; its own message may be no Unicode, and then it fails.
_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)

#: How a passage of the body is written in the `field` column.
BODY = "body"

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notes (
  nid INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL, own_id TEXT NOT NULL, path TEXT NOT NULL UNIQUE, file BLOB NOT NULL,
  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest BLOB NOT NULL,
  title TEXT NOT NULL, category TEXT NOT NULL, card TEXT NOT NULL, problems TEXT NOT NULL,
  vector BLOB
);
CREATE INDEX notes_id ON notes (id);
CREATE TABLE unread (
  path TEXT NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL
);
CREATE TABLE tags (
  tag TEXT NOT NULL, nid INTEGER NOT NULL, PRIMARY KEY (tag, nid)
) WITHOUT ROWID;
CREATE INDEX tags_nid ON tags (nid);
CREATE TABLE passages (
  pid INTEGER PRIMARY KEY AUTOINCREMENT,
  nid INTEGER NOT NULL, field TEXT NOT NULL, ordinal INTEGER NOT NULL,
  heading TEXT NOT NULL, prefix TEXT NOT NULL, text TEXT NOT NULL,
  line INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  joint INTEGER, -- Passage.group
  key BLOB NOT NULL, row INTEGER
);
CREATE INDEX passages_nid ON passages (nid);
CREATE INDEX passages_row ON passages (row, nid, ordinal, field); -- all that find_places gives
CREATE INDEX passages_key ON passages (key);
CREATE TABLE vectors (key BLOB PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE phrases (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE edges (
  source INTEGER NOT NULL, target INTEGER NOT NULL, kind TEXT NOT NULL, how TEXT NOT NULL,
  weight REAL NOT NULL, line INTEGER NOT NULL, name TEXT NOT NULL
);
CREATE INDEX edges_kind ON edges (kind, how);
"""

#: Made by whoever has neighbours to keep, for catalogues of this layout may lack it.
_NEIGHBOURS = """
CREATE TABLE IF NOT EXISTS neighbours (
  nid INTEGER PRIMARY KEY, nids BLOB NOT NULL, cosines BLOB NOT NULL
)
"""


class Catalogue:
    """The catalogue, opened; a context manager that closes it.

    Where another process writes, it waits for `wait_s` at most.

    Raises
    ------
    IndexDamaged
        where the file is no readable catalogue
    IndexNewer
        where a newer noteweb wrote it
    WriteFailed
        where it has to be made and the folder cannot be written
    """

    def __init__(self, path: Path, *, wait_s: float = 30.0) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
            self._db.execute("PRAGMA synchronous=NORMAL")
            if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                self._create()
        except sqlite3.OperationalError as error:
            raise WriteFailed(path, str(error)) from error
        except _DAMAGE as error:
            raise IndexDamaged(path, _said(error)) from error
        layout = self.meta("layout")
        if not layout.isascii() or not layout.isdigit():
            self.close()
            raise IndexDamaged(path, "it names no layout")
        if int(layout) > LAYOUT:
            self.close()
            raise IndexNewer(int(layout), LAYOUT)
        if int(layout) < LAYOUT:
            self._take_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside as one, or nothing of it.

        Raises
        ------
        WriteFailed
            where the disk refuses
        IndexDamaged
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise WriteFailed(self.path, str(error)) from error
        except _DAMAGE as error:
            raise IndexDamaged(self.path, _said(error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See one state of the catalogue for several questions, whatever is written meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and give all its rows.

        Raises
        ------
        IndexDamaged
        """
        try:
            return self._db.execute(sql, values).fetchall()
        except _DAMAGE as error:
            raise IndexDamaged(self.path, _said(error)) from error

    def meta(self, key: str) -> str:
        """Give a setting of the index, empty where there is none."""
        found = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else ""

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting of the index."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        """How many times the notes and passages have changed."""
        return int(self.meta("generation") or 0)

    def bump(self) -> None:
        """Count a change of notes or passages."""
        self.set_meta("generation", str(self.generation + 1))

    @property
    def n_rows(self) -> int:
        """How many rows of the vector file count."""
        return int(self.meta("n_rows") or 0)

    def add(self, file: NoteFile, digest: bytes, card: Card, problems: tuple[Problem, ...]) -> int:
        """Add a note, or put it in the place of the one at its path; give its nid.

        A note keeps its nid, and until they are found anew its id, edges and vector.
        """
        self._db.execute(
            "INSERT INTO notes (id, own_id, path, file, size, mtime_ns, digest, title, category,"
            " card, problems) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (path) DO UPDATE SET"
            " id = CASE own_id WHEN excluded.own_id THEN id ELSE excluded.id END,"
            " own_id = excluded.own_id, file = excluded.file, size = excluded.size,"
            " mtime_ns = excluded.mtime_ns, digest = excluded.digest, title = excluded.title,"
            " category = excluded.category, card = excluded.card, problems = excluded.problems",
            (
                clean(card.id),
                clean(card.id),
                file.path,
                file.file,
                file.size,
                file.mtime_ns,
                digest,
                clean(card.title),
                clean(card.category).casefold(),
                card_to_json(card),
                problems_to_json(problems),
            ),
        )
        nid = int(self.rows("SELECT nid FROM notes WHERE path = ?", (file.path,))[0][0])
        for table in ("tags", "passages"):
            self._db.execute(f"DELETE FROM {table} WHERE nid = ?", (nid,))
        self._db.executemany(
            "INSERT OR IGNORE INTO tags VALUES (?, ?)",
            [(clean(tag), nid) for tag in tags_with_parents(card.tags)],
        )
        return nid

    def add_passages(self, nid: int, passages: Iterable[tuple[Passage, bytes]]) -> None:
        """Add a note's passages, each with its content key; known contents get their vector."""
        known = "SELECT row FROM vectors WHERE key = ?"
        self._db.executemany(
            "INSERT INTO passages (nid, field, ordinal, heading, prefix, text, line, start, end,"
            f" joint, key, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ({known}))",
            [
                (
                    nid,
                    p.field.value if p.field else BODY,
                    p.ordinal,
                    clean(p.heading),
                    clean(p.prefix),
                    clean(p.text),
                    p.line,
                    p.start,
                    p.end,
                    p.group,
                    key,
                    key,
                )
                for p, key in passages
            ],
        )

    def remove(self, paths: Iterable[str]) -> tuple[int, ...]:
        """Forget notes with their edges; give their nids.

        Their vectors stay, in case the text comes back.
        """
        gone = [
            (int(found[0][0]),)
            for path in paths
            if (found := self.rows("SELECT nid FROM notes WHERE path = ?", (path,)))
        ]
        for table in ("notes", "tags", "passages"):
            self._db.executemany(f"DELETE FROM {table} WHERE nid = ?", gone)
        if gone:
            # Whatever stops a run before edges are found anew, none leads nowhere.
            known = "(SELECT nid FROM notes)"
            self._db.execute(
                f"DELETE FROM edges WHERE source NOT IN {known} OR target NOT IN {known}"
            )
        return tuple(nid for (nid,) in gone)

    def touch(self, files: Iterable[NoteFile]) -> None:
        """Keep new time stamps of files whose bytes are the same."""
        self._db.executemany(
            "UPDATE notes SET size = ?, mtime_ns = ?, file = ? WHERE path = ?",
            [(f.size, f.mtime_ns, f.file, f.path) for f in files],
        )

    def rename(self, ids: Mapping[int, str]) -> None:
        """Give notes their settled ids, by nid."""
        self._db.executemany(
            "UPDATE notes SET id = ? WHERE nid = ?", [(clean(i), nid) for nid, i in ids.items()]
        )

    def set_unread(self, problems: Iterable[Problem]) -> None:
        """Replace the list of files that could not be read."""
        self._db.execute("DELETE FROM unread")
        self._db.executemany(
            "INSERT INTO unread VALUES (?, ?, ?, ?)",
            [(p.path, p.code, p.severity.value, p.message) for p in problems],
        )

    def add_vectors(self, first_row: int, keys: Sequence[bytes]) -> None:
        """Tell that rows from `first_row` on hold the vectors of these contents."""
        rows = [(key, row) for row, key in enumerate(keys, start=first_row)]
        self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        self._db.executemany(
            "UPDATE passages SET row = ? WHERE key = ? AND row IS NULL", [(r, k) for k, r in rows]
        )
        self.set_meta("n_rows", str(first_row + len(keys)))

    def renumber_rows(self, rows: Mapping[int, int]) -> None:
        """Give vectors their new rows, by old row, and forget the vectors that have none."""
        kept = [
            (key, rows[row])
            for key, row in self.rows("SELECT key, row FROM vectors")
            if row in rows
        ]
        self._db.execute("DELETE FROM vectors")
        self._db.executemany("INSERT INTO vectors VALUES (?, ?)", kept)
        self._db.execute(
            "UPDATE passages SET row = (SELECT v.row FROM vectors v WHERE v.key = passages.key)"
        )
        self.set_meta("n_rows", str(len(rows)))

    def add_phrases(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors (float32 bytes) of titles and names by content key."""
        self._db.executemany("INSERT OR REPLACE INTO phrases VALUES (?, ?)", vectors.items())

    def forget_phrases(self) -> None:
        """Drop what `add_phrases` kept."""
        self._db.execute("DELETE FROM phrases")

    def set_note_vectors(self, vectors: Iterable[tuple[int, bytes]]) -> None:
        """Keep each note's vector (float32 bytes) by nid."""
        self._db.executemany(
            "UPDATE notes SET vector = ? WHERE nid = ?", [(v, nid) for nid, v in vectors]
        )

    def forget_note_vectors(self, nids: Iterable[int] | None) -> None:
        """Drop the vectors of these notes, or of all."""
        if nids is None:
            self._db.execute("UPDATE notes SET vector = NULL")
        else:
            self._db.executemany(
                "UPDATE notes SET vector = NULL WHERE nid = ?", [(nid,) for nid in nids]
            )

    def set_edges(
        self,
        kind: str,
        how: str,
        edges: Iterable[Sequence[Any]],
        sources: Iterable[int] | None = None,
    ) -> None:
        """Replace the edges of a kind found in one way: (source, target, weight, line, name).

        With `sources` only those that come from these notes are replaced.
        """
        if sources is None:
            self._db.execute("DELETE FROM edges WHERE kind = ? AND how = ?", (kind, how))
        else:
            self._db.executemany(
                "DELETE FROM edges WHERE source = ? AND kind = ? AND how = ?",
                [(nid, kind, how) for nid in sources],
            )
        self._db.executemany(
            "INSERT INTO edges (source, target, kind, how, weight, line, name)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(s, t, kind, how, w, line, clean(name)) for s, t, w, line, name in edges],
        )

    def set_neighbours(self, lists: Iterable[tuple[int, bytes, bytes]], *, is_all: bool) -> None:
        """Keep the nearest notes of each: nid, their nids (int64 bytes), cosines (float32 bytes).

        Of all notes, or of some besides what is known of the others.
        """
        self._db.execute(_NEIGHBOURS)
        if is_all:
            self._db.execute("DELETE FROM neighbours")
        self._db.execute("DELETE FROM neighbours WHERE nid NOT IN (SELECT nid FROM notes)")
        self._db.executemany("INSERT OR REPLACE INTO neighbours VALUES (?, ?, ?)", lists)

    def neighbours(self) -> dict[int, tuple[bytes, bytes]]:
        """Give what `set_neighbours` kept, by nid."""
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'neighbours'"):
            return {}
        return {n: (near, s) for n, near, s in self.rows("SELECT * FROM neighbours")}

    def forget_vectors(self) -> None:
        """Drop every vector: the next run embeds all passages anew."""
        self._db.execute("DELETE FROM vectors")
        self.forget_phrases()
        self._db.execute("UPDATE passages SET row = NULL")
        self._db.execute("UPDATE notes SET vector = NULL")
        self.set_meta("n_rows", "0")

    def _take_over(self) -> None:
        from noteweb.index.takeover import take_over

        try:
            take_over(self._db, _TABLES, LAYOUT)
        except sqlite3.OperationalError as error:
            self.close()
            raise WriteFailed(self.path, str(error)) from error
        except (*_DAMAGE, ValueError) as error:
            self.close()
            raise IndexDamaged(self.path, _said(error)) from error

    def _create(self) -> None:
        # WAL: a reader never waits for a writer.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(f"BEGIN;{_TABLES}COMMIT;")
        self.set_meta("layout", str(LAYOUT))


def _said(error: Exception) -> str:
    return "its tables are malformed" if isinstance(error, UnicodeDecodeError) else str(error)


def tags_with_parents(tags: Iterable[str]) -> tuple[str, ...]:
    """Give each tag and the tags above it, folded: ``Theory/Bounds`` gives also ``theory``."""
    found: dict[str, None] = {}
    for tag in tags:
        levels = tag.casefold().split("/")
        for depth in range(1, len(levels) + 1):
            found["/".join(levels[:depth])] = None
    return tuple(found)


def clean(text: str) -> str:
    """Give `text` with lone surrogates (bytes that are no UTF-8) as U+FFFD: SQLite takes no other.

    The note itself keeps them; this is for what is stored to be searched and shown.
    """
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
