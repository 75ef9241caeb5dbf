"""What a query that has nothing to do with a vault finds there: the measure of every score.

A score is what a passage has over what the best passage for an unrelated question has, in the same
mode and script. So 1 means the same in every vault, for every model and in every mode.

The idea is that of test normalisation against a cohort of impostors: Auckenthaler, Carey and
Lloyd-Thomas, Digital Signal Processing 10 (2000), doi:10.1006/dspr.1999.0360.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from noteweb.errors import WriteFailed
from noteweb.index.lookup import find_passages
from noteweb.model.hit import Mode, Only
from noteweb.search.candidate import Sought, gather
from noteweb.search.cohort import COHORTS, encode_cohort, find_script
from noteweb.search.mix import SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

    from noteweb.embed import Embedder
    from noteweb.index.folder import Index
    from noteweb.search.candidate import Candidates
    from noteweb.search.mix import Mix

_FILE = "background.json"
_FORMAT = 3

#: It is measured anew once this share of the passages, or of their vectors, came or went.
_CHANGED = 0.1

_N_CANDIDATES = 50  # of each half: only the best passage counts

_N_SEEN = 200  # passages whose scripts are the vault's

#: The least there can be, in deviations: a vault of a few notes holds no word of any question.
_LEAST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What unrelated questions of one script find, in one mode.

    Attributes
    ----------
    mean, deviation : of the cosines of passages with such questions
    best : what the best passage for such a question has, in the units of `noteweb.search.mix.Mix`;
        nine in ten find nothing better, and what a single one finds says little
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


def prepare(index: Index, embedder: Embedder | None) -> None:
    """Measure what queries will ask for: each mode there is, in the scripts of the vault's texts.

    Where it is known already, nothing is done; see `find_background`.

    Raises
    ------
    IndexDamaged
    """
    models: dict[Mode, Embedder | None] = {Mode.TEXT: None}
    if embedder is not None and index.catalogue.n_rows:
        models |= dict.fromkeys((Mode.SEMANTIC, Mode.HYBRID), embedder)
    for script in _find_scripts(index):
        for mode, model in models.items():
            _find(index, model, _Kind(mode=mode, script=script, mix=SHIPPED))


def find_background(
    index: Index, embedder: Embedder | None, mode: Mode, text: str, mix: Mix
) -> Background:
    """Give the background for a query, measured where it is not known or the vault has changed.

    Measuring asks up to 48 questions; what was measured stays in the index's folder.

    Raises
    ------
    IndexDamaged
    """
    return _find(index, embedder, _Kind(mode=mode, script=find_script(text), mix=mix))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """The kind of query that a background is for."""

    mode: Mode
    script: str
    mix: Mix

    def key(self, embedder: Embedder | None) -> str:
        identity = "" if embedder is None else embedder.identity
        return json.dumps([_FORMAT, self.mode.value, self.script, asdict(self.mix), identity])


def _find(index: Index, embedder: Embedder | None, kind: _Kind) -> Background:
    key, known = kind.key(embedder), _read(index.folder / _FILE)
    size, last = _count(index, embedder)
    size_then, last_then, *figures = known.get(key, (0, 0, 0.0, 1.0, 1.0))
    if size and max(abs(size_then - size), last - last_then) <= _CHANGED * size:
        return Background(**dict(zip(("mean", "deviation", "best"), figures, strict=True)))
    found = _measure(index, embedder, kind)
    known[key] = (size, last, found.mean, found.deviation, found.best)
    with suppress(WriteFailed):  # what cannot be kept is measured again
        index.replace(_FILE, json.dumps(known).encode())
    return found


def _count(index: Index, embedder: Embedder | None) -> tuple[int, int]:
    """Give how much there is to measure by, and the last passage; numbers are never used again."""
    ((last,),) = index.catalogue.rows("SELECT coalesce(max(pid), 0) FROM passages")
    # A vault that is embedded bit by bit has its passages long before their vectors.
    return (index.text.n_passages if embedder is None else index.catalogue.n_rows), last


def _find_scripts(index: Index) -> list[str]:
    """Give the scripts of some passages from all over the vault."""
    ((last,),) = index.catalogue.rows("SELECT coalesce(max(pid), 0) FROM passages")
    some = range(1, last + 1, max(1, last // _N_SEEN))
    texts = [passage.text for passage in find_passages(index.catalogue, "pid", some)]
    return sorted({find_script(text) for text in texts})


def _measure(index: Index, embedder: Embedder | None, kind: _Kind) -> Background:
    # Not at the top: a query that measures nothing needs none of it, and it takes 15 ms to load.
    from statistics import fmean, pvariance, quantiles

    asked = [gather(index, sought) for sought in _list_sought(index, embedder, kind)]
    means = [each.mean for each in asked]
    spread = fmean(each.deviation**2 for each in asked) + pvariance(means)
    usual = Background(mean=fmean(means), deviation=math.sqrt(spread) or 1.0)
    best = quantiles([_best(each, usual, kind.mix) for each in asked], n=10, method="inclusive")
    return replace(usual, best=max(best[-1], _LEAST))


def _list_sought(index: Index, embedder: Embedder | None, kind: _Kind) -> list[Sought]:
    """Give what is asked, and what is nearest to each question: many at once cost far less."""
    asked = [
        Sought(text=text, mode=kind.mode, only=Only(), vector=None, n_candidates=_N_CANDIDATES)
        for text in COHORTS[kind.script]
    ]
    if embedder is None or not index.catalogue.n_rows:
        return asked
    from noteweb.index.nearest import find_each

    vectors = encode_cohort(index, embedder, kind.script)
    with index.reading_vectors() as every:
        near = list(find_each(every, vectors, _N_CANDIDATES))
    return [
        replace(sought, vector=vector, near=found)
        for sought, vector, found in zip(asked, vectors, near, strict=True)
    ]


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
