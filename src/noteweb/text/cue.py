"""Words that speak for a sentence being a claim, and words that speak against it.

English and Russian. Each line of a block is one alternative, or several with ``|`` between them.
The weights are round numbers, chosen on half of the labelled sentences.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Cue(StrEnum):
    """What makes a sentence read like a claim."""

    QUANTITY = "quantitative"
    COMPARISON = "comparative"
    CAUSE = "causal"
    FINDING = "empirical"
    GENERALITY = "general"


# Patterns are met by sentences in small letters: more than twice as quick as to ignore the case.


def _any_of(block: str) -> re.Pattern[str]:
    lines = (line.strip() for line in block.splitlines())
    return re.compile(rf"\b(?:{'|'.join(line for line in lines if line)})\b")


#: What speaks for a claim, and how much.
CUES: tuple[tuple[Cue, float, re.Pattern[str]], ...] = (
    (
        Cue.COMPARISON,
        1.25,
        _any_of(r"""
            (?:more|less|fewer|better|worse|larger|smaller|\w{3,}er)\b(?:\W+\w+){0,6}?\W+than
            \w+ (?:than|instead of|rather than) \w+
            twice|outperform\w*|exceed\w*|surpass\w*|beats?
            as (?:much|many|well|large|good) as
            relative to|compared (?:to|with)
            the (?:more|less|larger|smaller|deeper|wider|higher|lower)\b[^.]{,200},? the
            больше|меньше|выше|ниже|лучше|хуже|чаще|реже|сильнее|слабее|быстрее|медленнее
            превосход\w+|чем [^,.]{,200}, тем
        """),
    ),
    (
        Cue.CAUSE,
        1.0,
        _any_of(r"""
            causes?|caused by|leads? to|led to|results? in|because of|due to
            (?:in|de)creas(?:es?|ed|ing)|rais(?:es|ed)|lower(?:s|ed)|reduc(?:es?|ed|ing)
            grows?|grew|falls?|fell|rises?|rose|dropp?(?:s|ed)?|shrinks?
            improv(?:es?|ed|ements?)|degrad(?:es?|ed)|worsen(?:s|ed)?
            depends? on|varies with|scales?(?: (?:with|as|linearly))?|predicts?
            determin(?:es?|ants?)|shapes?|governs?|prevents?|drives?|costs?|explains?
            приводит\w*|вызыва\w+|увелич\w+|уменьш\w+|сниж\w+|раст[её]т|пада\w+
            зависит|определя\w+|вносит|объясн\w+
        """),
    ),
    (
        Cue.FINDING,
        1.0,
        _any_of(r"""
            finds?|found|shows?|showed|shown|proves?|proved|proven|demonstrat(?:es?|ed)
            report(?:s|ed)|observ(?:es?|ed)|establish(?:es|ed)|confirm(?:s|ed)|measured|evaluated
            stayed|reached|moved|kept|became|remained|struggles?|bears? (?:it )?out
            perform(?:s|ed)? (?:worse|better|well|badly|poorly)
            (?:is|are|was|were) (?:also )?(?:bad|good|poor|unable|incapable|able)
            показ\w+|наш[её]л|нашли|наблюда\w+|оказал\w+|измер\w+
        """),
    ),
    (
        Cue.GENERALITY,
        0.75,
        _any_of(r"""
            all|every|each|no|none|nothing|nobody|neither|never|always|any|most|only|few|many
            often|rarely|usually|typically|generally|cannot|can not|can't
            fail(?:s|ed)? to|impossible|must
            (?:is|are|was|were) (?:not )?(?:enough|sufficient|necessary)|with probability
            (?:has|have|had) (?:not|never|already|built|become|shown|been able)
            все|всех|всегда|никогда|никто|ни один|нельзя|любо[йег]\w*|каждый|часто|редко
            большинств\w+
        """),
    ),
    (
        Cue.GENERALITY,
        0.5,
        _any_of(r"""
            when|if|unless|without|whenever|in the absence of|beyond|as \w+ grows?
            если|когда|без
        """),
    ),
)

#: What speaks against it, and how much: hedges; plans, definitions and wishes; talk about a text;
#: what somebody did or how good it is; a subject that stands in the sentence before.
DOUBTS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (
        1.5,
        _any_of(r"""
            may|(?<!than it )might|could|perhaps|possibly|probably|maybe|seems?|appears? to|likely
            arguably|presumably|suppose|i (?:guess|suspect|expect|suppose|wonder|hope)
            my (?:guess|expectation|hunch|suspicion|opinion)
            возможно|вероятно|может быть|по-видимому|кажется|похоже
        """),
    ),
    (
        1.5,
        _any_of(r"""
            we (?:will|shall|plan|must)
            i (?:will|shall|plan|intend|propose|call|think|know|see|have|want|need|would(?! bet))
            (?:is|are) (?:defined|called|known) as|(?:is|are) called
            denotes?|refers? to|stands? for|to do|one can
            should|ought|needs? to|ha(?:s|ve) to|let us
            следует|нужно|надо|должн\w+|будем|назов[её]м|называется|называют
        """),
    ),
    (
        1.25,
        _any_of(r"""
            you|your|(?:essay|post|comment|paragraph)s?
            (?:this|the|that|these|an?|my) (?:paper|section|chapter|article|critique|argument)
            (?:this|the|that|these|an?|my) (?:framing|premise|question|implication|assertion)
            (?:this|the|that|these|an?|my) (?:assumptions?|piece|thesis)
            тезис\w*|вопрос\w*
        """),
    ),
    (
        1.75,
        _any_of(r"""
            we (?:train|trained|use|used|construct|take|took|fit|fitted|run|ran|consider|compare)
            the authors (?:construct|propose|consider|introduce|use|train)\w*
            (?:is|are|was|were) (?:varied|drawn|held out|sampled)
        """),
    ),
    (
        1.0,
        _any_of(r"""
            interesting|promising|foolish|proper|genuinely|extraordinar\w+|of course
            (?:fully|completely|really) \w+
        """),
    ),
    (
        0.75,
        re.compile(
            r"\A[\W_]*(?:(?:but|and|so|if|then)\s)?(?:this|that|it|they|these|those|he|she|such"
            r"|here|there|это|они|он|она|оно)\b",
        ),
    ),
)

#: Plans and definitions, references, what pages say of themselves, orders to the reader,
#: properties of a note.
NO_CLAIM = re.compile(
    r"https?://|\bdoi\b|arxiv:|\bisbn\b|©|\ball rights reserved\b|\bcopyright\b|\bcookies?\b"
    r"|\bsubscribe\b|\bclick\b|\bsign (?:in|up)\b|\bpp?\. ?\d|\bproceedings of\b|\bjournal of\b"
    r"|^\W*(?:see|note|consider|suppose|let|state|take|compare|imagine|assume|try|check|use|read"
    r"|write|recall|remember|add|ask|report|give|look|figure|table|рис|табл|см)\b"
    r"|^\W*(?:we|i) (?:will|shall|plan|intend|propose|define|call)\b|\b(?:is|are) defined as\b"
    r"|^\W*(?:мы )?(?:будем|планируем|назов[её]м)\b|\bназывается\b"
    r"|^[\w-]+::",
)
