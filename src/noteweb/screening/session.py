"""A screening: a library, its criteria, and the answers given so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Self

import numpy as np

from noteweb.errors import BadRequest
from noteweb.screening.label import Answer, append_answer, read_answers
from noteweb.screening.ranking import (
    EXCLUDED,
    INCLUDED,
    UNREAD,
    UNSURE,
    count_at_once,
    rank,
    score_by_criteria,
)
from noteweb.screening.stopping import Standing, explain, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from noteweb.errors import Problem
    from noteweb.model.reference import Reference
    from noteweb.screening.criteria import Criteria
    from noteweb.screening.feature import Features
    from noteweb.screening.meaning import Meaning

    Floats = NDArray[np.floating]

_CODES = {Answer.RELEVANT: INCLUDED, Answer.IRRELEVANT: EXCLUDED, Answer.UNSURE: UNSURE}
#: The order of `Screening.listing`; None are those without an answer.
_LISTED = (Answer.RELEVANT, Answer.UNSURE, None, Answer.IRRELEVANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A record not yet read, with its score, which orders and means nothing else."""

    reference: Reference
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Any record, with what has been answered; one without an answer has a rank, from 1."""

    reference: Reference
    answer: Answer | None
    rank: int | None
    score: float


class Screening:
    """A library being screened; nothing is embedded or learned before it is needed.

    Use `open`. The answers lie in a file, so a screening goes on where it stopped.

    Examples
    --------
    >>> screening = Screening.open(library, criteria, labels=path)  # doctest: +SKIP
    >>> for reference in screening.next(10):  # doctest: +SKIP
    ...     screening.label(reference.key, ask(reference))
    """

    def __init__(
        self,
        references: tuple[Reference, ...],
        criteria: Criteria,
        labels: Path,
        meaning: Meaning | None,
    ) -> None:
        self.references = references
        self.criteria = criteria
        self.labels = labels
        self._meaning = meaning
        self._rows = {each.key: row for row, each in enumerate(references)}
        self._ranking: tuple[bytes, Floats] | None = None
        self.answers: Mapping[str, Answer] = {}
        self.problems: tuple[Problem, ...] = ()
        self.refresh()

    @classmethod
    def open(
        cls,
        references: Sequence[Reference],
        criteria: Criteria,
        *,
        labels: Path,
        meaning: Meaning | None = None,
    ) -> Self:
        """Open a screening, or go on with one.

        What came labelled with the library (`Reference.included`) counts as read.

        Parameters
        ----------
        labels : the file of answers; need not be there yet
        meaning : what embeds the records; None ranks by words alone

        Raises
        ------
        BadRequest : the library is empty, or two records share a key
        """
        if not references:
            raise BadRequest("the library holds no record", "give a file with references")
        key, n_times = Counter(each.key for each in references).most_common(1)[0]
        if n_times > 1:
            raise BadRequest(f"{n_times} records have the key {key!r}", "give each its own")
        return cls(tuple(references), criteria, labels, meaning)

    def refresh(self) -> None:
        """Read the answers again: another process may have added some."""
        answers, self.problems = read_answers(self.labels)
        self.answers = {key: given for key, given in answers.items() if key in self._rows}

    def rank(self) -> tuple[Ranked, ...]:
        """Give the records without an answer, what to read first at the front.

        Ties keep the library's order. A few tenths of a second for thousands of records, more the
        first time.

        Raises
        ------
        WriteFailed : the cache of vectors cannot be written
        """
        codes = self._codes()
        scores = self._score(codes)
        unread = np.flatnonzero(codes == UNREAD)
        order = unread[np.argsort(-scores[unread], kind="stable")]
        return tuple(
            Ranked(reference=self.references[row], score=float(scores[row])) for row in order
        )

    def next(self, n_records: int = 1) -> tuple[Reference, ...]:
        """Give the records to read next."""
        return tuple(each.reference for each in self.rank()[:n_records])

    def upcoming(self, without: Sequence[Reference] = ()) -> tuple[Reference, ...]:
        """Give the records to read before the ranking is made anew; those skipped left out."""
        skipped = {each.key for each in without}
        n_read = int((self._codes() != UNREAD).sum())
        ranked = (each.reference for each in self.rank() if each.reference.key not in skipped)
        return tuple(islice(ranked, count_at_once(n_read)))

    def listing(self) -> tuple[Listed, ...]:
        """Give every record: the relevant ones, the unsure, those to read, the irrelevant.

        Raises
        ------
        WriteFailed : the cache of vectors cannot be written
        """
        scores = self._score(self._codes())
        groups: dict[Answer | None, list[Listed]] = {each: [] for each in _LISTED}
        answered = [each for each in self.references if self.answer(each.key) is not None]
        unread = [each.reference for each in self.rank()]
        for number, each in enumerate((*unread, *answered), 1):
            answer = self.answer(each.key)
            place = number if answer is None else None
            score = float(scores[self._rows[each.key]])
            groups[answer].append(Listed(reference=each, answer=answer, rank=place, score=score))
        return tuple(each for group in groups.values() for each in group)

    @property
    def n_same_doi(self) -> int:
        """How many records have the DOI of an earlier one: perhaps the same publication twice."""
        dois = [each.doi.casefold() for each in self.references if each.doi]
        return len(dois) - len(set(dois))

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of the criteria that tell records apart: those in few of them."""
        from noteweb.screening.feature import find_telling

        return find_telling(self._features, " ".join(self.criteria.parts))

    def withdraw(self, key: str) -> None:
        """Take a record's answer back, so that it is unread again.

        Raises
        ------
        WriteFailed
        """
        append_answer(self.labels, key, None, _now())
        self.refresh()

    def check(self, key: str, answer: Answer | str) -> None:
        """Make sure that an answer can be written down.

        Raises
        ------
        BadRequest : no such record, or no such answer
        """
        if key not in self._rows:
            near = get_close_matches(key, self._rows, n=3)
            hint = f"did you mean: {', '.join(near)}" if near else "a key names a record"
            raise BadRequest(f"the library holds no record {key!r}", hint)
        if answer not in list(Answer):
            raise BadRequest(f"no answer {answer!r}", f"one of: {', '.join(Answer)}")

    def label(self, key: str, answer: Answer | str) -> None:
        """Write an answer down; a second one on a record replaces the first.

        Raises
        ------
        BadRequest, WriteFailed
        """
        self.check(key, answer)
        append_answer(self.labels, key, Answer(answer), _now())
        self.refresh()

    def progress(self) -> Standing:
        """Say how many are read and included, how much of all that is, and whether to stop.

        Unsure records are neither in nor out: they are not counted among the relevant ones.
        """
        codes = self._codes()
        n_unread = int((codes == UNREAD).sum())
        recall, n_missing = judge(self._found(), n_unread, self._n_known_relevant())
        is_enough, reason = explain(recall, n_missing, n_unread)
        return Standing(
            n_records=len(self.references),
            n_read=len(self.references) - n_unread,
            n_relevant=int((codes == INCLUDED).sum()),
            n_unsure=int((codes == UNSURE).sum()),
            recall=recall,
            n_missing=n_missing,
            is_enough=is_enough,
            reason=reason,
        )

    def answer(self, key: str) -> Answer | None:
        """Give a record's answer: the reader's, else the one that came with the library."""
        given = self.answers.get(key)
        if given is not None:
            return given
        known = self.references[self._rows[key]].included
        if known is None:
            return None
        return Answer.RELEVANT if known else Answer.IRRELEVANT

    @cached_property
    def by_criteria(self) -> Floats:
        """The criteria's score of every record, in the library's order."""
        from noteweb.screening.meaning import embed_criteria

        meanings = embed_criteria(self._meaning, self.criteria) if self._meaning else None
        return score_by_criteria(self._features, self.criteria, meanings)

    @cached_property
    def _features(self) -> Features:
        from noteweb.screening.feature import list_texts, make_features
        from noteweb.screening.meaning import embed_records

        texts = list_texts(self.references)
        vectors = embed_records(self._meaning, texts) if self._meaning else None
        return make_features(self.references, vectors)

    def _score(self, codes: NDArray[np.int8]) -> Floats:
        if self._ranking is None or self._ranking[0] != codes.tobytes():
            self._ranking = codes.tobytes(), rank(self._features, self.by_criteria, codes)
        return self._ranking[1]

    def _codes(self) -> NDArray[np.int8]:
        codes = np.full(len(self.references), UNREAD, np.int8)
        for row, each in enumerate(self.references):
            given = self.answer(each.key)
            if given is not None:
                codes[row] = _CODES[given]
        return codes

    def _found(self) -> list[bool]:
        """Tell of each record read here, in that order, whether it is in; unsure ones left out."""
        return [
            given is Answer.RELEVANT
            for given in self.answers.values()
            if given is not Answer.UNSURE
        ]

    def _n_known_relevant(self) -> int:
        return sum(
            each.included is True and each.key not in self.answers for each in self.references
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
