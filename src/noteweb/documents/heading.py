"""What headings and captions look like in any kind of document."""

from __future__ import annotations

import re

_NUMBER = r"(?:(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[A-Z](?:\.\d{1,2}){0,2})[.)]?[\s:]+)?"
_REFERENCES = re.compile(
    _NUMBER + r"(?:references?|bibliography|literature cited|works cited|references cited"
    r"|references and notes|cited literature|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?"
    r"|bibliographie|références(?: bibliographiques)?|referencias|bibliografía"
    r"|(?:список (?:использованной )?)?литератур[аы]|список источников|библиография"
    r"|参考文献|參考文獻)\s*:?",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    _NUMBER + r"(?:abstract|summary|introduction|background|related works?|preliminaries"
    r"|(?:materials and )?methods?(?: and materials)?|methodology|experiments?|evaluation"
    r"|results?(?: and discussion)?|discussions?|conclusions?|conclusions? and future works?"
    r"|future works?|limitations|ethics statement|broader impacts?|acknowledge?ments?"
    r"|appendi(?:x|ces)|supplementary materials?|data availability|further reading"
    r"|аннотация|введение|методы|результаты|обсуждение|заключение|выводы|приложение"
    r"|zusammenfassung|einleitung|methoden|ergebnisse|diskussion|fazit|anhang)\s*:?",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"(?:appendi(?:x|ces)|supplement(?:ary|al)?\b|supporting information|приложени[ея]|anhang"
    r"|annexe?)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)|table|tab\.|algorithm|scheme|listing|chart|рис(?:унок|\.)|табл(?:ица|\.)"
    r"|abb(?:ildung|\.)|tabelle)\s*[A-Z]?\.?\d{1,3}(?:\.\d{1,2})?[a-z]?\s*(?:[.:|—–-]|\Z|\s[A-ZА-Я])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:(?P<digits>\d{1,2}(?:\.\d{1,2}){0,3})[.)]?|[IVX]{1,5}\.|[A-Z](?:\.\d{1,2}){1,2}\.?|[A-H]\.?)"
    r"\s+(?=[A-ZА-ЯЁÄÖÜ])"
)
_ITEM = re.compile(r"(?:[•◦▪‣·∙●○■–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\s+(?=\S)")
_MAX_HEADING = 150  # characters
_MIN_LETTERS = 3


def is_references(text: str) -> bool:
    """Whether a heading begins the list of references."""
    return _REFERENCES.fullmatch(text.strip()) is not None


def is_known_heading(text: str) -> bool:
    """Whether a line, standing alone, is a heading by its words: Introduction, Methods."""
    bare = text.strip()
    return len(bare) <= _MAX_HEADING and bool(_KNOWN.fullmatch(bare) or is_references(bare))


def is_appendix(text: str) -> bool:
    """Whether a heading begins an appendix, which follows the references in many papers."""
    return _APPENDIX.match(text.strip()) is not None


def is_caption(text: str) -> bool:
    """Whether a paragraph is the caption of a figure or table."""
    return _CAPTION.match(text) is not None


def match_item(text: str) -> int:
    """Give the length of the mark that a list item begins with, 0 for none."""
    match = _ITEM.match(text)
    return match.end() if match else 0


def is_numbered(text: str) -> bool:
    """Whether a line begins with a section's number and a capital."""
    return _NUMBERED.match(text) is not None


def strip_number(text: str) -> str:
    """Give a heading without its section's number."""
    match = _NUMBERED.match(text)
    return text[match.end() :] if match else text


def numbering_depth(text: str) -> int:
    """Give 1 for "3 Methods", 2 for "3.1 Data", 0 for a heading without a number."""
    match = _NUMBERED.match(text)
    if match is None:
        return 0
    return match[0].strip(" .)").count(".") + 1


def may_be_heading(text: str) -> bool:
    """Whether a line has the form of a heading: short, with words, not in mid-sentence."""
    bare = text.strip()
    if not 0 < len(bare) <= _MAX_HEADING or bare[-1] in ",;" or bare[0].islower():
        return False
    n_letters = sum(map(str.isalpha, bare))
    is_sentence = bare[-1] == "." and not is_numbered(bare) and len(bare.split()) > 1
    return n_letters >= _MIN_LETTERS and 2 * n_letters >= len(bare) and not is_sentence
