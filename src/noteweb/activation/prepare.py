"""Windows made ready to be scored, each by a model that can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noteweb.activation.gloss import Gloss, is_foreign
from noteweb.activation.ground import Texts
from noteweb.activation.lexicon import count_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.activation.ground import Tools

#: Models that read Latin script alone. To all-MiniLM-L6-v2 any two Russian texts are alike.
_LATIN_ONLY = frozenset({"all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"})


def cannot_read(model: str, windows: Sequence[str]) -> list[bool]:
    """Tell which windows are in a script that a model cannot read."""
    return [model in _LATIN_ONLY and is_foreign(text) for text in windows]


def prepare(tools: Tools, windows: Sequence[str], gloss: Gloss | None = None) -> Texts:
    """Encode windows and count their words.

    Parameters
    ----------
    gloss : adds what the windows say in terms of the vault's terminology maps to their words
    """
    told = [f"{text} {gloss.tell(text)}" for text in windows] if gloss else windows
    if windows:
        tools.progress.begin("reading", len(windows))
    return Texts(
        vectors=tools.embedder.encode(windows, on_done=tools.progress.advance),
        words=count_terms(told, tools.index.text.sequence),
    )
