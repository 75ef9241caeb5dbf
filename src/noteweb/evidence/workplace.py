"""A workplace: the files of one vault's evidence, each read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from noteweb.evidence.closure import read_closure
from noteweb.ledger import Ledger, name_ledger, read_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.evidence.closure import Closure
    from noteweb.evidence.find import Finder, Found
    from noteweb.evidence.trust import Standing, TrustStore

RUNS = "runs"  # in the vault: ledgers, committed, and artifacts, which can be made again


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What cases share: where things are, and what has been read of them once.

    Attributes
    ----------
    runs : the vault's folder of ledgers
    """

    runs: Path
    finder: Finder
    trust: TrustStore
    closures: dict[str, Closure] = field(default_factory=dict)
    ledgers: dict[str, tuple[tuple[int, int], Ledger]] = field(default_factory=dict)

    def ledger(self, experiment: str) -> Ledger:
        """Give what the experiment's ledger holds now; read again only when it has changed."""
        path = name_ledger(self.runs, experiment)
        try:
            found = path.lstat()
            mark = found.st_size, found.st_mtime_ns
        except OSError:
            mark = 0, 0
        held = self.ledgers.get(experiment)
        if held is None or held[0] != mark:
            held = mark, read_ledger(path, f"{self.runs.name}/{path.name}")
            self.ledgers[experiment] = held
        return held[1]

    def closure(self, found: Found) -> Closure:
        """Give the experiment's closure, read once."""
        name = found.place.name
        if name not in self.closures:
            self.closures[name] = read_closure(found)
        return self.closures[name]

    def standing(self, found: Found) -> Standing:
        """Tell whether the experiment may run."""
        return self.trust.standing(found.place, self.closure(found))
