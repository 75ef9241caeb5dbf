"""The vault's conditions, in the order of their notes, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.likeness import best_by_owner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from noteweb.index.catalogue import Catalogue

    Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Conditions of the vault, then general ones that belong to no note, if any.

    Attributes
    ----------
    nids : the notes that have conditions, rising, shape (n_notes,)
    pids, joint : shape (n_conditions,); `joint` is 0 for an alternative, else it numbers the
        groups of joint conditions so that no two notes or fields share a number
    owners : position in `nids` of each, then numbers beyond them for general ones
    texts : each condition's own words
    """

    nids: NDArray[np.int64]
    pids: NDArray[np.int64]
    joint: NDArray[np.int64]
    owners: NDArray[np.int64]
    texts: tuple[str, ...]

    @property
    def n_own(self) -> int:
        """How many of them are the vault's."""
        return len(self.pids)

    def starts(self) -> NDArray[np.int64]:
        """Give where each note's conditions begin."""
        return np.searchsorted(self.owners[: self.n_own], np.arange(len(self.nids)))

    def best(self, values: Floats) -> Floats:
        """Give how well each note's conditions are met by windows, shape (n_windows, n_notes).

        Alternatives count by the best of them. The groups of a joint condition count together,
        wherever in the document each is met: as much as halfway between their mean and the least
        of them, less what the window itself falls short of the group met best.

        Parameters
        ----------
        values : of windows against the vault's own conditions, shape (n_windows, n_own)
        """
        if not self.joint.any():
            return best_by_owner(values, self.starts())
        alone = np.where(self.joint == 0, values, -np.inf)
        best = best_by_owner(alone, self.starts())
        for owner, together in self._joined(values):
            best[:, owner] = np.maximum(best[:, owner], together)
        return best

    def _joined(self, values: Floats) -> list[tuple[int, Floats]]:
        """Give each joint condition's owner and worth, shape (n_windows,)."""
        found = []
        for first in np.flatnonzero(self.joint % _GROUPS == 1):
            whole = self.joint // _GROUPS == self.joint[first] // _GROUPS
            numbers = np.unique(self.joint[whole])
            groups = np.stack([values[:, self.joint == n].max(axis=1) for n in numbers], axis=1)
            met = groups.max(axis=0)
            worth = (met.mean() + met.min()) / 2
            found.append((int(self.owners[first]), worth - met.max() + groups.max(axis=1)))
        return found


#: Groups of one joint condition at most; its number is that of the condition times this.
_GROUPS = 1_000


def read_conditions(catalogue: Catalogue, general: tuple[str, ...] = ()) -> Conditions:
    """Read the conditions of all notes, with general ones behind them."""
    rows = catalogue.rows(
        "SELECT nid, pid, field, joint, text FROM passages WHERE joint IS NOT NULL"
        " ORDER BY nid, pid"
    )
    nids, owners = np.unique(
        np.array([row[0] for row in rows], dtype=np.int64), return_inverse=True
    )
    fields = {key: number for number, key in enumerate(dict.fromkeys((r[0], r[2]) for r in rows))}
    joint = [
        fields[nid, field] * _GROUPS + min(group, _GROUPS - 1) if group else 0
        for nid, _, field, group, _ in rows
    ]
    beyond = np.arange(len(nids), len(nids) + len(general))
    return Conditions(
        nids=nids,
        pids=np.array([row[1] for row in rows], dtype=np.int64),
        joint=np.array(joint, dtype=np.int64),
        owners=np.concatenate([owners, beyond]).astype(np.int64),
        texts=(*(row[4] for row in rows), *general),
    )
