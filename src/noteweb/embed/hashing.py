"""An encoder without a model: hashed words and character n-grams, for tests and bare machines.

Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning (ICML 2009).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from unicodedata import normalize
from zlib import crc32

import numpy as np

from noteweb.passage import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.embed.port import Vectors

_DIM = 256
_MAX_TOKENS = 254
_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """An `Embedder` that is the same on every machine; near texts share words or word parts."""

    def __init__(self) -> None:
        self.name = "hashing"
        self.identity = f"hashing:1:{_DIM}"
        self.dim = _DIM
        self.max_tokens = _MAX_TOKENS
        self.tokenizer = WordTokenizer()

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages; see `Embedder.encode`."""
        vectors = np.empty((len(texts), _DIM), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode_query(text)
            if on_done is not None:
                on_done(1)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Encode a text; one without words gets a direction of its own."""
        words = _WORD.findall(normalize("NFKC", text).casefold())
        counts = Counter(chain.from_iterable(map(_features, words)))
        hashes = np.fromiter(map(crc32, counts), np.int64, len(counts))
        weights = np.sqrt(np.fromiter(counts.values(), np.float64, len(counts)))
        signs = np.where(hashes & _DIM, -1.0, 1.0)  # a bit that the place does not use
        vector = np.bincount(hashes % _DIM, weights * signs, minlength=_DIM)
        if not vector.any():  # no feature, or each met its opposite
            vector[0] = 1
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@lru_cache(maxsize=2048)  # texts share most of their words, and cutting one up takes microseconds
def _features(word: str) -> tuple[bytes, ...]:
    padded = f"<{word}>"
    pieces = padded if word.isascii() else word
    # Two characters are half a word in Chinese, and nothing in English.
    sizes = (3, 4) if word.isascii() else (2, 3)
    parts = (pieces[i : i + size] for size in sizes for i in range(len(pieces) - size + 1))
    return tuple(part.encode("utf-8", "replace") for part in (padded, *parts))
