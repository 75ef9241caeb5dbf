"""A review's criteria, read from plain text or Markdown.

Every paragraph, list item or line of its own is a part. The parts are joint conditions: a record
is scored on all of them together, for taking the best single one is the worst rule measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noteweb.errors import BadRequest

_MARK = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+|\s*>\s?")
_HEADING = re.compile(r"\s*(#{1,6})\s+")
#: "Population:", "**Types of study:**", "Outcome -": what a part is about, not what it says.
_LEAD = re.compile(
    r"[*_]{0,2}(?P<lead>[^\W\d_][^:.!?\n]{1,40}?)[*_]{0,2}\s*(?::[*_]{0,2}| [-–—])\s+"
)
_MOST_WORDS = 4  # of a lead
_UNWANTED = re.compile(
    r"\W*(?:exclu|not included|not eligible|ineligible|ausschluss|исключ|не включ)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a review looks for.

    Attributes
    ----------
    title : what it is about, in a line; may be empty where there are parts
    wanted : the joint conditions of inclusion, without their leads
    unwanted : what is excluded
    """

    title: str = ""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The title, then what is wanted."""
        return tuple(part for part in (self.title, *self.wanted) if part)


def read_criteria(text: str, title: str = "") -> Criteria:
    r"""Read criteria; the first heading, or else the first line where more follow, is the title.

    What stands under a heading, or behind a lead, that begins with "exclu" is unwanted.

    Raises
    ------
    BadRequest : the text says nothing

    Examples
    --------
    >>> read_criteria("# Sleep\n\nPopulation: adults\n\nExclude: reviews").wanted
    ('adults',)
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    under_unwanted = False
    for line in _join_lines(text):
        heading = _HEADING.match(line)
        if heading:
            name = line[heading.end() :].strip(" #*_")
            under_unwanted = bool(_UNWANTED.match(name))
            title = title or name
            continue
        lead, said = _split_lead(_MARK.sub("", line, count=1).strip())
        is_unwanted = under_unwanted or bool(_UNWANTED.match(lead or said))
        if said:
            (unwanted if is_unwanted else wanted).append(said)
    if not title and len(wanted) > 1:
        title, *wanted = wanted
    if not title and not wanted:
        raise BadRequest(
            "the criteria say nothing that is looked for",
            "write a title and a line each for population, intervention, outcome, kind of study",
        )
    return Criteria(title=title, wanted=tuple(wanted), unwanted=tuple(unwanted))


def _join_lines(text: str) -> list[str]:
    """Give headings, list items and paragraphs, each as one line; a lead begins a paragraph."""
    joined: list[list[str]] = []
    is_open = False
    for line in text.splitlines():
        if not line.strip():
            is_open = False
        elif is_open and not (_MARK.match(line) or _HEADING.match(line) or _split_lead(line)[0]):
            joined[-1].append(line.strip())
        else:
            joined.append([line])
            is_open = not _HEADING.match(line)
    return [" ".join(lines) for lines in joined]


def _split_lead(line: str) -> tuple[str, str]:
    match = _LEAD.match(line)
    if match is None or len(match["lead"].split()) > _MOST_WORDS:
        return "", line.strip("*_ ")
    return match["lead"], line[match.end() :].strip("*_ ")
