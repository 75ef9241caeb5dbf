"""Few texts in NumPy at once, many on an accelerator that takes seconds to start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from noteweb.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.embed.port import Embedder, Vectors
    from noteweb.embed.sbert import SbertEmbedder

#: NumPy encodes about 50 passages a second and core; torch and CUDA start in about ten seconds.
MANY = 1000


class AdaptiveEmbedder:
    """An `Embedder` that starts its accelerator with the first call for many texts.

    Parameters
    ----------
    small : for queries and few texts
    open_large : opens the accelerated one; if that fails, or finds no accelerator, or belongs to
        another space, `small` does everything
    """

    def __init__(self, small: Embedder, open_large: Callable[[], SbertEmbedder]) -> None:
        self._small = small
        self._open_large = open_large
        self.name = small.name
        self.identity = small.identity
        self.dim = small.dim
        self.max_tokens = small.max_tokens
        self.tokenizer = small.tokenizer

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages where it takes less time; see `Embedder.encode`."""
        embedder = self._small if len(texts) < MANY else self._large
        return embedder.encode(texts, on_done=on_done)

    def encode_query(self, text: str) -> Vectors:
        """Encode one query without the accelerator."""
        return self._small.encode_query(text)

    @cached_property
    def _large(self) -> Embedder:
        try:
            large = self._open_large()
        except ModelUnavailable:
            return self._small
        is_worth_it = large.device != "cpu" and large.identity == self.identity
        return large if is_worth_it else self._small
