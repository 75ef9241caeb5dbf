"""Vectors for the index: what waits is embedded shard by shard.

Each shard is committed by itself, so a run that is stopped keeps what it has done.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from noteweb.embed.spread import SpreadEmbedder
from noteweb.index.nearest import ANN_FROM, build_ann
from noteweb.index.vectors import append_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.model.progress import Progress

#: Passages a commit: a run that is stopped loses some two seconds of work.
_SHARD = 256

_ANN_GROWTH = 1.1


def embed_waiting(index: Index, model: Callable[[], Embedder], progress: Progress) -> int:
    """Embed every passage that has no vector; give how many contents that were.

    `model` opens the encoder for many passages; it is called only where there is work.
    """
    catalogue = index.catalogue
    waiting: list[tuple[bytes, int]] = [
        (key, length)
        for key, length in catalogue.rows(
            "SELECT key, min(length(prefix) + length(text)) FROM passages WHERE row IS NULL"
            " GROUP BY key"
        )
    ]
    if not waiting:
        return 0
    # By length: batches of equal lengths waste nothing on padding.
    waiting.sort(key=lambda pair: (pair[1], pair[0]))
    embedder = model()
    with catalogue.transaction():
        catalogue.set_meta("space", embedder.identity)
        catalogue.set_meta("model", embedder.name)
        catalogue.set_meta("dim", str(embedder.dim))
    progress.begin("embedding passages", len(waiting))
    shards = [
        [key for key, _ in waiting[first : first + _SHARD]]
        for first in range(0, len(waiting), _SHARD)
    ]
    made = _encode_shards(embedder, (_texts(index, keys) for keys in shards), progress)
    for keys, vectors in zip(shards, made, strict=True):
        n_rows = catalogue.n_rows
        append_rows(index.vectors_path, n_rows, vectors)
        with catalogue.transaction():
            catalogue.add_vectors(n_rows, keys)
    return len(waiting)


def _encode_shards(
    embedder: Embedder, shards: Iterable[Sequence[str]], progress: Progress
) -> Iterator[NDArray[np.float32]]:
    if not isinstance(embedder, SpreadEmbedder):
        yield from (embedder.encode(texts, on_done=progress.advance) for texts in shards)
        return
    for vectors in embedder.encode_shards(shards):
        progress.advance(len(vectors))
        yield vectors


def refresh_ann(index: Index) -> None:
    """Make the inverted lists of a large index, anew once a tenth of the rows is outside them.

    Until then the rows outside are searched exactly.
    """
    catalogue = index.catalogue
    n_covered = int(catalogue.meta("ann_rows") or 0) if index.ann_path.exists() else 0
    if catalogue.n_rows <= ANN_FROM or catalogue.n_rows <= n_covered * _ANN_GROWTH:
        return
    build_ann(index.ann_path, index.vectors())
    with catalogue.transaction():
        catalogue.set_meta("ann_rows", str(catalogue.n_rows))


def read_texts(index: Index) -> list[str]:
    """Give the text that is embedded for each passage, each content once."""
    keys = index.catalogue.rows("SELECT DISTINCT key FROM passages ORDER BY key")
    return _texts(index, [key for (key,) in keys])


def _texts(index: Index, keys: Sequence[bytes]) -> list[str]:
    texts = []
    for key in keys:
        prefix, text = index.catalogue.rows(
            "SELECT prefix, text FROM passages WHERE key = ? LIMIT 1", (key,)
        )[0]
        texts.append(prefix + " ".join(text.split()))
    return texts


def phrase_vectors(
    index: Index, embedder: Embedder, phrases: Sequence[str], progress: Progress | None = None
) -> NDArray[np.float32]:
    """Give the vectors of short texts, shape (n, dim), embedding only those not seen before.

    The embedder need not be the index's own. Vectors are committed shard by shard, so a run that is
    stopped keeps what it has done.
    """
    space = b"" if embedder.identity == index.space else embedder.identity.encode()
    keys = [
        blake2b(p.encode("utf-8", "replace"), digest_size=16, key=space[:64]).digest()
        for p in phrases
    ]
    known = dict(index.catalogue.rows("SELECT key, vector FROM phrases"))
    fresh = {key: phrase for key, phrase in zip(keys, phrases, strict=True) if key not in known}
    waiting = sorted(fresh, key=lambda key: (len(fresh[key]), key))
    if progress and waiting:
        progress.begin("embedding conditions", len(waiting))
    for first in range(0, len(waiting), _SHARD):
        shard = waiting[first : first + _SHARD]
        heard = progress.advance if progress else None
        made = embedder.encode([fresh[key] for key in shard], on_done=heard)
        added = {key: row.tobytes() for key, row in zip(shard, made, strict=True)}
        with index.catalogue.transaction():
            index.catalogue.add_phrases(added)
        known |= added
    return np.array([np.frombuffer(known[key], dtype=np.float32) for key in keys]).reshape(
        len(keys), embedder.dim
    )
