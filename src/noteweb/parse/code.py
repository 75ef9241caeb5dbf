"""The codes of the problems that reading a note can find, with what each means."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How much a code matters, and what it means in one line."""

    severity: Severity
    text: str


def _error(text: str) -> Meaning:
    return Meaning(severity=Severity.ERROR, text=text)


def _warning(text: str) -> Meaning:
    return Meaning(severity=Severity.WARNING, text=text)


def _info(text: str) -> Meaning:
    return Meaning(severity=Severity.INFO, text=text)


#: Every code that `parse_note` gives, for ``noteweb check --explain``.
CODES = MappingProxyType(
    {
        "encoding-damaged": _warning(
            "UTF-8 was once read as another encoding; noteweb reads the exact inverse,"
            " and `noteweb repair --write` stores it"
        ),
        "encoding-guess": _warning(
            "characters look like an encoding error whose bytes are lost; nothing was changed"
        ),
        "encoding-invalid": _warning("bytes that are no UTF-8; they are kept as they are"),
        "character-nul": _warning("NUL characters, which most programs cannot show"),
        "character-replaced": _info("U+FFFD stands where a program could not read a character"),
        "frontmatter-unclosed": _warning(
            "the opening --- has no closing one, so the note has no frontmatter"
        ),
        "frontmatter-not-mapping": _warning("the frontmatter holds no `key: value` lines"),
        "yaml-syntax": _error(
            "the frontmatter is no valid YAML; every key that can be read alone was read,"
            " the others keep their raw text"
        ),
        "yaml-character": _warning("a control character that YAML does not allow"),
        "yaml-key-twice": _warning("a key stands twice in the frontmatter; the last one counts"),
        "yaml-key-not-text": _info("a key of the frontmatter is no text; its raw text is used"),
        "yaml-expands": _error(
            "aliases in the frontmatter multiply beyond bounds; they were not expanded"
        ),
        "yaml-too-deep": _error("the frontmatter is nested too deeply; it is kept as raw text"),
        "yaml-template": _info(
            "{{...}} without quotes is no value to YAML; the raw text is kept (put it in quotes)"
        ),
        "toml-syntax": _error("the frontmatter between +++ is no valid TOML"),
        "tag-comment": _info("YAML takes an unquoted #tag for a comment; it was read as a tag"),
        "id-not-text": _warning("`id` must be a text that is not empty; the path is used instead"),
        "field-without-units": _info("a field stands in the frontmatter but says nothing"),
        "code-unclosed": _warning(
            "a code fence is never closed, so the rest of the note counts as code"
        ),
        "comment-unclosed": _warning("a comment is never closed; it was read as text"),
        "math-unclosed": _info("a $$ is never closed; it was read as text"),
    }
)
