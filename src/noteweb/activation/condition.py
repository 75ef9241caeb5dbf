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

        Parameters
        ----------
        values : of a document's windows against the vault's own conditions, shape (n_windows,
            n_own)
        """
        return self.join(self.best_alone(values), values[:, self.joined()])

    def have_joint(self) -> NDArray[np.bool_]:
        """Tell which notes have a joint condition, shape (n_notes,)."""
        return np.isin(np.arange(len(self.nids)), self.owners[self.joined()])

    def joined(self) -> NDArray[np.int64]:
        """Give which conditions hold only together with others."""
        return np.flatnonzero(self.joint)

    def best_alone(self, values: Floats, n_best: int = 1) -> Floats:
        """Give the best of each note's alternatives, -inf where it has none.

        Parameters
        ----------
        n_best : the mean of so many
        """
        if self.joint.any():
            values = np.where(self.joint == 0, values, -np.inf)
        return best_by_owner(values, self.starts(), n_best)

    def join(self, best: Floats, values: Floats) -> Floats:
        """Give the better of a note's alternatives and its joint conditions.

        The groups of a joint condition count together, wherever in the document each is met: as
        much as the least of them, less what the window itself falls short of the group met best.

        Parameters
        ----------
        best : by `best_alone`
        values : of all windows of one document against the conditions in `joined`
        """
        best = best.copy()
        joint, owners = self.joint[self.joined()], self.owners[self.joined()]
        for whole in np.unique(joint // _GROUPS):
            numbers = np.unique(joint[joint // _GROUPS == whole])
            groups = np.stack([values[:, joint == n].max(axis=1) for n in numbers], axis=1)
            met = groups.max(axis=0)
            worth = met.min() - met.max() + groups.max(axis=1)
            owner = owners[joint == numbers[0]][0]
            best[:, owner] = np.maximum(best[:, owner], worth)
        return best


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
