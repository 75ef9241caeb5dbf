"""Many passages embedded by the workers of a Dask cluster, shard by shard.

The vectors come back to whoever asked, in the order of the shards, and only there are they written.
A worker that has another noteweb or another model than the one who asks refuses.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from noteweb.cluster import connect
from noteweb.embed.opening import open_embedder
from noteweb.errors import ExecutorUnavailable
from noteweb.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from noteweb.embed.port import Embedder, Vectors

_RETRIES = 2  # of a shard whose worker was lost
_AHEAD = 2  # shards for each thread of the workers: the next one is there when one is done
_PATIENCE_S = 600.0  # for one shard of some seconds: the workers are gone, or taken by others


class SpreadEmbedder:
    """An `Embedder` that hands shards of passages to a cluster; all else it does here.

    Parameters
    ----------
    local : the same model on this machine: its tokenizer cuts, its identity is what workers must
        have
    scheduler : see `noteweb.cluster.connect`
    """

    def __init__(self, local: Embedder, scheduler: str) -> None:
        self._local = local
        self._scheduler = scheduler
        self.name = local.name
        self.identity = local.identity
        self.dim = local.dim
        self.max_tokens = local.max_tokens
        self.tokenizer = local.tokenizer

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode passages on this machine; see `Embedder.encode`."""
        return self._local.encode(texts, on_done=on_done)

    def encode_query(self, text: str) -> Vectors:
        """Encode one query on this machine."""
        return self._local.encode_query(text)

    def encode_shards(self, shards: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        """Encode each shard on some worker; give the vectors in the order of the shards.

        Shards are asked for as workers get through them, so few of them are in memory at a time.

        Raises
        ------
        ExecutorUnavailable
            the scheduler does not answer, or no worker has this model, this noteweb, or time
        """
        client = connect(self._scheduler)
        try:
            under_way: deque[Any] = deque()
            for shard in shards:
                under_way.append(self._submit(client, shard))
                while len(under_way) >= _AHEAD * max(1, sum(client.nthreads().values())):
                    yield self._collect(under_way.popleft())
            while under_way:
                yield self._collect(under_way.popleft())
        finally:
            client.close()

    def _submit(self, client: Any, shard: Sequence[str]) -> Any:  # noqa: ANN401 - untyped
        arguments = (self.name, self.identity, __version__, list(shard))
        return client.submit(encode_on_worker, *arguments, pure=False, retries=_RETRIES)

    def _collect(self, future: Any) -> Vectors:  # noqa: ANN401 - untyped
        # What a worker raises comes back as it was raised, of whatever kind: it is asked for.
        try:
            error = future.exception(timeout=_PATIENCE_S)
        except TimeoutError as late:
            raise ExecutorUnavailable("no worker has embedded a shard in time", _HINT) from late
        if error is not None:
            raise ExecutorUnavailable(f"the cluster cannot embed: {error}", _HINT)
        return np.asarray(future.result(), np.float32)


_HINT = "the same noteweb and model on all machines; or embed here: leave out --executor"


def encode_on_worker(name: str, identity: str, version: str, texts: Sequence[str]) -> Vectors:
    """Encode on the machine this is called on.

    Raises
    ------
    RuntimeError : it has another noteweb or another model
    ModelUnavailable : it has no such model
    """
    if version != __version__:
        raise RuntimeError(f"a worker has noteweb {__version__}, not {version}")
    embedder = _open(name)
    if embedder.identity != identity:
        raise RuntimeError(f"a worker has another {name}: {embedder.identity}, not {identity}")
    return embedder.encode(texts)


@cache
def _open(name: str) -> Embedder:
    """Open the model once in a worker's life."""
    return open_embedder(name, purpose="bulk")
