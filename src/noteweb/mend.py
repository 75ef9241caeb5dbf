"""Writing into a note's file: only when asked, all or nothing, never over what somebody else wrote.

A repair of the encoding is written whole, and only where it can be undone exactly.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from noteweb.errors import Problem, WriteFailed
from noteweb.vault import join_long, read_file, read_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noteweb.model.note import Note
    from noteweb.vault import NoteFile

    #: From and to in a note's text, and what is to stand there.
    Edit = tuple[int, int, str]

_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_NEW_FILE = 0o644  # mkstemp makes files that only their owner may read


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A note whose text had been read in a wrong encoding, and the text it was.

    `text` encoded as `note_encoding` is what the file should hold; the inverse is exact, so the
    damaged file can be made again from it.
    """

    file: NoteFile
    encoding: str  # the one its UTF-8 had been read as
    note_encoding: str
    original: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a note's file holds, and what it should hold."""

    file: NoteFile
    before: bytes
    after: bytes


def find_repairs(root: Path, files: Iterable[NoteFile]) -> Iterator[Repair]:
    """Give the repair of each of these files that needs one."""
    for file in files:
        note = read_note(root, file)
        if not isinstance(note, Problem) and note.card.repaired:
            yield Repair(
                file=file,
                encoding=note.card.repaired,
                note_encoding=note.encoding,
                original=note.original,
                text=note.text,
            )


def write_repair(root: Path, repair: Repair) -> None:
    """Put the repaired text in the file's place, in one step, its permissions kept.

    Raises
    ------
    WriteFailed
        where the file changed since it was read, or the disk refuses; it then stands as before
    """
    before = repair.original.encode(repair.note_encoding, "surrogateescape")
    after = repair.text.encode(repair.note_encoding, "surrogateescape")
    write_change(root, Change(file=repair.file, before=before, after=after))


def write_change(root: Path, change: Change) -> None:
    """Put the new bytes in the file's place, in one step, its permissions kept.

    Raises
    ------
    WriteFailed
        where the file changed since it was read, leads out of the vault, is read-only, or the
        disk refuses; it then stands as before
    """
    path = Path(os.fsdecode(join_long(os.fsencode(root), change.file.file)))
    real = path.resolve()
    if not real.is_relative_to(root.resolve()):
        raise WriteFailed(path, "it is a symbolic link out of the vault", "write it there yourself")
    if read_file(root, change.file) != change.before:
        raise WriteFailed(path, "it changed while it was being read", "say it again")
    # The file is replaced, which asks for no permission of its own, and the system refuses root
    # nothing.
    if not real.stat().st_mode & _ANY_WRITE:
        raise WriteFailed(path, "it is read-only", "let somebody write it first: chmod u+w")
    replace_bytes(real, change.after)


def splice(data: bytes, note: Note, edits: Iterable[Edit]) -> bytes:
    """Give a note's bytes with texts in the place of spans of its text, each other byte as it is.

    Parameters
    ----------
    note : `data` parsed, and not repaired

    Raises
    ------
    WriteFailed
        where text and bytes cannot be told apart
    """
    kept, made, at = [], [], 0
    for start, stop, text in sorted(edits):
        kept += [note.text[at:start], note.text[start:stop]]
        made += [note.text[at:start], text]
        at = stop
    before, after = (
        b"".join(
            each.encode(note.encoding, "surrogateescape") for each in (*pieces, note.text[at:])
        )
        for pieces in (kept, made)
    )
    if before != data:
        path = Path(note.card.path)
        raise WriteFailed(path, "its bytes cannot be told apart", "save it as UTF-8")
    return after


def replace_bytes(path: Path, data: bytes) -> None:
    """Replace a file's content so that a reader sees the old or the new one, never a part.

    Raises
    ------
    WriteFailed
    """
    with replace_file(path) as stream:
        stream.write(data)


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose bytes become the file's content at the end, in one step, or not at all.

    Raises
    ------
    WriteFailed
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".noteweb-")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(path.stat().st_mode & 0o7777 if path.exists() else _NEW_FILE)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise WriteFailed(path, error.strerror or str(error)) from error
