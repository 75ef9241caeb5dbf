"""A BERT encoder written in ONNX's format: its operations alone, the weights stand elsewhere.

The operations are the fused ones of onnxruntime (domain com.microsoft), so that no optimiser has
to find them. The format is Protocol Buffers; what of it a graph needs is a page of code, where the
library `onnx` is 40 MB.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, and onnxruntime's
docs/ContribOperators.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The graph's inputs and its output, see `write_graph`.
EMBEDDED, ROWS, LENGTHS, PLACES, STATES = "embedded", "rows", "lengths", "places", "states"

ROLES = ("query", "key", "value")

_FLAT = "flat"  # the sizes of all texts' places in one column
_FLOAT, _INT32, _INT64 = 1, 6, 7  # TensorProto.DataType
_IR_VERSION, _OPSET = 8, 17  # of 2022: the first with LayerNormalization
_FUSED = "com.microsoft"
_OF_FLOAT, _OF_INT = 1, 2  # AttributeProto.AttributeType
_VARINT, _BYTES, _FIXED32 = 0, 2, 5  # wire types
_EXTERNAL = 1  # TensorProto.DataLocation
_MORE = 0x80  # the bit of a byte that another one follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Of a BERT encoder."""

    n_layers: int
    n_heads: int
    dim: int
    wide: int
    epsilon: float


