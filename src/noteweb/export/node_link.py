"""Node-link JSON: what `networkx.node_link_graph(data, edges="edges")` reads, and D3."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, BinaryIO

import networkx as nx

from noteweb.export.meta import count_kinds
from noteweb.version import __version__

if TYPE_CHECKING:
    from noteweb.export.material import Material


def write(material: Material, stream: BinaryIO) -> None:
    r"""Write the graph as UTF-8 JSON, with `meta`: who wrote it, and how many of what it holds.

    Lists and maps of the frontmatter stay what they are. A lone surrogate (a file name that is no
    UTF-8) is written as its escape ``\udc80``, so that every name reads back as it was; an infinite
    or undefined number, which JSON does not have, as its name.
    """
    data: dict[str, Any] = nx.node_link_data(material.graph, edges="edges")
    data["meta"] = {"generator": f"noteweb {__version__}", **count_kinds(material.graph)}
    text = json.dumps(_finite(data), ensure_ascii=False, separators=(",", ":"), default=str)
    stream.write(text.encode("utf-8", "backslashreplace"))


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
