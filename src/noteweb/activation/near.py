"""How near sentences come to texts that are no notes: claims, experiments.

A rate says how often a text that has nothing to do with any of them comes as near to one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.gloss import Gloss
from noteweb.activation.ground import make_text_ground
from noteweb.activation.null import draw_chance
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


def find_rates(tools: Tools, targets: Sequence[Target], texts: Sequence[str]) -> Floats:
    """Give the rate of each text against each target, shape (n_texts, n_targets).

    The best of n targets does well n times as often, so each rate is taken n times. What is in a
    script that the model cannot read is read by a multilingual one.

    Raises
    ------
    IndexBusy, WriteFailed, IndexDamaged
    """
    rates = np.ones((len(texts), len(targets)))
    foreign = cannot_read(tools.embedder.name, texts)
    for is_foreign in (False, True):
        rows = [i for i, kind in enumerate(foreign) if kind is is_foreign]
        if rows and targets:
            told = [texts[i] for i in rows]
            lane = _read_foreign(tools) if is_foreign else (tools, None)
            rates[rows] = _find_alike(lane, targets, told)
    return np.asarray(np.minimum(1.0, rates * len(targets)))


def _read_foreign(tools: Tools) -> tuple[Tools, Gloss]:
    from noteweb.embed.multilingual import MultilingualEmbedder

    pairs = [pair for card in find_cards(tools.index.catalogue) for pair in card.terms]
    gloss = Gloss(pairs, tools.index.text.sequence)
    return replace(tools, embedder=MultilingualEmbedder()), gloss


def _find_alike(
    lane: tuple[Tools, Gloss | None], targets: Sequence[Target], texts: Sequence[str]
) -> Floats:
    tools, gloss = lane
    ground = make_text_ground(tools, targets)
    scores = ground.score(prepare(tools, texts, gloss))
    chance = draw_chance(ground.null, 1)
    return np.stack([chance.rates(row[None]) for row in scores])
