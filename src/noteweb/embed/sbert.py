"""Encode with sentence-transformers: any model, any device. Importing it costs seconds of torch."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.embed.folder import find_folder, identify, read_folder
from noteweb.embed.hub import check_hub
from noteweb.embed.tokens import ModelTokenizer, replace_surrogates
from noteweb.errors import ModelUnavailable
from noteweb.passage import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from noteweb.embed.folder import ModelFolder
    from noteweb.embed.port import Vectors
    from noteweb.passage import Tokenizer

_TEXTS_AT_ONCE = {"cpu": 32, "mps": 64, "cuda": 256}
_REPORT_EVERY = 2048  # texts: sentence-transformers sorts them by length within one call
_LOUD = ("huggingface_hub", "sentence_transformers", "transformers")
_USUAL_LENGTH = 512  # where neither the folder nor the model says one


class SbertEmbedder:
    """An `Embedder` over sentence-transformers, with the model's prompts and in float32.

    Parameters
    ----------
    name : of a folder, or of a model in the Hugging Face cache or hub
    device : auto, cpu, cuda or mps
    memory : see `noteweb.embed.fingerprint.hash_file`

    Raises
    ------
    ModelUnavailable : unknown name, no network to fetch it, a device that is not there
    """

    def __init__(self, name: str, device: str = "auto", memory: Path | None = None) -> None:
        path = find_folder(name)
        folder = read_folder(path, name) if path else None
        if folder is None:
            check_hub(name)  # now, before seconds of imports and a minute of retries
        else:
            identify(folder, memory)  # before anything is loaded from it
        with _quiet():
            self.device = _choose_device(name, device)
            self._model = _load(name, path, self.device)
        folder = folder or _read_fetched(name)
        self.name = folder.name
        self.identity = identify(folder, memory)
        self.dim = _dimension(self._model)
        max_length = folder.max_length or self._model.max_seq_length or _USUAL_LENGTH
        self.tokenizer: Tokenizer = WordTokenizer()
        n_special = 2
        if folder.tokenizer.is_file():
            tokenizer = ModelTokenizer(folder.tokenizer, max_length)
            self.tokenizer, n_special = tokenizer, tokenizer.n_special
        prompts = folder.prompts.values()
        n_prompt = max((len(self.tokenizer.offsets(prompt)) for prompt in prompts), default=0)
        self.max_tokens = max_length - n_special - n_prompt

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages with the model's document prompt; see `Embedder.encode`."""
        vectors = np.empty((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _REPORT_EVERY):
            chunk = texts[start : start + _REPORT_EVERY]
            vectors[start : start + len(chunk)] = self._run(self._model.encode_document, chunk)
            if on_done is not None:
                on_done(len(chunk))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Encode one query with the model's query prompt."""
        vector: Vectors = self._run(self._model.encode_query, [text])[0]
        return vector

    def _run(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        clean = [replace_surrogates(text) for text in texts]
        with _quiet():
            vectors = encode(
                clean,
                batch_size=_TEXTS_AT_ONCE[self.device],
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, np.float32)


def _choose_device(name: str, device: str) -> str:
    import torch

    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        return next(kind for kind, is_there in present.items() if is_there)
    if not present.get(device):
        reason = f"this machine, or its torch, has no {device} device"
        raise ModelUnavailable(name, reason, "run it on the processor: --device cpu")
    return device


def _load(name: str, path: Path | None, device: str) -> Any:  # noqa: ANN401, not followed by mypy
    """Load the model in float32: from its folder where it lies here, else from the hub."""
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    expected = (OSError, ValueError, RuntimeError, ImportError, KeyError, TypeError)
    try:
        model = SentenceTransformer(
            str(path or name), device=device, local_files_only=path is not None
        )
    except (*expected, SafetensorError) as error:
        raise ModelUnavailable(name, _first_line(error)) from error
    return model.float().eval()


def _read_fetched(name: str) -> ModelFolder:
    path = find_folder(name)
    if path is None:
        raise ModelUnavailable(name, "it was fetched, but is not in the cache")
    return read_folder(path, name)


def _dimension(model: Any) -> int:  # noqa: ANN401, not followed by mypy
    """Ask by the name that sentence-transformers 6 gave the method, else by its old one."""
    ask = getattr(model, "get_embedding_dimension", None)
    return int((ask or model.get_sentence_embedding_dimension)())


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Go without progress bars, warnings and log lines of the libraries below."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    loggers = [logging.getLogger(name) for name in _LOUD]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
