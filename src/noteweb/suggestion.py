"""Which sentences of documents could be claims, and what of the vault is near to each."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING

from noteweb.activation.ground import Target
from noteweb.activation.near import find_nearness
from noteweb.model.suggestion import Nearest, Suggestion
from noteweb.text.assertion import read_assertion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noteweb.activation.ground import Tools
    from noteweb.evidence.find import Found
    from noteweb.model.claim import Claim
    from noteweb.model.document import Document, Sentence
    from noteweb.text.assertion import Assertion

    Candidate = tuple[Document, Sentence, Assertion]

#: A rate above this is no nearness: one sentence in twenty comes so near by chance.
NEAR = 0.05
#: Sentences that are read at most, and of those like claims how many are held against the vault.
MOST_READ = 100_000
_POOL = 10  # times as many as are asked for
_MOST_HELD = 400
_LONGEST_TEXT = 600  # characters of a docstring's paragraph; models read no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What of the vault sentences are held against; an empty path of a note means none."""

    claims: Sequence[Claim]
    experiments: Sequence[Found]
    notes: dict[str, str]  # ids by path


def suggest(
    tools: Tools, known: Known, documents: Iterable[Document], limit: int, *, is_new: bool = False
) -> tuple[Suggestion, ...]:
    """Give the sentences that read most like claims, best first; ties in the order of reading.

    Parameters
    ----------
    is_new : whether those that come near to a claim of the vault are left out

    Raises
    ------
    IndexBusy, WriteFailed, IndexDamaged
    """
    pool = min(limit * _POOL, _MOST_HELD) if is_new else limit
    best = nsmallest(max(pool, limit), _find_candidates(documents), key=lambda c: -c[2].weight)
    texts = [sentence.text for _, sentence, _ in best]
    claims = _find_nearest(tools, _target_claims(known), texts)
    found = [
        (candidate, claim)
        for candidate, claim in zip(best, claims, strict=True)
        if not (is_new and claim and claim.is_near)
    ][:limit]
    kept = [sentence.text for (_, sentence, _), _ in found]
    experiments = _find_nearest(tools, _target_experiments(known), kept)
    return tuple(
        _suggest_one(candidate, known, claim, experiment)
        for (candidate, claim), experiment in zip(found, experiments, strict=True)
    )


def _find_candidates(documents: Iterable[Document]) -> Iterator[Candidate]:
    """Give the sentences that read like claims, each text once."""
    seen: set[str] = set()
    pairs = ((document, each) for document in documents for each in document.sentences)
    for document, sentence in islice(pairs, MOST_READ):
        assertion = read_assertion(sentence.text)
        if assertion is not None and sentence.text not in seen:
            seen.add(sentence.text)
            yield document, sentence, assertion


def _target_claims(known: Known) -> dict[str, tuple[str, Target]]:
    return {
        each.id: (each.statement, Target(texts=(each.statement,), note=each.note_id))
        for each in known.claims
        if each.statement
    }


def _target_experiments(known: Known) -> dict[str, tuple[str, Target]]:
    """Give each experiment's words: its summary, docstring and metrics, and its claims."""
    stated: dict[str, list[Claim]] = {}
    for claim in known.claims:
        for each in claim.evidence:
            stated.setdefault(each.experiment, []).append(claim)
    targets = {}
    for found in known.experiments:
        if found.experiment is not None:
            claims = stated.get(found.place.name, [])
            texts = (*_describe(found), *(claim.statement for claim in claims if claim.statement))
            note = claims[0].note_id if claims else ""
            summary = found.experiment.summary
            targets[found.place.name] = summary, Target(texts=texts or (summary,), note=note)
    return targets


def _describe(found: Found) -> Iterator[str]:
    experiment = found.experiment
    if experiment is None:
        return
    paragraphs = (" ".join(each.split()) for each in found.docstring.split("\n\n"))
    told = (f"{name.replace('_', ' ')}: {m.summary}" for name, m in experiment.metrics.items())
    for text in dict.fromkeys((experiment.summary, *paragraphs, *told)):
        if text.strip():
            yield text[:_LONGEST_TEXT]


def _find_nearest(
    tools: Tools, targets: dict[str, tuple[str, Target]], texts: Sequence[str]
) -> list[Nearest | None]:
    if not targets or not texts:
        return [None] * len(texts)
    found = find_nearness(tools, [target for _, target in targets.values()], texts)
    told = [(name, text) for name, (text, _) in targets.items()]
    nearest: list[Nearest | None] = []
    for best, rates in zip(found.scores.argmax(axis=1), found.rates.tolist(), strict=True):
        (name, text), rate = told[best], rates[best]
        nearest.append(Nearest(name=name, text=text, rate=rate, is_near=rate <= NEAR))
    return nearest


def _suggest_one(
    candidate: Candidate, known: Known, claim: Nearest | None, experiment: Nearest | None
) -> Suggestion:
    document, sentence, assertion = candidate
    return Suggestion(
        document=document.name,
        note=known.notes.get(document.name, ""),
        text=sentence.text,
        line=sentence.line,
        page=sentence.page,
        section=sentence.section,
        cues=tuple(cue.value for cue in assertion.cues),
        weight=assertion.weight,
        claim=claim,
        experiment=experiment,
    )
