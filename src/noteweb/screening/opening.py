"""What a command names, opened: criteria in a file or a note, and the model that reads records."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, cast

from noteweb.config import FILE_NAME
from noteweb.embed import open_embedder
from noteweb.errors import BadRequest, DocumentUnreadable
from noteweb.indexed_vault import IndexedVault
from noteweb.intake import Format, read_file, show_path, sniff, suffix_of
from noteweb.model.note import Field, PartKind
from noteweb.parse.notes import parse_note
from noteweb.screening.criteria import Criteria, read_criteria
from noteweb.screening.meaning import Meaning
from noteweb.vault import CACHE_NAME, find_root

if TYPE_CHECKING:
    from noteweb.embed.opening import Device
    from noteweb.model.note import Note
    from noteweb.model.progress import Progress

_FRONT = (PartKind.PREFIX, PartKind.FENCE, PartKind.FRONTMATTER)
_HINT = "give criteria as text or Markdown, or name a note with --vault DIR"


def find_criteria(name: str, vault: Path | None) -> Criteria:
    """Read the criteria that a command means: a file's, else those of a note of the vault.

    Parameters
    ----------
    vault : where to look for a note; None looks where a vault is marked, and nowhere else

    Raises
    ------
    DocumentUnreadable, BadRequest, NoteNotFound, NoteAmbiguous, NotewebError
    """
    path = Path(name).expanduser()
    if os.path.lexists(path):
        data = read_file(path)
        if sniff(data, name, suffix=suffix_of(name)) not in (Format.MARKDOWN, Format.TEXT):
            raise DocumentUnreadable(show_path(path), "is no text with criteria", _HINT)
        return _read(parse_note(data, path=path.name), title="")
    root = vault or _find_marked()
    if root is None:
        raise DocumentUnreadable(show_path(path), "does not exist", _HINT)
    with IndexedVault.open(root) as opened:
        note = opened.note(name)
    return _read(note, title=note.card.title)


def open_meaning(
    library: Path, model: str, device: str | None, progress: Progress
) -> Meaning | None:
    """Give what embeds a library's records, kept in the user's cache; None for the model "none".

    Raises
    ------
    ModelUnavailable, BadRequest
    """
    if model == "none":
        return None
    from platformdirs import user_cache_path

    mark = blake2b(os.fsencode(library.resolve()), digest_size=6).hexdigest()
    return Meaning(
        embedder=open_embedder(model, device=cast("Device", device or "auto"), purpose="bulk"),
        cache=user_cache_path("noteweb") / "screening" / f"{library.name}-{mark}",
        progress=progress,
    )


def choose_labels(library: Path) -> Path:
    """Give the file that keeps a library's answers where no other is named: beside it.

    Raises
    ------
    BadRequest : it is a pipe, so nothing lies beside it
    """
    if not library.is_file():
        message = f"{show_path(library)} is no file beside which answers could be kept"
        raise BadRequest(message, "name a file for them: --labels FILE")
    return library.with_name(f"{library.name}.labels.jsonl")


def _find_marked() -> Path | None:
    named = os.environ.get("NOTEWEB_VAULT")
    root = find_root(Path.cwd(), named)
    is_marked = named or (root / FILE_NAME).is_file() or (root / CACHE_NAME).is_dir()
    return root if is_marked else None


def _read(note: Note, title: str) -> Criteria:
    """Take a note's conditions where it has any, else its body."""
    units = [unit for unit in note.units if unit.field in (Field.RECEPTOR, Field.ACTIVATION)]
    if units:
        return Criteria(title=note.card.title, wanted=tuple(unit.text for unit in units))
    body = [part for part in note.parts if part.kind not in _FRONT]
    return read_criteria("".join(note.text[part.start : part.end] for part in body), title)
