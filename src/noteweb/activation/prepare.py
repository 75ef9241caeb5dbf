"""Windows made ready to be scored: their vectors and their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.gloss import Gloss, is_foreign
from noteweb.activation.ground import Texts
from noteweb.activation.lexicon import count_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.model.note import TermPair
    from noteweb.model.progress import Progress

#: A gloss of fewer words says too little to be read by meaning.
_FEWEST_GLOSSED = 4

#: Models that read Latin script alone. To all-MiniLM-L6-v2 any two Russian texts are alike.
_LATIN_ONLY = frozenset({"default"})


def prepare(
    index: Index,
    embedder: Embedder,
    windows: Sequence[str],
    pairs: Callable[[], Sequence[TermPair]],
    progress: Progress,
) -> Texts:
    """Encode windows and count their words.

    A window in a script that the model cannot read is read by its gloss; where that says too
    little, its vector is zeros and its words alone count.

    Parameters
    ----------
    pairs : gives the vault's term pairs; called where a window needs them
    """
    read = list(windows)
    counted = list(windows)
    foreign = [i for i, text in enumerate(windows) if is_foreign(text)]
    if foreign and embedder.name in _LATIN_ONLY:
        gloss = Gloss(pairs(), index.text.sequence)
        for i in foreign:
            told = gloss.tell(windows[i])
            read[i] = told if len(told.split()) >= _FEWEST_GLOSSED else ""
            counted[i] = f"{windows[i]} {told}"
    return Texts(
        vectors=_encode(embedder, read, progress), words=count_terms(counted, index.text.sequence)
    )


def _encode(embedder: Embedder, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    vectors = np.zeros((len(texts), embedder.dim), dtype=np.float32)
    told = [i for i, text in enumerate(texts) if text]
    if told:
        progress.begin("reading", len(told))
        vectors[told] = embedder.encode([texts[i] for i in told], on_done=progress.advance)
    return vectors
