"""The related notes that a FeedbackLoop field names in prose."""

from __future__ import annotations

import re

from noteweb.parse.phrase import find_lead, find_subject, strip_edges

_WIKILINK = re.compile(r"\[\[([^\[\]|#\n]+)[^\[\]\n]*\]\]")
_NOTE = (
    r"(?:notes?|concepts?|ideas?|notions?|essays?|articles?|entry|entries|documents?|topics?|work"
    r"|заметк[аиу]|запис[ьи]|стать[яи]|концепци[яи]|иде[яи]|тем[аы]|поняти[ея]|Notiz(?:en)?|Artikel"
    r"|Konzepte?|Idee)"
)
_ABOUT = (
    r"(?:on|about|of|titled|entitled|called|named|regarding|concerning|discussing|exploring|covering"
    r"|describing|related to|dealing with|that (?:covers|discusses|describes)|об?о?|про|на тему"
    r"|под названием|über|zum?|zur|zu den|mit dem Titel|namens)"
)
_LEAD = re.compile(
    rf"\b(?:(?:the|a|an|this|another|my|our|die|der|das|eine?)\s+)?(?:[\w-]{{1,30}}\s+)?{_NOTE}\s+{_ABOUT}\s+",
    re.IGNORECASE,
)
_SET_OFF = re.compile(r"(?:\*\*|__)([^*_\n]{3,100})(?:\*\*|__)|[\"“«„]([^\"”»“\n]{3,100})[\"”»“]")
_TITLE_QUOTE = re.compile(
    rf"{_NOTE}[^.]{{0,40}}?[\"“«„']([^\"”»“'\n]{{3,100}})[\"”»“']", re.IGNORECASE
)
_MIN_WORDS = 2  # a single quoted word is a term, not a note


def find_feedback_name(text: str) -> str:
    """Give the note that an item of an enumerated field names.

    A wikilink, else what is set off in bold or quotes at its head or after "note", else the
    phrase after "the note on" up to its verb.
    """
    link = _WIKILINK.search(text)
    if link is not None:
        return link[1].strip()
    lead = _LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    if lead is None and (quoted := _TITLE_QUOTE.search(text[:200])):
        return strip_edges(quoted[1])
    name = find_lead(rest)
    return name or find_subject(rest)[0]


def find_feedback_names(text: str) -> tuple[str, ...]:
    """Find the notes that running prose names: wikilinks, bold and quoted names, "the note on"."""
    names = [match[1].strip() for match in _WIKILINK.finditer(text)]
    if not names:
        found = (strip_edges(match[1] or match[2]) for match in _SET_OFF.finditer(text))
        names = [name for name in found if len(name.split()) >= _MIN_WORDS]
    if not names:
        names = [find_subject(text[match.end() :])[0] for match in _LEAD.finditer(text)]
    return tuple(dict.fromkeys(name for name in names if name))
