"""What can go wrong, in two kinds that never mix.

Bad *data* is a `Problem`: a value, collected and shown, and the note is kept.
A bad *request* or environment is a `NotewebError`: one line for the user, with what to do next.

    NotewebError
    ├── VaultNotFound        no such folder
    ├── NoteNotFound         no note by that name
    ├── NoteAmbiguous        several notes by that name
    ├── NotInGraph           no tag, no community by that name
    ├── NoteUnreadable       its file cannot be read
    ├── ConfigInvalid        noteweb.toml cannot be used as it is
    ├── IndexMismatch        the index was made by another model
    ├── IndexNewer           the index was made by a newer noteweb
    ├── IndexDamaged         a file of the index cannot be read
    ├── IndexBusy            another noteweb is writing
    ├── ModelUnavailable     the embedding model cannot be loaded
    ├── WriteFailed          a file could not be written
    ├── AlreadyThere         a file stands where one should be written
    ├── ClaimNotFound        no claim by that id
    ├── ExperimentNotFound   no experiment by that name
    ├── ExperimentUnreadable its file declares nothing that can be run
    ├── SandboxUnavailable   the machine offers no sandbox, and one was asked for
    ├── ExecutorUnavailable  the machines that should run it cannot be reached
    ├── ExtraMissing         a part of noteweb whose libraries are not installed
    ├── EditorFailed         the user's editor does not run
    ├── FontMissing          no font for a picture's labels
    ├── NobodyToAsk          a person has to decide, and none is at a terminal
    ├── ClaimsMissing        a view without claims, where evidence should be written
    ├── ConditionsMissing    a note that no document can set off
    ├── PeerFailed           another program that is measured beside noteweb gave no answer
    ├── DocumentUnreadable   a paper, page or library holds nothing that can be read
    └── BadRequest           an argument makes no sense, whatever the vault holds
        └── QueryInvalid     the text of a query cannot be read
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_LONGEST_REASON = 160  # characters; libraries quote what they could not read


class Severity(StrEnum):
    """How much a problem matters to the reader of the note."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in the data, with its place.

    Attributes
    ----------
    path : relative to the vault, with forward slashes
    line, column : counted from 1, in the note's text after repair; lines end at LF, CR LF or CR
    code : a stable kebab-case name, such as ``yaml-syntax``
    """

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str


class NotewebError(Exception):
    """The root: a message of one line, built from facts, and a hint on what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class VaultNotFound(NotewebError):
    """The folder that should hold the notes is not there, or is no folder."""

    def __init__(self, path: Path, reason: str = "does not exist") -> None:
        super().__init__(
            f"vault {path} {reason}",
            "give the folder of your notes with --vault DIR or $NOTEWEB_VAULT",
        )


class NoteNotFound(NotewebError):
    """No note has this id, path, title or alias."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        hint = f"did you mean: {', '.join(near)}" if near else "see the names with: noteweb graph"
        super().__init__(f"no note named {name!r}", hint)
        self.near = tuple(near)


class NoteAmbiguous(NotewebError):
    """Several notes have this title or alias."""

    def __init__(self, name: str, ids: Sequence[str]) -> None:
        super().__init__(f"{name!r} names {len(ids)} notes", f"say which: {', '.join(ids[:8])}")
        self.ids = tuple(ids)


class NotInGraph(NotewebError):
    """The graph holds nothing of this sort by this name."""

    def __init__(
        self, sort: str, name: str, near: Sequence[str] = (), hint: str = "see: noteweb graph"
    ) -> None:
        super().__init__(
            f"no {sort} {name!r}", f"did you mean: {', '.join(near)}" if near else hint
        )
        self.near = tuple(near)


class NoteUnreadable(NotewebError):
    """The note's file cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}", "see all such files with: noteweb check")


class ConfigInvalid(NotewebError):
    """noteweb.toml cannot be used as it stands."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}", "correct the file, or delete it to use the defaults")


class IndexMismatch(NotewebError):
    """The index belongs to another embedding model."""

    def __init__(self, *, have: str, want: str) -> None:
        super().__init__(
            f"the index was made by {have}, not by {want}",
            "leave --model and the setting away to go on with it, or make it anew with:"
            " noteweb index --rebuild (your notes are not touched)",
        )


class IndexNewer(NotewebError):
    """The index belongs to a newer noteweb."""

    def __init__(self, have: int, known: int) -> None:
        super().__init__(
            f"the index was made by a newer noteweb (layout {have}, this one knows {known})",
            "update noteweb, or make the index anew with: noteweb index --rebuild"
            " (your notes are not touched)",
        )


class IndexDamaged(NotewebError):
    """A file of the index cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the index file {path} cannot be used: {_readable(reason)}",
            "run: noteweb index, and if that does not mend it: noteweb index --rebuild"
            " (your notes are not touched)",
        )


