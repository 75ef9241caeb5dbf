"""What a query that has nothing to do with a vault finds there: the measure of every score.

A score is what a passage has over what the best passage for an unrelated question has, in the same
mode and script. So 1 means the same in every vault, for every model and in every mode.

The idea is that of test normalisation against a cohort of impostors: Auckenthaler, Carey and
Lloyd-Thomas, Digital Signal Processing 10 (2000), doi:10.1006/dspr.1999.0360.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from noteweb.model.hit import Mode, Only
from noteweb.search.candidate import Sought, gather
from noteweb.search.cohort import choose_cohort

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.search.candidate import Candidates
    from noteweb.search.mix import Mix

_FILE = "background.json"
_FORMAT = 1

#: It is measured anew once the vault has grown or shrunk by this share.
_GROWTH = 0.1

_N_CANDIDATES = 50  # of each half: only the best passage counts

#: Nine in ten unrelated questions find nothing better; what a single one finds says little.
_SHARE = 0.9

#: The least there can be, in deviations: a vault of a few notes holds no word of any question.
_LEAST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What unrelated questions of one script find, in one mode.

    Attributes
    ----------
    mean, deviation : of the cosines of passages with such questions
    best : what the best passage for such a question has, in the units of `noteweb.search.mix.Mix`
    """

    mean: float = 0.0
    deviation: float = 1.0
    best: float = 1.0

    def words(self, mix: Mix, coverage: float) -> float:
        """Give what words add to a score."""
        return mix.words * coverage / self.best

    def meaning(self, mix: Mix, cosine: float) -> float:
        """Give what meaning adds to a score."""
        return mix.meaning * (cosine - self.mean) / self.deviation / self.best


def find_background(
    index: Index, embedder: Embedder | None, mode: Mode, text: str, mix: Mix
) -> Background:
    """Give the background for a query, measured where the vault's is not known or has changed.

    Measuring asks up to 48 questions; what was measured stays in the index's folder.
    """
    script, cohort = choose_cohort(text)
    key = json.dumps([_FORMAT, mode.value, script, asdict(mix), getattr(embedder, "identity", "")])
    n_passages = index.text.n_passages
    path = index.folder / _FILE
    known = _read(path)
    n_then, *figures = known.get(key, (0, 0.0, 1.0, 1.0))
    if n_passages and abs(n_then - n_passages) <= _GROWTH * n_passages:
        return Background(**dict(zip(("mean", "deviation", "best"), figures, strict=True)))
    found = _measure(index, embedder, mode, cohort, mix)
    _write(path, known | {key: (n_passages, found.mean, found.deviation, found.best)})
    return found


def _measure(
    index: Index, embedder: Embedder | None, mode: Mode, cohort: tuple[str, ...], mix: Mix
) -> Background:
    import numpy as np

    asked = [
        gather(
            index,
            Sought(
                text=text,
                mode=mode,
                only=Only(),
                vector=None if embedder is None else embedder.encode_query(text),
                n_candidates=_N_CANDIDATES,
            ),
        )
        for text in cohort
    ]
    means = np.array([each.mean for each in asked])
    squares = np.array([each.deviation for each in asked]) ** 2
    usual = Background(
        mean=float(means.mean()), deviation=float(np.sqrt(squares.mean() + means.var())) or 1.0
    )
    best = float(np.quantile([_best(each, usual, mix) for each in asked], _SHARE))
    return Background(mean=usual.mean, deviation=usual.deviation, best=max(best, _LEAST))


def _best(found: Candidates, usual: Background, mix: Mix) -> float:
    return max(
        (
            usual.words(mix, found.coverage.get(pid, 0.0))
            + (usual.meaning(mix, found.cosines[pid]) if pid in found.cosines else 0.0)
            for pid in found.owners
        ),
        default=0.0,
    )


def _read(path: Path) -> dict[str, tuple[float, ...]]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): tuple(map(float, values)) for key, values in read.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: Path, known: dict[str, tuple[float, ...]]) -> None:
    """Write what is known; where that cannot be it is measured again the next time."""
    partial = path.with_suffix(".partial")
    try:
        partial.write_text(json.dumps(known), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return
