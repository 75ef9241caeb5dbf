"""arXiv ids and DOIs, in one form: ``arxiv:1611.03530``, ``doi:10.1073/pnas.1903070116``.

Source: info.arxiv.org/help/arxiv_identifier.html; the DOI Handbook, section 2.2, and Crossref's
advice on matching (crossref.org/blog/dois-and-matching-regular-expressions).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEW = r"(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
_OLD = r"(?P<old>[a-z][a-z-]{1,14}(?:\.[a-z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3})"
_ID = rf"(?:{_NEW}|{_OLD})(?P<version>v[1-9]\d?)?(?![\d\w])"
_ARXIV = re.compile(
    rf"arxiv(?:\.org/(?:abs|pdf|html|e-print)/|\s?:\s?|\s|-|_|\.)\s?{_ID}", re.IGNORECASE
)
_BARE_ARXIV = re.compile(_ID, re.IGNORECASE)
_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_BROKEN_URL = re.compile(r"(?<=/)\n(?=\S)")
_OWN_DOI = re.compile(
    r"\W*(?:(?:article )?doi|digital object identifier|https?://(?:dx\.)?doi\.org/|10\.\d{4,9}/)",
    re.IGNORECASE,
)
_PAIRS = {")": "(", "]": "["}


def find_identifiers(text: str) -> tuple[str, ...]:
    """Give the arXiv ids and DOIs that a text names, in its order, each once.

    An arXiv id with a version is given without it and with it.

    Examples
    --------
    >>> find_identifiers("arXiv:2501.10120v1, doi.org/10.1000/XYZ(1).")
    ('arxiv:2501.10120', 'arxiv:2501.10120v1', 'doi:10.1000/xyz(1)')
    """
    text = _BROKEN_URL.sub("", text)
    found = [(match.start(), _name_arxiv(match)) for match in _ARXIV.finditer(text)]
    found += [(match.start(), _name_doi(match[0])) for match in _DOI.finditer(text)]
    return unique(name for _, names in sorted(found) for name in names)


def read_arxiv_id(value: str) -> tuple[str, ...]:
    """Read a field or file name that is an arXiv id, with or without ``arXiv:`` before it."""
    bare = re.sub(r"\Aarxiv\s?[:_-]\s?", "", value.strip(), flags=re.IGNORECASE)
    match = _BARE_ARXIV.fullmatch(bare)
    return _name_arxiv(match) if match else ()


def find_own(lines: Iterable[str]) -> tuple[str, ...]:
    """Give what a first page says of itself: the ids that a line begins with, or its only DOI."""
    shown = [line.strip() for line in lines]
    named = [line for line in shown if _ARXIV.match(line) or _OWN_DOI.match(line)]
    own = find_identifiers("\n".join(named))
    if any(name.startswith("doi:") for name in own):
        return own
    dois = [name for name in find_identifiers("\n".join(shown)) if name.startswith("doi:")]
    return own + tuple(dois) if len(dois) == 1 else own


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Give each name once, in order."""
    return tuple(dict.fromkeys(names))


def _name_arxiv(match: re.Match[str]) -> tuple[str, ...]:
    name = f"arxiv:{(match['new'] or match['old']).lower()}"
    return (name, f"{name}{match['version'].lower()}") if match["version"] else (name,)


def _name_doi(found: str) -> tuple[str, ...]:
    doi = _trim(found).lower()
    if doi.startswith(_ARXIV_DOI):
        return *read_arxiv_id(doi.removeprefix(_ARXIV_DOI)), f"doi:{doi}"
    return (f"doi:{doi}",) if not doi.endswith("/") else ()


def _trim(doi: str) -> str:
    """Leave out the punctuation that follows a DOI, brackets that it opened itself apart."""
    counts = {mark: doi.count(mark) for pair in _PAIRS.items() for mark in pair}
    end = len(doi)
    while end and (last := doi[end - 1]) in ".,;:!?'*”’»)]":
        if last in _PAIRS:
            if counts[_PAIRS[last]] >= counts[last]:
                break
            counts[last] -= 1
        end -= 1
    return doi[:end]
