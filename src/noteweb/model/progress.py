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

    def tell(self, n_steps: float, note: str) -> None:
        """Tell how much of the steps under way is done by now, in steps, and what is going on.

        None of it counts as done; the next word takes the place of this one.
        """
        ...


class Silent:
    """A listener that says nothing."""

    def begin(self, label: str, total: int) -> None:
        """Hear nothing."""

    def advance(self, n_steps: int) -> None:
        """Hear nothing."""

    def tell(self, n_steps: float, note: str) -> None:
        """Hear nothing."""
