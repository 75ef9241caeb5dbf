"""How near sentences come to texts that are no notes: claims, experiments.

A rate says how often a text that has nothing to do with any of them comes as near to one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.gloss import Gloss
from noteweb.activation.ground import make_text_ground
from noteweb.activation.prepare import cannot_read, prepare
from noteweb.index.lookup import find_cards
from noteweb.passage import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from noteweb.activation.ground import Target, Tools

    Floats = NDArray[np.floating]


class WordsAlone:
    """An encoder to which all texts are alike, so that only their words tell them apart."""

    name = "words"
    identity = "words"
    dim = 1
    max_tokens = 256
    tokenizer = WordTokenizer()

    def encode(
        self, texts: Sequence[str], *, on_done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Give each text the same vector."""
        if on_done:
            on_done(len(texts))
        return np.zeros((len(texts), self.dim), dtype=np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Give the vector that every text has."""
        return np.asarray(self.encode([text])[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near texts are to targets, both of shape (n_texts, n_targets); rates may be equal."""

    scores: Floats
    rates: Floats


def find_nearness(tools: Tools, targets: Sequence[Target], texts: Sequence[str]) -> Nearness:
    """Hold each text against each target.

    What is in a script that the model cannot read is read by a multilingual one.

    Raises
    ------
    IndexBusy, WriteFailed, IndexDamaged
    """
    scores, rates = np.zeros((2, len(texts), len(targets)))
    foreign = cannot_read(tools.embedder.name, texts)
    for is_foreign in (False, True):
        rows = [i for i, kind in enumerate(foreign) if kind is is_foreign]
        if rows and targets:
            told = [texts[i] for i in rows]
            lane = _read_foreign(tools) if is_foreign else (tools, None)
            scores[rows], rates[rows] = _find_alike(lane, targets, told)
    return Nearness(scores=scores, rates=rates)


def _read_foreign(tools: Tools) -> tuple[Tools, Gloss]:
    from noteweb.embed.multilingual import MultilingualEmbedder

    pairs = [pair for card in find_cards(tools.index.catalogue) for pair in card.terms]
    gloss = Gloss(pairs, tools.index.text.sequence)
    return replace(tools, embedder=MultilingualEmbedder()), gloss


def _find_alike(
    lane: tuple[Tools, Gloss | None], targets: Sequence[Target], texts: Sequence[str]
) -> tuple[Floats, Floats]:
    tools, gloss = lane
    ground = make_text_ground(tools, targets)
    # What sentences of other notes have at best counts, so no rate per pair has to be multiplied.
    best = np.sort(np.fmax.reduce(ground.quiet_scores, axis=1))
    best = best[~np.isnan(best)]
    scores = ground.score(prepare(tools, texts, gloss))
    n_as_near = len(best) - np.searchsorted(best, scores)
    return scores, np.asarray((n_as_near + 1) / (len(best) + 1))
