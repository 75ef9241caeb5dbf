"""A model's own tokenizer, read from its ``tokenizer.json``."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import tokenizers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """Give the text with U+FFFD, of the same length, for bytes that were not UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


class ModelTokenizer:
    """Tokens of one model: their ids for the encoder, their places for cutting passages.

    Parameters
    ----------
    path : of the tokenizer.json; the truncation and padding it sets are not used
    max_length : in tokens, special ones included; the rest of a text is cut off
    """

    def __init__(self, path: Path, max_length: int) -> None:
        self._path = path
        self._cutting = _load(path)
        self._cutting.enable_truncation(max_length)
        self.n_special: int = self._cutting.num_special_tokens_to_add(is_pair=False)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Give each text's token ids, special ones included, cut to the model's length."""
        clean = [replace_surrogates(text) for text in texts]
        if len(clean) == 1:  # a batch would start threads
            return [self._cutting.encode(clean[0]).ids]
        return [encoding.ids for encoding in self._cutting.encode_batch(clean)]

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Give the character spans of all tokens of the text, special ones left out."""
        clean = replace_surrogates(text)
        offsets: list[tuple[int, int]] = self._whole.encode(clean, add_special_tokens=False).offsets
        return offsets

    @cached_property
    def _whole(self) -> tokenizers.Tokenizer:
        # A second one, because truncation is a setting of the object and not of a call.
        return _load(self._path)


def _load(path: Path) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
