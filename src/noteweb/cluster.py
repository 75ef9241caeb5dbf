"""A Dask cluster, reached; what is missing for it is one line."""

from __future__ import annotations

from typing import Any

from noteweb.errors import ExecutorUnavailable

_CONNECT_S = 15.0


def connect(scheduler: str, timeout_s: float = _CONNECT_S) -> Any:  # noqa: ANN401 - untyped
    """Give a client of the scheduler at an address such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    ExecutorUnavailable : dask.distributed is not installed, or the scheduler does not answer
    """
    try:
        import distributed
    except ImportError as error:
        message = "the executor dask needs dask.distributed"
        raise ExecutorUnavailable(message, "pip install 'noteweb[distributed]'") from error
    try:
        return distributed.Client(scheduler, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ExecutorUnavailable(f"no Dask scheduler answers at {scheduler}") from error
