"""The phrase a statement begins with: its subject, up to the verb."""

from __future__ import annotations

import re

from noteweb.text.words import list_words

_N_CLAUSE = 4  # words of a clause inside a name, from its verb on
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
    holds tells argues treats asks says owns cites bids warns leans bears begins applies fills
    competes borrows assumes proves knows lends enters inherits decides continues removes keeps
    comes goes takes gets gives puts finds seems appears owes shares matters overlaps touches
    concerns supplies answers rests adds joins follows precedes predicts answers replaces doubts
    denies confirms corrects repeats collects compares measures warn argue tell ask say treat hold
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
    claims claim grades grade lists list places place names name states state sets set turns turn
    changes change causes cause needs need works calls call
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
_CLAUSE_STARTS = frozenset(
    list_words("which as because since where what the a an with there что die der das")
)
_RELATIVES = frozenset(list_words("what how why that which who whose whether where"))
_BEFORE_NOUN = frozenset(list_words("a an the its their his her our my this these that and or of"))
_EDGES = " \t\n.,;:!?–—-*_\"'“”«»„`()"


def find_subject(text: str) -> tuple[str, bool]:
    """Give the words before the first verb or stop, and whether a verb ended them.

    Without a verb the phrase ends at a stop, at a new sentence, or after about a dozen words.
    """
    words = text[:_REACH].split()
    end, doubtful, inner = len(words), 0, 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        bare = word.rstrip(".,;:!?")
        if index and (bare in _VERBS or (word in _AMBIGUOUS and following in _OBJECTS)):
            if doubtful and inner > doubtful:
                return _join(words[:doubtful]), True
            main = _find_main_verb(words, index) if inner else None
            return _join(words[: main or index]), True
        if index and (word in _DASHES or word[0] == "(" or word in _SENTENCE_STARTS):
            end = index
            break
        if not inner and index and bare in _RELATIVES:
            inner = index
        if not doubtful and word in _AMBIGUOUS and words[index - 1].lower() not in _BEFORE_NOUN:
            doubtful = index
        if word[-1] in ".!?;:" or (word[-1] == "," and following in _CLAUSE_STARTS):
            end = index + 1
            break
    if doubtful and doubtful + 1 < end:
        return _join(words[:doubtful]), True
    return _join(words[: min(end, _N_WORDS)]), False


def _is_verb(word: str, following: str) -> bool:
    """Whether a word, with the stop after it, is a verb here; no object follows a stop."""
    return word.rstrip(".,;:!?") in _VERBS or (word in _AMBIGUOUS and following in _OBJECTS)


def _find_main_verb(words: list[str], first: int) -> int | None:
    """Give where the main verb stands when the one at `first` belongs to "what networks can do"."""
    for index in range(first + 1, min(first + _N_CLAUSE, len(words) - 1)):
        if words[index - 1][-1] in ".;:!?,":
            return None
        if index > first + 1 and _is_verb(words[index], words[index + 1]):
            return index
    return None


def _join(words: list[str]) -> str:
    return " ".join(words).strip(_EDGES)


def strip_edges(text: str) -> str:
    """Take quotation marks, asterisks, punctuation and white space off both ends."""
    return " ".join(text.split()).strip(_EDGES)


_BOLD_LEAD = re.compile(r"\s*(?P<bold>\*\*|__)(?P<name>(?:(?!(?P=bold))[^*\n]){2,100})(?P=bold)")
_QUOTED_LEAD = re.compile(r"\s*(?:[\"“«„](?P<name>[^\"”»“\n]{2,100})[\"”»“])")
_DASH_LEAD = re.compile(r"\s*(?P<name>[^.;:!?\n]{2,70}?)(?::(?=\s|\*)|\s[–—-]\s)")
_LEAD_MARKS = ':-*_"“«„–—'  # one of them stands in the reach of every lead
_LEAD_REACH = 75
_N_NAME_WORDS = 6
_N_MARKED_WORDS = 12  # bold or quotes leave no doubt where a name ends


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
            most = _N_NAME_WORDS if pattern is _DASH_LEAD else _N_MARKED_WORDS
            if name and len(name.split()) <= most:
                return name
    return ""
