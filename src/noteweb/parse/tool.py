"""The tools that an Acceptor field names: those its statements lead with, not every mention."""

from __future__ import annotations

import re

from noteweb.parse.gazetteer import GENERAL, canonical_tool, match_tool
from noteweb.parse.phrase import find_lead, find_subject, strip_edges
from noteweb.text.sentences import split_sentences
from noteweb.text.words import list_words

_JOINT = re.compile(
    r"[`*]*\s*(?:,\s*(?:and\s+|und\s+|и\s+)?|\s(?:and|or|und|и|или)\s|\s?[&/]\s?)[`*]*",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:tools?|frameworks?|libraries|library|platforms?|packages|systems|software|инструмент\w*"
    r"|Werkzeuge?)\b[^.:]{0,60}?(?:such as|including|includes?|like|namely|are|:|такие как|wie)\s+",
    re.IGNORECASE,
)
# What every match holds; a text without is left at the speed of C.
_LIST_STEMS = list_words("tool framework librar platform packages systems software инструм werkz")
_ARTICLE = re.compile(r"(?:the|die|der|das)\s+", re.IGNORECASE)
# A made-up name: a capital or digit inside, or several capitalised words.
_PROPER = re.compile(
    r"(?=\S*[A-Z0-9]\S*)(?:\w+[A-Z0-9][\w.+#-]*|[A-Z][\w.+#-]*(?: [A-Z0-9][\w.+#-]*)+)\Z"
)
_ONE_WORD = re.compile(r"[A-Z][\w.+#-]{2,}\Z")
_EITHER = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\s(?:and|or|und|oder|и|или)\s|\s/\s)\s*")
_ASIDE = re.compile(r"\s+\(|,\s+(?:an?|the|which|whose|by|through)\s")  # the name ends before it
# "pint, if ...": what is set off by a clause of its own, or by the kind of thing it is
_CLAUSE_LEAD = re.compile(
    r"[`*_]*(?P<name>\w[\w.+#-]{2,40})[`*_]*,\s+(?:(?P<rel>whose|which)"
    r"|(?P<kind>(?:an?|the)\s[^,.;:]{0,60}?\b(?:framework|library|package|toolkit|software|platform"
    r"|engine|code)\b)|(?:if|for|as|where|when|since|because|once)\s)"
)
_CODE_LEAD = re.compile(
    r"(?:(?:an?|any|the)\s[^.,:;`\n]{2,60}?\s(?:such as|like|namely|called)\s+)?"
    r"`(?P<name>[\w.+#-]{2,40})`(?=[\s,.;:)]|\Z)",
    re.IGNORECASE,
)
# "ArviZ or a simple chart": a capital inside a word makes it a name, whatever stands beside it
_CHOICE_LEAD = re.compile(
    r"[`*_]*(?P<name>\w*[a-z]\w*[A-Z][\w.+#-]*)[`*_]*\s+(?:or|oder|или)\s+(?:an?|the|any|eine?)\s"
)
_COMMON = re.compile(
    r"(?:an?|however|moreover|also|thus|then|next|here|there|still|instead|hence|yes|now|so|while"
    r"|\w*(?:tions?|ity|ities|ments?|ness|ance|ence|ing|ly|isms?|ures?|ses)"
    r"|these|this|those|the|it|its|they|each|both|all|for|in|tools?|frameworks?|data|systems?"
    r"|models?|languages?|platforms?|libraries|additional|other|such|users|researchers|overall"
    r"|together|key|main|primary|core|compatible|supporting|knowledge|machine|natural|graph|semantic"
    r"|neural|vector|database|databases|visualization|cloud|web|software|existing|specific|standard"
    r"|practical|technical|resource|performance|note|first|second|third|fourth|fifth|sixth|seventh|finally)\Z",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s+(?:library|framework|platform|toolkit|package|tool|software|API)s?\Z")
_MAX_WORDS = 4


def find_tools(text: str) -> tuple[str, ...]:
    """Find the tools that one statement of an Acceptor field leads with, in usual spelling.

    Listed ones first, else one by its looks: set off as a lead, or a proper name before a verb.
    """
    either = _either_tools(find_lead(text))
    names = either or _lead_tools(text) or [name for name in (_unlisted(text),) if name]
    return tuple(dict.fromkeys(names))


def _either_tools(lead: str) -> list[str]:
    """Give the tools of a lead that names several ("OpenLM or nanoGPT"), none for another."""
    if not lead:
        return []
    parts = [part for part in _EITHER.split(_ASIDE.split(lead)[0]) if part]
    if len(parts) < 2 or canonical_tool(lead):  # noqa: PLR2004 - one is no choice
        return []
    tools = [canonical_tool(part) or part for part in parts if _may_be_tool(part)]
    return tools if _may_be_tool(parts[0]) else []


def _may_be_tool(name: str) -> bool:
    is_name = len(name.split()) == 1 or _PROPER.match(name) is not None or canonical_tool(name)
    return bool(is_name) and not _is_common(name) and not name.endswith(("'s", "’s"))


def find_announced_tools(text: str) -> tuple[str, ...]:
    """Find the tools that the beginning of running prose names, which lists none of its own.

    Those that any of its sentences leads with, and those it announces ("tools such as ...").
    """
    names: list[str] = []
    for start, end in split_sentences(text):
        names += [name for name in _lead_tools(text[start:end]) if name not in GENERAL]
    lowered = text.lower()
    if any(stem in lowered for stem in _LIST_STEMS):
        for match in _LIST.finditer(text):
            names += _joined(text, match.end())
    return tuple(dict.fromkeys(names))


def _lead_tools(text: str) -> list[str]:
    """Give the listed tools a sentence begins with: one, or several joined by commas and "and"."""
    start = len(text) - len(text.lstrip(" *_\"'“«`([-#"))
    article = _ARTICLE.match(text, start)
    return _joined(text, article.end() if article else start)


def _joined(text: str, start: int) -> list[str]:
    names: list[str] = []
    at = start
    while (found := match_tool(text, at)) is not None:
        names.append(found[0])
        joint = _JOINT.match(text, found[1])
        if joint is None:
            break
        at = joint.end()
    return names


def _unlisted(text: str) -> str:
    """Give a tool's name by its looks: set off as a lead, or a proper name before a verb."""
    lead = find_lead(text)
    if not lead and len(text.split()) <= _MAX_WORDS and not text.endswith((".", ":")):
        lead = strip_edges(text)
    lead = strip_edges(_ASIDE.split(lead)[0]) or _set_off(text)
    name = _SUFFIX.sub("", lead)
    if lead and len(name.split()) <= _MAX_WORDS and not _is_common(name):
        return canonical_tool(name) or name
    subject, by_verb = find_subject(text)
    name = _SUFFIX.sub("", strip_edges(subject))
    if not by_verb or len(name.split()) > _MAX_WORDS or _is_common(name):
        return ""
    if _PROPER.match(name) or _ONE_WORD.match(name):
        return canonical_tool(name) or name
    return ""


def _set_off(text: str) -> str:
    """Give a name of one word that a clause, a choice or marks of code set off, else nothing."""
    match = _CLAUSE_LEAD.match(text) or _CODE_LEAD.match(text) or _CHOICE_LEAD.match(text)
    if match is None:
        return ""
    name = match["name"]
    is_plain = match.re is _CLAUSE_LEAD and not (match["rel"] or match["kind"])
    if is_plain and not (name.islower() or _PROPER.match(name)):
        return ""  # a capitalised word before a comma begins many a sentence
    return name


def _is_common(name: str) -> bool:
    words = name.split()
    return not words or _COMMON.match(words[0]) is not None or _COMMON.match(words[-1]) is not None
