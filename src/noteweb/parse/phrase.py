"""The phrase a statement begins with: its subject, up to the verb."""

from __future__ import annotations

import re

from noteweb.text.words import list_words

_N_WORDS = 12  # a name without a verb after it is cut here
_REACH = 240  # characters in which a subject ends

_VERBS = frozenset(
    list_words("""
    is are was were has have had does do did can could may might will would should must provides
    provide constrains constrain contradicts contradict offers offer enables enable connects
    connect influences contributes contribute informs inform explains explain examines examine
    explores explore describes describe discusses discuss supplies supply gives give serves
    serve supports complements complement extends extend enriches enrich enhances enhance
    deepens deepen strengthens strengthen feeds relates relate interacts interact intersects
    intersect aligns align underpins underpin establishes establish introduces introduce
    demonstrates demonstrate illustrates illustrate illuminates illuminate shows reveals reveal
    suggests suggest allows allow helps act plays play becomes become integrates integrate
    incorporates incorporate directly creates create represents represent contains contain
    focuses analyzes analyze analyses defines define determines determine affects affect
    reinforces reinforce refines refine expands expand builds build brings bring clarifies
    clarify validates validate facilitates facilitate involves involve requires require depends
    depend investigates investigate considers consider raises raise makes make leads lead also
    further uses improves improve excels stands remains обеспечивает дает даёт дают помогает
    помогают объясняет объясняют влияет влияют показывает показывают описывает описывают
    дополняет дополняют поддерживает поддерживают предлагает предлагают является являются служит
    служат может могут позволяет позволяют раскрывает раскрывают рассматривает расширяет
    расширяют уточняет уточняют усиливает усиливают связан связана связано связаны изучает
    изучают питает определяет определяют задает задаёт liefert liefern bietet bieten verbindet
    verbinden beeinflusst beeinflussen unterstützt erklärt ist sind wird werden kann können
    zeigt zeigen ergänzt ergänzen beschreibt beschreiben hilft helfen ermöglicht ermöglichen
    erweitert vertieft stellt untersucht untersuchen gibt geben
    """)
)
# Nouns too; they are verbs where an object or a direction follows.
_AMBIGUOUS = frozenset(
    list_words("""
    influence impact support link map model frame benefit shape challenge question test point
    help feed use work focus study bridge ground address guide measure drive benchmark form
    cover inform process result limit bound maps links frames grounds shapes guides drives
    bridges benefits impacts forms acts studies addresses covers limits bounds tests models
    measures
    """)
)
_OBJECTS = frozenset(
    list_words("""
    how what why whether when the a an our this that these its their both it directly on into to
    with by from as each all any
    """)
)
_SENTENCE_STARTS = frozenset(
    list_words("The This These It Its A An When By In Here Это Эта Этот Diese Dieser Sie")
)
_DASHES = frozenset("-–—")
_CLAUSE_STARTS = frozenset(list_words("which as because since where что die der das"))
_EDGES = " \t\n.,;:!?–—-*_\"'“”«»„`()"


def find_subject(text: str) -> tuple[str, bool]:
    """Give the words before the first verb or stop, and whether a verb ended them.

    Without a verb the phrase ends at a stop, at a new sentence, or after about a dozen words.
    """
    words = text[:_REACH].split()
    end, doubtful = len(words), 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        bare = word.rstrip(".,;:!?")
        if index and (bare in _VERBS or (bare in _AMBIGUOUS and following in _OBJECTS)):
            return " ".join(words[:index]).strip(_EDGES), True
        if index and (word in _DASHES or word[0] == "(" or word in _SENTENCE_STARTS):
            end = index
            break
        doubtful = doubtful or (index if bare in _AMBIGUOUS else 0)
        if word[-1] in ".!?;:" or (word[-1] == "," and following in _CLAUSE_STARTS):
            end = index + 1
            break
    if doubtful and doubtful + 1 < end:
        return " ".join(words[:doubtful]).strip(_EDGES), True
    return " ".join(words[: min(end, _N_WORDS)]).strip(_EDGES), False


def strip_edges(text: str) -> str:
    """Take quotation marks, asterisks, punctuation and white space off both ends."""
    return " ".join(text.split()).strip(_EDGES)


_BOLD_LEAD = re.compile(r"\s*(?:\*\*|__)(?P<name>[^*_\n]{2,100}?)(?:\*\*|__)")
_QUOTED_LEAD = re.compile(r"\s*(?:[\"“«„](?P<name>[^\"”»“\n]{2,100})[\"”»“])")
_DASH_LEAD = re.compile(r"\s*(?P<name>[^.;:!?\n]{2,70}?)(?::(?=\s|\*)|\s[–—-]\s)")
_LEAD_MARKS = ':-*_"“«„–—'  # one of them stands in the reach of every lead
_LEAD_REACH = 75
_N_NAME_WORDS = 6


def find_lead(text: str) -> str:
    """Give the name that a statement sets before what it says of it, empty for none.

    ``**Name** ...``, ``"Name" ...``, ``Name: ...`` and ``Name - ...``.
    """
    head = text.lstrip()[:_LEAD_REACH]
    if not any(mark in head for mark in _LEAD_MARKS):
        return ""
    for pattern in (_BOLD_LEAD, _QUOTED_LEAD, _DASH_LEAD):
        match = pattern.match(text)
        if match is not None:
            name = strip_edges(match["name"])
            if name and len(name.split()) <= _N_NAME_WORDS:
                return name
    return ""
