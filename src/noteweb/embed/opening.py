"""Choose the encoder: by the model's name, the device and what it is wanted for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from noteweb.errors import BadRequest

if TYPE_CHECKING:
    from noteweb.embed.folder import ModelFolder
    from noteweb.embed.port import Embedder
    from noteweb.embed.sbert import SbertEmbedder

Device = Literal["auto", "cpu", "cuda", "mps"]
Purpose = Literal["query", "bulk"]

_DEVICES = ("auto", "cpu", "cuda", "mps")

#: onnxruntime starts in .2 s and saves some 5 ms a passage.
_MANY_FOR_ONNX = 64

#: torch and CUDA start in about ten seconds, in which a core encodes some hundred passages.
_MANY_FOR_TORCH = 1000


def open_embedder(
    name: str = "default",
    *,
    device: Device = "auto",
    purpose: Purpose = "query",
    memory: Path | None = None,
) -> Embedder:
    """Open an encoder, the one that costs least for the purpose.

    On the CPU, BERT-shaped models run in NumPy, many passages in onnxruntime where it is installed;
    other models and other devices need sentence-transformers. The identity does not tell which of
    them it is.

    Parameters
    ----------
    name : "default" and "multilingual" for the models that are installed with noteweb, "hashing"
        for no model at all, else a folder, or a name in the Hugging Face cache or hub
    device : "auto" takes an accelerator for passages only, where one shows itself
    purpose : a query runs in one thread, passages on all cores
    memory : the file that remembers the weights' hash, by default in the user's cache folder

    Raises
    ------
    ModelUnavailable : the model or the device is not there
    BadRequest : no such device

    Examples
    --------
    >>> open_embedder("hashing").encode_query("order out of noise").shape
    (256,)
    """
    if device not in _DEVICES:
        message = f"no device {device!r}"
        raise BadRequest(message, f"one of: {', '.join(_DEVICES)}")
    if name == "hashing":
        from noteweb.embed.hashing import HashingEmbedder

        return HashingEmbedder()
    if name == "multilingual":
        from noteweb.embed.multilingual import MultilingualEmbedder

        return MultilingualEmbedder()
    folder = _find_numpy_model(name) if device in {"auto", "cpu"} else None
    if folder is None:
        return _open_sbert(name, device, memory)
    embedder = _open_bert(folder, purpose, memory)
    if purpose == "bulk" and device == "auto" and has_accelerator():
        from noteweb.embed.adaptive import AdaptiveEmbedder

        return AdaptiveEmbedder(
            embedder, lambda: _open_accelerated(name, memory), many=_MANY_FOR_TORCH
        )
    return embedder


def has_accelerator() -> bool:
    """Tell whether a GPU shows itself, without asking torch, whose import takes seconds."""
    if sys.platform == "darwin":
        return os.uname().machine == "arm64"
    return Path("/dev/nvidiactl").exists()


def _find_numpy_model(name: str) -> ModelFolder | None:
    from noteweb.embed.bert import find_obstacle
    from noteweb.embed.folder import find_folder, read_folder

    path = find_folder(name)
    if path is None or not (path / "modules.json").is_file():
        return None
    folder = read_folder(path, name)
    return folder if find_obstacle(folder) is None else None


def _open_bert(folder: ModelFolder, purpose: Purpose, memory: Path | None) -> Embedder:
    from noteweb.embed.bert import BertEmbedder
    from noteweb.embed.folder import identify

    identity = identify(folder, memory)
    if purpose == "query":
        return BertEmbedder(folder, identity, 1)
    from noteweb.embed import onnx
    from noteweb.embed.adaptive import AdaptiveEmbedder

    small = BertEmbedder(folder, identity)
    if not onnx.is_installed():
        return small
    return AdaptiveEmbedder(
        small,
        lambda: BertEmbedder(folder, identity, engine=onnx.OnnxTransformer),
        many=_MANY_FOR_ONNX,
    )


def _open_accelerated(name: str, memory: Path | None) -> SbertEmbedder | None:
    embedder = _open_sbert(name, "auto", memory)
    return None if embedder.device == "cpu" else embedder


def _open_sbert(name: str, device: Device, memory: Path | None) -> SbertEmbedder:
    from noteweb.embed.sbert import SbertEmbedder

    return SbertEmbedder(name, device, memory)
