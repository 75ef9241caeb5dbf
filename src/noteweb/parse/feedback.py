"""The related notes that a FeedbackLoop field names in prose."""

from __future__ import annotations

import re

from noteweb.parse.phrase import find_lead, find_subject, strip_edges
from noteweb.text.sentences import split_sentences
from noteweb.text.words import list_words

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
_UNWRITTEN = (
    r"(?:(?:still|yet|not yet|ещё не|noch)\s+(?:to be\s+)?(?:written|write|missing|написан\w*)"
    r"|not\s+(?:yet\s+)?written(?:\s+yet)?|to be written|noch (?:nicht|zu) \w+"
    r"|(?:ещё|пока) не написан\w*)"
)
_REMARK = re.compile(rf",\s*{_UNWRITTEN}\Z", re.IGNORECASE)
_LEAD = re.compile(
    rf"\b(?:(?:the|a|an|this|another|my|our|die|der|das|eine?)\s+)?(?:[\w-]{{1,30}}\s+)?{_NOTE}"
    rf"(?:\s+{_UNWRITTEN})?(?:\s+{_ABOUT}\s+|,\s+(?=(?-i:[A-ZА-ЯЁ]))|\s+(?=(?-i:[A-ZА-ЯЁ])))",
    re.IGNORECASE,
)
_SEE = re.compile(r"\b(?:[Ss]ee(?: also)?|read|cf\.|siehe|см\.)\s+(?=[A-ZА-ЯЁ])")
_IS = re.compile(r"(?:The|Its|Der|Die|Das)\s(?:[\w-]+\s){1,4}(?:is|are|ist)\s+(?=[A-ZА-ЯЁ])")
_QUOTED = re.compile(r"\s*'(?P<name>[^'\n]{3,100})'(?!\w)")
# A sentence that begins so does not begin with a note's name.
_NO_NAME = frozenset(
    list_words("""
    the this that these those it its they he she we i you one two three four five some many most
    all both each every any no none nothing something everything anything there here when where
    while if for from in on at by with without within to as and or but so yet also another other
    such what which who how why a an my our your their his her more less much few several overall
    together thus hence finally first second third last nobody everyone not only until after before
    это эти этот эта он она оно они в на для с из по если когда как все каждая каждый нет
    dies diese dieser das der die ein eine es sie wir im in auf für mit von wenn als alle jede
    """)
)
_SET_OFF = re.compile(r"\*\*([^*\n]{3,100})\*\*|[\"“«„]([^\"”»“\n]{3,100})[\"”»“]")
_TITLE_QUOTE = re.compile(
    rf"{_NOTE}[^.]{{0,40}}?[\"“«„']([^\"”»“'\n]{{3,100}})[\"”»“']", re.IGNORECASE
)
_N_INNER = 3  # words of a name that begins a later sentence, where other things begin too
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
    quoted = _QUOTED.match(rest)
    name = quoted["name"] if quoted else find_lead(rest) or find_subject(rest)[0]
    return _REMARK.sub("", name)


def find_feedback_names(text: str) -> tuple[str, ...]:
    """Find the notes that running prose names: wikilinks, bold and quoted names, "the note on"."""
    names = [match[1].strip() for match in _WIKILINK.finditer(text)]
    if not names:
        found = (strip_edges(match[1] or match[2]) for match in _SET_OFF.finditer(text))
        names = [name for name in found if len(name.split()) >= _MIN_WORDS]
    if not names:
        for index, (start, end) in enumerate(split_sentences(text)):
            names += _sentence_names(text[start:end], 1 if index else 0)
    return tuple(dict.fromkeys(name for name in names if name))


def _sentence_names(sentence: str, index: int) -> list[str]:
    """Give what a sentence names: after "the note on", "see" or "is", else its own subject."""
    leads = [match for pattern in (_LEAD, _SEE) for match in pattern.finditer(sentence)]
    leads += [match] if (match := _IS.match(sentence)) else []
    names = [_REMARK.sub("", find_subject(sentence[match.end() :])[0]) for match in leads]
    if names:
        return names
    name, by_verb = find_subject(sentence)
    words = name.split()
    if not by_verb or len(words) < (_N_INNER if index else _MIN_WORDS):
        return []
    is_title = words[0][0].isupper() or not words[0].islower()
    return [name] if is_title and words[0].lower() not in _NO_NAME else []