def list_weights(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Give the shapes of the weights that the graph takes, by their names in it.

    Matrices stand as BertModel has them, (outputs, inputs), but that of `widen` is turned.
    """
    dim, wide = shape.dim, shape.wide
    weights: dict[str, tuple[int, ...]] = {"norm.weight": (dim,), "norm.bias": (dim,)}
    for layer in range(shape.n_layers):
        for part, of_weight in (
            *((role, (dim, dim)) for role in ROLES),
            ("gather", (dim, dim)),
            ("attended", (dim,)),
            ("widen", (dim, wide)),
            ("narrow", (dim, wide)),
            ("changed", (dim,)),
        ):
            weights[f"{layer}.{part}.weight"] = of_weight
            weights[f"{layer}.{part}.bias"] = (wide if part == "widen" else dim,)
    return weights


def write_graph(shape: Shape) -> bytes:
    """Write the encoder.

    Texts lie end to end; padding is put between them for attention alone, a tenth of the work.

    Its inputs, n_rows being the number of all tokens:

    - `EMBEDDED`: the sum of each token's embeddings, float32, shape (n_rows, dim)
    - `ROWS`: where a text's tokens are, int64, shape (n_texts, length); any row beyond its length
    - `LENGTHS`: of the texts in tokens, int32, shape (n_texts,)
    - `PLACES`: where each token stands in `ROWS` read line by line, int64, shape (n_rows,)

    Its output is `STATES`, of the shape of `EMBEDDED`.
    """
    graph = b"".join(
        [
            *(_bytes(1, node) for node in _write_nodes(shape)),
            _bytes(2, "bert"),
            *(_bytes(5, _write_weight(*weight)) for weight in list_weights(shape).items()),
            _bytes(5, _write_sizes(_FLAT, [-1, shape.dim])),
            _bytes(11, _write_place(EMBEDDED, _FLOAT, ["n_rows", shape.dim])),
            _bytes(11, _write_place(ROWS, _INT64, ["n_texts", "length"])),
            _bytes(11, _write_place(LENGTHS, _INT32, ["n_texts"])),
            _bytes(11, _write_place(PLACES, _INT64, ["n_rows"])),
            _bytes(12, _write_place(STATES, _FLOAT, ["n_rows", shape.dim])),
        ]
    )
    opsets = [_bytes(1, "") + _int(2, _OPSET), _bytes(1, _FUSED) + _int(2, 1)]
    return _int(1, _IR_VERSION) + _bytes(7, graph) + b"".join(_bytes(8, each) for each in opsets)


def _write_nodes(shape: Shape) -> Iterator[bytes]:
    norm = {"epsilon": shape.epsilon}
    states = "0.states"
    yield _write_node("LayerNormalization", [EMBEDDED, *_of("norm")], states, norm)
    for layer in range(shape.n_layers):
        k = f"{layer}."
        before, states = states, f"{layer + 1}.states" if layer < shape.n_layers - 1 else STATES
        yield from _write_attention(before, k, shape)
        yield _write_product(f"{k}context", f"{k}gather")
        yield from _write_sum(before, f"{k}gather", f"{k}attended", norm)
        yield _write_node("MatMul", [f"{k}attended", f"{k}widen.weight"], f"{k}widen", {})
        wide = [f"{k}widen", f"{k}widen.bias"]
        yield _write_node("BiasGelu", wide, f"{k}wide", {}, domain=_FUSED)
        yield _write_product(f"{k}wide", f"{k}narrow")
        yield from _write_sum(f"{k}attended", f"{k}narrow", f"{k}changed", norm, states)


def _write_attention(before: str, k: str, shape: Shape) -> Iterator[bytes]:
    """Project the tokens, lay them out by text, attend, and lay them end to end again."""
    for role in ROLES:
        yield _write_product(before, f"{k}{role}")
        yield _write_node("Gather", [f"{k}{role}", ROWS], f"{k}{role}.padded", {})
    inputs = [*(f"{k}{role}.padded" for role in ROLES), "", LENGTHS]
    heads = {"num_heads": shape.n_heads}
    yield _write_node("MultiHeadAttention", inputs, f"{k}padded", heads, domain=_FUSED)
    yield _write_node("Reshape", [f"{k}padded", _FLAT], f"{k}flat", {})
    yield _write_node("Gather", [f"{k}flat", PLACES], f"{k}context", {})


def _write_product(source: str, part: str) -> bytes:
    return _write_node("Gemm", [source, *_of(part)], part, {"transB": 1})


def _write_sum(
    before: str, part: str, norm: str, attributes: Mapping[str, float], target: str = ""
) -> Iterator[bytes]:
    """Add what a part gave to what was there before it, and normalise."""
    yield _write_node("Add", [before, part], f"{part}.sum", {})
    inputs = [f"{part}.sum", *_of(norm)]
    yield _write_node("LayerNormalization", inputs, target or norm, attributes)


def _of(part: str) -> tuple[str, str]:
    return f"{part}.weight", f"{part}.bias"


def _write_node(
    operation: str,
    inputs: Sequence[str],
    output: str,
    attributes: Mapping[str, float],
    *,
    domain: str = "",
) -> bytes:
    return b"".join(
        [
            *(_bytes(1, name) for name in inputs),
            _bytes(2, output),
            _bytes(3, output),
            _bytes(4, operation),
            *(_bytes(5, _write_attribute(*each)) for each in attributes.items()),
            _bytes(7, domain),
        ]
    )


def _write_attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _int(3, value) + _int(20, _OF_INT)
    packed = _key(2, _FIXED32) + struct.pack("<f", value)
    return _bytes(1, name) + packed + _int(20, _OF_FLOAT)


def _write_weight(name: str, shape: Sequence[int]) -> bytes:
    """Declare a weight whose numbers are handed to the session."""
    place = _bytes(1, "location") + _bytes(2, "memory")
    return b"".join(
        [
            *(_int(1, size) for size in shape),
            _int(2, _FLOAT),
            _bytes(8, name),
            _bytes(13, place),
            _int(14, _EXTERNAL),
        ]
    )


def _write_sizes(name: str, sizes: Sequence[int]) -> bytes:
    raw = struct.pack(f"<{len(sizes)}q", *sizes)
    return _int(1, len(sizes)) + _int(2, _INT64) + _bytes(8, name) + _bytes(9, raw)


def _write_place(name: str, kind: int, sizes: Sequence[str | int]) -> bytes:
    parts = [_int(1, size) if isinstance(size, int) else _bytes(2, size) for size in sizes]
    shape = b"".join(_bytes(1, part) for part in parts)
    tensor = _int(1, kind) + _bytes(2, shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def _bytes(number: int, value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _key(number, _BYTES) + _varint(len(raw)) + raw


def _int(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Write a number of at least 0, seven bits a byte, the low ones first."""
    out = bytearray()
    while value >= _MORE:
        out.append(value % _MORE | _MORE)
        value //= _MORE
    return bytes([*out, value])
