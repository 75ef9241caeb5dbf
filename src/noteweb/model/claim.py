"""A claim: a statement of a note, where it comes from, what it bears on and what would test it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from noteweb.model.position import START, Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noteweb.model.note import Json


class ClaimKind(StrEnum):
    """What sort of statement it is; an experiment speaks only about the first two and the fourth.

    A normative claim says what ought to be, a reported one what somebody else saw or said: neither
    becomes true or false by a run here.
    """

    EMPIRICAL = "empirical"
    THEORETICAL = "theoretical"
    NORMATIVE = "normative"
    PREDICTION = "prediction"
    REPORTED = "reported"

    @property
    def is_testable(self) -> bool:
        """Whether an experiment can give it a verdict."""
        return self not in {ClaimKind.NORMATIVE, ClaimKind.REPORTED}


#: The relations that the standing of claims rests on.
LOGICAL_RELATIONS = ("supports", "contradicts", "qualifies", "depends_on")
#: Relations that readers know by these names; any other name is kept as it is written.
KNOWN_RELATIONS = (
    *LOGICAL_RELATIONS,
    "explains",
    "same_as",
    "extends",
    "responds_to",
    "analogous_to",
    "would_contradict",
)


class Op(StrEnum):
    """How an estimate is held against what is expected of it."""

    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    BETWEEN = "between"  # low and high are both allowed
    EQUIV = "equiv"  # nearer to the threshold than the margin
    EQ = "eq"  # the threshold itself, in every seed; for counts and exact results


class Estimand(StrEnum):
    """What is estimated over seeds."""

    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a metric must do for the claim to hold.

    `threshold` belongs to every operator but ``between``, which has `low` and `high`; `margin`
    belongs to ``equiv``.  `pass_share` turns the expectation into one about seeds: at least this
    share of all seeds, not only the mean seed, does as the operator says.
    """

    metric: str
    op: Op
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    estimand: Estimand = Estimand.MEAN
    pass_share: float | None = None

    def to_json(self) -> dict[str, Json]:
        """Give it as written in a note, without what is absent or the default."""
        raw: dict[str, Json] = {"metric": self.metric, "op": self.op.value}
        for name in ("threshold", "low", "high", "margin", "pass_share"):
            if (value := getattr(self, name)) is not None:
                raw[name] = value
        if self.estimand is not Estimand.MEAN:
            raw["estimand"] = self.estimand.value
        return raw

    def digest(self) -> str:
        """Give a name that changes with any change of what is expected, and with nothing else."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """An experiment named by a claim, with what is expected of its metrics.

    `defects` says what of it could not be read.  Evidence with a defect is never judged: leaving
    out the one expectation with a typing error could turn the verdict round.
    """

    experiment: str
    params: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    expect: tuple[Expectation, ...] = ()
    defects: tuple[str, ...] = ()
    at: Position = field(default=START, compare=False, repr=False)


class Citation(StrEnum):
    """How much a reader may make of what a note says that a source says."""

    QUOTED = "quoted"  # a place, words or a figure, read where the note says
    RECALLED = "recalled"  # from memory
    MEASURED = "measured"  # the note's own, from its runs
    NAMED = "named"  # no place and no words are given


class Stance(StrEnum):
    """What a source makes of the statement that a claim takes from it."""

    ASSERTS = "asserts"  # as its own, outright
    HEDGES = "hedges"  # with a reservation, as a guess or a question
    DISPUTES = "disputes"  # to speak against it
    REPORTS = "reports"  # as what others say, or with both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the statement comes from.

    `is_verified` is False where nobody has held it against the source itself; what a note then
    says of `stated_citation` tells a figure read in another document from a recalled one.
    `stance` is None where the note does not say; it cannot be told from the rest.
    """

    doi: str = ""
    url: str = ""
    title: str = ""
    note: str = ""  # the name of a note of the vault
    quote: str = ""
    locator: str = ""  # page, figure, section
    is_verified: bool = True
    stated_citation: Citation | None = None
    stance: Stance | None = None

    def __bool__(self) -> bool:
        """Whether anything is said about the source."""
        return any((self.doi, self.url, self.title, self.note, self.quote, self.locator))

    @property
    def citation(self) -> Citation | None:
        """How it is cited; None where nothing is said about it."""
        if not self:
            return None
        if self.stated_citation is not None:
            return self.stated_citation
        if not self.is_verified:
            return Citation.RECALLED
        return Citation.QUOTED if self.quote or self.locator else Citation.NAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A typed link from the claim that states it to another claim."""

    kind: str  # lower case, words joined by _
    target: str  # a claim's id, as written
    at: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of a note."""

    id: str  # unique in the vault
    statement: str
    kind: ClaimKind = ClaimKind.EMPIRICAL
    source: Source = Source()
    relations: tuple[Relation, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    needs: str = ""  # what evidence would decide it
    attributes: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    note_id: str
    path: str
    line: int
    column: int = 1

    @property
    def n_expectations(self) -> int:
        """How many expectations stand behind the claim, over all its evidence."""
        return sum(len(evidence.expect) for evidence in self.evidence)

    @property
    def related(self) -> dict[str, tuple[str, ...]]:
        """Its relations: for each kind the ids that it points to, all in the order written."""
        kinds = dict.fromkeys(each.kind for each in self.relations)
        return {kind: self.targets(kind) for kind in kinds}

    def targets(self, kind: str) -> tuple[str, ...]:
        """Give the ids that a relation of this kind points to, in the order written."""
        return tuple(each.target for each in self.relations if each.kind == kind)
