"""Activation as the rest of noteweb sees it: a document in, a report out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from noteweb.activation.calibrate import (
    FEWEST_LABELS,
    Bin,
    Calibration,
    find_reliability,
    fit_calibration,
    is_enough,
)
from noteweb.activation.gap import find_gaps
from noteweb.activation.gloss import Gloss
from noteweb.activation.ground import make_claim_ground, make_ground
from noteweb.activation.label import Answer, Label, append_labels, digest_of, read_labels
from noteweb.activation.learn import learn
from noteweb.activation.match import Lane, Reading, explain, read
from noteweb.activation.prepare import cannot_read, prepare
from noteweb.activation.spoken import find_spoken_of
from noteweb.activation.spread import spread
from noteweb.activation.window import cut_windows
from noteweb.errors import BadRequest, ConditionsMissing
from noteweb.index.lookup import find_cards, find_edges
from noteweb.model.firing import Report, SecondHand, SpokenOf, Via

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from noteweb.activation.ground import Ground, Tools
    from noteweb.activation.learn import Lessons
    from noteweb.model.claim import Claim
    from noteweb.model.document import Document
    from noteweb.model.firing import Firing
    from noteweb.model.note import Json

_N_NEAR = 3
_N_SECOND_HAND = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a report holds.

    Attributes
    ----------
    fdr : a note fires where a quiet one does as well at most this often
    """

    fdr: float = 0.01
    with_gaps: bool = False
    with_claims: bool = False
    also: tuple[str, ...] = ()  # notes (ids) explained whether they fire or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What of the vault is not in the index.

    Attributes
    ----------
    findings : gives what is known of each claim by id, its `verdict` and `standing` among it
    """

    root: Path
    claims: Callable[[], Sequence[Claim]]
    findings: Callable[[], Mapping[str, Mapping[str, Json]]]


class Activation:
    """The notes of an index, ready to be held against documents.

    Parameters
    ----------
    sources : where the vault's labels, claims and verdicts are
    """

    def __init__(self, sources: Sources, tools: Tools) -> None:
        self._sources = sources
        self._tools = tools
        self._index = tools.index

    @property
    def has_conditions(self) -> bool:
        """Whether any note has a Receptor or Activation."""
        return bool(
            self._index.catalogue.rows("SELECT 1 FROM passages WHERE joint IS NOT NULL LIMIT 1")
        )

    @property
    def ground(self) -> Ground:
        """The conditions and their background, for the index's own model."""
        return self._ground(make_ground, self._tools)

    @cached_property
    def calibration(self) -> Calibration | None:
        """What the vault's labels say a rate is worth; None before there are enough."""
        rates, fires = self.labelled_rates()
        return fit_calibration(rates, fires) if is_enough(fires) else None

    def report(self, document: Document, options: Options) -> Report:
        """Hold a document against every note; where none has conditions, nothing fires."""
        if not self.has_conditions:
            return Report(
                document=document.name,
                title=document.title,
                identifiers=document.identifiers,
                n_windows=0,
                fired=(),
                near=(),
            )
        reading = self._read(document)
        order = np.lexsort((self.ground.holdings.conditions.nids, -reading.strengths)).tolist()
        fires = [owner for owner in order if reading.rates[owner] <= options.fdr]
        also = {self._owners[note] for note in options.also if note in self._owners}
        quiet = [owner for owner in order if reading.rates[owner] > options.fdr]
        near = [owner for owner in quiet if owner in also] or quiet[:_N_NEAR]
        fired = self._explain(reading, fires)
        return Report(
            document=document.name,
            title=document.title,
            identifiers=document.identifiers,
            n_windows=len(reading.windows),
            fired=fired,
            near=self._explain(reading, near),
            second_hand=self._spread(fired),
            gaps=find_gaps(self._index, reading) if options.with_gaps else (),
            claims=self._spoken_of(document, options.fdr) if options.with_claims else (),
        )

    def rates(self, document: Document) -> dict[str, float]:
        """Give the false-fire rate of every note (by id) that has conditions."""
        if not self.has_conditions:
            return {}
        rates = self._read(document).rates
        return {note: float(rates[owner]) for note, owner in self._owners.items()}

    def label(self, document: Document, note: str, answer: Answer) -> Label:
        """Write down what the reader says of a document and a note (an id).

        Raises
        ------
        ConditionsMissing
            where the note has none, so no label could teach anything
        WriteFailed
        """
        if not self.has_conditions or note not in self._owners:
            raise ConditionsMissing(note)
        reading = self._read(document)
        owner = self._owners[note]
        best = np.argsort(-reading.scores[:, owner], kind="stable")[:_N_NEAR]
        label = Label(
            document=document.name,
            digest=digest_of(document),
            note=note,
            answer=answer,
            passages=tuple(reading.windows[i].text for i in best),
            rate=float(reading.rates[owner]),
            written=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        append_labels(self._sources.root, [label])
        for derived in ("calibration", "_lessons"):
            self.__dict__.pop(derived, None)
        return label

    def reliability(self) -> tuple[tuple[Bin, ...], int]:
        """Give the reliability curve of the vault's labels, and how many there are.

        Raises
        ------
        BadRequest
            where there are too few
        """
        rates, fires = self.labelled_rates()
        if not is_enough(fires):
            message = f"{len(fires)} labels calibrate nothing"
            hint = f"noteweb label, until there are {FEWEST_LABELS}, of either answer some"
            raise BadRequest(message, hint)
        return find_reliability(rates, fires), len(rates)

    def labelled_rates(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Give the rates of the labelled pairs and whether each fires; unsure ones are left out."""
        labels = self.sure_labels()
        return (
            np.array([label.rate for label in labels]),
            np.array([label.fires for label in labels], dtype=bool),
        )

    def sure_labels(self) -> list[Label]:
        """Give the vault's labels but for the unsure ones, in the order written."""
        return [x for x in read_labels(self._sources.root)[0] if x.answer is not Answer.UNSURE]

    @cached_property
    def _owners(self) -> dict[str, int]:
        """Where each note (by id) stands in the ground."""
        ids = dict(self._index.catalogue.rows("SELECT nid, id FROM notes"))
        nids = self.ground.holdings.conditions.nids.tolist()
        return {ids[nid]: owner for owner, nid in enumerate(nids)}

    def _read(self, document: Document) -> Reading:
        return self._read_on(document, make_ground, self._learn)

    def _read_on(
        self,
        document: Document,
        make: Callable[[Tools], Ground],
        learned: Callable[[Tools, Ground], Lessons | None] = lambda *_: None,
    ) -> Reading:
        """Read a document's windows by the index's model, foreign ones by a multilingual one."""
        windows = cut_windows(document.text, document.sentences)
        texts = [window.text for window in windows]
        foreign = cannot_read(self._tools.embedder.name, texts)
        lanes = []
        for is_foreign in (False, True):
            places = tuple(i for i, kind in enumerate(foreign) if kind is is_foreign)
            if places:
                tools = self._foreign_tools if is_foreign else self._tools
                gloss = self._gloss if is_foreign else None
                told = prepare(tools, [texts[i] for i in places], gloss)
                ground = self._ground(make, tools)
                lessons = learned(tools, ground)
                lanes.append(Lane(ground=ground, places=places, texts=told, lessons=lessons))
        return read(document, windows, lanes)

    def _learn(self, tools: Tools, ground: Ground) -> Lessons | None:
        key = tools.embedder.identity
        if key not in self._lessons:
            self._lessons[key] = learn(tools, ground, self.sure_labels(), self._owners)
        return self._lessons[key]

    @cached_property
    def _lessons(self) -> dict[str, Lessons | None]:
        return {}

    def _ground(self, make: Callable[[Tools], Ground], tools: Tools) -> Ground:
        key = make, tools.embedder.identity
        if key not in self._grounds:
            self._grounds[key] = make(tools)
        return self._grounds[key]

    @cached_property
    def _grounds(self) -> dict[tuple[Callable[[Tools], Ground], str], Ground]:
        return {}

    @cached_property
    def _foreign_tools(self) -> Tools:
        from noteweb.embed.multilingual import MultilingualEmbedder

        return replace(self._tools, embedder=MultilingualEmbedder())

    @cached_property
    def _gloss(self) -> Gloss:
        cards = find_cards(self._index.catalogue)
        pairs = [pair for card in cards for pair in card.terms]
        return Gloss(pairs, self._index.text.sequence)

    def _explain(self, reading: Reading, owners: Sequence[int]) -> tuple[Firing, ...]:
        def probability(owner: int) -> float | None:
            if self.calibration is None:
                return None
            return float(self.calibration.probability(reading.rates[owner]))

        return explain(self._index, reading, owners, probability)

    def _spoken_of(self, document: Document, fdr: float) -> tuple[SpokenOf, ...]:
        claims = self._sources.claims()
        if not claims:
            return ()
        reading = self._read_on(document, self._make_claim_ground)
        found = find_spoken_of(self._index, reading, claims, fdr)
        findings = self._sources.findings() if found else {}
        return tuple(_with_findings(each, findings.get(each.claim, {})) for each in found)

    def _make_claim_ground(self, tools: Tools) -> Ground:
        return make_claim_ground(tools, self._sources.claims())

    def _spread(self, fired: Sequence[Firing]) -> tuple[SecondHand, ...]:
        rows = self._index.catalogue.rows("SELECT nid, id, title FROM notes")
        nids = {note: nid for nid, note, _ in rows}
        names = {nid: (note, title) for nid, note, title in rows}
        strengths = {nids[f.note]: max(f.score, 0.1) for f in fired}
        arrivals = spread(strengths, find_edges(self._index.catalogue))[:_N_SECOND_HAND]
        return tuple(
            SecondHand(
                note=names[arrival.nid][0],
                title=names[arrival.nid][1],
                via=tuple(
                    Via(*names[step.source], step.kind, step.is_forward) for step in arrival.steps
                ),
                score=arrival.score,
            )
            for arrival in arrivals
        )


def _with_findings(each: SpokenOf, known: Mapping[str, Json]) -> SpokenOf:
    verdict, standing = (str(known.get(name, "")) for name in ("verdict", "standing"))
    return replace(each, verdict=verdict, standing=standing)
