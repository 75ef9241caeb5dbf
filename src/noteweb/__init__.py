"""Ask a folder of research notes: see `NoteWeb`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.version import __version__

if TYPE_CHECKING:
    from noteweb.web import NoteWeb

__all__ = ["NoteWeb", "__version__"]


def __getattr__(name: str) -> type[NoteWeb]:
    # The command imports this package first, and its help must not wait for what it never uses.
    if name != "NoteWeb":
        message = f"module 'noteweb' has no attribute {name!r}"
        raise AttributeError(message)
    from noteweb.web import NoteWeb

    return NoteWeb
