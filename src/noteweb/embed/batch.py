"""Packs of texts that are encoded together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def pack_by_tokens(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Put indices into packs of at most ``budget`` tokens, longest texts first, ties in order.

    A text longer than the budget makes a pack of its own. Equal lengths stand together.
    """
    packs: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not packs or lengths[index] > room:
            packs.append([])
            room = budget
        packs[-1].append(index)
        room -= lengths[index]
    return packs
