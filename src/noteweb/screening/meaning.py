"""The vectors of a library's records and of its criteria."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.errors import WriteFailed
from noteweb.mend import replace_bytes
from noteweb.model.progress import Progress, Silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noteweb.embed.port import Embedder, Vectors
    from noteweb.screening.criteria import Criteria

_SAVE_EVERY = 512  # texts: about a minute's work that a stop may cost
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What turns texts into vectors.

    Attributes
    ----------
    cache : folder in which the vectors of records are kept, made where missing; None keeps none
    """

    embedder: Embedder
    cache: Path | None = None
    progress: Progress = Silent()  # noqa: RUF009 - it has no state


def embed_records(meaning: Meaning, texts: Sequence[str]) -> Vectors:
    """Give the texts' vectors, those seen before from the cache; shape (n_texts, dim).

    Beyond the model's length a text is cut off: pooling in the rest of long abstracts made a
    library's ranking no better.

    Raises
    ------
    WriteFailed
    """
    digests = [_digest(text) for text in texts]
    known = _read_cache(meaning)
    lacking = sorted((digest, text) for digest, text in set(zip(digests, texts, strict=True))
                     if digest not in known)  # fmt: skip
    if lacking:
        meaning.progress.begin("records", len(lacking))
    for start in range(0, len(lacking), _SAVE_EVERY):
        some = lacking[start : start + _SAVE_EVERY]
        vectors = meaning.embedder.encode(
            [text for _, text in some], on_done=meaning.progress.advance
        )
        known |= dict(zip((digest for digest, _ in some), vectors, strict=True))
        _write_cache(meaning, known)
    if not texts:
        return np.zeros((0, meaning.embedder.dim), np.float32)
    return np.stack([known[digest] for digest in digests])


def embed_criteria(meaning: Meaning, criteria: Criteria) -> tuple[Vectors, Vectors | None]:
    """Give the vectors of all that is wanted, as one, and of what is not; unit length."""
    wanted = _embed_joint(meaning.embedder, criteria.parts)
    unwanted = _embed_joint(meaning.embedder, criteria.unwanted) if criteria.unwanted else None
    return wanted, unwanted


def _embed_joint(embedder: Embedder, parts: Sequence[str]) -> Vectors:
    """Embed the parts in one passage, or in as few as the model's length allows, averaged."""
    packs: list[str] = []
    for part in parts:
        longer = f"{packs[-1]} {part}" if packs else part
        if packs and len(embedder.tokenizer.offsets(longer)) <= embedder.max_tokens:
            packs[-1] = longer
        else:
            packs.append(part)
    mean = embedder.encode(packs).mean(axis=0)
    length = float(np.linalg.norm(mean))
    unit: Vectors = (mean / length if length else mean).astype(np.float32)
    return unit


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST_BYTES]


def _file(meaning: Meaning) -> Path | None:
    if meaning.cache is None:
        return None
    name = hashlib.sha256(meaning.embedder.identity.encode()).hexdigest()[:12]
    return meaning.cache / f"records-{name}.npz"


def _read_cache(meaning: Meaning) -> dict[bytes, Vectors]:
    """Give the vectors kept by text; a damaged file holds none."""
    path = _file(meaning)
    if path is None:
        return {}
    try:
        # Read first: of a damaged file NumPy leaves the handle open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            digests, vectors = kept["digests"], kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    if vectors.shape != (len(digests), meaning.embedder.dim) or not np.isfinite(vectors).all():
        return {}
    return {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}


def _write_cache(meaning: Meaning, known: dict[bytes, Vectors]) -> None:
    path = _file(meaning)
    if path is None:
        return
    stream = io.BytesIO()
    digests = np.frombuffer(b"".join(known), np.uint8).reshape(len(known), _DIGEST_BYTES)
    np.savez(stream, digests=digests, vectors=np.stack(list(known.values())))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteFailed(path.parent, reason, "name a folder in $XDG_CACHE_HOME") from error
    replace_bytes(path, stream.getvalue())
