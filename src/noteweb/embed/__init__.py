"""Embedding: a text becomes a unit vector, by whichever encoder is cheapest for the purpose."""

from __future__ import annotations

from noteweb.embed.opening import open_embedder
from noteweb.embed.port import Embedder

__all__ = ["Embedder", "open_embedder"]
