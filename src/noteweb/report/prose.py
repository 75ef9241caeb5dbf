"""What an experiment's docstring says, by its headings: ``Simplified: ...``, ``Source: ...``."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Headings that the report looks for; an experiment may have others.
RERUNS = "What it re-runs"
EXPECTED = "Expected effect"
SIMPLIFIED = "Simplified"
COMPARED = "Published and measured"

_HEADING = re.compile(r"([A-Z][\w ,'()-]{2,48}): +(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A docstring: its first line, and its paragraphs under their headings, in order."""

    headline: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    def find(self, heading: str) -> str:
        """Give the text under a heading, empty where there is none."""
        return next((text for name, text in self.parts if name == heading), "")


def read_prose(docstring: str) -> Prose:
    r"""Cut a docstring at blank lines; a paragraph without a heading belongs to the one before.

    Examples
    --------
    >>> read_prose("It falls.\n\nSimplified: no\nwind.").find("Simplified")
    'no wind.'
    """
    first, *rest = [" ".join(each.split()) for each in re.split(r"\n\s*\n", docstring.strip())]
    parts: list[tuple[str, str]] = []
    for text in filter(None, rest):
        found = _HEADING.match(text)
        if found:
            parts.append((found[1], text[found.end() :]))
        elif parts:
            parts[-1] = parts[-1][0], f"{parts[-1][1]} {text}"
        else:
            parts.append(("", text))
    return Prose(headline=first, parts=tuple(parts))
