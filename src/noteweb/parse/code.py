"""The codes of the problems that reading a note can find, with how much each matters."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from noteweb.errors import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem by its offset; `noteweb.parse.notes` gives it path, line and column."""

    code: str
    offset: int
    message: str


#: How much each code that `parse_note` gives matters; what they mean stands in ``codes.toml``.
CODES = MappingProxyType(
    {
        "encoding-damaged": Severity.WARNING,
        "encoding-guess": Severity.WARNING,
        "encoding-invalid": Severity.WARNING,
        "character-nul": Severity.WARNING,
        "character-replaced": Severity.INFO,
        "frontmatter-unclosed": Severity.WARNING,
        "frontmatter-not-mapping": Severity.WARNING,
        "yaml-syntax": Severity.ERROR,
        "yaml-character": Severity.WARNING,
        "yaml-key-twice": Severity.WARNING,
        "yaml-key-not-text": Severity.INFO,
        "yaml-expands": Severity.ERROR,
        "yaml-too-deep": Severity.ERROR,
        "yaml-template": Severity.INFO,
        "toml-syntax": Severity.ERROR,
        "tag-comment": Severity.INFO,
        "id-not-text": Severity.WARNING,
        "field-without-units": Severity.INFO,
        "code-unclosed": Severity.WARNING,
        "comment-unclosed": Severity.WARNING,
        "math-unclosed": Severity.INFO,
    }
)
