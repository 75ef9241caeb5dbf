"""Windows of the notes' own bodies, and which notes have nothing to do with each of them."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.window import cut_windows
from noteweb.model.document import Sentence
from noteweb.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from noteweb.index.folder import Index

_N_SOURCES = 96  # notes that stand as background
_FEWEST_WORDS = 5  # of a sentence that stands for others
_N_WINDOWS = 6  # of each; of fewer notes more each


def read_background(index: Index) -> tuple[NDArray[np.int64], list[str]]:
    """Give windows of the notes' bodies and the note (nid) of each, the same for the same notes.

    A large vault is sampled by a hash of the notes' ids, so that an edit leaves the sample alone.
    """
    notes = index.catalogue.rows("SELECT nid, id FROM notes")
    notes.sort(key=lambda row: blake2b(row[1].encode(), digest_size=8).digest())
    n_each = _N_WINDOWS * _N_SOURCES // max(1, min(len(notes), _N_SOURCES))
    sources: list[int] = []
    windows: list[str] = []
    n_sources = 0
    for nid, _ in notes:
        cut = _cut_body(index, nid)
        picked = [cut[i] for i in np.linspace(0, len(cut) - 1, min(len(cut), n_each)).astype(int)]
        sources += [nid] * len(picked)
        windows += picked
        n_sources += bool(picked)
        if n_sources == _N_SOURCES:
            break
    return np.array(sources, dtype=np.int64), windows


def read_sentences(index: Index) -> tuple[NDArray[np.int64], list[str]]:
    """Give the middle sentence of each of these windows, and the note (nid) of each."""
    sources, windows = read_background(index)
    found = []
    for window in windows:
        cut = _split(window)
        told = [each.text for each in cut if len(each.text.split()) >= _FEWEST_WORDS] or [window]
        found.append(told[len(told) // 2])
    return sources, found


def find_quiet(
    index: Index, nids: NDArray[np.int64], sources: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which notes have nothing to do with the source of each window."""
    linked: dict[int, set[int]] = {}
    for source, target in index.catalogue.rows("SELECT source, target FROM edges"):
        linked.setdefault(source, {source}).add(target)
        linked.setdefault(target, {target}).add(source)
    return np.array(
        [~np.isin(nids, list(linked.get(int(source), {int(source)}))) for source in sources]
    ).reshape(len(sources), len(nids))


def _cut_body(index: Index, nid: int) -> list[str]:
    text = "\n\n".join(
        text
        for (text,) in index.catalogue.rows(
            "SELECT text FROM passages WHERE nid = ? AND field = 'body' AND ordinal > 0"
            " ORDER BY ordinal, pid",
            (nid,),
        )
    )
    return [window.text for window in cut_windows(text, _split(text))]


def _split(text: str) -> tuple[Sentence, ...]:
    """Split plain text into sentences, without places."""
    return tuple(
        Sentence(" ".join(text[start:end].split()), start, end, 1)
        for start, end in split_sentences(text)
    )
