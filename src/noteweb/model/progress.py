"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener to one piece of long work after the other."""

    def begin(self, label: str, total: int) -> None:
        """Start a piece of work of `total` steps; whatever ran before has ended."""
        ...

    def advance(self, n_steps: int) -> None:
        """Tell that `n_steps` more are done."""
        ...


class Silent:
    """A listener that says nothing."""

    def begin(self, label: str, total: int) -> None:
        """Hear nothing."""

    def advance(self, n_steps: int) -> None:
        """Hear nothing."""