class IndexBusy(NotewebError):
    """Another process holds the index's write lock."""

    def __init__(self, path: Path, waited_s: float) -> None:
        super().__init__(
            f"another noteweb has been writing the index for over {waited_s:g} s",
            f"wait for it, or stop it; the lock is {path}",
        )


class ModelUnavailable(NotewebError):
    """The embedding model cannot be loaded."""

    def __init__(
        self,
        name: str,
        reason: str,
        hint: str = "name another with --model, or search without one: --mode text",
    ) -> None:
        super().__init__(f"the model {name!r} cannot be loaded: {reason}", hint)


class WriteFailed(NotewebError):
    """A file could not be written; what stood there before still stands."""

    def __init__(
        self, path: Path, reason: str, hint: str = "check the space and the permissions there"
    ) -> None:
        super().__init__(f"cannot write {path}: {reason}", hint)


class AlreadyThere(NotewebError):
    """A file stands where one should be written, and nobody has said to replace it."""

    def __init__(self, path: Path, hint: str = "give another name") -> None:
        super().__init__(f"{path} is there already", hint)


class ClaimNotFound(NotewebError):
    """No claim of the vault has this id."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        hint = f"did you mean: {', '.join(near)}" if near else "see the ids with: noteweb claims"
        super().__init__(f"no claim with the id {name!r}", hint)
        self.near = tuple(near)


class ExperimentNotFound(NotewebError):
    """Neither the vault nor noteweb nor another package has this experiment."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        hint = f"did you mean: {', '.join(near)}" if near else "the vault's own lie in experiments/"
        super().__init__(f"no experiment named {name!r}", hint)
        self.near = tuple(near)


class ExperimentUnreadable(NotewebError):
    """The experiment's file declares nothing that can be run."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the experiment {name!r} cannot be used: {reason}",
            "its form: noteweb experiment new NAME",
        )


class SandboxUnavailable(NotewebError):
    """The machine offers no sandbox, and one was asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"no sandbox works here: {reason}",
            "install bubblewrap (bwrap), or run without --require-sandbox",
        )


class ExecutorUnavailable(NotewebError):
    """The machines that should run the experiments cannot be reached."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, hint or "run on this machine instead: --executor process")


class ExtraMissing(NotewebError):
    """A part of noteweb needs libraries that are not installed with it."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs libraries that are not installed",
            f"install them with: pip install 'noteweb[{extra}]'",
        )


class EditorFailed(NotewebError):
    """The user's editor could not be started, or ended with an error."""

    def __init__(self, path: Path, reason: str, *, is_new: bool = True) -> None:
        told = "is written, but not edited" if is_new else "cannot be edited"
        super().__init__(f"{path} {told}: {reason}", "set $VISUAL or $EDITOR")


class FontMissing(NotewebError):
    """There is no font to write a picture's labels in."""

    def __init__(self) -> None:
        super().__init__(
            "no font is installed to write the labels in",
            "install one (Debian: apt-get install fonts-dejavu-core), or export svg",
        )


class NobodyToAsk(NotewebError):
    """A person has to decide, and none is at a terminal."""

    def __init__(self, question: str) -> None:
        super().__init__(f"nobody is here to {question}", "at a terminal, or with --yes")


class PeerFailed(NotewebError):
    """Another program that is to be measured beside noteweb gave no answer."""

    def __init__(self, name: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{name} failed: {reason}", hint or "measure without it: --no-asreview")


class DocumentUnreadable(NotewebError):
    """A file that was named as a document, or a library of references, cannot be read as one."""

    def __init__(self, name: str, reason: str, hint: str) -> None:
        super().__init__(f"{name} {reason}", hint)
        self.name = name


class ClaimsMissing(NotewebError):
    """Evidence was to be written, and the view holds no claim."""

    def __init__(self) -> None:
        super().__init__("this view holds no claim", "see the claims there are: noteweb claims")


class ConditionsMissing(NotewebError):
    """A note has no conditions, so no document sets it off."""

    def __init__(self, note: str) -> None:
        super().__init__(f"{note} has no conditions", "give it an Activation or Receptor field")


def _readable(reason: str) -> str:
    """Give what a library says of a damaged file without the file's own bytes."""
    said = "".join(c if c.isprintable() and c.isascii() else "?" for c in reason)
    return said if len(said) <= _LONGEST_REASON else f"{said[:_LONGEST_REASON]} ..."


class BadRequest(NotewebError):
    """An argument makes no sense, whatever the vault holds; commands exit with 2."""


class QueryInvalid(BadRequest):
    """The text of a query cannot be read.

    `pointed` are the line of the text that is wrong and one that points at the place.
    """

    def __init__(self, reason: str, pointed: Sequence[str], hint: str) -> None:
        super().__init__(reason, "\n  ".join((*pointed, hint)))
