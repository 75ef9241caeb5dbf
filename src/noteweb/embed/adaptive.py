"""Few texts by what starts at once, many by what is quicker and takes longer to start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from noteweb.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.embed.port import Embedder, Vectors


class AdaptiveEmbedder:
    """An `Embedder` that starts a quicker one once it has been given many texts.

    Parameters
    ----------
    small : for queries and few texts
    open_large : opens the quicker one; if that fails, gives nothing, or one of another space,
        `small` does everything
    many : how many texts are many, over all calls
    """

    def __init__(
        self, small: Embedder, open_large: Callable[[], Embedder | None], *, many: int
    ) -> None:
        self._small = small
        self._open_large = open_large
        self._many = many
        self._n_asked = 0
        self.name = small.name
        self.identity = small.identity
        self.dim = small.dim
        self.max_tokens = small.max_tokens
        self.tokenizer = small.tokenizer

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages where it takes less time; see `Embedder.encode`."""
        # Over all calls: an index hands over its passages by shards.
        self._n_asked += len(texts)
        embedder = self._small if self._n_asked < self._many else self._large
        return embedder.encode(texts, on_done=on_done)

    def encode_query(self, text: str) -> Vectors:
        """Encode one query by what is there at once."""
        return self._small.encode_query(text)

    @cached_property
    def _large(self) -> Embedder:
        try:
            large = self._open_large()
        except ModelUnavailable:
            return self._small
        return large if large and large.identity == self.identity else self._small
