"""What a link points at, as written: file, heading, block."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NO_SLASHES = re.compile(
    r"(?:mailto|tel|data|javascript|doi|arxiv|urn|zotero|obsidian|logseq|magnet|about|sms|news)\Z",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_DESTINATION = re.compile(
    r"\(\s*+(?:<(?P<angle>[^<>\r\n]*)>"
    r"|(?P<bare>(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.){0,500}\))*))"
    r"(?:\s++(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|\([^()\r\n]*\)))?\s*+\)"
)


class Target(NamedTuple):
    """The parts of a link's target; `file` is empty for a link into the same note."""

    file: str
    heading: str
    block: str


def split_wikilink(inner: str) -> tuple[Target, str] | None:
    r"""Split the inside of ``[[...]]`` into target and label, None where it points at nothing.

    In a table the bar is escaped: ``[[A\|b]]``.
    """
    address, _, label = inner.replace("\\|", "|").partition("|")
    target = _split_fragment(address.strip())
    if not any(target):
        return None
    return target, label.strip()


def _split_fragment(address: str) -> Target:
    file, _, fragment = address.partition("#")
    fragment = fragment.strip()
    if fragment.startswith("^"):
        return Target(file.strip(), "", fragment[1:].strip())
    return Target(file.strip(), fragment, "")


def match_destination(text: str, at: int) -> tuple[str, int] | None:
    """Match ``(destination "title")`` at an offset: the destination, unescaped, and the end."""
    match = _DESTINATION.match(text, at)
    if match is None:
        return None
    raw = match["angle"] if match["angle"] is not None else match["bare"]
    return _ESCAPED.sub(r"\1", raw), match.end()


def split_destination(destination: str) -> Target | None:
    """Split a Markdown destination, None for an address outside the notes.

    ``file://`` leads to a note only where it names a Markdown file, and stays in front of the
    path, which is not the vault's. Percent signs are decoded where they can be; a truncated
    escape stays as written.
    """
    address = destination.strip()
    if address.lower().startswith("file://"):
        if not address.partition("#")[0].lower().endswith((".md", ".markdown")):
            return None
    elif address.startswith("//") or _is_external(address):
        return None
    file, _, fragment = address.partition("#")
    fragment = _decode(fragment)
    target = Target(_decode(file).strip(), fragment, "")
    if fragment.startswith("^"):
        target = Target(target.file, "", fragment[1:])
    return target if any(target) else None


def _is_external(address: str) -> bool:
    scheme = _SCHEME.match(address)
    if scheme is None:
        return False
    rest = address[scheme.end() :]
    return rest.startswith("//") or _NO_SLASHES.match(scheme[0][:-1]) is not None


def _decode(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
