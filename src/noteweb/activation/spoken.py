"""Which claims of the vault a document speaks about, for or against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.match import show_window
from noteweb.activation.null import draw_chance
from noteweb.model.firing import SpokenOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noteweb.activation.match import Reading
    from noteweb.index.folder import Index
    from noteweb.model.claim import Claim


def find_spoken_of(
    index: Index,
    reading: Reading,
    claims: Sequence[Claim],
    fdr: float,
) -> tuple[SpokenOf, ...]:
    """Give the claims that a passage speaks about, the surest first.

    Only the best window counts: a claim is one sentence, and a document says it in one place.

    Parameters
    ----------
    reading : of the document on the ground of these claims, in their order
    """
    scores = reading.scores
    peak = scores.max(axis=0, keepdims=True)
    chance = draw_chance(reading.null, 1)
    # The best of n windows does well n times as often.
    rates = np.minimum(1.0, chance.rates(peak) * len(reading.windows))
    order = np.lexsort((np.arange(len(claims)), rates))
    found = []
    for i in order[: int((rates <= fdr).sum())].tolist():
        claim = claims[i]
        window = reading.windows[int(scores[:, i].argmax())]
        wanted = index.text.stems(claim.statement)
        found.append(
            SpokenOf(
                claim=claim.id,
                statement=claim.statement,
                note=claim.note_id,
                score=float(peak[0, i]),
                false_fire_rate=float(rates[i]),
                passage=show_window(reading.document, window, wanted, index),
            )
        )
    return tuple(found)
