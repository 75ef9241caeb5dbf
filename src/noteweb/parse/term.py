"""The terminology map of a SignalTransduction field: what a term of one domain is in another."""

from __future__ import annotations

import re

from noteweb.model.note import TermPair

_QUOTED = re.compile(
    r"(?<!\w)(?:'(?P<a>[^'\n]{2,60})'|\"(?P<b>[^\"\n]{2,60})\"|“(?P<c>[^”\n]{2,60})”"
    r"|‘(?P<d>[^’\n]{2,60})’|«(?P<e>[^»\n]{2,60})»|„(?P<f>[^“”\n]{2,60})[“”])(?!\w)"
)
_OPENING_MARKS = '"“‘«„'
_MAPS = re.compile(
    r"\b(?:maps?|mapped|corresponds?|translates?|connects?|equates?|links?|becomes?|means?|is"
    r"|equals?|parallels?|aligns?|соответствует|означает|переводится|связывает|entspricht|bedeutet"
    r"|wird)\b|→|↔|⇒|->|=",
    re.IGNORECASE,
)
_PART = re.compile(r"[;\n]+|(?<=[.!?])\s+")
_AS = r"(?:\s+(?:as|via|by|through)\b|\s*\Z)"
_DOMAINS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bfrom\s+(?P<a>[^,;]{{2,60}}?)\s+(?:in)?to\s+(?P<b>[^,;]{{2,60}}?){_AS}",
        rf"\bconnects?\s+(?P<a>[^,;]{{2,60}}?)\s+(?:with|and|to)\s+(?P<b>[^,;]{{2,60}}?){_AS}",
        (
            r"(?:\(|\b(?:in|im|in der|в)\s+)(?P<a>[^,;()]{2,60}?)\)?\s+(?:maps?|corresponds?"
            r"|translates?"
            r"|becomes?|means?|is|equals?|соответствует|означает|entspricht|bedeutet)\b"
        ),
        r"\bиз\s+(?P<a>[^,;]{2,60}?)\s+в\s+(?P<b>[^,;]{2,60}?)\s+как\b",
    )
)
_ARROW = re.compile(
    r"(?:[-*•]\s+)?(?:[^:→↔⇒;.\n]{2,60}:\**\s+)?"  # "Optics: a → b", a paragraph's lead
    r"(?P<a>[^→↔⇒;.\n]{2,60}?)\s*(?:\((?P<ad>[^()]{2,60})\))?\s*(?:→|↔|⇒|<->|->)\s*"
    r"(?P<b>[^→↔⇒;.\n(]{2,60}?)\s*(?:\((?P<bd>[^()]{2,60})\))?\s*[.!?]?\Z"
)
_AFTER = re.compile(
    r"\s*(?:\((?P<p>[^()]{2,60})\)|(?:in|im|in der|в)\s+(?P<in>[^,;.()]{2,60}))", re.IGNORECASE
)


def find_terms(text: str) -> tuple[TermPair, ...]:
    """Find the term pairs of a field's text, in order, without doubles."""
    if not ("'" in text or "→" in text or "->" in text or "↔" in text):
        is_quoted = any(mark in text for mark in _OPENING_MARKS)
        if not (is_quoted and _QUOTED.search(text)):
            return ()
    pairs = [pair for part in _PART.split(text) if (pair := _read_pair(part)) is not None]
    return tuple(dict.fromkeys(pairs))


def _read_pair(part: str) -> TermPair | None:
    quoted = list(_QUOTED.finditer(part))
    if len(quoted) < 2:  # noqa: PLR2004 - a pair
        return _read_arrow(part)
    first, last = quoted[0], quoted[1]
    between = part[first.end() : last.start()]
    if not _MAPS.search(between):
        return None
    source_domain, target_domain = _find_domains(between)
    after = _AFTER.match(part, last.end())
    if after is not None and not target_domain:
        target_domain = (after["p"] or after["in"]).strip()
    return TermPair(
        source=_text(first),
        target=_text(last),
        source_domain=source_domain,
        target_domain=target_domain,
    )


def _text(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip()


def _find_domains(between: str) -> tuple[str, str]:
    for pattern in _DOMAINS:
        match = pattern.search(between)
        if match is not None:
            groups = match.groupdict()
            return (groups["a"] or "").strip(), (groups.get("b") or "").strip()
    return "", ""


def _read_arrow(part: str) -> TermPair | None:
    match = _ARROW.match(part.strip())
    if match is None:
        return None
    return TermPair(
        source=match["a"].strip(" *_'\""),
        target=match["b"].strip(" *_'\""),
        source_domain=(match["ad"] or "").strip(),
        target_domain=(match["bd"] or "").strip(),
    )
