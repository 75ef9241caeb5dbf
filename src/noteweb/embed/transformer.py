"""BERT's forward pass in NumPy, over texts of different lengths laid end to end, without padding.

Source: Devlin et al., BERT (2019), arXiv:1810.04805; the layers as in `transformers` BertModel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from noteweb.embed.gelu import gelu_in_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noteweb.embed.port import Vectors

#: exp(80) times 512 tokens stays finite in float32 (largest 3.4e38), exp(-80) is still normal.
_SAFE_SCORE = 80.0
_SCORES = 262_144  # floats: 1 MB of attention scores stays in a core's second-level cache


_LAYER_PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
)


def list_tensors(n_layers: int) -> list[str]:
    """List the names of the tensors that `Transformer` needs."""
    tables = ("word_embeddings", "position_embeddings", "token_type_embeddings")
    parts = [f"encoder.layer.{n}.{part}" for n in range(n_layers) for part in _LAYER_PARTS]
    return [f"embeddings.{table}.weight" for table in tables] + [
        f"{part}.{kind}" for part in ("embeddings.LayerNorm", *parts) for kind in ("weight", "bias")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """A BERT encoder.

    Attributes
    ----------
    tensors : the weights under BertModel's names
    epsilon : of the layer norms
    """

    tensors: Mapping[str, Vectors]
    n_layers: int
    n_heads: int
    epsilon: float

    def encode(self, tokens: Sequence[Sequence[int]]) -> tuple[Vectors, list[int]]:
        """Encode texts given by their token ids; fastest with equal lengths side by side.

        Returns
        -------
        states : float32, shape (all tokens, dim), the texts' tokens end to end
        starts : the row where each text begins
        """
        lengths = [len(ids) for ids in tokens]
        states = self._embed(tokens, lengths)
        work = _Workspace(
            states.shape, self.tensors["encoder.layer.0.intermediate.dense.bias"].size
        )
        groups = list(_equal_lengths(lengths))
        for layer in range(self.n_layers):
            self._attend(f"encoder.layer.{layer}.attention", states, groups, work)
            self._widen(f"encoder.layer.{layer}", states, work)
        return states, [0, *np.cumsum(lengths[:-1]).tolist()]

    def _embed(self, tokens: Sequence[Sequence[int]], lengths: Sequence[int]) -> Vectors:
        ids = np.fromiter((i for text in tokens for i in text), np.intp, sum(lengths))
        positions = np.concatenate([np.arange(length) for length in lengths])
        states: Vectors = self.tensors["embeddings.word_embeddings.weight"][ids]
        states += self.tensors["embeddings.position_embeddings.weight"][positions]
        states += self.tensors["embeddings.token_type_embeddings.weight"][0]
        self._normalise("embeddings.LayerNorm", states)
        return states

    def _attend(
        self, name: str, states: Vectors, groups: Sequence[_Group], work: _Workspace
    ) -> None:
        projected = [
            self._project(f"{name}.self.{role}", states, out)
            for role, out in zip(("query", "key", "value"), work.projections, strict=True)
        ]
        head_dim = states.shape[1] // self.n_heads
        projected[0] *= np.float32(head_dim**-0.5)
        for group in groups:
            _attend_group((*projected, work.context), group, self.n_heads)
        # The queries are used up: their place takes the block's output.
        states += self._project(f"{name}.output.dense", work.context, work.projections[0])
        self._normalise(f"{name}.output.LayerNorm", states)

    def _widen(self, name: str, states: Vectors, work: _Workspace) -> None:
        wide = self._project(f"{name}.intermediate.dense", states, work.wide)
        gelu_in_place(wide)
        states += self._project(f"{name}.output.dense", wide, work.context)
        self._normalise(f"{name}.output.LayerNorm", states)

    def _project(self, name: str, x: Vectors, out: Vectors) -> Vectors:
        np.matmul(x, self.tensors[f"{name}.weight"].T, out=out)
        out += self.tensors[f"{name}.bias"]
        return out

    def _normalise(self, name: str, x: Vectors) -> None:
        x -= x.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", x, x)[:, None]
        variance /= np.float32(x.shape[1])
        variance += np.float32(self.epsilon)
        x /= np.sqrt(variance, out=variance)
        x *= self.tensors[f"{name}.weight"]
        x += self.tensors[f"{name}.bias"]


class _Workspace:
    """Buffers of one pass, so that no layer asks the system for fresh pages."""

    def __init__(self, shape: tuple[int, ...], n_wide: int) -> None:
        self.projections = np.empty((3, *shape), np.float32)
        self.context = np.empty(shape, np.float32)
        self.wide = np.empty((shape[0], n_wide), np.float32)


@dataclass(frozen=True, slots=True)
class _Group:
    """Texts of one length, side by side from row ``start``."""

    start: int
    n_texts: int
    length: int


def _equal_lengths(lengths: Sequence[int]) -> Iterator[_Group]:
    start = 0
    for length, run in groupby(lengths):
        n_texts = len(list(run))
        yield _Group(start, n_texts, length)
        start += n_texts * length


def _attend_group(arrays: Sequence[Vectors], group: _Group, n_heads: int) -> None:
    """Write the attention's output of a group's texts into the last of four arrays."""
    end = group.start + group.n_texts * group.length
    shape = (group.n_texts, group.length, n_heads, -1)
    heads = [array[group.start : end].reshape(shape).swapaxes(1, 2) for array in arrays]
    is_safe = _bound_scores(heads[0], heads[1]) < _SAFE_SCORE
    area = group.length * group.length
    texts_at_once = max(1, _SCORES // (area * n_heads))
    heads_at_once = max(1, _SCORES // area)
    for text in range(0, group.n_texts, texts_at_once):
        for head in range(0, n_heads, heads_at_once):
            block = np.s_[text : text + texts_at_once, head : head + heads_at_once]
            _attend_block(*(array[block] for array in heads), is_safe=is_safe)


def _attend_block(
    query: Vectors, key: Vectors, value: Vectors, out: Vectors, *, is_safe: bool
) -> None:
    scores = query @ key.swapaxes(-1, -2)
    if not is_safe:
        scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    np.matmul(scores, value, out=out)
    out /= total  # after the product: 32 columns instead of one for each token


def _bound_scores(query: Vectors, key: Vectors) -> float:
    """Bound every score (Cauchy-Schwarz); where it is small, softmax needs no shift."""
    longest = [np.einsum("...i,...i->...", heads, heads).max() for heads in (query, key)]
    return float(np.sqrt(longest[0] * longest[1]))
