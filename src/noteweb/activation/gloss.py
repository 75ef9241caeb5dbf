"""Passages in a language the model cannot read, told in its own by the vault's terminology maps.

A SignalTransduction field may map terms of one language to another (``переобучение →
overfitting``). What a passage says in such terms is a gloss: no translation, but enough to see
which note it is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from noteweb.model.note import TermPair

_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[\u0370-\u1fff\u3040-\ud7ff\uf900-\ufaff]")


class Gloss:
    """Terms of other scripts, by their stems, with what they are called in Latin script.

    Parameters
    ----------
    stem : gives a text's stems in order
    """

    def __init__(self, pairs: Iterable[TermPair], stem: Callable[[str], Sequence[str]]) -> None:
        self._stem = stem
        self._terms: dict[str, dict[tuple[str, ...], str]] = {}
        for pair in pairs:
            for foreign, known in ((pair.source, pair.target), (pair.target, pair.source)):
                stems = tuple(stem(foreign)) if is_foreign(foreign) else ()
                if stems and not is_foreign(known):
                    self._terms.setdefault(stems[0], {}).setdefault(stems, known)

    def __bool__(self) -> bool:
        return bool(self._terms)

    def tell(self, text: str) -> str:
        """Give the terms of `text` in Latin script, in order, the longest that fits at each place.

        Empty where it holds none.
        """
        stems = self._stem(text)
        told: list[str] = []
        at = 0
        while at < len(stems):
            fitting = [
                term
                for term in self._terms.get(stems[at], ())
                if tuple(stems[at : at + len(term)]) == term
            ]
            longest = max(fitting, key=len, default=())
            if longest:
                told.append(self._terms[stems[at]][longest])
            at += max(1, len(longest))
        return "; ".join(told)


def is_foreign(text: str) -> bool:
    """Tell whether a text is mostly in another script than Latin."""
    return len(_OTHER.findall(text)) > len(_LATIN.findall(text))
