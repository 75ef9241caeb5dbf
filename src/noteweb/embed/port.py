"""What every encoder offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from noteweb.passage import Tokenizer

    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """The model's name; `open_embedder` takes it."""
        ...

    @property
    def identity(self) -> str:
        """Names the vector space: vectors of one identity may be compared, others never."""
        ...

    @property
    def dim(self) -> int:
        """Of the vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """Of a passage before its rest is cut off; special tokens and prompts left out."""
        ...

    @property
    def tokenizer(self) -> Tokenizer:
        """The one that counts these tokens."""
        ...

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages.

        Parameters
        ----------
        on_done : called in the caller's thread with how many more texts are done

        Returns
        -------
        float32, shape (n_texts, dim), unit rows in the order of the texts
        """
        ...

    def encode_query(self, text: str) -> Vectors:
        """Encode one query; float32, shape (dim,), unit length."""
        ...
