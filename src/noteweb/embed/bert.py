"""Encode with a BERT-shaped sentence-transformers model without torch: in NumPy or onnxruntime.

It runs what `find_obstacle` lets through; every other model needs `noteweb.embed.sbert`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import numpy as np

from noteweb.embed.batch import pack_by_tokens
from noteweb.embed.safetensors import map_float32, read_types
from noteweb.embed.tokens import ModelTokenizer
from noteweb.embed.transformer import Transformer, list_tensors
from noteweb.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noteweb.embed.folder import ModelFolder
    from noteweb.embed.port import Vectors

_TOKENS_AT_ONCE = (
    1024  # in NumPy, from 256 to 4096 the speed differs by 3 %, the memory by 16 times
)
_TEXTS_AT_ONCE = 2048  # tokenized together: bounds the memory their ids take
_MOST_THREADS = 8


class Encoder(Protocol):
    """What computes: `noteweb.embed.transformer.Transformer`, or another like it."""

    def encode(self, tokens: Sequence[Sequence[int]]) -> tuple[Vectors, list[int]]:
        """Encode texts given by their token ids."""
        ...


class Engine(Protocol):
    """What makes an encoder out of a model's weights."""

    def __call__(
        self, *, tensors: Mapping[str, Vectors], n_layers: int, n_heads: int, epsilon: float
    ) -> Encoder:
        """Make it."""
        ...


def find_obstacle(folder: ModelFolder) -> str | None:
    """Tell why NumPy cannot run this model, None where it can.

    Raises
    ------
    ModelUnavailable : its weights are damaged, so that nothing can run it
    """
    config = folder.config
    checks = {
        "it is no BERT": config.get("model_type") == "bert",
        "its activation is not gelu": config.get("hidden_act") == "gelu",
        "its positions are not absolute": config.get("position_embedding_type", "absolute")
        == "absolute",
        "it has further modules": folder.modules
        in {("Transformer", "Pooling"), ("Transformer", "Pooling", "Normalize")},
        "its pooling is neither mean nor cls": folder.pooling in {("mean",), ("cls",)},
        "it lowers the text itself": not folder.is_lowered,
        "it has prompts": not folder.prompts,
        "its length is unknown": folder.max_length is not None,
        "it has no tokenizer.json": folder.tokenizer.is_file(),
        "it has no model.safetensors": (folder.path / "model.safetensors").is_file(),
    }
    failed = next((obstacle for obstacle, is_passed in checks.items() if not is_passed), None)
    return failed or _find_missing_tensor(folder)


class BertEmbedder:
    """An `Embedder` over the memory-mapped weights of a folder without an obstacle.

    Parameters
    ----------
    identity : of the folder, see `noteweb.embed.folder.identify`
    n_threads : Python threads for many texts, one for each core by default; NumPy and onnxruntime
        let go of the interpreter's lock, so they run side by side
    engine : computes in NumPy by default

    Raises
    ------
    ModelUnavailable : a file is damaged or a tensor missing
    """

    def __init__(
        self,
        folder: ModelFolder,
        identity: str,
        n_threads: int | None = None,
        *,
        engine: Engine = Transformer,
    ) -> None:
        self.name = folder.name
        self.identity = identity
        self._is_cls = folder.pooling == ("cls",)
        self._n_threads = n_threads or min(_n_cores(), _MOST_THREADS)
        max_length = int(folder.max_length or 0)
        self._transformer = _load(folder, engine)
        self.tokenizer = ModelTokenizer(folder.tokenizer, max_length)
        self.max_tokens = max_length - self.tokenizer.n_special
        self.dim = int(folder.config["hidden_size"])

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages, sorted by length and packed without padding; see `Embedder.encode`."""
        vectors = np.empty((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            tokens = self.tokenizer.ids(texts[start : start + _TEXTS_AT_ONCE])
            self._encode_tokens(tokens, vectors[start : start + len(tokens)], on_done)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Encode one query in the calling thread."""
        vector: Vectors = self._encode_pack(self.tokenizer.ids([text]))[0]
        return vector

    def _encode_tokens(
        self, tokens: list[list[int]], out: Vectors, on_done: Callable[[int], None] | None
    ) -> None:
        packs = pack_by_tokens([len(ids) for ids in tokens], _TOKENS_AT_ONCE)
        n_threads = min(self._n_threads, len(packs))
        if n_threads == 1:
            for pack in packs:
                out[pack] = self._encode_pack([tokens[i] for i in pack])
                _report(on_done, len(pack))
            return
        # Not at the top: a query needs neither, and they take 15 ms to load.
        from concurrent.futures import ThreadPoolExecutor, as_completed

        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"), ThreadPoolExecutor(n_threads) as pool:
            jobs = {pool.submit(self._encode_pack, [tokens[i] for i in p]): p for p in packs}
            try:
                for job in as_completed(jobs):
                    out[jobs[job]] = job.result()
                    _report(on_done, len(jobs[job]))
            except BaseException:
                # Whoever presses Ctrl-C waits for the packs under way, not for all of them.
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _encode_pack(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        states, starts = self._transformer.encode(tokens)
        # The sum points where the mean does, and the length is made one anyway.
        pooled: Vectors = (
            states[starts] if self._is_cls else np.add.reduceat(states, starts, axis=0)
        )
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled


def _find_missing_tensor(folder: ModelFolder) -> str | None:
    try:
        types = read_types(folder.path / "model.safetensors")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(folder.name, f"{folder.path} is damaged ({error})") from error
    names = list_tensors(int(folder.config["num_hidden_layers"]))
    missing = [name for name in names if types.get(name) != "F32"]
    return f"it has no float32 {missing[0]}" if missing else None


def _load(folder: ModelFolder, engine: Engine) -> Encoder:
    try:
        return engine(
            tensors=map_float32(folder.path / "model.safetensors"),
            n_layers=int(folder.config["num_hidden_layers"]),
            n_heads=int(folder.config["num_attention_heads"]),
            epsilon=float(folder.config["layer_norm_eps"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(folder.name, f"{folder.path} is damaged ({error})") from error


def _report(on_done: Callable[[int], None] | None, n_done: int) -> None:
    if on_done is not None:
        on_done(n_done)


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
