"""The disciplines a SignalTransduction field speaks to."""

from __future__ import annotations

import re

from noteweb.parse.phrase import find_lead, find_subject, strip_edges
from noteweb.text.words import list_words

_LIST = re.compile(
    r"(?:domains?|disciplines?|fields?|areas?|област\w+|дисциплин\w*|Bereiche?n?|Disziplinen"
    r"|Felder?n?)\b"
    r"[^.:;\n]{0,80}?(?:\bincluding\b|\bincludes?\b|\bsuch as\b|\bnamely\b|\bspanning\b|\blike\b"
    r"|\bare\b|\bвключая\b|\bтакие как\b|\bwie\b|:)\s*(?P<list>[^.:;\n]{3,400})",
    re.IGNORECASE,
)
_STEMS = list_words("domain disciplin field area област дисциплин bereich diszipl feld")
_COMMA = re.compile(
    r"\s*,\s*(?:and\s+|und\s+|и\s+|or\s+)?|\s+(?:and|und|и)\s+(?=[^,]*\Z)", re.IGNORECASE
)
_OF = re.compile(
    r"(?:the\s+)?(?:(?:domain|field|discipline|area|realm)s?\s+of|област\w+\s|Bereich\s+der)\s+",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(
    r"(?:(?:the|this|these|those|it|its|each|all|both|such)\b"
    r"|cross|inter(?!pretab|nation|nal\b)|histor|current|emerging|key|term"
    r"|translat|connect|integrat|overall|together|in |for |by |through|when|while|further|addition"
    r"|moreover|finally|semantic path|vocabular|signal ?trans|note|several|primary|core|multiple"
    r"|as |another|glossar|слова\b|словар"
    # what a terminology map calls itself, and how a sentence of it begins
    r"|(?:names?|words?|dictionary|lexicon|wording|wörter\w*)(?:\s+(?:across|between|for|in|of)\b|\Z)"
    r"|(?:what|which|who|how|why|where)\b"
    r"|эт|так|ключев|термин|перекр|междисц|diese|insgesamt|zusammen|begriff)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s+(?:domain|field|discipline|perspective|principles?)\Z", re.IGNORECASE)
_QUOTES = frozenset('"“”„«»')  # inside an item they set off a term, not a domain
# "Population genetics. Drift loses alleles": a name alone as a sentence
_STOP_LEAD = re.compile(r"(?P<name>[^\W\d_][^.,:;!?\"'“”«»()\n]{2,60})\.\s+(?=\S)")
_MAX_WORDS = 6
_MAX_BARE_WORDS = 4  # an item so short is the name itself
_MAX_DOMAINS = 12
_MIN_LEADS = 3  # so many leads outvote a list that none of them confirms


def find_listed_domains(text: str) -> tuple[str, ...]:
    """Find the domains that a sentence lists ("domains including a, b, and c")."""
    lowered = text.lower()
    starts = sorted(
        match.start() for stem in _STEMS if stem in lowered for match in re.finditer(stem, lowered)
    )
    for match in filter(None, (_LIST.match(text, start) for start in starts)):
        items = [_clean(item) for item in _COMMA.split(match["list"])]
        names = [item for item in items if item and len(item.split()) <= _MAX_WORDS]
        if any(not _QUOTES.isdisjoint(item) for item in items):
            continue
        if len(names) > 1 and len(names) == len(items):
            return tuple(dict.fromkeys(names))[:_MAX_DOMAINS]
    return ()


def find_lead_domain(text: str) -> str:
    """Give the domain a statement leads with, empty for none."""
    bare = _OF.sub("", text, count=1) if _OF.match(text) else text
    is_bare = len(bare.split()) <= _MAX_BARE_WORDS and not bare.endswith((".", ":"))
    name = find_lead(bare) or (bare if is_bare else "") or _find_alone(bare)
    if not name:
        subject, by_verb = find_subject(bare)
        name = subject if by_verb else ""
    name = _clean(name)
    return "" if len(name.split()) > _MAX_WORDS or _NO_DOMAIN.match(name) else name


def _find_alone(text: str) -> str:
    match = _STOP_LEAD.match(text)
    if match is None or len(match["name"].split()) > _MAX_BARE_WORDS:
        return ""
    return "" if find_subject(match["name"])[1] else match["name"]


def choose_domains(listed: tuple[str, ...], leads: tuple[str, ...]) -> tuple[str, ...]:
    """Choose between the domains of a list and those that statements lead with."""
    known = {name.lower() for name in listed}
    is_confirmed = any(lead.lower() in known for lead in leads)
    if listed and (is_confirmed or len(set(leads)) < _MIN_LEADS):
        return listed
    return tuple(dict.fromkeys(leads))[:_MAX_DOMAINS]


def _clean(name: str) -> str:
    return _SUFFIX.sub("", strip_edges(_OF.sub("", strip_edges(name))))
