"""BERT's forward pass in onnxruntime, for many texts; the one door to that library.

The graph is made from the weights when a session is opened, in a tenth of a second, so nothing is
exported and nothing kept that could grow old.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.embed.onnx_graph import (
    EMBEDDED,
    LENGTHS,
    PLACES,
    ROLES,
    ROWS,
    STATES,
    Shape,
    write_graph,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noteweb.embed.port import Vectors

#: Where each part of the graph has its weights in a layer of BertModel.
_PARTS = {
    **{role: f"attention.self.{role}" for role in ROLES},
    "gather": "attention.output.dense",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "attended": "attention.output.LayerNorm",
    "changed": "output.LayerNorm",
}
_ERRORS_ONLY = 3  # of the severities of its log


def is_installed() -> bool:
    """Tell whether onnxruntime is there, without importing it."""
    return find_spec("onnxruntime") is not None


class OnnxTransformer:
    """A BERT encoder that takes what `noteweb.embed.transformer.Transformer` takes.

    Many threads may use one at once; each run is made by the thread that asks for it.
    """

    def __init__(
        self, *, tensors: Mapping[str, Vectors], n_layers: int, n_heads: int, epsilon: float
    ) -> None:
        tables = ("word_embeddings", "position_embeddings", "token_type_embeddings")
        words, places, types = (tensors[f"embeddings.{table}.weight"] for table in tables)
        self._words = words
        self._places = places + types[0]
        shape = Shape(
            n_layers=n_layers,
            n_heads=n_heads,
            dim=words.shape[1],
            wide=tensors["encoder.layer.0.intermediate.dense.bias"].size,
            epsilon=epsilon,
        )
        self._session = _open_session(shape, tensors)

    def encode(self, tokens: Sequence[Sequence[int]]) -> tuple[Vectors, list[int]]:
        """Encode texts given by their token ids; quickest with lengths that are alike.

        Returns
        -------
        states, starts : as `noteweb.embed.transformer.Transformer.encode`
        """
        lengths = np.array([len(ids) for ids in tokens], np.int32)
        starts = np.cumsum(lengths) - lengths
        columns = np.arange(lengths.max())
        is_token = columns < lengths[:, None]
        ids = np.fromiter((i for text in tokens for i in text), np.intp, lengths.sum())
        embedded = self._words[ids]
        embedded += self._places[np.nonzero(is_token)[1]]
        inputs = {
            EMBEDDED: embedded,
            ROWS: np.where(is_token, starts[:, None] + columns, 0),
            LENGTHS: lengths,
            PLACES: np.flatnonzero(is_token),
        }
        (states,) = self._session.run([STATES], inputs)
        return states, starts.tolist()


def _open_session(shape: Shape, tensors: Mapping[str, Vectors]) -> Any:  # noqa: ANN401 - untyped
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    weights = dict(_arrange(shape, tensors))
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
    options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(
        write_graph(shape), options, providers=["CPUExecutionProvider"]
    )


def _arrange(shape: Shape, tensors: Mapping[str, Vectors]) -> Iterator[tuple[str, Vectors]]:
    """Give the graph's weights by name, out of BertModel's."""
    for kind in ("weight", "bias"):
        yield f"norm.{kind}", tensors[f"embeddings.LayerNorm.{kind}"]
        for layer in range(shape.n_layers):
            for part, place in _PARTS.items():
                tensor = tensors[f"encoder.layer.{layer}.{place}.{kind}"]
                yield f"{layer}.{part}.{kind}", tensor.T.copy() if part == "widen" else tensor
